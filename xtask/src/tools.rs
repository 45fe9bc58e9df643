//! Programs of others that reach real boards: probe-rs and espflash.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::shell;

/// Where the programs are: on the PATH, or in this folder only, where a test has its own.
#[derive(Debug, Default)]
pub struct Tools(Option<PathBuf>);

impl Tools {
    /// The program, if it is there.
    pub fn command(&self, program: &str) -> Result<Command> {
        let path = self.0.as_ref().map(|folder| folder.join(program));
        let command = || Command::new(path.as_deref().unwrap_or(program.as_ref()));
        if shell::capture(command().arg("--version")).is_ok() {
            return Ok(command());
        }
        let (package, page) = match program {
            "probe-rs" => ("probe-rs-tools", ", and https://probe.rs has binaries"),
            _ => (program, ""),
        };
        bail!("{program} is not installed; `cargo install {package} --locked` installs it{page}")
    }
}

#[cfg(all(test, unix))]
pub mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Programs that write down their arguments and then run a shell script.
    pub struct Fake {
        pub log: PathBuf,
        folder: PathBuf,
    }

    impl Fake {
        pub fn new(programs: &[&str], script: &str) -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let folder = format!("gan-xtask-tools-{}-{number}", std::process::id());
            let folder = std::env::temp_dir().join(folder);
            fs::create_dir(&folder).unwrap();
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
            Tools(Some(self.folder.clone()))
        }

        /// The lines of arguments so far.
        pub fn log(&self) -> Vec<String> {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            log.lines().map(str::to_owned).collect()
        }
    }

    impl Drop for Fake {
        fn drop(&mut self) {
            // What is left in the temporary folder is no failure of the test.
            let _ = fs::remove_dir_all(&self.folder);
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
