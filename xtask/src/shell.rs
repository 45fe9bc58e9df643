//! Runs other programs, names paths, and writes files that are whole or not there.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail};

/// The repository's root.
pub fn root() -> PathBuf {
    // The parent of this package's folder, without a `..` in it.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/")).to_path_buf()
}

/// `path` as the user would type it from the repository's root.
pub fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// The cargo that runs this, in the workspace of what runs on hosts.
pub fn host() -> Command {
    cargo(&root())
}

/// The cargo that runs this, in `folder`.
///
/// Flags from the environment are dropped: each set of flags has its own build of every dependency,
/// and burn's takes minutes. So all tasks, and a plain `cargo run --release`, share one.
pub fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder);
    for variable in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTDOCFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Runs a command to the end, on the user's terminal. A command that fails is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot run {}", line(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", line(command));
    }
    Ok(())
}

/// Runs a command to the end in silence. Returns what it wrote to standard output, or an error with
/// what it wrote to standard error.
pub fn capture(command: &mut Command) -> Result<String> {
    let Output { status, stdout, stderr } =
        command.output().with_context(|| format!("cannot run {}", line(command)))?;
    if !status.success() {
        bail!(
            "{} failed: {status}\n{}",
            line(command),
            String::from_utf8_lossy(&stderr).trim_end()
        );
    }
    Ok(String::from_utf8_lossy(&stdout).into_owned())
}

/// Runs a command to the end, and hands each line of standard output to `each` after printing it.
/// Returns whether the command succeeded.
pub fn stream(command: &mut Command, mut each: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", line(command)))?;
    if let Some(stdout) = child.stdout.take() {
        for text in BufReader::new(stdout).split(b'\n') {
            let text = String::from_utf8_lossy(&text?).into_owned();
            println!("{text}");
            each(&text);
        }
    }
    Ok(child.wait()?.success())
}

/// Whether the program is there and starts.
pub fn available(program: &str) -> bool {
    capture(Command::new(program).arg("--version")).is_ok()
}

/// The command as one line.
fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

/// Writes a file, first whole under another name: no crash and no full disk leaves half of it. What
/// is there and is no file, a pipe for one, is written to as it is.
pub fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if path.metadata().is_ok_and(|there| !there.is_file()) {
        return fs::write(path, bytes).with_context(|| relative(path));
    }
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let temporary = PathBuf::from(name);
    let written = fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // What is left of it is of no use.
        let _ = fs::remove_file(&temporary);
    }
    written.with_context(|| relative(path))
}
