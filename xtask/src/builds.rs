//! Builds that have to succeed, and checks of what they must not depend on.

use crate::prelude::*;
use crate::{boards, setup};
use shell::host;

/// Checks that every crate that is built in has a licence that deny.toml takes, none is forbidden,
/// and all come from the registry. Returns whether cargo-deny is there.
pub fn licences() -> Result<bool> {
    if host("deny --version").read().is_err() {
        println!("SKIPPED: no cargo-deny; `cargo install cargo-deny --locked` installs it");
        return Ok(false);
    }
    for folder in boards::folders().into_iter().chain([root()]) {
        let mut deny = shell::cargo(&folder);
        deny.words("deny --log-level error --config").arg(root().join("deny.toml"));
        deny.words("check licenses bans sources").run()?;
    }
    Ok(true)
}

/// Checks that gan-core builds with none of its features, and with each alone, and that without any
/// a device builds gan-core and its random numbers only.
pub fn core_features() -> Result<()> {
    for features in
        ["", "float", "int4", "encode", "tools", "std", "defmt", "embedded-graphics", "micromath"]
    {
        let mut clippy = host("clippy --quiet --package gan-core --no-default-features --features");
        clippy.args([features, "--", "-D", "warnings"]);
        clippy.run().with_context(|| format!("--features \"{features}\""))?;
    }
    host("test --quiet --package gan-core --no-default-features --lib").run()?;
    let device = "gan-core --no-default-features --target thumbv6m-none-eabi";
    tree(device, |name| !name.starts_with("gan-core") && !name.starts_with("rand_"))
}

/// Checks that nobody who only runs a model has to build the trainer or the firmware's application.
pub fn tools_without_burn() -> Result<()> {
    let large = ["burn", "gan-app", "gan-train"];
    tree("gan-tools", |name| large.iter().any(|large| name.starts_with(large)))
}

/// Returns an error if a package is built of a crate that it must not depend on.
fn tree(package: &str, is_wrong: impl Fn(&str) -> bool) -> Result<()> {
    let mut tree = host("tree --edges normal,build --prefix none --package");
    let tree = tree.words(package).read()?;
    match tree.lines().find(|line| is_wrong(line)) {
        Some(found) => bail!("{package} depends on {found}"),
        None => Ok(()),
    }
}

/// Checks that what users run compiles for Windows and macOS too. Nothing is linked, because that
/// would take a linker for them.
pub fn other_systems(tally: &mut Tally) -> Result<()> {
    for target in ["x86_64-pc-windows-gnu", "aarch64-apple-darwin"] {
        let what = format!("the standard library for {target}");
        if shell::or_skip(&what, setup::target(target)).is_some() {
            let mut check = host("check --quiet --release --package gan-tools --package xtask");
            check.args(["--target", target]).run()?;
            tally.pass();
        }
    }
    Ok(())
}
