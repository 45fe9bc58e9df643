//! `gan-train-mpi`: one run by 1, 2 and 4 ranks, by ranks that are killed and go on as others, and
//! by one that no longer answers, and over a link that is cut. What is compared is every number of
//! the last checkpoint.

mod link;

use std::process::Stdio;
use std::thread::sleep;

use sha2::{Digest, Sha256};

use link::Link;

use super::{Made, Place};
use crate::prelude::*;
use crate::qemu::KillOnDrop;

/// Steps of the runs that are only compared, and of those that are killed in between.
const FEW: u32 = 60;
const MANY: u32 = 2_000;
/// How long a link that is cut may go unnoticed.
const CUT: Duration = Duration::from_secs(30);
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
    let expected = programs.alone(&place.set)?;
    said.push(programs.killed(&place.set, &expected)?);
    said.push(programs.stopped(&place.set)?);
    match Link::new(&place.set) {
        Ok(link) => said.push(programs.cut(&place.set, &link, &expected)?),
        Err(error) => said.push(format!("SKIPPED a link that is cut: {error:#}")),
    }
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
        self.by(Command::new("mpirun"), count, arguments)
    }

    /// So many ranks by this mpirun.
    fn by(&self, mut mpirun: Command, count: u32, arguments: &[String]) -> Command {
        mpirun.args(MPIRUN).args(["-n", &count.to_string()]).arg(&self.mpi).args(arguments);
        mpirun.current_dir(root());
        mpirun
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

    /// The digest of the long run, by plain gan-train.
    fn alone(&self, folder: &Path) -> Result<String> {
        let out = folder.join("many");
        Command::new(&self.train)
            .args(Self::arguments(&out, MANY, true))
            .current_dir(root())
            .read()?;
        digest(&out)
    }

    /// A rank is killed; others go on, which are fewer.
    fn killed(&self, folder: &Path, expected: &str) -> Result<String> {
        let out = folder.join("killed");
        let mut running = begin(&mut self.ranks(4, &Self::arguments(&out, MANY, true)))?;
        let rank = self.some_rank(&mut running, &out)?;
        tool("kill", &format!("-KILL {rank}")).read()?;
        let seconds = ended(running, Duration::from_secs(60))?;
        self.go_on(2, &out, expected)?;
        Ok(format!("SIGKILL of one of 4 ended all in {seconds:.1} s, 2 went on to {expected:.16}"))
    }

    /// So many ranks go on with a run to the end of the long one.
    fn go_on(&self, count: u32, out: &Path, expected: &str) -> Result<()> {
        let mut resume = self.ranks(count, &[]);
        resume.words("--threads 1 train --resume").arg(out).args(["--steps", &MANY.to_string()]);
        resume.read()?;
        let found = digest(out)?;
        ensure!(found == expected, "stopped and resumed: {found:.16} (gan-train: {expected:.16})");
        Ok(())
    }

    /// Two machines make the same bits as one; then the link between them is cut, and one goes on.
    fn cut(&self, folder: &Path, link: &Link, expected: &str) -> Result<String> {
        let alone = digest(&folder.join("alone-true"))?;
        let few = folder.join("linked");
        self.by(link.mpirun(), 2, &Self::arguments(&few, FEW, true)).read()?;
        let found = digest(&few)?;
        ensure!(found == alone, "two machines: {found:.16} (gan-train: {alone:.16})");
        let out = folder.join("cut");
        let mut running =
            begin(&mut self.by(link.mpirun(), 2, &Self::arguments(&out, MANY, true)))?;
        second_checkpoint(&mut running, &out)?;
        link.cut()?;
        let seconds = ended(running, CUT)?;
        link.wait_until_left(CUT)?;
        self.go_on(1, &out, expected)?;
        Ok(format!(
            "two namespaces {found:.16}; their link cut ended all in {seconds:.1} s, one went on to \
             {expected:.16}"
        ))
    }

    /// A rank does not answer any more, as if its link were cut.
    fn stopped(&self, folder: &Path) -> Result<String> {
        let out = folder.join("stopped");
        let arguments = Self::arguments(&out, 100 * MANY, true);
        let mut running = begin(self.ranks(2, &arguments).env("GAN_TRAIN_MPI_PATIENCE", "3"))?;
        let rank = self.some_rank(&mut running, &out)?;
        tool("kill", &format!("-STOP {rank}")).read()?;
        let seconds = ended(running, Duration::from_secs(60));
        let _ = tool("kill", &format!("-KILL {rank}")).read();
        Ok(format!("a rank that does not answer ends the run in {:.1} s", seconds?))
    }

    /// The process of the last rank, when the run has made its first checkpoints.
    fn some_rank(&self, running: &mut KillOnDrop, out: &Path) -> Result<u32> {
        second_checkpoint(running, out)?;
        let children = format!("/proc/{0}/task/{0}/children", running.0.id());
        let children = fs::read_to_string(&children).context(children)?;
        let last = children.split_whitespace().next_back().context("mpirun has no ranks")?;
        Ok(last.parse()?)
    }
}

/// Starts ranks in silence.
fn begin(ranks: &mut Command) -> Result<KillOnDrop> {
    KillOnDrop::start(ranks.stdout(Stdio::null()).stderr(Stdio::null()))
}

/// Waits until a run has made its second checkpoint.
fn second_checkpoint(running: &mut KillOnDrop, out: &Path) -> Result<()> {
    let start = Instant::now();
    let checkpoint = out.join("checkpoint.safetensors");
    let written = || checkpoint.metadata().and_then(|file| file.modified()).ok();
    let mut first = None;
    loop {
        ensure!(start.elapsed() < Duration::from_secs(120), "no second checkpoint");
        if let Some(status) = running.0.try_wait()? {
            bail!("the run ended by itself: {status}");
        }
        match (first, written()) {
            (None, now) => first = now,
            (Some(before), Some(now)) if now != before => return Ok(()),
            _ => {}
        }
        sleep(Duration::from_millis(20));
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
