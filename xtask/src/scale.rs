//! `cargo xtask scale`: one set of images made by every engine of docs/scale.md that can be had
//! here, and one table of their digests, which are all the same.

mod engines;
mod slurm;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use sha2::{Digest, Sha256};

use crate::shell::{self, capture, root};
use crate::tally::Tally;

/// What is asked for.
#[derive(Args)]
pub struct Scale {
    /// Only the engines whose name contains this
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

/// The set: `examples/kubernetes/shards.yaml` has the same.
const MODEL: &str = "models/mnist-small.gan";
const COUNT: u32 = 24_000;
const SHARD: u32 = 3_000;
const PARTS: u32 = 8;

/// What an engine said at its end, or why there is no such engine here.
enum Made {
    Digest { last: String, digest: String },
    Skipped(String),
}

/// An engine: it makes the set in a folder of its own.
type Engine = fn(&Place) -> Result<Made>;

/// So many of them need nothing to be installed.
const WITHOUT_PACKAGES: usize = 4;
/// In the order of the table.
const ENGINES: [(&str, Engine); 9] = [
    ("one process", engines::one),
    ("xargs", engines::xargs),
    ("GNU parallel", engines::parallel),
    ("killed workers", engines::killed),
    ("Slurm", slurm::run),
    ("Kubernetes", engines::kubernetes),
    ("Dask", engines::dask),
    ("Ray", engines::ray),
    ("Spark", engines::spark),
];

/// Where an engine works.
struct Place {
    /// The set's folder, which is not there yet.
    set: PathBuf,
    /// The command `gan`.
    gan: PathBuf,
}

impl Place {
    /// The command `gan` with these arguments, separated by blanks, and then the set's folder.
    fn gan(&self, arguments: &str) -> Command {
        let mut command = Command::new(&self.gan);
        command.args(arguments.split_whitespace()).arg(&self.set).current_dir(root());
        command
    }

    /// Begins the set.
    fn begin(&self) -> Result<()> {
        let size = format!("--count {COUNT} --shard {SHARD} --format idx");
        capture(&mut self.gan(&format!("shards init {MODEL} {size} --out"))).map(|_| ())
    }

    /// The digest of the set, which is complete and right; with what the engine said last.
    fn made(&self, last: &str) -> Result<Made> {
        capture(&mut self.gan("shards status")).context("the set is not complete")?;
        capture(&mut self.gan("shards verify --every 4"))?;
        let files = |kind| -> Result<Vec<PathBuf>> {
            let there = fs::read_dir(self.set.join("shards"))?;
            let paths = there.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
            let is = |path: &PathBuf| path.to_string_lossy().ends_with(kind);
            let mut files: Vec<_> = paths.into_iter().filter(is).collect();
            files.sort();
            Ok(files)
        };
        let digest = digest(&files("-images-idx3-ubyte")?, &files("-labels-idx1-ubyte")?)?;
        let last =
            last.lines().last().unwrap_or_default().replace(&*self.set.to_string_lossy(), "set");
        Ok(Made::Digest { last, digest })
    }
}

/// The SHA-256 of the pixels of these files of images and the labels of those.
fn digest(images: &[PathBuf], labels: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for (files, header) in [(images, 16), (labels, 8)] {
        for path in files {
            let bytes = fs::read(path).with_context(|| shell::relative(path))?;
            hash.update(bytes.get(header..).context("a file without a header")?);
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The engines that need nothing to be installed.
///
/// # Errors
///
/// As [`run`].
pub fn check(tally: &mut Tally) -> Result<()> {
    *tally += table(&ENGINES[..WITHOUT_PACKAGES], "")?;
    Ok(())
}

/// Runs the engines that were asked for, and prints the table.
///
/// # Errors
///
/// The command cannot be built, or makes nothing to compare with.
pub fn run(asked: &Scale) -> Result<Tally> {
    table(&ENGINES, asked.only.as_deref().unwrap_or_default())
}

fn table(engines: &[(&str, Engine)], only: &str) -> Result<Tally> {
    shell::run(shell::host().args(["build", "--quiet", "--release", "-p", "gan-tools"]))?;
    let folder = root().join("target/scale");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let gan = root().join("target/release").join(format!("gan{}", std::env::consts::EXE_SUFFIX));
    let whole = folder.join("whole");
    let mut generate = Place { set: whole.clone(), gan: gan.clone() }
        .gan(&format!("generate {MODEL} --count {COUNT} --idx"));
    capture(&mut generate)?;
    let expected = digest(&[whole.join("images-idx3-ubyte")], &[whole.join("labels-idx1-ubyte")])?;
    let mut rows =
        vec![format!("{:<16}{:>8}  {:.16}  gan generate --idx", "reference", "", expected)];
    let mut tally = Tally::default();
    let wanted = |name: &str| name.to_lowercase().contains(&only.to_lowercase());
    for (name, engine) in engines.iter().filter(|(name, _)| wanted(name)) {
        println!("== {name}");
        let start = Instant::now();
        let set = folder.join(name.to_lowercase().replace(' ', "-"));
        let made = engine(&Place { set, gan: gan.clone() });
        let seconds = start.elapsed().as_secs_f64();
        let said = match made {
            Ok(Made::Skipped(why)) => {
                println!("SKIPPED {name}: {why}");
                rows.push(format!("{name:<16}{:>8}  SKIPPED: {why}", ""));
                continue;
            }
            Ok(Made::Digest { last, digest }) => {
                tally += Tally::one(digest == expected);
                let same = if digest == expected { "" } else { "DIFFERS: " };
                format!("{digest:.16}  {same}{last}")
            }
            Err(error) => {
                tally += Tally::one(false);
                format!("FAILED: {error:#}")
            }
        };
        println!("{said}");
        rows.push(format!("{name:<16}{seconds:>6.1} s  {said}"));
    }
    println!(
        "\n{COUNT} images of {MODEL}, in shards of {SHARD}; SHA-256 of all pixels and labels\n"
    );
    rows.iter().for_each(|row| println!("{row}"));
    ensure!(rows.len() > 1, "--only {only}: no engine is called so");
    println!("\n{tally}");
    Ok(tally)
}

/// The Python with the packages of engines, made the first time.
fn python() -> Result<PathBuf> {
    const REQUIREMENTS: &str = "examples/requirements.txt";
    let folder = root().join("target/scale-python");
    let python = folder.join("bin/python");
    if !python.exists() {
        capture(Command::new("python3").args(["-m", "venv"]).arg(&folder))
            .context("python3 -m venv (Debian: apt-get install python3-venv)")?;
    }
    let pip = ["-m", "pip", "install", "--quiet", "-r", REQUIREMENTS];
    capture(Command::new(&python).args(pip).current_dir(root()))
        .with_context(|| format!("pip install -r {REQUIREMENTS}"))?;
    Ok(python)
}

/// Runs a program of the examples; its last lines.
fn example(python: &Path, file: &str, arguments: &[&Path], gan: &Path) -> Result<String> {
    let mut command = Command::new(python);
    let said = capture(command.arg(file).args(arguments).current_dir(root()).env("GAN", gan))?;
    if said.trim().is_empty() {
        bail!("{file} said nothing");
    }
    Ok(said)
}
