//! `gan-train-mpi`: one run by 1, 2 and 4 ranks, by ranks that are killed and go on as others, and
//! by one that no longer answers. What is compared is every number of the last checkpoint.

use std::process::Stdio;
use std::thread::sleep;

use sha2::{Digest, Sha256};

use super::{Made, Place};
use crate::prelude::*;
use crate::qemu::KillOnDrop;

/// Steps of the runs that are only compared, and of those that are killed in between.
const FEW: u32 = 60;
const MANY: u32 = 2_000;
/// Ranks that are on one machine with fewer cores sleep while they wait.
const MPIRUN: [&str; 7] = [
    "--allow-run-as-root",
    "--oversubscribe",
    "--bind-to",
    "none",
    "--mca",
    "mpi_yield_when_idle",
    "1",
];

/// The programs.
struct Programs {
    train: PathBuf,
    mpi: PathBuf,
}

/// Builds what is needed, and makes the runs.
pub fn run(place: &Place) -> Result<Made> {
    if tool("mpirun", "--version").read().is_err() {
        let packages = "openmpi-bin libopenmpi-dev libclang-dev";
        return Ok(Made::Skipped(format!("there is no mpirun (Debian: {packages})")));
    }
    shell::host("build --quiet --release -p gan-train").run()?;
    let mut build = shell::host("build --quiet --release --locked --target-dir target");
    if let Err(error) = build.words("--manifest-path gan-train-mpi/Cargo.toml").run() {
        return Ok(Made::Skipped(format!(
            "gan-train-mpi cannot be built: {error:#} (Debian: libopenmpi-dev libclang-dev)"
        )));
    }
    let release = root().join("target/release");
    let programs =
        Programs { train: release.join("gan-train"), mpi: release.join("gan-train-mpi") };
    fs::create_dir_all(&place.set)?;
    let mut said = Vec::new();
    for batch_norm in [true, false] {
        said.push(programs.compare(&place.set, batch_norm)?);
    }
    said.push(programs.killed(&place.set)?);
    said.push(programs.stopped(&place.set)?);
    Ok(Made::Compared(said.join("; ")))
}

impl Programs {
    /// The arguments of a run.
    fn arguments(out: &Path, steps: u32, batch_norm: bool) -> Vec<String> {
        let words = format!(
            "--threads 1 train --data digits --preset digits8 --steps {steps} --overwrite \
             --checkpoint-every 0.2 --set training.shards=4 --set generator.batch_norm={batch_norm}"
        );
        let mut arguments: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        arguments.extend(["--out".into(), out.display().to_string()]);
        arguments
    }

    /// So many ranks with these arguments.
    fn ranks(&self, count: u32, arguments: &[String]) -> Command {
        let mut command = Command::new("mpirun");
        command.args(MPIRUN).args(["-n", &count.to_string()]).arg(&self.mpi).args(arguments);
        command.current_dir(root());
        command
    }

    /// Plain gan-train, and any number of ranks.
    fn compare(&self, folder: &Path, batch_norm: bool) -> Result<String> {
        let out = |name: &str| folder.join(format!("{name}-{batch_norm}"));
        let alone = out("alone");
        let arguments = Self::arguments(&alone, FEW, batch_norm);
        Command::new(&self.train).args(arguments).current_dir(root()).read()?;
        let expected = digest(&alone)?;
        for count in [1, 2, 4] {
            let out = out(&count.to_string());
            self.ranks(count, &Self::arguments(&out, FEW, batch_norm)).read()?;
            let found = digest(&out)?;
            ensure!(
                found == expected,
                "{count} ranks, batch_norm {batch_norm}: {found:.16} (gan-train: {expected:.16})"
            );
        }
        let with = if batch_norm { "with" } else { "without" };
        Ok(format!("1, 2, 4 ranks {with} batch norm {expected:.16}"))
    }

    /// A rank is killed; others go on, which are fewer.
    fn killed(&self, folder: &Path) -> Result<String> {
        let alone = folder.join("many");
        let arguments = Self::arguments(&alone, MANY, true);
        Command::new(&self.train).args(arguments).current_dir(root()).read()?;
        let out = folder.join("killed");
        let mut running = self.begin(4, &Self::arguments(&out, MANY, true), &[])?;
        let rank = self.some_rank(&mut running, &out)?;
        tool("kill", &format!("-KILL {rank}")).read()?;
        let seconds = ended(running, Duration::from_secs(60))?;
        let mut resume = self.ranks(2, &[]);
        resume.words("--threads 1 train --resume").arg(&out).args(["--steps", &MANY.to_string()]);
        resume.read()?;
        let (expected, found) = (digest(&alone)?, digest(&out)?);
        ensure!(found == expected, "killed and resumed: {found:.16} (gan-train: {expected:.16})");
        Ok(format!("SIGKILL of one of 4 ended all in {seconds:.1} s, 2 went on to {found:.16}"))
    }

    /// A rank does not answer any more, as if its link were cut.
    fn stopped(&self, folder: &Path) -> Result<String> {
        let out = folder.join("stopped");
        let arguments = Self::arguments(&out, 100 * MANY, true);
        let mut running = self.begin(2, &arguments, &[("GAN_TRAIN_MPI_PATIENCE", "3")])?;
        let rank = self.some_rank(&mut running, &out)?;
        tool("kill", &format!("-STOP {rank}")).read()?;
        let seconds = ended(running, Duration::from_secs(60));
        let _ = tool("kill", &format!("-KILL {rank}")).read();
        Ok(format!("a rank that does not answer ends the run in {:.1} s", seconds?))
    }

    fn begin(&self, count: u32, arguments: &[String], env: &[(&str, &str)]) -> Result<KillOnDrop> {
        let mut command = self.ranks(count, arguments);
        command.envs(env.iter().copied()).stdout(Stdio::null()).stderr(Stdio::null());
        KillOnDrop::start(&mut command)
    }

    /// The process of the last rank, when the run has made its first checkpoints.
    fn some_rank(&self, running: &mut KillOnDrop, out: &Path) -> Result<u32> {
        let start = Instant::now();
        let checkpoint = out.join("checkpoint.safetensors");
        let began = loop {
            ensure!(start.elapsed() < Duration::from_secs(120), "the run does not begin");
            if let Some(status) = running.0.try_wait()? {
                bail!("the run ended before a rank could be killed: {status}");
            }
            if let Ok(written) = checkpoint.metadata().and_then(|file| file.modified()) {
                break written;
            }
            sleep(Duration::from_millis(20));
        };
        while checkpoint.metadata()?.modified()? == began {
            ensure!(start.elapsed() < Duration::from_secs(120), "no further checkpoint");
            sleep(Duration::from_millis(20));
        }
        let children = format!("/proc/{0}/task/{0}/children", running.0.id());
        let children = fs::read_to_string(&children).context(children)?;
        let last = children.split_whitespace().next_back().context("mpirun has no ranks")?;
        Ok(last.parse()?)
    }
}

/// Waits until a run has ended with an error; returns the seconds.
fn ended(mut running: KillOnDrop, patience: Duration) -> Result<f64> {
    let start = Instant::now();
    loop {
        if let Some(status) = running.0.try_wait()? {
            ensure!(!status.success(), "mpirun says that all went well");
            return Ok(start.elapsed().as_secs_f64());
        }
        ensure!(start.elapsed() <= patience, "mpirun hangs");
        sleep(Duration::from_millis(50));
    }
}

/// The SHA-256 of all numbers of a run's checkpoint: networks, average and optimizers. Before them
/// is a header, which has the run's seconds, behind its length in eight bytes.
fn digest(run: &Path) -> Result<String> {
    let path = run.join("checkpoint.safetensors");
    let bytes = fs::read(&path).with_context(|| relative(&path))?;
    let len = bytes.first_chunk().map(|&len| u64::from_le_bytes(len)).context("no header")?;
    let numbers = bytes.get(8 + len as usize..).context("a header cut short")?;
    Ok(shell::hex(Sha256::digest(numbers)))
}
