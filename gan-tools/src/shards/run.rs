//! One worker of several.

use super::{Folder, Shard};
use crate::files::digest::sha256;
use crate::set::Maker;
use anyhow::{Result, ensure};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a worker waits before it tries to write again; twice as long before each further try.
const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// Which shards are a worker's: those whose number leaves the rest `index` when divided by `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    index: u64,
    of: u64,
}

impl Part {
    /// Part `index` of `of`.
    ///
    /// # Errors
    ///
    /// There is no such part.
    pub fn new(index: u64, of: u64) -> Result<Self> {
        ensure!(
            index < of,
            "--index {index}: expected 0 to {} of --of {of} (a Slurm array begins at 0: \
             --array=0-{0})",
            of.saturating_sub(1)
        );
        Ok(Self { index, of })
    }

    /// How many shards it has, of so many.
    pub fn count(self, shards: u64) -> u64 {
        shards.saturating_sub(self.index).div_ceil(self.of)
    }

    /// The numbers of its shards, of so many.
    pub fn shards(self, shards: u64) -> impl Iterator<Item = u64> {
        let step = usize::try_from(self.of).unwrap_or(usize::MAX);
        (self.index..shards).step_by(step)
    }
}

/// What a worker did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Its shards.
    pub shards: u64,
    /// Those that it made and put.
    pub made: u64,
    /// Those that were there when it came to them.
    pub found: u64,
    /// Those that it made, and another worker put meanwhile.
    pub lost: u64,
    /// Images of what it made, lost ones too.
    pub images: u64,
    /// Bytes that it put.
    pub bytes: u64,
    /// Writes that failed and were tried again.
    pub retries: u64,
    /// How long it worked.
    pub seconds: f64,
    /// What the files of the last shard that it made are called at their beginning.
    pub last: Option<String>,
    /// Whether all of its shards are there.
    pub done: bool,
    /// Whether the set is complete, with its manifest.
    pub complete: bool,
}

/// Makes the shards of a part that are not there, and the manifest if no shard of any part is
/// missing then. A write that fails is tried again so many times. `go_on` is told after each shard
/// what has been done, and says whether the next one is wanted.
///
/// # Errors
///
/// A file that cannot be written; a blob that cannot be used. Names the file.
pub fn run(
    folder: &Folder,
    part: Part,
    tries: u32,
    mut go_on: impl FnMut(&Report) -> bool,
) -> Result<Report> {
    let maker = folder.maker()?;
    let shards = folder.shards();
    let mut report = Report { shards: part.count(shards), ..Report::default() };
    let start = Instant::now();
    report.done = true;
    for number in part.shards(shards) {
        let shard = folder.shard(number);
        let names = maker.names(&shard.stem(), shard.first, shard.count);
        if folder.has(&shard, &names)? {
            report.found += 1;
        } else {
            make(folder, &maker, &shard, &names, tries, &mut report)?;
        }
        report.seconds = start.elapsed().as_secs_f64();
        if !go_on(&report) && report.made + report.found + report.lost < report.shards {
            report.done = false;
            return Ok(report);
        }
    }
    let all = folder.there()?.len() as u64 == shards;
    if all {
        again(tries, &mut report.retries, || folder.seal())?;
    }
    report.complete = all;
    Ok(report)
}

/// Makes a shard and puts its files, and then the list of their digests.
fn make(
    folder: &Folder,
    maker: &Maker<'_>,
    shard: &Shard,
    names: &[String],
    tries: u32,
    report: &mut Report,
) -> Result<()> {
    let contents = maker.contents(shard.first, shard.count)?;
    let (mut list, mut is_mine) = (String::new(), false);
    for (name, bytes) in names.iter().zip(&contents) {
        list += &format!("{}  {name}\n", sha256(bytes));
        let put = again(tries, &mut report.retries, || folder.put(name, bytes))?;
        if put {
            is_mine = true;
            report.bytes += bytes.len() as u64;
        }
    }
    is_mine |= again(tries, &mut report.retries, || folder.put_list(shard, &list))?;
    *if is_mine { &mut report.made } else { &mut report.lost } += 1;
    report.images += shard.count as u64;
    report.last = Some(shard.stem());
    Ok(())
}

/// Does what may fail now and succeed a little later, as writes to a file system over a network do.
fn again<T>(tries: u32, retries: &mut u64, mut act: impl FnMut() -> Result<T>) -> Result<T> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..tries {
        match act() {
            Ok(value) => return Ok(value),
            Err(error) => crate::say!("{error:#}; trying again in {:.1} s", pause.as_secs_f64()),
        }
        *retries += 1;
        sleep(pause);
        pause *= 2;
    }
    act()
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    #[test]
    fn parts_have_every_shard_once() {
        for (of, shards) in [(1, 5), (3, 7), (4, 4), (9, 2)] {
            let parts = (0..of).map(|index| Part::new(index, of).unwrap());
            let shards_of = |part: Part| {
                let list: Vec<u64> = part.shards(shards).collect();
                assert_eq!(part.count(shards), list.len() as u64);
                list
            };
            let mut all: Vec<u64> = parts.flat_map(shards_of).collect();
            all.sort_unstable();
            assert_eq!(all, (0..shards).collect::<Vec<_>>());
        }
        // Counted, not gone through.
        assert_eq!(Part::new(1, 3).unwrap().count(1 << 60), (1 << 60) / 3);
        let error = Part::new(8, 8).unwrap_err().to_string();
        assert!(error.contains("expected 0 to 7") && error.contains("--array=0-7"), "{error}");
    }

    #[test]
    fn what_fails_once_is_tried_again_and_counted() {
        let (mut retries, mut calls) = (0, 0);
        let found = again(2, &mut retries, || {
            calls += 1;
            if calls < 2 { bail!("full") } else { Ok(calls) }
        });
        assert_eq!((found.unwrap(), retries), (2, 1));
        let mut retries = 0;
        let error = again(1, &mut retries, || -> Result<()> { bail!("full") }).unwrap_err();
        assert_eq!((error.to_string().as_str(), retries), ("full", 1));
    }
}
