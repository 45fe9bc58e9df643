//! `cargo xtask pairs`: the images of 100,000 pairs of a seed and a label, made by everything that
//! runs a model, and one table of their digests: backends of the host, WebAssembly, Python, C on
//! the host and on two cores in QEMU, and of the first 2,000 pairs the firmware on three cores.
//!
//! Pair n is image 0 of seed n, with label n modulo the number of labels. A digest is the CRC-32 of
//! all pixels, one image after the other. The digest that all have to have is the one of the naive
//! reference in gan-tests, which shares no code with gan-core.

mod boards;
mod host;
mod scripts;

use clap::Args;
use gan_tests::reference::{self, sampler};

use crate::prelude::*;
use crate::{c, setup};

/// What is asked for.
#[derive(Args)]
pub struct Pairs {
    /// A .gan file that draws images of a latent; without it, the built-in digits
    #[arg(long)]
    model: Option<PathBuf>,
    /// Pairs
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// So many of them, the first, have a digest of their own, and are all that firmware makes
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=4_000))]
    first: u32,
    /// Only what has this in its name
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// The images that are wanted, and what they are.
struct Wanted {
    blob: Blob,
    /// How many have the first digest, and how many there are.
    counts: [u32; 2],
    expected: Digests,
}

/// The CRC-32 of the first images, and that of all.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Digests([u32; 2]);

/// What a door made.
enum Made {
    /// Images with these digests.
    Digests(Digests),
    /// The first images only, each of which was compared with the reference's.
    First,
}

/// Something that runs a model, in a way of its own.
struct Door {
    name: String,
    make: Box<Make>,
}

/// Makes the images that are wanted.
type Make = dyn Fn(&Wanted) -> Result<Made>;

/// Makes the images by each door, and prints the table. One check for each.
pub fn run(pairs: &Pairs) -> Result<Tally> {
    ensure!(pairs.first <= pairs.count, "--first: {} are more than --count", pairs.first);
    let blob = Blob::read(&vectors::given(pairs.model.as_deref())?)?;
    ensure!(
        blob.decode()?.inputs().image().is_none(),
        "--model: it takes an image; expected one that draws"
    );
    let start = Instant::now();
    let expected = of_reference(&blob, pairs)?;
    let wanted = Wanted { blob, counts: [pairs.first, pairs.count], expected };
    println!("| made by | {} pairs | {} pairs | seconds |", pairs.first, pairs.count);
    println!("|---|---|---|--:|");
    row("the naive reference", &expected.text(), start);
    let mut tally = Tally::default();
    let wants = |name: &str| pairs.only.as_ref().is_none_or(|only| name.contains(only));
    for Door { name, make } in doors(&wants)?.into_iter().filter(|door| wants(&door.name)) {
        let start = Instant::now();
        let made = make(&wanted).and_then(|made| wanted.judge(&made));
        match &made {
            Ok(columns) => row(&name, columns, start),
            Err(error) => println!("FAILED {name}: {error:#}"),
        }
        tally += Tally::one(made.is_ok());
    }
    ensure!(tally != Tally::default(), "--only: nothing has this in its name");
    println!("pairs: {tally}");
    Ok(tally)
}

/// Prints a row of the table.
fn row(name: &str, [first, all]: &[String; 2], start: Instant) {
    println!("| {name} | {first} | {all} | {:.1} |", start.elapsed().as_secs_f64());
}

/// Returns all doors that can be had here. The others are told. Those whose names are not wanted
/// may be left out, so that nothing is built for them.
fn doors(wants: &dyn Fn(&str) -> bool) -> Result<Vec<Door>> {
    const C_ON_HOST: &str = "C on the host";
    let mut doors = host::doors();
    doors.extend(scripts::doors(wants));
    let toolchain = setup::firmware(&boards::all()?)?;
    if wants(C_ON_HOST) && shell::or_skip(C_ON_HOST, setup::need("cc")).is_some() {
        doors.push(Door::new(C_ON_HOST.into(), |wanted| {
            wanted.said(&c::pairs::on_host(wanted.blob.path(), wanted.counts)?)
        }));
    }
    if shell::or_skip("C in QEMU", setup::need("arm-none-eabi-gcc")).is_some() {
        for (core, board) in c::pairs::cores()? {
            let name = format!("C on a {}, {}, {}", board.core, core.target, qemu(board)?);
            doors.push(Door::new(name, move |wanted| {
                let path = wanted.blob.path();
                wanted.said(&c::pairs::in_qemu(toolchain, core, path, wanted.counts)?)
            }));
        }
    }
    doors.extend(boards::doors(toolchain)?);
    Ok(doors)
}

/// Returns the name and the version of the QEMU that emulates a board.
fn qemu(board: &Board) -> Result<String> {
    let version = crate::boards::version(board)?;
    let number = version.split(' ').nth(3).context("QEMU says no version")?;
    Ok(format!("QEMU {}", number.trim_end()))
}

impl Door {
    fn new(name: String, make: impl Fn(&Wanted) -> Result<Made> + 'static) -> Self {
        Self { name, make: Box::new(make) }
    }
}

impl Wanted {
    /// Returns the two columns of the table, or an error if they are not the reference's.
    fn judge(&self, made: &Made) -> Result<[String; 2]> {
        match made {
            Made::Digests(digests) => {
                let (found, expected) = (digests.text(), self.expected.text());
                ensure!(found == expected, "{}, expected {}", found.join(" "), expected.join(" "));
                Ok(found)
            }
            Made::First => Ok(["each image is equal".into(), String::new()]),
        }
    }

    /// Reads the digests that a program has printed.
    fn said(&self, text: &str) -> Result<Made> {
        let digest = |count: u32| -> Result<u32> {
            let beginning = format!("{count} pairs: ");
            let mut digests = text.lines().filter_map(|line| line.strip_prefix(&beginning));
            let digest = digests.next().and_then(|digit| u32::from_str_radix(digit, 16).ok());
            digest.with_context(|| format!("it did not say {beginning:?}:\n{text}"))
        };
        let [first, count] = self.counts;
        Ok(Made::Digests(Digests([digest(first)?, digest(count)?])))
    }
}

impl Digests {
    /// Takes the pixels of all images, and how many bytes the first have.
    fn of(pixels: &[u8], first: usize) -> Self {
        Self([&pixels[..first], pixels].map(reference::crc32))
    }

    fn text(self) -> [String; 2] {
        self.0.map(|crc| format!("{crc:08x}"))
    }
}

/// Returns the label of a pair.
fn label(pair: u32, classes: u16) -> Option<u16> {
    pair.checked_rem(classes.into()).map(|label| label as u16)
}

/// Returns the digests of the naive reference's images.
fn of_reference(blob: &Blob, pairs: &Pairs) -> Result<Digests> {
    // A damaged file is told as it is everywhere; the reference has words of its own.
    blob.decode()?;
    let model = reference::parse(blob.bytes())
        .map_err(|error| anyhow!("{}: {error}", relative(blob.path())))?;
    ensure!(
        !reference::is_float(&model),
        "--model: float models need not have the same pixels to the last bit"
    );
    let mut pixels = Vec::new();
    for pair in 0..pairs.count {
        let latent = sampler::codes(pair.into(), 0, model.latent_len.into());
        pixels.extend(reference::generate(&model, &latent, label(pair, model.classes)));
    }
    let first = pixels.len() / pairs.count as usize * pairs.first as usize;
    Ok(Digests::of(&pixels, first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_is_judged_by_both_digests() {
        let blob = Blob::from_bytes(Path::new("none.gan"), &[]);
        // The CRC-32 of no bytes, and the check value that catalogues of CRCs give.
        let expected = Digests::of(b"123456789", 0);
        assert_eq!(expected.text(), ["00000000", "cbf43926"]);
        let wanted = Wanted { blob, counts: [20, 100], expected };
        let judge = |text: &str| wanted.said(text).and_then(|made| wanted.judge(&made));
        let right = "a warning\n20 pairs: 00000000\n100 pairs: cbf43926\n";
        assert_eq!(judge(right).unwrap(), expected.text());
        for (text, error) in [
            ("20 pairs: 00000000\n100 pairs: cbf43927", "00000000 cbf43927, expected 00000000"),
            ("20 pairs: 00000001\n100 pairs: cbf43926", "00000001 cbf43926, expected 00000000"),
            ("20 pairs: 00000000\n", "it did not say \"100 pairs: \""),
            ("20 pairs: zero\n100 pairs: cbf43926", "it did not say \"20 pairs: \""),
        ] {
            let found = judge(text).unwrap_err().to_string();
            assert!(found.starts_with(error), "{found}");
        }
    }

    #[test]
    fn labels_follow_each_other() {
        assert_eq!([0, 9, 10, 2_000].map(|pair| label(pair, 10)), [0, 9, 0, 0].map(Some));
        assert_eq!(label(7, 0), None);
    }
}
