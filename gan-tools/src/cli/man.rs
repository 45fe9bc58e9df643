//! `gan man`.

use crate::files::atomic;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Print this command's manual page, or write those of all its subcommands
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan man | man -l -
  gan man --out ~/.local/share/man/man1 && man gan-generate")]
pub struct Man {
    /// Write NAME.1, and NAME-SUBCOMMAND.1 for each subcommand, into this folder
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Man {
    /// For a program of this command line.
    pub(super) fn run(self, program: clap::Command) -> Result<ExitCode> {
        let Some(folder) = self.out else {
            super::print(&String::from_utf8(render(&clap_mangen::Man::new(program))?)?)?;
            return Ok(ExitCode::SUCCESS);
        };
        atomic::create_folder(&folder)?;
        for (name, page) in pages(program)? {
            atomic::write(&folder.join(name), &page)?;
        }
        super::print(&format!("{}\n", folder.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// File names and manual pages of a command line and its subcommands.
fn pages(mut program: clap::Command) -> Result<Vec<(String, Vec<u8>)>> {
    // Gives subcommands their full names.
    program.build();
    let source = format!("{} {}", program.get_name(), program.get_version().unwrap_or_default());
    let subcommands = program.get_subcommands().filter(|command| command.get_name() != "help");
    let pages = subcommands.cloned().chain([program.clone()]).map(|command| {
        let man = clap_mangen::Man::new(command).source(&source);
        Ok((man.get_filename(), render(&man)?))
    });
    pages.collect()
}

fn render(man: &clap_mangen::Man) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok(page)
}
