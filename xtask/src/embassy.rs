//! The example with an async executor, `gan-embedded/examples-embassy`: it draws the right image,
//! and the other task waits for no more than one step of rows.

use std::collections::BTreeMap;

use gan_tests::reference::{self, Model, sampler};

use crate::boards;
use crate::prelude::*;
use crate::qemu::{self, End};

/// The board that the example is for.
const BOARD: &str = "mps2-an386";
/// The program, and its package.
const NAME: &str = "examples-embassy";
/// The model that it draws, from the repository's root.
const MODEL: &str = "models/mnist-large.gan";
/// The image takes a tenth of a second.
const LIMIT: Duration = Duration::from_secs(60);

fn folder() -> PathBuf {
    boards::firmware_folder().join(NAME)
}

/// Checks the example's sources, builds it, runs it in QEMU and judges what it prints.
pub fn check(toolchain: Toolchain, tally: &mut Tally) -> Result<()> {
    if toolchain != Toolchain::Rustup {
        println!("SKIPPED: the example is built with rustup's targets only");
        return Ok(());
    }
    // Only this example needs these crates.
    let fetched = shell::or_skip("the example, whose crates are missing", cargo("fetch").read());
    if fetched.is_none() {
        return Ok(());
    }
    cargo("fmt --check").run()?;
    let board = boards::select_one(BOARD)?;
    let build = format!("--quiet --release --target {}", board.target);
    cargo(&format!("clippy {build} -- -D warnings")).run()?;
    cargo(&format!("build {build}")).run()?;
    let elf = folder().join("target").join(&board.target).join("release").join(NAME);
    // Every instruction takes a nanosecond, so that ticks of the core's timer count instructions.
    let run = qemu::run_with(&["-icount", "shift=0"], board, &elf, LIMIT)?;
    let said = run.lines.join("\n");
    println!("{said}");
    ensure!(run.end == End::Exit(0), "{}", run.end);
    let blob = Blob::read(&root().join(MODEL))?;
    let model = reference::parse(blob.bytes()).map_err(|error| anyhow!("{MODEL}: {error}"))?;
    judge(&model, &said)?;
    tally.pass();
    Ok(())
}

fn cargo(words: &str) -> Command {
    let mut command = shell::cargo(&folder());
    command.words(words);
    command
}

/// Returns an error unless the lines of the example are as they must be for this model. The lines
/// that count are made of names and numbers in turn.
fn judge(model: &Model, said: &str) -> Result<()> {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let said: BTreeMap<String, String> = said
        .lines()
        .filter(|line| line.starts_with("seed ") || line.starts_with("step "))
        .flat_map(|line| words(line).chunks(2).map(<[_]>::to_vec).collect::<Vec<_>>())
        .filter_map(|pair| <[String; 2]>::try_from(pair).ok().map(Into::into))
        .collect();
    let text = |name: &str| {
        said.get(name).with_context(|| format!("the example did not say its {name}: {said:?}"))
    };
    let number = |name: &str| -> Result<u64> { Ok(text(name)?.parse()?) };

    let latent = sampler::codes(number("seed")?, 0, model.latent_len.into());
    let label = u16::try_from(number("label")?)?;
    let image = reference::generate(model, &latent, Some(label));
    let (expected, got) = (format!("{:08x}", reference::crc32(&image)), text("crc")?);
    ensure!(expected == *got, "the image is wrong: its CRC-32 is {got}, the host's is {expected}");

    let (step, rows, most) = (number("step")?, number("rows")?, number("most-rows")?);
    let outputs = model.layers.iter().map(|layer| u64::from(layer.outputs)).sum::<u64>();
    ensure!(rows == outputs, "{rows} rows were computed, the model has {outputs}");
    ensure!(
        (1..=step).contains(&most),
        "{most} rows were computed between two turns of the other task, expected at most {step}"
    );
    let turns = number("turns")?;
    ensure!(
        turns >= rows / step,
        "the other task had {turns} turns, expected at least {}",
        rows / step
    );
    // The same without trust in the example's count of rows. A step of the widest rows has
    // `step * inputs` of the model's multiply-accumulates, and so that share of the time; twice as
    // much allows for rows that are slower than others, and for what is no row.
    let inputs = model.layers.iter().map(|layer| u64::from(layer.inputs)).max().unwrap_or(0);
    let macs = model
        .layers
        .iter()
        .map(|layer| u64::from(layer.inputs) * u64::from(layer.outputs))
        .sum::<u64>();
    let (ticks, most) = (number("ticks")?, number("most-ticks")?);
    let limit = 2 * ticks * step * inputs / macs;
    ensure!(
        (1..=limit).contains(&most),
        "the other task waited for {most} of {ticks} ticks, expected at most {limit}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A step of one of the two rows has half of the work, and may take twice as much: all ticks.
    #[test]
    fn every_figure_is_judged() {
        let model = gan_tests::synthetic::tiny();
        let image = reference::generate(&model, &sampler::codes(3, 0, 2), Some(1));
        let good = format!(
            "..@@\nseed 3 label 1 crc {:08x}\n\
             step 1 rows 2 turns 2 most-rows 1 ticks 50 most-ticks 50",
            reference::crc32(&image)
        );
        judge(&model, &good).unwrap();
        for (from, to, reason) in [
            ("seed 3", "seed 4", "the image is wrong"),
            ("label 1", "label 0", "the image is wrong"),
            ("rows 2", "rows 3", "3 rows were computed"),
            ("most-rows 1", "most-rows 2", "2 rows were computed between"),
            ("most-rows 1", "most-rows 0", "0 rows were computed between"),
            ("turns 2", "turns 1", "had 1 turns"),
            ("most-ticks 50", "most-ticks 51", "waited for 51 of 50 ticks"),
            (" most-ticks 50", "", "did not say its most-ticks"),
        ] {
            let error = judge(&model, &good.replace(from, to)).unwrap_err().to_string();
            assert!(error.contains(reason), "{from} -> {to}: {error}");
        }
    }
}
