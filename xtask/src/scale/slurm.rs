//! Slurm: the cluster that is here, or one of two nodes on this machine alone, of Debian's package
//! slurm-wlm, which is started for this and ended after it.

use std::fs::File;
use std::process::{Child, Stdio};
use std::thread::sleep;

use super::{Made, PARTS, Place, missing};
use crate::prelude::*;

/// How long the daemons have to come up, and the array to run.
const PATIENCE: Duration = Duration::from_secs(300);
/// The port of the controller. The nodes have the next two.
const PORT: u16 = 16_817;

/// Runs the array of `examples/slurm/shards.sbatch`.
pub fn run(place: &Place) -> Result<Made> {
    let slurm = Slurm::find(&place.set).map_err(missing)?;
    place.begin()?;
    let mut sbatch = slurm.client("sbatch");
    sbatch.args(["--parsable", &format!("--array=0-{}", PARTS - 1)]);
    sbatch.arg(root().join("examples/slurm/shards.sbatch")).arg(&place.set);
    let job = sbatch.arg(PARTS.to_string()).env("GAN", &place.gan).read()?.trim().to_owned();
    slurm.wait(&job)?;
    let logs = &slurm.logs;
    let logged = fs::read_dir(logs)?.count();
    ensure!(logged == PARTS as usize, "{logged} logs in {} for {PARTS} tasks", logs.display());
    place.made(&format!("job {job}, an array of {PARTS} tasks {}", slurm.nodes()))
}

/// The cluster, and the folder where its jobs' logs go.
pub struct Slurm {
    own: Option<Cluster>,
    logs: PathBuf,
}

impl Slurm {
    /// The cluster that is here, or one that is started now. Logs lie beside the set.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub fn find(set: &Path) -> Result<Self> {
        let is_here = tool("sinfo", "--noheader").read().is_ok();
        let own = if is_here { None } else { Some(Cluster::start()?) };
        Ok(Self { own, logs: shell::create(set.with_extension("logs"))? })
    }

    /// Where its nodes are.
    pub fn nodes(&self) -> &'static str {
        if self.own.is_some() { "on two nodes of this machine" } else { "on the cluster here" }
    }

    /// One of Slurm's programs, in the folder of logs.
    pub fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        if let Some(cluster) = &self.own {
            command.env("SLURM_CONF", &cluster.conf);
        }
        command.current_dir(&self.logs);
        command
    }

    /// What the queue says of a job; nothing when it has ended.
    fn queued(&self, job: &str) -> String {
        let queue = self.client("squeue").args(["--noheader", "--format=%T", "--jobs", job]).read();
        // A job that has been forgotten is an error.
        queue.unwrap_or_default().trim().to_owned()
    }

    /// An error if a job has ended.
    pub fn runs(&self, job: &str) -> Result<()> {
        ensure!(!self.queued(job).is_empty(), "job {job} has ended: {}", self.logs.display());
        Ok(())
    }

    /// Waits until a job that runs is in the queue again. Slurm starts it after two minutes.
    pub fn wait_for_queue(&self, job: &str) -> Result<()> {
        self.wait_for(job, |state| state == "PENDING")
    }

    /// Waits until a job has ended.
    pub fn wait(&self, job: &str) -> Result<()> {
        self.wait_for(job, str::is_empty)
    }

    fn wait_for(&self, job: &str, is_so: impl Fn(&str) -> bool) -> Result<()> {
        let start = Instant::now();
        loop {
            let state = self.queued(job);
            if is_so(&state) {
                return Ok(());
            }
            let why = if state.is_empty() { "has ended" } else { &state };
            let waits = !state.is_empty() && start.elapsed() < PATIENCE;
            ensure!(waits, "job {job} {why}: see {}", self.logs.display());
            sleep(Duration::from_millis(500));
        }
    }
}

/// Daemons, which end with this value.
struct Cluster {
    conf: PathBuf,
    daemons: Vec<Child>,
}

impl Cluster {
    /// Starts a controller, munge and two nodes, all on the loopback.
    fn start() -> Result<Self> {
        let found = |name: &str| {
            let folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin"];
            folders.iter().map(|folder| Path::new(folder).join(name)).find(|path| path.exists())
        };
        let daemon = |name: &str| {
            found(name).with_context(|| format!("there is no {name} (Debian: slurm-wlm, munge)"))
        };
        let [munged, controller, node] =
            [daemon("munged")?, daemon("slurmctld")?, daemon("slurmd")?];
        let me = tool("id", "-u").read()?;
        ensure!(me.trim() == "0", "no cluster is here, and to start one takes the superuser");
        let folder = root().join("target/scale-slurm");
        shell::remove(&folder)?;
        shell::create(folder.join("state"))?;
        let conf = folder.join("slurm.conf");
        fs::write(&conf, configuration(&folder))?;
        let cgroups = "CgroupPlugin=cgroup/v1\nCgroupAutomount=no\nConstrainCores=no\n\
                       ConstrainRAMSpace=no\n";
        fs::write(folder.join("cgroup.conf"), cgroups)?;
        let mut cluster = Self { conf, daemons: Vec::new() };
        fs::create_dir_all("/run/munge")?;
        tool("chown", "munge: /run/munge").read()?;
        let munge = format!("exec {} -F", munged.display());
        let mut command = Command::new("runuser");
        cluster.add(
            command.args(["-u", "munge", "--", "sh", "-c", &munge]),
            &folder.join("munged.log"),
        )?;
        cluster.add(Command::new(controller).arg("-D"), &folder.join("slurmctld.out"))?;
        for name in ["n1", "n2"] {
            let log = folder.join(format!("{name}.out"));
            cluster.add(Command::new(&node).args(["-D", "-N", name]), &log)?;
        }
        let start = Instant::now();
        loop {
            let mut sinfo = tool("sinfo", "--noheader --Node --states=idle");
            sinfo.env("SLURM_CONF", &cluster.conf);
            if sinfo.read().is_ok_and(|text| text.lines().count() == 2) {
                return Ok(cluster);
            }
            for daemon in &mut cluster.daemons {
                if let Some(status) = daemon.try_wait()? {
                    bail!("a daemon of Slurm ended, {status}: see {}", folder.display());
                }
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "Slurm's nodes are not idle: see {}",
                folder.display()
            );
            sleep(Duration::from_millis(500));
        }
    }

    fn add(&mut self, command: &mut Command, log: &Path) -> Result<()> {
        let log = File::create(log)?;
        command.env("SLURM_CONF", &self.conf).stdin(Stdio::null()).stdout(log.try_clone()?);
        self.daemons.push(command.stderr(log).spawn()?);
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for daemon in self.daemons.iter_mut().rev() {
            // The nodes first. What does not end goes with a signal that cannot be caught.
            let _ = Command::new("kill").arg(daemon.id().to_string()).status();
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(5) && matches!(daemon.try_wait(), Ok(None))
            {
                sleep(Duration::from_millis(50));
            }
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// `slurm.conf`. Two nodes on one machine differ by their ports, which Debian's build allows.
fn configuration(folder: &Path) -> String {
    let text = include_str!("slurm.conf").replace("{folder}", &folder.display().to_string());
    [0, 1, 2].into_iter().fold(text, |text, node| {
        text.replace(&format!("{{port {node}}}"), &(PORT + node).to_string())
    })
}
