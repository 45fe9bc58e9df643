//! The commands of `--send`: one after the other between semicolons. `load FILE` sends a model, and
//! `image FILE` an image to a model that takes one.

use crate::prelude::*;

/// A command that sends a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The bytes of a model.
    Model(Vec<u8>),
    /// The bytes of an image's pixels.
    Image(Vec<u8>),
}

/// Returns the commands, each with what it sends. Files are read before anything is built or
/// opened, so that a name that is wrong is told at once.
pub fn read(script: &str) -> Result<Vec<(&str, Option<Sent>)>> {
    let command = |line| Ok((line, sent(line).with_context(|| format!("--send: {line}"))?));
    script.split(';').map(str::trim).map(command).collect()
}

fn sent(line: &str) -> Result<Option<Sent>> {
    let (command, file) = line.split_once(' ').unwrap_or((line, ""));
    let file = file.trim();
    Ok(match command {
        // `load 500` announces bytes that are typed.
        "load" if file.parse::<u32>().is_err() => Some(Sent::Model(fs::read(file)?)),
        "image" if !file.is_empty() => Some(Sent::Image(pixels(&fs::read(file)?)?.to_vec())),
        _ => None,
    })
}

/// Returns the pixels of a binary PGM or PPM file with a byte for each sample, such as `raw`
/// answers with.
fn pixels(file: &[u8]) -> Result<&[u8]> {
    const EXPECTED: &str = "expected a binary PGM or PPM file with 255 as its largest value";
    let mut rest = file;
    let mut words = [""; 4];
    for word in &mut words {
        while let Some((&byte, after)) = rest.split_first() {
            match byte {
                b'#' => {
                    let end = rest.iter().position(|&byte| byte == b'\n').context(EXPECTED)?;
                    rest = &rest[end..];
                }
                _ if byte.is_ascii_whitespace() => rest = after,
                _ => break,
            }
        }
        let len = rest.iter().position(u8::is_ascii_whitespace).context(EXPECTED)?;
        let (found, after) = rest.split_at(len);
        *word = str::from_utf8(found).context(EXPECTED)?;
        rest = after;
    }
    let [magic, width, height, most] = words;
    let channels = match magic {
        "P5" => 1,
        "P6" => 3,
        _ => bail!(EXPECTED),
    };
    ensure!(most == "255", EXPECTED);
    let size = |word: &str| word.parse::<usize>().context(EXPECTED);
    let len = size(width)?.checked_mul(size(height)?).and_then(|len| len.checked_mul(channels));
    // One byte of white space ends the header.
    let pixels = rest.split_first().map_or(rest, |(_, pixels)| pixels);
    ensure!(
        Some(pixels.len()) == len,
        "{} bytes of pixels, expected {width}x{height}x{channels}",
        pixels.len()
    );
    Ok(pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_before_anything_is_sent() {
        let folder = Temporary::new().unwrap();
        let [model, image] = ["a.gan", "a.pgm"].map(|name| folder.join(name));
        fs::write(&model, b"model").unwrap();
        fs::write(&image, b"P5\n# by hand\n2 1\n255\n\x0a\xff").unwrap();
        let script =
            format!("7; load {}; load 500;image {};image", model.display(), image.display());
        let sent: Vec<_> = read(&script).unwrap().into_iter().map(|(_, sent)| sent).collect();
        let (model, image) = (Sent::Model(b"model".into()), Sent::Image(vec![10, 255]));
        assert_eq!(sent, [None, Some(model), None, Some(image), None]);
        let error = format!("{:#}", read("7; load no-such.gan").unwrap_err());
        assert!(error.starts_with("--send: load no-such.gan: No such file"), "{error}");
    }

    #[test]
    fn what_is_no_image_is_refused() {
        assert_eq!(pixels(b"P6 1 1 255 abc").unwrap(), b"abc");
        for (file, expected) in [
            (&b""[..], "expected a binary"),
            (b"P2 1 1 255\n7", "expected a binary"),
            (b"P5 1 1 65535 \0\0", "expected a binary"),
            (b"P5 1 one 255 a", "expected a binary"),
            (b"P5 2 2 255 abc", "3 bytes of pixels, expected 2x2x1"),
            (b"P5 1 1 255 abc", "3 bytes of pixels, expected 1x1x1"),
        ] {
            let error = format!("{:#}", pixels(file).unwrap_err());
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
