//! `gan-train-mpi`: one run by 1, 2 and 4 ranks, by ranks that are killed and go on as others, and
//! by one that no longer answers, and over a link that is cut. What is compared is every number of
//! the last checkpoint.

mod link;

use std::process::Stdio;
use std::thread::sleep;

use sha2::{Digest, Sha256};

use link::Link;

use super::slurm::Slurm;
use super::{Made, Place, missing};
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

/// Makes the runs.
pub fn run(place: &Place) -> Result<Made> {
    let programs = Programs::build().map_err(missing)?;
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

/// Trains by ranks that Slurm starts, and starts again after one of them was killed.
pub fn by_slurm(place: &Place) -> Result<Made> {
    let programs = Programs::build().map_err(missing)?;
    let slurm = Slurm::find(&place.set).map_err(missing)?;
    let expected = programs.alone(&place.set)?;
    let out = place.set.join("run");
    let mut sbatch = slurm.client("sbatch");
    sbatch.words("--parsable --ntasks=2").arg(root().join("examples/slurm/train.sbatch"));
    sbatch.arg(&out).words(&recipe(MANY, true)).env("GAN_TRAIN_MPI", &programs.mpi);
    // The superuser has started the cluster, which MPI asks to be told.
    sbatch.env("OMPI_ALLOW_RUN_AS_ROOT", "1").env("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1");
    sbatch.env("OMPI_MCA_mpi_yield_when_idle", "1");
    let job = sbatch.read()?.trim().to_owned();
    second_checkpoint(&out, || slurm.runs(&job))?;
    kill_one(&programs.mpi, &job)?;
    slurm.wait_for_queue(&job)?;
    slurm.wait(&job)?;
    let found = digest(&out)?;
    ensure!(found == expected, "by Slurm: {found:.16} (gan-train: {expected:.16})");
    let on = slurm.nodes();
    Ok(Made::Compared(format!("job {job} {on}, a rank killed, queued again, {found:.16}")))
}

impl Programs {
    /// Builds them.
    fn build() -> Result<Self> {
        let packages = "Debian: openmpi-bin libopenmpi-dev libclang-dev";
        let mpirun = tool("mpirun", "--version").read();
        mpirun.with_context(|| format!("there is no mpirun ({packages})"))?;
        shell::host("build --quiet --release -p gan-train").run()?;
        let mut build = shell::host("build --quiet --release --locked --target-dir target");
        build.words("--manifest-path gan-train-mpi/Cargo.toml");
        build.run().with_context(|| format!("gan-train-mpi cannot be built ({packages})"))?;
        let release = root().join("target/release");
        Ok(Self { train: release.join("gan-train"), mpi: release.join("gan-train-mpi") })
    }

    /// The arguments of a run.
    fn arguments(out: &Path, steps: u32, batch_norm: bool) -> Vec<String> {
        let words = format!("--threads 1 train --overwrite {}", recipe(steps, batch_norm));
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
        let arguments = Self::arguments(&out, MANY, true);
        let mut running = begin(&mut self.by(link.mpirun(), 2, &arguments))?;
        second_checkpoint(&out, || self::running(&mut running))?;
        link.cut()?;
        let seconds = ended(running, CUT)?;
        link.wait_until_left(CUT)?;
        self.go_on(1, &out, expected)?;
        Ok(format!(
            "two namespaces {found:.16}; their link cut ended all in {seconds:.1} s, one went on \
             to {expected:.16}"
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
        second_checkpoint(out, || self::running(running))?;
        let children = format!("/proc/{0}/task/{0}/children", running.0.id());
        let children = fs::read_to_string(&children).context(children)?;
        let last = children.split_whitespace().next_back().context("mpirun has no ranks")?;
        Ok(last.parse()?)
    }
}

/// What is trained.
fn recipe(steps: u32, batch_norm: bool) -> String {
    format!(
        "--data digits --preset digits8 --steps {steps} --checkpoint-every 0.2 \
         --set training.shards=4 --set generator.batch_norm={batch_norm}"
    )
}

/// Starts ranks in silence.
fn begin(ranks: &mut Command) -> Result<KillOnDrop> {
    KillOnDrop::start(ranks.stdout(Stdio::null()).stderr(Stdio::null()))
}

/// Says why a run that was started in this way has ended, if it has.
fn running(run: &mut KillOnDrop) -> Result<()> {
    match run.0.try_wait()? {
        Some(status) => bail!("the run ended by itself: {status}"),
        None => Ok(()),
    }
}

/// Waits until a run has made its second checkpoint.
fn second_checkpoint(out: &Path, mut running: impl FnMut() -> Result<()>) -> Result<()> {
    let start = Instant::now();
    let checkpoint = out.join("checkpoint.safetensors");
    let written = || checkpoint.metadata().and_then(|file| file.modified()).ok();
    let mut first = None;
    loop {
        ensure!(start.elapsed() < Duration::from_secs(120), "no second checkpoint");
        running()?;
        match (first, written()) {
            (None, now) => first = now,
            (Some(before), Some(now)) if now != before => return Ok(()),
            _ => {}
        }
        sleep(Duration::from_millis(20));
    }
}

/// Kills (SIGKILL) a process of this program that a job of Slurm has started here.
fn kill_one(program: &Path, job: &str) -> Result<()> {
    // The target folder may be a link.
    let program = program.canonicalize()?;
    let of_job = format!("SLURM_JOB_ID={job}");
    for process in fs::read_dir("/proc")?.filter_map(Result::ok) {
        let path = process.path();
        let is_program = path.join("exe").read_link().is_ok_and(|exe| exe == program);
        let environment = fs::read_to_string(path.join("environ")).unwrap_or_default();
        if is_program && environment.split('\0').any(|variable| variable == of_job) {
            let number = process.file_name();
            return tool("kill", "-KILL").arg(number).read().map(|_| ());
        }
    }
    bail!("no rank of job {job} is on this machine")
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
