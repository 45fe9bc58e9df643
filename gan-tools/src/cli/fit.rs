//! `gan fit`.

use crate::blob_file;
use crate::fit::{self, Costs, Faster, Fit, Work};
use crate::inspect::part;
use crate::json::Json;
use crate::numbers::thousands;
use anyhow::Result;
use clap::Args;
use gan_core::Generator;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// The model does not fit the board that was asked for.
const DOES_NOT_FIT: u8 = 3;

/// Show which boards a blob fits, what it leaves free, and how long a start and an image take
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan fit models/mnist-small.gan
  gan fit models/mnist-large.gan --board nrf52840-dk || echo too large

Exit codes: 0 it fits (or no --board), 3 it does not, 1 failed, 2 wrong usage.

`start` is the CRC of the model, which the firmware compares before its first image; --json has the
time of `decode` as well, which a model from elsewhere takes.

Sizes are those of the linked application (`cargo xtask size --check` compares them), the model
packed for the board's kernel. Times are estimates: instructions counted in QEMU, at the cycles that
the manuals of Cortex-M0, M3 and M4 give, and at one cycle each on other cores; flash inside the
chip without wait states. `compute` is that of the instructions. On pico, pico2 and esp32-c3 the
model comes from a serial flash, and `reading` is the time that its wires take for every byte; an
image takes both. A note says where the wires take the larger part, and what would be faster.")]
pub struct FitCommand {
    /// The blob
    #[arg(value_name = "MODEL.gan")]
    model: PathBuf,
    /// One board only: the exit code says whether it fits
    #[arg(long)]
    board: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug)]
struct Report<'f> {
    board: &'f str,
    core: &'f str,
    kernel: &'f str,
    fits: bool,
    flash_bytes: u64,
    flash_needed: u64,
    flash_free: i64,
    ram_bytes: u64,
    ram_needed: u64,
    ram_free: i64,
    image: Option<Work>,
    check: Option<Work>,
    decode: Option<Work>,
    faster: Option<Faster>,
}

impl<'f> From<&'f Fit> for Report<'f> {
    fn from(fit: &'f Fit) -> Self {
        let Fit { board, flash, ram, image, check, decode, faster } = fit;
        Self {
            board: &board.name,
            core: &board.core,
            kernel: &board.kernel,
            fits: fit.fits(),
            flash_bytes: board.flash,
            flash_needed: *flash,
            flash_free: board.flash.cast_signed() - flash.cast_signed(),
            ram_bytes: board.ram,
            ram_needed: *ram,
            ram_free: board.ram.cast_signed() - ram.cast_signed(),
            image: *image,
            check: *check,
            decode: *decode,
            faster: *faster,
        }
    }
}

impl Report<'_> {
    fn json(&self) -> Json {
        let instructions = |work: Option<Work>| work.map(|work| work.instructions).into();
        let rounded = |time: Option<f64>| time.map(two_digits).into();
        let milliseconds = |work: Option<Work>| rounded(work.and_then(|work| work.milliseconds()));
        let wait = self.image.filter(|work| work.compute.is_some()).map(|work| work.wait);
        Json::Object(vec![
            ("board", self.board.into()),
            ("core", self.core.into()),
            ("kernel", self.kernel.into()),
            ("fits", self.fits.into()),
            ("flash_bytes", self.flash_bytes.into()),
            ("flash_needed", self.flash_needed.into()),
            ("flash_free", self.flash_free.into()),
            ("ram_bytes", self.ram_bytes.into()),
            ("ram_needed", self.ram_needed.into()),
            ("ram_free", self.ram_free.into()),
            ("instructions", instructions(self.image)),
            ("milliseconds", milliseconds(self.image)),
            ("compute_milliseconds", rounded(self.image.and_then(|work| work.compute))),
            ("flash_milliseconds", rounded(wait)),
            ("check_instructions", instructions(self.check)),
            ("check_milliseconds", milliseconds(self.check)),
            ("decode_instructions", instructions(self.decode)),
            ("decode_milliseconds", milliseconds(self.decode)),
            ("four_bits_milliseconds", rounded(self.faster.and_then(|it| it.in_four_bits))),
            ("in_ram_milliseconds", rounded(self.faster.and_then(|it| it.in_ram))),
        ])
    }
}

impl Report<'_> {
    /// Says of a board that waits for its flash longer than it computes what would be faster.
    fn flash_note(&self) -> Option<String> {
        let (image, faster) = (self.image.filter(|_| self.fits)?, self.faster?);
        let mut note = format!(
            "{}: {} of the {} ms of an image are for reading the model from serial flash",
            self.board,
            estimate(image.wait),
            estimate(image.milliseconds()?)
        );
        if let Some(time) = faster.in_four_bits {
            note += &format!("; in four bits about {} ms", estimate(time));
        }
        if let Some(time) = faster.in_ram {
            note += &format!("; in RAM (`cargo xtask firmware --ram`) about {} ms", estimate(time));
        }
        Some(note)
    }
}

impl FitCommand {
    pub(super) fn run(self) -> Result<ExitCode> {
        let file = blob_file::read(&self.model)?;
        let generator = file.generator();
        let costs = Costs::committed()?;
        let boards = match &self.board {
            Some(name) => vec![fit::board(name)?],
            None => fit::boards()?,
        };
        let fits = boards
            .iter()
            .map(|board| Fit::new(board, &generator, &costs))
            .collect::<Result<Vec<_>>>()?;
        let reports: Vec<_> = fits.iter().map(Report::from).collect();
        if self.json {
            let list = Json::List(reports.iter().map(Report::json).collect());
            super::print(&format!("{list}\n"))?;
        } else {
            super::print(&(goes_in(&generator) + &table(&reports)?))?;
        }
        let missing = self.board.is_some() && fits.iter().any(|fit| !fit.fits());
        Ok(if missing { ExitCode::from(DOES_NOT_FIT) } else { ExitCode::SUCCESS })
    }
}

/// A line that says what goes in, of a model that takes an image.
fn goes_in(generator: &Generator<'_>) -> String {
    if generator.inputs().image().is_none() {
        return String::new();
    }
    let parts: Vec<_> = generator.inputs().as_slice().iter().map(part).collect();
    format!("{}: {}\n\n", generator.name(), parts.join(", "))
}

fn table(reports: &[Report<'_>]) -> Result<String> {
    let mut text = String::new();
    writeln!(
        text,
        "{:<16} {:<10} {:>9} {:>10} {:>6} {:>10} {:>8} {:>8} {:>8} {:>8}  fits",
        "board", "core", "flash", "free", "RAM", "free", "start", "compute", "reading", "image"
    )?;
    for report in reports {
        let Report { board, core, flash_needed, flash_free, ram_needed, ram_free, .. } = report;
        let image = report.image.filter(|work| work.compute.is_some());
        let [start, compute, reading, image] = [
            report.check.and_then(|work| work.milliseconds()),
            image.and_then(|work| work.compute),
            image.map(|work| work.wait).filter(|&wait| wait > 0.0),
            image.and_then(|work| work.milliseconds()),
        ]
        .map(|time| time.map_or("-".into(), |time| format!("{} ms", estimate(time))));
        let core = core.split(' ').next().unwrap_or_default();
        let signed = |bytes: i64| {
            format!("{}{}", if bytes < 0 { "-" } else { "" }, thousands(bytes.unsigned_abs()))
        };
        let over = |free: i64, what: &str| {
            (free < 0)
                .then(|| format!("{} bytes of {what} too many", thousands(free.unsigned_abs())))
        };
        let missing: Vec<_> =
            [over(*flash_free, "flash"), over(*ram_free, "RAM")].into_iter().flatten().collect();
        let verdict =
            if missing.is_empty() { "yes".into() } else { format!("no: {}", missing.join(", ")) };
        writeln!(
            text,
            "{board:<16} {core:<10} {:>9} {:>10} {:>6} {:>10} {start:>8} {compute:>8} {reading:>8} \
             {image:>8}  {verdict}",
            thousands(*flash_needed),
            signed(*flash_free),
            thousands(*ram_needed),
            signed(*ram_free)
        )?;
    }
    let notes: Vec<_> = reports.iter().filter_map(Report::flash_note).collect();
    if !notes.is_empty() {
        writeln!(text, "\n{}", notes.join("\n"))?;
    }
    Ok(text)
}

/// A number of milliseconds with two digits that count: what is estimated is not known better.
fn two_digits(milliseconds: f64) -> f64 {
    format!("{milliseconds:.1e}").parse().unwrap_or(milliseconds)
}

/// The same as text, without an exponent.
fn estimate(milliseconds: f64) -> String {
    let rounded = two_digits(milliseconds);
    let digits = if rounded > 0.0 { 1 - rounded.log10().floor() as i32 } else { 0 };
    format!("{rounded:.*}", digits.max(0) as usize)
}

#[cfg(test)]
mod tests {
    use super::estimate;

    #[test]
    fn times_have_two_digits_that_count() {
        for (time, expected) in [
            (151.49, "150"),
            (69.6, "70"),
            (8.94, "8.9"),
            (9.96, "10"),
            (0.446, "0.45"),
            (0.0, "0"),
        ] {
            assert_eq!(estimate(time), expected);
        }
    }
}
