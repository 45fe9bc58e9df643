//! The Python package, and models as ONNX Runtime runs them: in a virtual environment with packages
//! from PyPI, which is made once and kept under `target`.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::shell::{self, capture, root};
use crate::tally::Tally;

/// The file that lists the packages to install, with their versions.
const REQUIREMENTS: &str = "gan-py/tests/requirements.txt";

/// The Python package: builds the wheel, installs it, compares the type stubs with it, and runs its
/// tests and its example. Then models as ONNX, whose pixels in ONNX Runtime are compared with the
/// package's.
///
/// # Errors
///
/// The package cannot be built, or its stubs or its example are wrong.
pub fn run(tally: &mut Tally) -> Result<()> {
    let python = match environment() {
        Ok(python) => python,
        Err(error) => {
            println!("SKIPPED: no Python with the packages of {REQUIREMENTS}: {error:#}");
            return Ok(());
        }
    };
    let wheels = root().join("target/wheels");
    // The wheel of an earlier version would be installed beside this one.
    let _ = std::fs::remove_dir_all(&wheels);
    let sources = root().join("gan-py");
    shell::run(shell::cargo(&sources).args(["fmt", "--check"]))?;
    let clippy = "clippy --quiet --release -- -D warnings".split(' ');
    shell::run(shell::cargo(&sources).args(clippy).env("CARGO_TARGET_DIR", built()))?;
    *tally += Tally::one(true);
    // The command that the package is compared with.
    shell::run(shell::cargo(&root()).args(["build", "--quiet", "--release", "-p", "gan-tools"]))?;
    python.build(&wheels)?;
    let wheel = std::fs::read_dir(&wheels)?.next().context("maturin built no wheel")??.path();
    let install = ["-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps"];
    shell::run(python.run(&install).arg(&wheel))?;
    *tally += Tally::one(true);
    shell::run(&mut python.run(&["-m", "mypy.stubtest", "gan_core"]))?;
    // From a folder without the sources, or mypy would find them twice.
    let strict = ["-m", "mypy", "--strict", "--package", "gan_core"];
    shell::run(python.run(&strict).current_dir(&wheels))?;
    *tally += Tally::one(true);
    python.tests("gan-py", tally)?;
    shell::run(&mut python.run(&["gan-py/examples/synthetic_classifier.py"]))?;
    *tally += Tally::one(true);
    python.tests("tests/onnx", tally)
}

/// Builds the package's wheel into this folder.
///
/// # Errors
///
/// There is no Python with the packages, or the package cannot be built.
pub fn wheel(to: &Path) -> Result<()> {
    environment()?.build(to)
}

/// Puts the command gan-train as a wheel into this folder: the binary of the workspace's release
/// build. Then it is installed in a new environment, where it has to say what it is.
///
/// # Errors
///
/// There is no Python with the packages, or the wheel cannot be built, installed or run.
pub fn command_wheel(to: &Path) -> Result<()> {
    let python = environment()?;
    let build = "-m maturin build --quiet --release -m gan-train/Cargo.toml -o".split(' ');
    shell::run(python.run(&build.collect::<Vec<_>>()).arg(to))?;
    let folder = root().join("target/python-command");
    let new = ["-m", "venv", "--clear"];
    shell::run(python.run(&new).arg(&folder))?;
    let [pip, command] = ["pip", "gan-train"].map(|name| folder.join(BIN).join(name));
    let offline = ["install", "--quiet", "--no-index", "--no-deps", "--find-links"];
    shell::run(Command::new(pip).args(offline).arg(to).arg("gan-train"))?;
    let version = capture(Command::new(command).arg("--version"))?;
    println!("installed by pip: {}", version.trim());
    Ok(())
}

/// Where a virtual environment has its programs.
const BIN: &str = if cfg!(windows) { "Scripts" } else { "bin" };

/// The folder where the package's own workspace is built.
fn built() -> PathBuf {
    root().join("target/gan-py")
}

/// A Python with the packages.
#[derive(Debug, Clone)]
struct Environment(PathBuf);

impl Environment {
    fn run(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.0);
        // maturin asks the environment's variable which Python it builds for.
        let folder = self.0.parent().and_then(|bin| bin.parent()).unwrap_or(&self.0);
        command.args(arguments).current_dir(root()).env("VIRTUAL_ENV", folder);
        command.env_remove("PYTHONPATH").env_remove("PYTHONHOME");
        command
    }

    /// Builds the package's wheel into this folder.
    fn build(&self, to: &Path) -> Result<()> {
        let build = "-m maturin build --quiet --release -m gan-py/Cargo.toml -o".split(' ');
        let mut maturin = self.run(&build.collect::<Vec<_>>());
        shell::run(maturin.arg(to).env("CARGO_TARGET_DIR", built()))
    }

    /// Runs pytest in this folder, and counts its tests.
    fn tests(&self, folder: &str, tally: &mut Tally) -> Result<()> {
        let mut summary = String::new();
        let mut command = self.run(&["-m", "pytest", "--quiet", "-p", "no:cacheprovider", folder]);
        let success = shell::stream(&mut command, |line| line.clone_into(&mut summary))?;
        let these = counts(&summary);
        *tally += these;
        if !success && these.failed == 0 || these.passed == 0 {
            bail!("pytest {folder} failed outside of any test: {summary}");
        }
        Ok(())
    }
}

/// What the last line of pytest says: `2 failed, 70 passed, 1 skipped in 3.21s`.
fn counts(summary: &str) -> Tally {
    let count = |what: &str| -> u32 {
        let words: Vec<&str> = summary.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let pairs = words.windows(2).filter(|pair| pair[1].trim_end_matches('s') == what);
        pairs.filter_map(|pair| pair[0].parse::<u32>().ok()).sum()
    };
    Tally { passed: count("passed"), failed: count("failed") + count("error") }
}

/// The environment, which is made the first time.
fn environment() -> Result<Environment> {
    let folder = root().join("target/python");
    let python = Environment(folder.join(BIN).join("python"));
    if !python.0.exists() {
        capture(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .context("python3 -m venv (Debian: apt-get install python3-venv)")?;
    }
    capture(&mut python.run(&["-m", "pip", "install", "--quiet", "-r", REQUIREMENTS]))
        .context("pip install")?;
    Ok(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_pytest_are_counted() {
        let of = |summary| {
            let Tally { passed, failed } = counts(summary);
            (passed, failed)
        };
        assert_eq!(of("76 passed, 1 skipped in 6.08s"), (76, 0));
        assert_eq!(of("2 failed, 70 passed, 1 error in 3.21s"), (70, 3));
        assert_eq!(of("no tests ran in 0.01s"), (0, 0));
    }
}
