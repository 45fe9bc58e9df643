//! Programs of others that reach real boards: probe-rs and espflash.

use crate::prelude::*;

/// Where the programs are: on the PATH, or in this folder only, where a test has its own.
#[derive(Debug, Default)]
pub struct Tools(Option<PathBuf>);

impl Tools {
    /// Returns a command of the program, if it is installed.
    pub fn command(&self, program: &str) -> Result<Command> {
        let path = self.0.as_ref().map(|folder| folder.join(program));
        let command = || Command::new(path.as_deref().unwrap_or(program.as_ref()));
        if command().arg("--version").read().is_ok() {
            return Ok(command());
        }
        let (package, page) = match program {
            "probe-rs" => ("probe-rs-tools", ", and https://probe.rs has binaries"),
            _ => (program, ""),
        };
        bail!("{program} is not installed; `cargo install {package} --locked` installs it{page}")
    }

    /// Returns a command of probe-rs for the board's chip.
    pub fn probe_rs(&self, subcommand: &str, board: &Board) -> Result<Command> {
        let chip = board.chip.as_deref();
        let chip = chip.with_context(|| format!("{}: no chip in boards.toml", board.name))?;
        let mut command = self.command("probe-rs")?;
        command.args([subcommand, "--chip", chip]);
        Ok(command)
    }

    /// Has probe-rs write a file's bytes to an address. The flash around them stays: the program
    /// may lie in the same sector.
    pub fn write(&self, board: &Board, at: u64, file: &Path, arguments: &[String]) -> Result<()> {
        let mut download = self.probe_rs("download", board)?;
        download.words("--binary-format bin --restore-unwritten --base-address");
        download.arg(format!("{at:#x}")).args(arguments).arg(file).run()
    }
}

#[cfg(all(test, unix))]
pub mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Programs that write down their arguments and then run a shell script.
    pub struct Fake {
        pub log: PathBuf,
        folder: Temporary,
    }

    impl Fake {
        pub fn new(programs: &[&str], script: &str) -> Self {
            let folder = Temporary::new().unwrap();
            for program in programs {
                let path = folder.join(program);
                let log = folder.join("log");
                let text = format!(
                    "#!/bin/sh\n[ \"$1\" = --version ] && exit 0\n\
                     echo {program} \"$@\" >>{}\n{script}\n",
                    log.display()
                );
                fs::write(&path, text).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            }
            Self { log: folder.join("log"), folder }
        }

        /// These programs.
        pub fn tools(&self) -> Tools {
            Tools(Some(self.folder.to_path_buf()))
        }

        /// The lines of arguments so far.
        pub fn log(&self) -> Vec<String> {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            log.lines().map(str::to_owned).collect()
        }
    }

    #[test]
    fn what_is_not_there_is_told_with_how_to_get_it() {
        let fake = Fake::new(&["espflash"], "");
        assert!(fake.tools().command("espflash").is_ok());
        let error = fake.tools().command("probe-rs").unwrap_err().to_string();
        assert!(error.contains("`cargo install probe-rs-tools --locked`"), "{error}");
    }
}
