//! Builds that have to succeed, and checks of what they must not depend on.

use anyhow::{Context, Result, bail};

use crate::tally::Tally;
use crate::{boards, setup, shell};
use shell::{host, root};

/// Checks that every crate that is built in has a licence that deny.toml takes, none is forbidden,
/// and all come from the registry. Returns whether cargo-deny is there.
pub fn licences() -> Result<bool> {
    let deny = shell::cargo(&root()).args(["deny", "--version"]).output();
    if !deny.is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: no cargo-deny; `cargo install cargo-deny --locked` installs it");
        return Ok(false);
    }
    let settings = root().join("deny.toml");
    for folder in [vec![root()], boards::folders().into_iter().collect()].concat() {
        let mut deny = shell::cargo(&folder);
        deny.args(["deny", "--log-level", "error", "--config"]).arg(&settings);
        shell::run(deny.args(["check", "licenses", "bans", "sources"]))?;
    }
    Ok(true)
}

/// Checks that gan-core builds with none of its features, and with each alone, and that without any
/// a device builds gan-core and its random numbers only.
pub fn core_features() -> Result<()> {
    for features in
        ["", "float", "int4", "encode", "tools", "std", "defmt", "embedded-graphics", "micromath"]
    {
        let package = ["clippy", "--quiet", "--package", "gan-core", "--no-default-features"];
        let mut clippy = host();
        clippy.args(package).args(["--features", features, "--", "-D", "warnings"]);
        shell::run(&mut clippy).with_context(|| format!("--features \"{features}\""))?;
    }
    let test = ["test", "--quiet", "--package", "gan-core", "--no-default-features", "--lib"];
    shell::run(host().args(test))?;
    let tree =
        ["tree", "--package", "gan-core", "--no-default-features", "--edges", "normal,build"];
    let tree = tree.iter().chain(&["--prefix", "none", "--target", "thumbv6m-none-eabi"]);
    let tree = shell::capture(host().args(tree))?;
    match tree.lines().find(|line| !["gan-core", "rand_"].iter().any(|own| line.starts_with(own))) {
        Some(found) => bail!("a device build of gan-core has {found}"),
        None => Ok(()),
    }
}

/// Checks that nobody who only runs a model has to build the trainer or the firmware's application.
pub fn tools_without_burn() -> Result<()> {
    let tree = ["tree", "--package", "gan-tools", "--edges", "normal,build", "--prefix", "none"];
    let tree = shell::capture(host().args(tree))?;
    let is_large =
        |line: &&str| ["burn", "gan-app", "gan-train"].iter().any(|name| line.starts_with(name));
    match tree.lines().find(is_large) {
        Some(found) => bail!("gan-tools depends on {found}"),
        None => Ok(()),
    }
}

/// Checks that what users run compiles for Windows too. Nothing is linked, because that would take
/// a linker for Windows.
pub fn windows(tally: &mut Tally) -> Result<()> {
    const TARGET: &str = "x86_64-pc-windows-gnu";
    if let Err(error) = setup::target(TARGET) {
        println!("SKIPPED: no standard library for {TARGET}: {error:#}");
        return Ok(());
    }
    let packages = ["--release", "--package", "gan-tools", "--package", "xtask"];
    shell::run(host().args(["check", "--quiet", "--target", TARGET]).args(packages))?;
    *tally += Tally::one(true);
    Ok(())
}
