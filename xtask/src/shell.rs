//! Runs other programs, reads and names files, and writes files that are whole or not there.

use std::ffi::OsStr;
use std::fmt::Display;
use std::io::{BufRead, BufReader, ErrorKind};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

use anyhow::{Context, Result, ensure};

/// Returns the repository's root.
pub fn root() -> PathBuf {
    // The parent of this package's folder, without a `..` in it.
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("/")).to_path_buf()
}

/// `path` as the user would type it from the repository's root.
pub fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Returns the cargo that runs this, with these words, in the workspace of what runs on hosts.
pub fn host(words: &str) -> Command {
    let mut cargo = cargo(&root());
    cargo.words(words);
    cargo
}

/// Returns the command `gan`, built if it has to be, with these words.
pub fn gan(words: &str) -> Command {
    let mut gan = host("run --quiet --release --package gan-tools --");
    gan.words(words);
    gan
}

/// Returns the cargo that runs this, in `folder`.
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

/// Returns a command of this program, with arguments that are separated by blanks.
pub fn tool(program: impl AsRef<OsStr>, words: &str) -> Command {
    let mut command = Command::new(program);
    command.words(words);
    command
}

/// Short ways to complete a command and to run it.
pub trait Run {
    /// Adds arguments that are separated by blanks.
    fn words(&mut self, words: &str) -> &mut Self;

    /// Runs it to the end, on the user's terminal. A command that fails is an error.
    fn run(&mut self) -> Result<()>;

    /// Runs it to the end in silence. Returns what it wrote to standard output, or an error with
    /// what it wrote to standard error.
    fn read(&mut self) -> Result<String>;

    /// Runs it to the end, and hands each line of standard output to `each` after printing it.
    /// Returns whether the command succeeded.
    fn stream(&mut self, each: impl FnMut(&str)) -> Result<bool>;
}

impl Run for Command {
    fn words(&mut self, words: &str) -> &mut Self {
        self.args(words.split_whitespace())
    }

    fn run(&mut self) -> Result<()> {
        let status = self.status().with_context(|| format!("cannot run {}", line(self)))?;
        ensure!(status.success(), "{} failed: {status}", line(self));
        Ok(())
    }

    fn read(&mut self) -> Result<String> {
        let Output { status, stdout, stderr } =
            self.output().with_context(|| format!("cannot run {}", line(self)))?;
        let said = String::from_utf8_lossy(&stderr);
        ensure!(status.success(), "{} failed: {status}\n{}", line(self), said.trim_end());
        Ok(String::from_utf8_lossy(&stdout).into_owned())
    }

    fn stream(&mut self, mut each: impl FnMut(&str)) -> Result<bool> {
        let child = self.stdout(Stdio::piped()).spawn();
        let mut child = child.with_context(|| format!("cannot run {}", line(self)))?;
        if let Some(stdout) = child.stdout.take() {
            for text in BufReader::new(stdout).split(b'\n') {
                let text = String::from_utf8_lossy(&text?).into_owned();
                println!("{text}");
                each(&text);
            }
        }
        Ok(child.wait()?.success())
    }
}

/// Returns whether the program is there and starts.
pub fn available(program: &str) -> bool {
    tool(program, "--version").read().is_ok()
}

/// Returns the value of a result. An error is printed as the reason why something is skipped.
pub fn or_skip<T>(what: &str, result: Result<T>) -> Option<T> {
    result.inspect_err(|error| println!("SKIPPED {what}: {error:#}")).ok()
}

/// Returns the command as one line.
fn line(command: &Command) -> String {
    let words = [command.get_program()].into_iter().chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// Returns the folder of a package of npm's under `target`, installed if it is not there.
pub fn npm(package: &str) -> Result<PathBuf> {
    let folder = scratch(package)?;
    if !folder.join("node_modules").exists() {
        let mut npm = tool("npm", "install --silent --no-audit --no-fund --prefix");
        npm.arg(&folder).arg(package).read()?;
    }
    Ok(folder)
}

/// Makes a folder under `target` for files that need not be kept.
pub fn scratch(name: &str) -> Result<PathBuf> {
    create(root().join("target/xtask").join(name))
}

/// Makes a folder, if it is not there.
pub fn create(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).with_context(|| relative(&folder))?;
    Ok(folder)
}

/// Removes a folder, if it is there.
pub fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| relative(folder))
        }
        _ => Ok(()),
    }
}

/// A folder in the system's folder for temporary files. It is removed with this value.
#[derive(Debug)]
pub struct Temporary(PathBuf);

impl Temporary {
    /// Makes a new folder.
    pub fn new() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("gan-xtask-{}-{number}", std::process::id());
        create(env::temp_dir().join(name)).map(Self)
    }
}

impl Deref for Temporary {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // Files that are left in the temporary folder do no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Returns the bytes of a file.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<u8>> {
    fs::read(path.as_ref()).with_context(|| relative(path.as_ref()))
}

/// Returns the text of a file.
pub fn text(path: impl AsRef<Path>) -> Result<String> {
    fs::read_to_string(path.as_ref()).with_context(|| relative(path.as_ref()))
}

/// Returns a file in TOML.
pub fn toml(path: impl AsRef<Path>) -> Result<toml::Table> {
    text(path.as_ref())?.parse().with_context(|| relative(path.as_ref()))
}

/// Returns all files in a folder and in those below it, in order.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| relative(folder))? {
        match entry?.path() {
            path if path.is_dir() => files.extend(self::files(&path)?),
            path => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}

/// Copies a folder, with values in place of their names in double braces.
pub fn instantiate(from: &Path, to: &Path, values: &[(&str, &str)]) -> Result<()> {
    for path in files(from)? {
        let mut text = text(&path)?;
        for (key, value) in values {
            text = text.replace(&format!("{{{{{key}}}}}"), value);
        }
        ensure!(!text.contains("{{"), "{}: a value is missing", relative(&path));
        let copy = to.join(path.strip_prefix(from)?);
        create(copy.parent().unwrap_or(to).into())?;
        fs::write(&copy, text).with_context(|| relative(&copy))?;
    }
    Ok(())
}

/// Returns the names of the files that Git knows and that are there. Without any, as in an archive
/// of the sources, it prints that the step is skipped.
pub fn tracked() -> Option<Vec<String>> {
    let listed = tool("git", "ls-files -z").current_dir(root()).read().unwrap_or_default();
    let names = listed.split_terminator('\0').map(str::to_owned);
    let names: Vec<_> = names.filter(|name| root().join(name).exists()).collect();
    if names.is_empty() {
        println!("SKIPPED: Git lists no files in {}", root().display());
    }
    (!names.is_empty()).then_some(names)
}

/// Returns a file's name without its extension.
pub fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Prints each of these faults, and returns an error if there are any. `error` gets their number.
pub fn none<F: Display>(
    faults: impl IntoIterator<Item = F>,
    error: impl Fn(usize) -> String,
) -> Result<()> {
    let count = faults.into_iter().inspect(|fault| println!("{fault}")).count();
    ensure!(count == 0, error(count));
    Ok(())
}

/// Returns the day of today, as the changelog writes it.
pub fn today() -> Result<String> {
    Ok(tool("date", "-u +%Y-%m-%d").read()?.trim().to_owned())
}

/// Returns bytes as hexadecimal digits.
pub fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
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
