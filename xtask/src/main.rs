//! `cargo xtask` does everything that is done to the repository as a whole. Each task has a file.

mod api;
mod blob;
mod boards;
mod builds;
mod c;
mod card;
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
mod hardware;
mod image;
mod models;
mod oracle;
mod outsider;
mod parity;
mod partition;
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
mod tools;
mod uf2;
mod unsafes;
mod vectors;
mod web;

use std::io;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use cli::{Cli, Flash, On, Task};
use flash::Then;
use hardware::Wanted;
use tally::Tally;

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
    match task {
        Task::Setup => setup::run().map(|_| Tally::default()),
        Task::Test { only } => Ok(test::run(only)),
        Task::Parity { on: On { port: Some(port), .. }, model } => {
            console::port::compare(&port, model.as_deref())
        }
        Task::Parity { on, model } => {
            let (boards, runner) = on.places()?;
            parity::run(&boards, model.as_deref(), &runner)
        }
        Task::Console { port: Some(port), send, .. } => {
            console::port::talk(&port, send.as_deref()).map(|()| Tally::default())
        }
        Task::Console { board, model, send, screen, load, ram, key, icount, .. } => {
            let Some([board]) = board.as_deref() else {
                anyhow::bail!("--board: one board, not all")
            };
            let wanted = Wanted { load, ram, key, ..Wanted::new(board, model) };
            console::run(&wanted, send.as_deref(), screen.as_deref(), icount)
                .map(|()| Tally::default())
        }
        Task::Firmware { wanted, outputs } => {
            hardware::firmware(&wanted, &outputs).map(|()| Tally::default())
        }
        Task::Flash(Flash { wanted, arguments }) => {
            flash::flash(&wanted, Then::Start, &arguments).map(|()| Tally::default())
        }
        Task::Run(Flash { wanted, arguments }) => {
            flash::flash(&wanted, Then::Watch, &arguments).map(|()| Tally::default())
        }
        Task::FlashModel { board, model, flash_at, key, arguments } => {
            flash::model::flash(board, &model, &flash_at, key.as_deref(), &arguments)
                .map(|()| Tally::default())
        }
        Task::Size { check: true, .. } => {
            fit::boards::check(setup::firmware(&boards::all())?).map(|()| Tally::default())
        }
        Task::Size { update: true, board, .. } => {
            fit::boards::update(setup::firmware(&board)?, &board).map(|()| Tally::default())
        }
        Task::Size { board, model, .. } => {
            size::run(&board, model.as_deref()).map(|()| Tally::default())
        }
        Task::Count { on: On { port: Some(port), .. }, .. } => {
            console::port::talk(&port, Some("info; bench")).map(|()| Tally::default())
        }
        Task::Count { signature: true, on, .. } => {
            count::signature::run(&on.board).map(|()| Tally::default())
        }
        Task::Count { update: true, .. } => count::update().map(|()| Tally::default()),
        Task::Count { check: true, on, .. } => {
            count::check(setup::firmware(&on.board)?, &on.board).map(|()| Tally::default())
        }
        Task::Count { on, model, .. } if on.probe => {
            let (boards, runner) = on.places()?;
            count::probe::run(&boards, model.as_deref(), &runner).map(|()| Tally::default())
        }
        Task::Count { on, model, json, .. } => {
            let (boards, _) = on.places()?;
            count::run(&boards, model.as_deref(), json).map(|()| Tally::default())
        }
        Task::Boards { check } => tables::run(check).map(|()| Tally::default()),
        Task::Outsider => outsider::run(),
        Task::Api { check } => api::run(check).map(|()| Tally::default()),
        Task::Unsafe { missing } => unsafes::run(missing).map(|()| Tally::default()),
        Task::Fuzz(wanted) => fuzz::run(&wanted),
        Task::Soak(soak) => soak::run(&soak).map(|()| Tally::default()),
        Task::Scale(scale) => scale::run(&scale),
        Task::Book => docs::book::check().map(|_| Tally::default()),
        Task::BookLinks { asked } if !asked.is_empty() => Ok(Tally::default()),
        Task::BookLinks { .. } => {
            docs::book::preprocess(io::stdin(), io::stdout()).map(|()| Tally::default())
        }
        Task::Release(release) => release::run(&release).map(|()| Tally::default()),
        Task::CLibrary { out } => c::library(out.as_deref()).map(|()| Tally::default()),
        Task::Web => web::run().map(|()| Tally::default()),
        Task::Vectors { check: true } => vectors::check().map(|()| Tally::default()),
        Task::Vectors { check: false } => vectors::write().map(|()| Tally::default()),
        Task::Models { update: Some(name), float, .. } => {
            models::update(&name, float.as_deref()).map(|()| Tally::default())
        }
        Task::Models { update: None, .. } => models::check().map(|()| Tally::default()),
    }
}
