//! Tables of the flash and RAM that the firmware takes: gan-core alone, and the application.

mod application;
mod runtime;

use std::path::Path;

use anyhow::{Context, Result};

use crate::boards::Board;
use crate::{setup, shell, vectors};

/// Prints the tables: gan-core alone, and the application, with the given model or each of models/.
pub fn run(boards: &[&Board], model: Option<&Path>) -> Result<()> {
    let toolchain = setup::firmware()?;
    let models = match model {
        Some(path) => vec![path.canonicalize().with_context(|| path.display().to_string())?],
        None => gan_tests::make::models(&shell::root())?,
    };
    let runtime = if model.is_some() { models[0].clone() } else { vectors::default_model()? };
    runtime::table(toolchain, boards, &runtime, model.is_none())?;
    println!();
    application::table(toolchain, boards, &models)
}

/// The same with one model, for the tests.
pub fn check(boards: &[&Board]) -> Result<()> {
    let (toolchain, model) = (setup::firmware()?, vectors::default_model()?);
    runtime::table(toolchain, boards, &model, true)?;
    application::table(toolchain, boards, &[model])
}
