//! The steps that build firmware, and run it in emulators.

use super::steps::Steps;
use crate::boards;
use crate::firmware::{self, Input};
use crate::prelude::*;
use crate::runner::Runner;
use crate::{c, console, count, embassy, fit, hardware, outsider, parity, size, symbols, template};

/// The boards that also run in the newer QEMU: cores that no board has which runs there anyhow.
const IN_NEWER_QEMU: [&str; 2] = ["microbit", "mps2-an505"];

/// Checks parity in the QEMU that `setup` has unpacked beside the installed one, if there is one.
fn in_newer_qemu(tally: &mut Tally) -> Result<()> {
    if !boards::newer_folder().exists() || boards::is_refused() {
        println!("SKIPPED: no QEMU is unpacked beside the installed one (docs/testing.md)");
        return Ok(());
    }
    for board in IN_NEWER_QEMU {
        let mut parity = Command::new(std::env::current_exe()?);
        parity.args(["parity", "--board", board]).env(boards::CHOICE, "newer");
        let mut sum = None;
        // Its last line begins with `parity: `.
        let of_line = |line: &str| Tally::parse(line.strip_prefix("parity: ")?, ',');
        parity.stream(|line| sum = of_line(line).or(sum))?;
        *tally += sum.with_context(|| format!("parity of {board} ended without a sum"))?;
    }
    Ok(())
}

/// Runs a check of every board, for several packages at once.
fn each(tally: &mut Tally, check: impl Fn(&Board) -> Result<()> + Sync) -> Result<()> {
    let checks = boards::by_package(&boards::all(), |board| {
        let checked = check(board);
        if let Err(error) = &checked {
            println!("{}: {error:#}", board.name);
        }
        Ok(Tally::one(checked.is_ok()))
    })?;
    checks.into_iter().for_each(|one| *tally += one);
    Ok(())
}

impl Steps {
    /// Runs all of them.
    pub fn firmware(&mut self, toolchain: Toolchain) {
        let model =
            || -> Result<PathBuf> { vectors::default_model().context("a model to build with") };
        let (all, hardware) = (boards::emulated(), boards::hardware());
        self.counted("clippy: firmware", |tally| match toolchain {
            Toolchain::Rustup => {
                each(tally, |board| firmware::clippy(board, Input::model(&model()?)))
            }
            Toolchain::Debian => {
                println!("SKIPPED: the toolchain that has clippy lacks the targets");
                Ok(())
            }
        });
        self.counted("doc: firmware", |tally| {
            each(tally, |board| firmware::doc(toolchain, board, Input::model(&model()?)))
        });
        self.check("firmware: size", || size::check(&boards::all()));
        self.check("firmware: sizes for fit", || fit::boards::check(toolchain));
        self.check("firmware: hardware boards build", || hardware::check(toolchain, &hardware));
        self.check("firmware: nothing can panic", || {
            // It links only where the optimizer has proved that; there is nothing to run.
            // The features are those that the models need.
            let synthetic = |stem: &str| vectors::folder().join(format!("{stem}.gan"));
            for model in [synthetic("v1-float"), synthetic("v2-int4"), vectors::default_model()?] {
                for board in &all {
                    for bin in ["", "_known", "_table", "_transform"] {
                        let bin = &format!("panic_free{bin}");
                        firmware::build(toolchain, board, bin, Input::model(&model))?;
                    }
                }
            }
            Ok(())
        });
        self.check("firmware: the application cannot panic", || symbols::check(toolchain, &all));
        self.check("firmware: console", || console::check(toolchain, &all));
        self.check("firmware: display", || console::display::check(toolchain));
        self.counted("firmware: pico in rp2040js", |tally| {
            if boards::is_skipped("pico") {
                println!("SKIPPED: the Pico's crates");
            } else if let Some(emulator) =
                shell::or_skip("rp2040js", shell::npm(console::pico::VERSION))
            {
                console::pico::check(toolchain, &emulator)?;
                tally.pass();
            }
            Ok(())
        });
        self.counted("firmware: the C library", |tally| c::check(toolchain, tally));
        self.counted("firmware: an outsider's crate", |tally| outsider::check(toolchain, tally));
        self.counted("firmware: template", |tally| template::check(toolchain, tally));
        self.counted("firmware: embassy", |tally| embassy::check(toolchain, tally));
        self.check("count", || count::check(toolchain, &all));
        self.counted("parity", |tally| {
            *tally += parity::run(&all, None, &Runner::Qemu)?;
            Ok(())
        });
        self.counted("parity: in the newer QEMU", in_newer_qemu);
    }
}
