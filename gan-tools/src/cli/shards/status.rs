//! `gan shards status`.

use super::NOT_COMPLETE;
use crate::json::Json;
use crate::shards::{Folder, Shard, status};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Missing shards that are named.
const LISTED: usize = 10;

/// Say how many shards are there and which are missing. Exit code 4 if the set is not complete
#[derive(Debug, Args)]
pub struct StatusCommand {
    /// The folder of the set
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Print JSON, with the numbers of all missing shards
    #[arg(long)]
    json: bool,
}

impl StatusCommand {
    pub(super) fn run(self) -> Result<ExitCode> {
        let folder = Folder::open(&self.folder)?;
        let found = status(&folder, if self.json { usize::MAX } else { LISTED })?;
        let text = if self.json {
            let missing = found.missing.iter().map(|shard| shard.number.into()).collect();
            Json::Object(vec![
                ("shards", found.shards.into()),
                ("there", found.there.into()),
                ("missing", Json::List(missing)),
                ("complete", found.complete.into()),
            ])
            .to_string()
        } else {
            let more = found.shards - found.there > found.missing.len() as u64;
            let missing: Vec<String> = found.missing.iter().map(described).collect();
            format!(
                "{}: {} of {} shards{}{}{}",
                self.folder.display(),
                found.there,
                found.shards,
                if found.complete { ", complete" } else { "" },
                if missing.is_empty() { "" } else { "; missing: " }.to_owned()
                    + &missing.join(", "),
                if more { ", ..." } else { "" }
            )
        };
        crate::cli::print(&(text + "\n"))?;
        Ok(if found.complete { ExitCode::SUCCESS } else { ExitCode::from(NOT_COMPLETE) })
    }
}

fn described(shard: &Shard) -> String {
    shard.number.to_string()
}
