//! `cargo xtask scale`: one set of images made by every engine of docs/scale.md that can be had
//! here, and one table of their digests, which are all the same. And one training by several
//! processes.

mod bucket;
mod engines;
mod mpi;
mod slurm;

use clap::Args;
use sha2::{Digest, Sha256};

use crate::prelude::*;
use crate::python::Environment;

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

/// What an engine said at its end.
enum Made {
    Digest {
        last: String,
        digest: String,
    },
    /// It makes no set, and has compared what it made itself.
    Compared(String),
}

/// Why there is no such engine here.
#[derive(Debug)]
struct Missing(String);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

/// Has the engine be left out because of this error.
fn missing(error: anyhow::Error) -> anyhow::Error {
    Missing(format!("{error:#}")).into()
}

/// An engine: it makes the set in a folder of its own.
type Engine = fn(&Place) -> Result<Made>;

/// So many of them need nothing to be installed.
const WITHOUT_PACKAGES: usize = 4;
/// In the order of the table.
const ENGINES: [(&str, Engine); 12] = [
    ("one process", engines::one),
    ("xargs", engines::xargs),
    ("GNU parallel", engines::parallel),
    ("killed workers", engines::killed),
    ("Slurm", slurm::run),
    ("Kubernetes", engines::kubernetes),
    ("Dask", engines::dask),
    ("Ray", engines::ray),
    ("Spark", engines::spark),
    ("object store", bucket::run),
    ("MPI", mpi::run),
    ("MPI by Slurm", mpi::by_slurm),
];

/// Where an engine works.
struct Place {
    /// The set's folder, which is not there yet.
    set: PathBuf,
    /// The command `gan`.
    gan: PathBuf,
}

impl Place {
    /// Returns the command `gan` with these arguments, separated by blanks, and then the set's
    /// folder.
    fn gan(&self, arguments: &str) -> Command {
        let mut command = tool(&self.gan, arguments);
        command.arg(&self.set).current_dir(root());
        command
    }

    /// Begins the set.
    fn begin(&self) -> Result<()> {
        let size = format!("--count {COUNT} --shard {SHARD} --format idx");
        self.gan(&format!("shards init {MODEL} {size} --out")).read().map(|_| ())
    }

    /// Returns the digest of the set, which is complete and right; with what the engine said last.
    fn made(&self, last: &str) -> Result<Made> {
        self.gan("shards status").read().context("the set is not complete")?;
        self.gan("shards verify --every 4").read()?;
        let all = shell::files(&self.set.join("shards"))?;
        let [images, labels] = ["-images-idx3-ubyte", "-labels-idx1-ubyte"].map(|kind| {
            let is = |path: &&PathBuf| path.to_string_lossy().ends_with(kind);
            all.iter().filter(is).cloned().collect::<Vec<_>>()
        });
        let digest = digest(&images, &labels)?;
        let last =
            last.lines().last().unwrap_or_default().replace(&*self.set.to_string_lossy(), "set");
        Ok(Made::Digest { last, digest })
    }
}

/// Returns the SHA-256 of the pixels of these files of images and the labels of those.
fn digest(images: &[PathBuf], labels: &[PathBuf]) -> Result<String> {
    let mut hash = Sha256::new();
    for (files, header) in [(images, 16), (labels, 8)] {
        for path in files {
            let bytes = shell::read(path)?;
            hash.update(bytes.get(header..).context("a file without a header")?);
        }
    }
    Ok(shell::hex(hash.finalize()))
}

/// The engines that need nothing to be installed.
pub fn check(tally: &mut Tally) -> Result<()> {
    *tally += table(&ENGINES[..WITHOUT_PACKAGES], "")?;
    Ok(())
}

/// Runs the engines that were asked for, and prints the table.
pub fn run(asked: &Scale) -> Result<Tally> {
    table(&ENGINES, asked.only.as_deref().unwrap_or_default())
}

fn table(engines: &[(&str, Engine)], only: &str) -> Result<Tally> {
    shell::host("build --quiet --release -p gan-tools").run()?;
    let folder = root().join("target/scale");
    shell::remove(&folder)?;
    shell::create(folder.clone())?;
    let gan = root().join("target/release").join(format!("gan{}", std::env::consts::EXE_SUFFIX));
    let whole = folder.join("whole");
    let reference = Place { set: whole.clone(), gan: gan.clone() };
    reference.gan(&format!("generate {MODEL} --count {COUNT} --idx")).read()?;
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
            Err(why) if why.is::<Missing>() => {
                println!("SKIPPED {name}: {why}");
                rows.push(format!("{name:<16}{:>8}  SKIPPED: {why}", ""));
                continue;
            }
            Ok(Made::Compared(said)) => {
                tally += Tally::one(true);
                format!("{:<16}  {said}", "training")
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

/// Returns the Python with the packages of engines, if they can be had.
fn python() -> Result<Environment> {
    let folder = root().join("target/scale-python");
    Environment::new(&folder, &["-r", "examples/requirements.txt"]).map_err(missing)
}

/// Runs a program of the examples; its last lines.
fn example(python: &Environment, file: &str, arguments: &[&Path], gan: &Path) -> Result<String> {
    let said = python.python(file).args(arguments).env("GAN", gan).read()?;
    ensure!(!said.trim().is_empty(), "{file} said nothing");
    Ok(said)
}
