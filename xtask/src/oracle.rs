//! Compares what the drivers of gan-embedded write to registers with published PACs. The tests of
//! the package `gan-embedded/oracle` do so, once for each board that it knows.

use crate::boards;
use crate::prelude::*;

/// Runs the tests of each board by `cargo_test`, which counts them. The features of the package are
/// the boards.
pub fn check(
    tally: &mut Tally,
    cargo_test: impl Fn(&mut Command, &mut Tally, &mut dyn FnMut(&str)) -> Result<()>,
) -> Result<()> {
    let folder = boards::oracle_folder();
    // Only this package needs these crates.
    let fetched = shell::cargo(&folder).words("fetch --locked").read();
    if shell::or_skip("the comparison: no PACs", fetched).is_none() {
        return Ok(());
    }
    let manifest = shell::toml(folder.join("Cargo.toml"))?;
    let features = manifest["features"].as_table().context("the oracle has features")?;
    for board in features.keys() {
        let mut command = shell::cargo(&folder);
        command.args(["test", "--quiet", "--features", board]);
        cargo_test(&mut command, tally, &mut |_| ()).with_context(|| board.clone())?;
    }
    Ok(())
}
