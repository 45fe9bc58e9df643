//! The cycles of an image that a real board counts by itself, beside what the manuals' costs of
//! instructions let expect.

use super::record::crc_of_images;
use super::{plugin, record};
use crate::boards;
use crate::firmware::{self, Count, Input};
use crate::prelude::*;
use crate::qemu::End;
use crate::runner::Runner;
use crate::setup;

/// The time limit for writing the flash and making an image.
const LIMIT: Duration = Duration::from_secs(300);

/// Counts, and prints a line for each board.
pub fn run(boards: &[&'static Board], model: Option<&Path>, runner: &Runner) -> Result<()> {
    let path = vectors::given(model)?;
    let blob = Blob::read(&path)?;
    let macs = blob.decode()?.macs();
    for board in boards {
        let toolchain = setup::firmware(boards)?;
        let input = Input { count: Count::Cycles, ..Input::model(&path) };
        let elf = firmware::build(toolchain, board, "count", input)?;
        let cycles = cycles(board, &elf, &blob, runner)?;
        let per_mac = cycles as f64 / macs as f64;
        println!("{} {}: {cycles} cycles, {per_mac:.3} a MAC", board.name, blob.stem());
        match estimated(toolchain, board, &blob)? {
            Some((other, estimate)) => {
                let percent = 100.0 * (estimate as f64 / cycles as f64 - 1.0);
                println!("estimated from {other} in QEMU: {estimate} cycles, {percent:+.1} %");
            }
            None => println!("no table of costs is for a {}", board.core),
        }
    }
    Ok(())
}

/// Runs the program on the board, and returns the cycles that the board counted.
fn cycles(board: &Board, elf: &Path, blob: &Blob, runner: &Runner) -> Result<u64> {
    let run = runner.run(board, elf, None, LIMIT)?;
    let said = |what: &str| run.lines.iter().find_map(|line| line.trim().strip_prefix(what));
    let crc = format!("{:08x}", crc_of_images(blob, 1)?);
    match (run.end, said("crc "), said("cycles ").map(str::parse)) {
        (End::Exit(0), Some(said), Some(Ok(cycles))) if said == crc => Ok(cycles),
        (end, ..) => bail!("{end}, expected crc {crc} and cycles:\n  {}", run.lines.join("\n  ")),
    }
}

/// Returns the estimate for the first board in QEMU with the same core and kernel, if there is one.
fn estimated(
    toolchain: Toolchain,
    board: &Board,
    blob: &Blob,
) -> Result<Option<(&'static str, u64)>> {
    let alike = |other: &&&Board| (&other.core, &other.kernel) == (&board.core, &board.kernel);
    let emulated = boards::emulated();
    let Some(other) = emulated.iter().find(alike) else { return Ok(None) };
    let plugin = plugin::build(other)?;
    let record = record::count(toolchain, &plugin, other, blob, Count::Image, None)?;
    Ok(record.estimated_cycles.map(|cycles| (record.board, cycles)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::tools::tests::Fake;

    #[test]
    fn cycles_are_taken_if_the_image_is_right() {
        let blob = Blob::read(&vectors::default_model().unwrap()).unwrap();
        let crc = crc_of_images(&blob, 1).unwrap();
        let board = boards::select_one("nrf52840-dk").unwrap();
        let count = |script: &str| {
            let fake = Fake::new(&["probe-rs"], script);
            let runner = Runner::Probe(fake.tools(), Vec::new());
            cycles(board, Path::new("count"), &blob, &runner).map_err(|error| error.to_string())
        };
        assert_eq!(count(&format!("echo crc {crc:08x}; echo cycles 30164")), Ok(30164));
        for wrong in [
            format!("echo crc {:08x}; echo cycles 1", crc ^ 1),
            format!("echo crc {crc:08x}"),
            format!("echo crc {crc:08x}; echo cycles 1; exit 1"),
        ] {
            assert!(count(&wrong).unwrap_err().contains("expected crc"), "{wrong}");
        }
    }
}
