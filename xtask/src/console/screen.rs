//! What a board's display shows, from QEMU's monitor.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};

use serde_json::{Value, json};

use crate::prelude::*;

/// The time after which no answer is expected any more: far more than one takes.
const LIMIT: Duration = Duration::from_secs(30);

/// A monitor that QEMU is told to open, which speaks its machine protocol (QMP).
pub struct Monitor {
    /// The address of the monitor on this machine, by TCP, which every system has.
    address: SocketAddr,
}

impl Monitor {
    /// Makes a monitor for the next QEMU, at an address that nothing else uses now.
    pub fn new() -> Result<Self> {
        Ok(Self { address: TcpListener::bind("127.0.0.1:0")?.local_addr()? })
    }

    /// Returns the arguments by which QEMU opens this monitor.
    pub fn arguments(&self) -> [String; 2] {
        ["-qmp".into(), format!("tcp:{},server=on,wait=off", self.address)]
    }

    /// Has QEMU write its screen into a file, as PNG or PPM.
    pub fn dump(&self, file: &Path, format: &str) -> Result<()> {
        let stream = TcpStream::connect(self.address).context("QEMU's monitor")?;
        stream.set_read_timeout(Some(LIMIT))?;
        let mut answers = BufReader::new(stream.try_clone()?).lines();
        let mut to = stream;
        // It greets, and wants to be told that we know the protocol.
        answers.next().context("QEMU's monitor says nothing")??;
        for command in [
            json!({ "execute": "qmp_capabilities" }),
            json!({ "execute": "screendump", "arguments": { "filename": file, "format": format } }),
        ] {
            writeln!(to, "{command}")?;
            loop {
                let answer: Value =
                    serde_json::from_str(&answers.next().context("QEMU's monitor ended")??)?;
                match (&answer["return"], &answer["error"]["desc"]) {
                    (Value::Null, Value::Null) => {} // something that happened meanwhile
                    (Value::Null, error) => bail!("{command}: {error}"),
                    _ => break,
                }
            }
        }
        Ok(())
    }
}

/// A grey display.
#[derive(Debug, PartialEq, Eq)]
pub struct Screen {
    /// The number of dots in a line.
    pub width: usize,
    /// The dots, line by line: 0 is black, 255 is white.
    pub dots: Vec<u8>,
}

impl Screen {
    /// Returns a black screen.
    pub fn black(width: usize, height: usize) -> Self {
        Self { width, dots: vec![0; width * height] }
    }

    /// Reads a PPM file on which a dot of the display is a square of `scale` by `scale` pixels, all
    /// of the same grey.
    pub fn read(file: &Path, scale: usize) -> Result<Self> {
        let bytes = fs::read(file)?;
        let mut parts = bytes.splitn(4, |&byte| byte == b'\n');
        let (kind, size) = (
            parts.next(),
            parts.next().and_then(|size| str::from_utf8(size).ok()).unwrap_or_default(),
        );
        let (width, height) = size.split_once(' ').context("no size in QEMU's picture")?;
        let (width, height): (usize, usize) = (width.parse()?, height.parse()?);
        ensure!(
            kind == Some(b"P6") && parts.next() == Some(b"255"),
            "QEMU's picture is no PPM file"
        );
        let (pixels, rest) = parts.next().unwrap_or_default().as_chunks::<3>();
        ensure!(
            pixels.len() == width * height && rest.is_empty(),
            "{} pixels of {width} by {height}",
            pixels.len()
        );
        ensure!(
            width % scale == 0 && height % scale == 0,
            "{width} by {height} pixels, {scale} a dot"
        );
        let mut screen = Self::black(width / scale, height / scale);
        for (index, &[red, green, blue]) in pixels.iter().enumerate() {
            let (x, y) = (index % width, index / width);
            let dot = &mut screen.dots[y / scale * (width / scale) + x / scale];
            if x % scale == 0 && y % scale == 0 {
                *dot = red;
            }
            ensure!([red, green, blue] == [*dot; 3], "pixel {x}, {y} is no part of a grey dot");
        }
        Ok(screen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dots() {
        let folder = Temporary::new().unwrap();
        let file = folder.join("screen.ppm");
        let read = |pixels: &[u8], scale| {
            fs::write(&file, [b"P6\n4 2\n255\n", pixels].concat()).unwrap();
            Screen::read(&file, scale)
        };
        // Two dots, the first of them the grey of a line's end.
        let line = [[10; 6], [7; 6]].concat();
        let good = [&line[..], &line].concat();
        assert_eq!(read(&good, 2).unwrap(), Screen { width: 2, dots: vec![10, 7] });
        assert_eq!(read(&good, 1).unwrap().dots, [10, 10, 7, 7, 10, 10, 7, 7]);
        for at in [0, 5, 23] {
            let mut bad = good.clone();
            bad[at] ^= 1;
            assert!(read(&bad, 2).is_err(), "{at}");
        }
        assert!(read(&good[1..], 2).is_err() && read(&good, 3).is_err());
    }
}
