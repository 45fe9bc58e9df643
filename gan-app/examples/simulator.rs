//! The application on the host, with a display of any size that becomes a PNG file.
//!
//! ```sh
//! cargo run --release -p gan-app --example simulator -- models/mnist-small.gan \
//!     --send "seed 3; 7" --png screen.png
//! # Type commands, end with Ctrl-D:
//! cargo run --release -p gan-app --example simulator -- models/mnist-small.gan
//! ```

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fs;
use std::io::{BufRead, Write as _, stdin, stdout};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use embedded_graphics::Pixel;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::pixelcolor::{Gray8, GrayColor};
use embedded_io::{ErrorType, Read, ReadReady, Write};
use gan_app::{Board, Memory, Stack, serve};
use gan_core::decode;
use gan_core::memory::Rooms;
use gan_core::tools::AlignedBytes;

/// Runs the firmware's application on this computer.
#[derive(Parser)]
struct Arguments {
    /// The model
    model: PathBuf,
    /// Commands, separated by semicolons; without them, they are read from standard input
    #[arg(long, value_name = "COMMANDS")]
    send: Option<String>,
    /// Where to write what the display shows at the end
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Size of the display
    #[arg(long, value_name = "WIDTHxHEIGHT", default_value = "128x64", value_parser = size)]
    display: (u32, u32),
}

fn size(text: &str) -> Result<(u32, u32)> {
    let (width, height) = text.split_once('x').context("expected WIDTHxHEIGHT, as in 128x64")?;
    let (width, height) = (width.parse()?, height.parse()?);
    ensure!(
        (1..=4096).contains(&width) && (1..=4096).contains(&height),
        "each side has 1 to 4096 dots"
    );
    Ok((width, height))
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let name = arguments.model.display();
    let file = fs::read(&arguments.model).with_context(|| name.to_string())?;
    let blob = AlignedBytes::copy_of(&file);
    let generator = decode(&blob).with_context(|| name.to_string())?;
    let mut memory = Memory {
        latent: &mut vec![0; generator.latent_len()],
        given: &mut vec![0; Rooms::of(&generator, false).given],
        scratch: &mut vec![0; generator.scratch_len()],
        line: &mut vec![0; generator.line_len()],
        grid: &mut vec![0; Rooms::of(&generator, false).grid],
    };
    let (width, height) = arguments.display;
    let mut host = Host {
        typed: VecDeque::new(),
        start: Instant::now(),
        screen: Screen { size: Size::new(width, height), dots: vec![0; (width * height) as usize] },
    };
    let mut lines: Box<dyn Iterator<Item = Result<String>>> = match &arguments.send {
        Some(script) => Box::new(script.split(';').map(|line| Ok(line.trim().to_owned()))),
        None => Box::new(stdin().lock().lines().map(|line| Ok(line?))),
    };
    let mut failed = None;
    serve(&mut host, &generator, generator.crc(), &mut memory, |host| {
        // A line at a time, and nothing in between, so that the board is never idle.
        if host.typed.is_empty() {
            match lines.next() {
                Some(Ok(line)) => host.typed.extend(line.bytes().chain([b'\r'])),
                Some(Err(error)) => failed = Some(error),
                None => {}
            }
        }
        !host.typed.is_empty()
    });
    println!();
    if let Some(error) = failed {
        bail!("standard input: {error}");
    }
    arguments
        .png
        .map_or(Ok(()), |path| host.screen.save(&path).with_context(|| path.display().to_string()))
}

/// This computer as a board.
struct Host {
    typed: VecDeque<u8>,
    start: Instant,
    screen: Screen,
}

impl Board for Host {
    const NAME: &'static str = "simulator";
    const CORE: &'static str = "this computer";
    const TICKS_PER_SECOND: u32 = 1_000_000_000;

    type Port = Self;
    type Color = Gray8;
    type Display = Screen;

    fn port(&mut self) -> &mut Self {
        self
    }

    fn ticks(&mut self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    fn display(&mut self) -> Option<&mut Screen> {
        Some(&mut self.screen)
    }

    fn stack(&self) -> Option<Stack> {
        None
    }
}

impl ErrorType for Host {
    type Error = Infallible;
}

impl ReadReady for Host {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.typed.is_empty())
    }
}

impl Read for Host {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        let count = bytes.len().min(self.typed.len());
        bytes.iter_mut().zip(self.typed.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok(count)
    }
}

impl Write for Host {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        // A reader that has gone away is no reason to stop drawing.
        let _ = stdout().write_all(bytes).and_then(|()| stdout().flush());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A grey display.
struct Screen {
    size: Size,
    dots: Vec<u8>,
}

impl Screen {
    /// Writes what it shows; the file is there as a whole or not at all.
    fn save(&self, path: &Path) -> Result<()> {
        let folder =
            path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let temporary =
            folder.join(format!(".{}.part", path.file_name().context("no file name")?.display()));
        let written = self.write(&temporary).and_then(|()| Ok(fs::rename(&temporary, path)?));
        if written.is_err() {
            // What is left of it is of no use.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    fn write(&self, path: &Path) -> Result<()> {
        let mut encoder =
            png::Encoder::new(fs::File::create(path)?, self.size.width, self.size.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.dots)?;
        Ok(writer.finish()?)
    }
}

impl OriginDimensions for Screen {
    fn size(&self) -> Size {
        self.size
    }
}

impl DrawTarget for Screen {
    type Color = Gray8;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(at, color) in pixels {
            let (Ok(x), Ok(y)) = (u32::try_from(at.x), u32::try_from(at.y)) else { continue };
            if x < self.size.width && y < self.size.height {
                self.dots[(y * self.size.width + x) as usize] = color.luma();
            }
        }
        Ok(())
    }
}
