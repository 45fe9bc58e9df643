//! The devices of a run, and who shares its batches.

use anyhow::{Error, Result, ensure};
use burn::prelude::Device;
use gan_train::nn::device::DeviceName;
use gan_train::ranks::Ranks;
use gan_train::train::group::{Group, SUMS};
use std::process::exit;

/// The exit code of a program that panicked, as Rust has it.
const PANICKED: i32 = 101;

/// Starts the ranks of a run on `devices`, which have this name: a thread for each, or the
/// processes that there are.
///
/// # Errors
///
/// Several processes on other devices than flex.
pub fn group(name: DeviceName, devices: &[Device], processes: &Ranks) -> Result<Group> {
    if processes.count() == 1 {
        return Ok(Group::start(devices, SUMS, failed));
    }
    ensure!(
        name == DeviceName::Flex,
        "--device {name}: processes of MPI share a batch on flex only; several GPUs of one \
         computer are one process of gan-train, with --device cuda:0-{}",
        processes.count() - 1
    );
    Ok(Group::of_processes(processes.clone()))
}

/// Ends the program: a device has failed, and the others cannot go on without it. A panic has been
/// told already.
fn failed(error: Option<Error>) -> ! {
    let Some(error) = error else { exit(PANICKED) };
    eprintln!("error: {error:#}");
    exit(1)
}
