//! `gan shards verify`.

use super::NOT_COMPLETE;
use crate::json::Json;
use crate::progress::{Progress, Unit};
use crate::shards::{Folder, verify};
use crate::{interrupt, say};
use anyhow::Result;
use clap::{Args, value_parser};
use std::path::PathBuf;
use std::process::ExitCode;

/// Make each M-th shard anew and compare its bytes and digests with what is there, and look whether
/// all other files are there with the length and the digest of the manifest
#[derive(Debug, Args)]
#[command(
    after_help = "Exit codes: 0 all is right, 1 something is wrong, 4 the set is not complete. \
Remove a file that is wrong,
and `gan shards run` makes it again."
)]
pub struct Verify {
    /// The folder of the set
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Shards 0, M, 2M … are made anew; 1 is all of them
    #[arg(
        long,
        value_name = "M",
        default_value_t = 10,
        value_parser = value_parser!(u64).range(1..)
    )]
    every: u64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(super) fn run(self) -> Result<ExitCode> {
        let folder = Folder::open(&self.folder)?;
        let shown = self.folder.display();
        if folder.sealed()?.is_none() {
            say!("{shown}: the set is not complete: there is nothing to compare it with yet");
            return Ok(ExitCode::from(NOT_COMPLETE));
        }
        interrupt::catch()?;
        let mut progress = Progress::new(Unit::Count("shard"), Some(folder.shards()), 0);
        let verdict = verify(&folder, self.every, |done| {
            progress.show(done, "");
            !interrupt::requested()
        });
        progress.clear();
        let verdict = verdict?;
        if interrupt::requested() {
            return Ok(interrupt::exit_code());
        }
        for wrong in &verdict.wrong {
            eprintln!("error: {wrong}");
        }
        let ok = verdict.wrong.is_empty();
        let text = if self.json {
            let wrong = verdict.wrong.iter().map(|wrong| wrong.as_str().into()).collect();
            Json::Object(vec![
                ("shards", folder.shards().into()),
                ("redrawn", verdict.redrawn.into()),
                ("wrong", Json::List(wrong)),
            ])
            .to_string()
        } else {
            format!(
                "{shown}: {} shards, {} made anew: {}",
                folder.shards(),
                verdict.redrawn,
                if ok { "the same bytes".into() } else { format!("{} wrong", verdict.wrong.len()) }
            )
        };
        crate::cli::print(&(text + "\n"))?;
        Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
