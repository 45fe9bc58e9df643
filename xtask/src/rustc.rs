//! Makes firmware that is the same wherever the project lies.
//!
//! Cargo gives every crate a hash, `-C metadata`, and for a crate outside the workspace that is
//! built, as gan-core is for the firmware, the hash is of its absolute path. Symbol names are made
//! of the hash, and the compiler and the linker take functions in the order of their names: which
//! of them is inlined where, and so the size of the firmware, depends on the folder. (On RV32 the
//! same source took 72 bytes more in one folder than in another.) So xtask builds firmware with
//! itself in the place of the compiler's wrapper: it gives crates of the project a hash of their
//! path inside the project, keeps the folder out of the messages of panics, and hands over to the
//! compiler.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::shell;

/// The variable that is set where xtask is to be the compiler's wrapper.
const WRAPPER: &str = "GAN_XTASK_IS_RUSTC_WRAPPER";

/// Lets a cargo command build through this program.
pub fn wrap(command: &mut Command) -> Result<()> {
    let this = env::current_exe().context("the path of xtask")?;
    command.env("RUSTC_WRAPPER", this).env(WRAPPER, "1");
    Ok(())
}

/// Runs the compiler, if that is what cargo has started this program for.
pub fn run_as_wrapper() -> Option<ExitCode> {
    env::var_os(WRAPPER)?;
    let mut args = env::args_os().skip(1);
    let rustc = args.next()?;
    let manifest = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let inside = manifest.as_deref().and_then(|path| path.strip_prefix(shell::root()).ok());
    let mut command = Command::new(rustc);
    command.env_remove(WRAPPER);
    match inside {
        Some(package) => command.args(for_package(args, package)),
        None => command.args(args),
    };
    let mut folders = vec![(shell::root(), "gan")];
    folders.extend(cargo_home().map(|home| (home, "cargo")));
    for (folder, name) in folders {
        let mut map = OsString::from("--remap-path-prefix=");
        map.push(folder);
        map.push("=");
        map.push(name);
        command.arg(map);
    }
    match command.status() {
        // One that was ended by a signal has no code.
        Ok(status) => Some(status.code().map_or(ExitCode::FAILURE, |code| (code as u8).into())),
        Err(error) => {
            eprintln!("error: cannot run {}: {error}", command.get_program().display());
            Some(ExitCode::FAILURE)
        }
    }
}

/// Returns the compiler's arguments with the package's path inside the project for a hash.
fn for_package(
    args: impl Iterator<Item = OsString>,
    package: &Path,
) -> impl Iterator<Item = OsString> {
    let metadata = format!("metadata={}", package.display());
    args.map(move |arg| if is_metadata(&arg) { OsString::from(&metadata) } else { arg })
}

/// Returns whether this is the argument `metadata=` that cargo writes after `-C`.
fn is_metadata(arg: &OsStr) -> bool {
    arg.as_encoded_bytes().starts_with(b"metadata=")
}

/// Returns where cargo keeps the sources of the packages that it has fetched.
fn cargo_home() -> Option<PathBuf> {
    let set = env::var_os("CARGO_HOME").map(PathBuf::from);
    set.or_else(|| env::home_dir().map(|home| home.join(".cargo")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_of_the_project_has_its_path_for_a_hash() {
        let given = ["--crate-name", "gan_core", "-C", "metadata=60dd0ba5", "src/lib.rs"];
        let args = for_package(given.iter().map(OsString::from), Path::new("gan-core"));
        let expected = ["--crate-name", "gan_core", "-C", "metadata=gan-core", "src/lib.rs"];
        assert!(args.eq(expected));
    }
}
