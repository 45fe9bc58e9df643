//! Prints tables of the flash and RAM that the firmware takes: gan-core alone, and the application.

mod application;
mod runtime;

use crate::prelude::*;
use crate::setup;

/// Prints the tables: gan-core alone, and the application, with the given model or each of models/.
pub fn run(boards: &[&Board], model: Option<&Path>) -> Result<()> {
    let models = match model {
        Some(_) => vec![vectors::given(model)?],
        None => gan_tests::make::models(&root())?,
    };
    // A damaged file is told as it is everywhere, and not by a build that fails.
    for model in &models {
        Blob::read(model)?.decode()?;
    }
    let toolchain = setup::firmware(boards)?;
    let runtime = if model.is_some() { models[0].clone() } else { vectors::default_model()? };
    runtime::table(toolchain, boards, &runtime, model.is_none())?;
    println!();
    application::table(toolchain, boards, &models)
}

/// Prints the tables with one model, for the tests, which fail if gan-core is too large.
pub fn check(boards: &[&Board]) -> Result<()> {
    let (toolchain, model) = (setup::firmware(boards)?, vectors::default_model()?);
    runtime::table(toolchain, boards, &model, true)?;
    application::table(toolchain, boards, &[model])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::Runner;

    #[test]
    fn a_damaged_model_is_told_before_anything_is_built() {
        let mut bytes = fs::read(vectors::folder().join("v1-tiny.gan")).unwrap();
        bytes[40] ^= 1;
        let folder = Temporary::new().unwrap();
        let path = folder.join("damaged.gan");
        fs::write(&path, bytes).unwrap();
        let said = [
            run(&[], Some(&path)).unwrap_err(),
            crate::parity::run(&[], Some(&path), &Runner::Qemu).unwrap_err(),
        ];
        for error in said.map(|error| error.to_string()) {
            assert!(error.ends_with("crc: does not match, the content was changed"), "{error}");
        }
    }
}
