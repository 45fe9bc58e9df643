//! Everything that has to pass. A step that fails does not keep the others from running.

mod beside;
mod disk;
mod firmware;
mod host;
mod steps;

use clap::ValueEnum;

use crate::prelude::*;
use crate::setup;

use beside::Beside;
use steps::{SETUP, Steps};

/// Half of the steps. Nearly all builds of one half go into other folders than those of the other
/// half, so cargo's locks let them run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// What runs on this computer
    Host,
    /// What is built for boards, and run in emulators
    Firmware,
}

/// Runs all steps, or setup and those whose name contains `only`, of both parts or of one. The last
/// line on standard output is the sum, `N passed, N failed`.
pub fn run(only: Option<String>, part: Option<Part>) -> Tally {
    // A few steps are quick, and their output is wanted as it comes.
    let at_once = only.is_none() && part.is_none();
    let mut steps = Steps { only, ..Steps::default() };
    if at_once {
        disk::warn();
    }
    let toolchain = steps.value(SETUP, setup::run);
    let mut beside = None;
    if at_once {
        steps.counted(beside::NAME, |_| {
            beside = Some(Beside::start(Part::Firmware)?);
            Ok(())
        });
    }
    if part != Some(Part::Firmware) {
        steps.host();
    }
    match (beside, toolchain) {
        (Some(beside), _) => steps.join(beside),
        (None, _) if part == Some(Part::Host) || at_once => {}
        (None, Some(toolchain)) => steps.firmware(toolchain),
        (None, None) => steps.check("firmware", || bail!("not built: setup failed")),
    }
    steps.print();
    steps.tally
}
