//! `cargo xtask` does everything that is done to the repository as a whole. Each task has a file.

mod api;
mod blob;
mod boards;
mod builds;
mod c;
mod card;
mod claims;
mod cli;
mod console;
mod count;
mod docs;
mod embassy;
mod emulated;
mod firmware;
mod fit;
mod flash;
mod fuzz;
mod guarded;
mod hardware;
mod image;
mod models;
mod oracle;
mod outsider;
mod pairs;
mod parity;
mod partition;
mod prelude;
mod publish;
mod python;
mod qemu;
mod release;
mod room;
mod runner;
mod rustc;
mod scale;
mod sections;
mod setup;
mod shell;
mod size;
mod soak;
mod sources;
mod symbols;
mod tables;
mod tally;
mod template;
mod test;
mod toolchain;
mod tools;
mod uf2;
mod unsafes;
mod vectors;
mod web;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Flash, On, Task};
use flash::Then;
use hardware::Wanted;
use prelude::*;

fn main() -> ExitCode {
    if let Some(code) = rustc::run_as_wrapper() {
        return code;
    }
    match run(Cli::parse().task) {
        Ok(tally) if tally.failed == 0 => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<Tally> {
    if matches!(task, Task::Setup | Task::Test { .. }) {
        setup::permit();
    }
    let done = match task {
        // These count their checks.
        Task::Test { only, part } => return Ok(test::run(only, part)),
        Task::Parity { on: On { port: Some(port), .. }, model } => {
            return console::port::compare(&port, model.as_deref());
        }
        Task::Parity { on, model } => {
            let (boards, runner) = on.places()?;
            return parity::run(&boards, model.as_deref(), &runner);
        }
        Task::Outsider => return outsider::run(),
        Task::Fuzz(wanted) => return fuzz::run(&wanted),
        Task::Pairs(wanted) => return pairs::run(&wanted),
        Task::Scale(scale) => return scale::run(&scale),

        Task::Setup => setup::with_targets(&[&c::TARGETS[..], &[web::TARGET]].concat()),
        Task::Console { port: Some(port), send, .. } => console::port::talk(&port, send.as_deref()),
        Task::Console { board, model, send, screen, load, ram, key, icount, .. } => {
            let Some([board]) = board.as_deref() else { bail!("--board: one board, not all") };
            let wanted = Wanted { load, ram, key, ..Wanted::new(board, model) };
            console::run(&wanted, send.as_deref(), screen.as_deref(), icount)
        }
        Task::Firmware { wanted, outputs } => hardware::firmware(&wanted, &outputs),
        Task::Flash(Flash { wanted, arguments }) => flash::flash(&wanted, Then::Start, &arguments),
        Task::Run(Flash { wanted, arguments }) => flash::flash(&wanted, Then::Watch, &arguments),
        Task::FlashModel { on, model, flash_at, key, arguments } => {
            flash::model::flash(on.board, &model, &flash_at, key.as_deref(), &arguments)
        }
        Task::Size { check: true, .. } => fit::boards::check(setup::firmware(&boards::all())?),
        Task::Size { update: true, on, .. } => {
            fit::boards::update(setup::firmware(&on.board)?, &on.board)
        }
        Task::Size { on, model, .. } => size::run(&on.board, model.as_deref()),
        Task::Count { on: On { port: Some(port), .. }, .. } => {
            console::port::talk(&port, Some("info; bench"))
        }
        Task::Count { signature: true, on, .. } => count::signature::run(&on.on.board),
        Task::Count { update: true, .. } => count::update(),
        Task::Count { check: true, on, .. } => {
            count::check(setup::firmware(&on.on.board)?, &on.on.board)
        }
        Task::Count { on, model, .. } if on.probe => {
            let (boards, runner) = on.places()?;
            count::probe::run(&boards, model.as_deref(), &runner)
        }
        Task::Count { on, model, json, .. } => count::run(&on.places()?.0, model.as_deref(), json),
        Task::Tables { check } => tables::run(check),
        Task::Api { check: true } => api::check().and_then(|done| {
            ensure!(done, "nothing was compared");
            Ok(())
        }),
        Task::Api { check: false } => api::write(),
        Task::Unsafe { missing } => unsafes::run(missing),
        Task::Soak(soak) => soak::run(&soak),
        Task::Book => docs::book::make(),
        Task::BookLinks { asked } if !asked.is_empty() => Ok(()),
        Task::BookLinks { .. } => docs::book::preprocess(io::stdin(), io::stdout()),
        Task::Release(release) => release::run(&release),
        Task::CLibrary { out } => c::library(out.as_deref()),
        Task::Web => web::run(),
        Task::Vectors { check: true } => vectors::check(),
        Task::Vectors { check: false } => vectors::write(),
        Task::Models { update: Some(name), float, .. } => models::update(&name, float.as_deref()),
        Task::Models { update: None, .. } => models::check(),
    };
    done.map(|()| Tally::default())
}
