//! Training by several devices of one computer: a thread for each.

use super::together;
use crate::ranks::Ranks;
use crate::ranks::threads::{self, Sums};
use anyhow::Error;
use burn::prelude::Device;
use std::panic::{self, AssertUnwindSafe};
use std::thread::{self, JoinHandle};

/// What ends the process when a rank has failed: by this error, or by a panic.
pub type Failed = fn(Option<Error>) -> !;

/// How several devices add up tensors in this build.
pub const SUMS: Sums = if cfg!(feature = "nccl") { Sums::OnDevices } else { Sums::OnHost };

/// Ranks of which each has a device. The first one is the thread that starts the group; the others
/// follow it until [`Self::finish`].
#[derive(Debug)]
pub struct Group {
    ranks: Ranks,
    followers: Vec<JoinHandle<()>>,
}

impl Group {
    /// Starts a thread for each device but the first, which is the caller's. No device, or one, is
    /// a group of one rank. A rank that fails calls `failed`, since the others wait for it.
    pub fn start(devices: &[Device], sums: Sums, failed: Failed) -> Self {
        let [_, others @ ..] = devices else { return Self::of_processes(Ranks::ALONE) };
        if others.is_empty() {
            return Self::of_processes(Ranks::ALONE);
        }
        let mut all = threads::ranks(devices.len(), sums).into_iter();
        let ranks = all.next().expect("there is a first one");
        let follower = |(ranks, device): (Ranks, &Device)| {
            let device = device.clone();
            thread::spawn(move || follow(&ranks, &device, failed))
        };
        Self { ranks, followers: all.zip(others).map(follower).collect() }
    }

    /// The group of ranks that are processes: they end by themselves.
    pub fn of_processes(ranks: Ranks) -> Self {
        Self { ranks, followers: Vec::new() }
    }

    /// All ranks, as the first one sees them.
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// Ends the other threads, after the last run.
    pub fn finish(self) {
        if !self.followers.is_empty() {
            together::release(&self.ranks);
        }
        for follower in self.followers {
            follower.join().expect("a rank that fails ends the process");
        }
    }
}

/// A thread's whole life. The first rank decides when to stop.
fn follow(ranks: &Ranks, device: &Device, failed: Failed) {
    let follow = || together::follow(ranks, device, || false);
    match panic::catch_unwind(AssertUnwindSafe(follow)) {
        Ok(Ok(())) => (),
        Ok(Err(error)) => failed(Some(error.context(format!("{device:?}")))),
        Err(_) => failed(None),
    }
}
