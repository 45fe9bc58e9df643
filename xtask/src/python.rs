//! The Python package, and models as ONNX Runtime runs them: in a virtual environment with packages
//! from PyPI, which is made once and kept under `target`.

use crate::prelude::*;

/// The file that lists the packages to install, with their versions.
const REQUIREMENTS: &str = "gan-py/tests/requirements.txt";
/// The arguments of pip that install a wheel in the place of another of the same version.
const ANEW: &str = "-m pip install --quiet --force-reinstall --no-deps";

/// The Python package: builds the wheel, installs it, compares the type stubs with it, and runs its
/// tests and its example. Then models as ONNX, whose pixels in ONNX Runtime are compared with the
/// package's.
pub fn run(tally: &mut Tally) -> Result<()> {
    let what = format!("no Python with the packages of {REQUIREMENTS}");
    let Some(python) = shell::or_skip(&what, environment()) else { return Ok(()) };
    let sources = root().join("gan-py");
    shell::cargo(&sources).words("fmt --check").run()?;
    let mut clippy = shell::cargo(&sources);
    clippy.words("clippy --quiet --release -- -D warnings").env("CARGO_TARGET_DIR", built());
    clippy.run()?;
    tally.pass();
    // The command that the package is compared with.
    shell::host("build --quiet --release -p gan-tools").run()?;
    python.install(&wheel_in(&root().join("target/wheels"))?)?;
    tally.pass();
    python.python("-m mypy.stubtest gan_core").run()?;
    // From a folder without the sources, or mypy would find them twice.
    let mut strict = python.python("-m mypy --strict --package gan_core");
    strict.current_dir(root().join("target/wheels")).run()?;
    tally.pass();
    python.tests("gan-py", tally)?;
    python.python("gan-py/examples/synthetic_classifier.py").run()?;
    tally.pass();
    python.tests("tests/onnx", tally)
}

/// Returns the environment of the package's tests, with the package as it is now.
pub fn with_package() -> Result<Environment> {
    let python = environment()?;
    python.install(&wheel_in(&root().join("target/wheels"))?)?;
    Ok(python)
}

/// Builds the package's wheel into this folder.
pub fn wheel(to: &Path) -> Result<()> {
    let mut maturin =
        environment()?.python("-m maturin build --quiet --release -m gan-py/Cargo.toml -o");
    maturin.arg(to).env("CARGO_TARGET_DIR", built()).run()
}

/// Builds the package's wheel into this folder alone, and returns its path. The wheel of an earlier
/// version would be installed beside this one.
pub fn wheel_in(folder: &Path) -> Result<PathBuf> {
    shell::remove(folder)?;
    wheel(folder)?;
    shell::files(folder)?.pop().context("maturin built no wheel")
}

/// Puts the command gan-train as a wheel into this folder: the binary of the workspace's release
/// build. Then it is installed in a new environment, where it has to say what it is.
pub fn command_wheel(to: &Path) -> Result<()> {
    let build = "-m maturin build --quiet --release -m gan-train/Cargo.toml -o";
    environment()?.python(build).arg(to).run()?;
    let folder = root().join("target/python-command");
    shell::remove(&folder)?;
    let new = Environment::new(&folder, &[])?;
    let offline = "install --quiet --no-index --no-deps --find-links";
    new.program("pip").words(offline).arg(to).arg("gan-train").run()?;
    println!("installed by pip: {}", new.program("gan-train").arg("--version").read()?.trim());
    Ok(())
}

/// Returns the folder where the package's own workspace is built.
fn built() -> PathBuf {
    root().join("target/gan-py")
}

/// A virtual environment with packages.
pub struct Environment(PathBuf);

impl Environment {
    /// Returns the environment in this folder, made the first time, with these packages for pip.
    pub fn new(folder: &Path, packages: &[&str]) -> Result<Self> {
        let venv = Self(folder.into());
        if venv.program("python").arg("--version").read().is_err() {
            tool("python3", "-m venv")
                .arg(folder)
                .read()
                .context("python3 -m venv (Debian: apt-get install python3-venv)")?;
        }
        if !packages.is_empty() {
            let mut pip = venv.python("-m pip install --quiet");
            pip.args(packages).read().context("pip install")?;
        }
        Ok(venv)
    }

    /// One of its programs, in the repository's root.
    pub fn program(&self, name: &str) -> Command {
        let folder = self.0.join(if cfg!(windows) { "Scripts" } else { "bin" });
        let mut command = Command::new(folder.join(name));
        // maturin asks the environment's variable which Python it builds for.
        command.current_dir(root()).env("VIRTUAL_ENV", &self.0);
        command.env_remove("PYTHONPATH").env_remove("PYTHONHOME");
        command
    }

    /// Its Python with these words.
    pub fn python(&self, words: &str) -> Command {
        let mut python = self.program("python");
        python.words(words);
        python
    }

    /// Installs a wheel, also where its version is there already.
    pub fn install(&self, wheel: &Path) -> Result<()> {
        self.python(ANEW).arg(wheel).run()
    }

    /// Runs pytest in this folder, and counts its tests.
    fn tests(&self, folder: &str, tally: &mut Tally) -> Result<()> {
        let mut summary = String::new();
        let mut pytest = self.python("-m pytest --quiet -p no:cacheprovider");
        let success = pytest.arg(folder).stream(|line| line.clone_into(&mut summary))?;
        let these = counts(&summary);
        *tally += these;
        if !success && these.failed == 0 || these.passed == 0 {
            bail!("pytest {folder} failed outside of any test: {summary}");
        }
        Ok(())
    }
}

/// Parses the last line of pytest: `2 failed, 70 passed, 1 skipped in 3.21s`.
fn counts(summary: &str) -> Tally {
    let count = |what: &str| -> u32 {
        let words: Vec<&str> = summary.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let pairs = words.windows(2).filter(|pair| pair[1].trim_end_matches('s') == what);
        pairs.filter_map(|pair| pair[0].parse::<u32>().ok()).sum()
    };
    Tally { passed: count("passed"), failed: count("failed") + count("error") }
}

/// Returns the environment of the package's tests.
fn environment() -> Result<Environment> {
    Environment::new(&root().join("target/python"), &["-r", REQUIREMENTS])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_of_pytest_are_counted() {
        for (summary, passed, failed) in [
            ("76 passed, 1 skipped in 6.08s", 76, 0),
            ("2 failed, 70 passed, 1 error in 3.21s", 70, 3),
            ("no tests ran in 0.01s", 0, 0),
        ] {
            assert_eq!(counts(summary), Tally { passed, failed });
        }
    }
}
