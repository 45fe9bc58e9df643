//! Runs `gan-train` itself again, for several runs at a time.

use anyhow::{Context, Result};
use gan_tools::numbers::thousands;
use gan_tools::{interrupt, say};
use gan_train::train::lock;
use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often is looked whether a run has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often is looked whether another process has ended a run, when there is nothing else to do.
const WAIT: Duration = Duration::from_millis(500);
/// Bytes at the end of a log in which the reason of a failure is looked for.
const TAIL: usize = 4096;

/// A run that is to be there in the end.
#[derive(Debug, Clone)]
pub struct Job {
    pub index: usize,
    /// What tells it from the others.
    pub what: String,
    /// Where it says what it says. What earlier tries have said stays there.
    pub log: PathBuf,
}

/// What is to be done for a run.
pub enum Turn {
    /// Nothing.
    IsDone,
    /// To wait: another process trains it.
    IsTrained,
    /// To start `gan-train` with these arguments.
    Train(Vec<String>),
}

/// A run that is being trained.
struct Running {
    child: Child,
    job: Job,
    since: Instant,
}

/// What there is to do, and what came of it.
struct Jobs<T> {
    turn: T,
    queue: VecDeque<Job>,
    running: Vec<Running>,
    /// What other processes train.
    elsewhere: Vec<Job>,
    /// Indices of the runs of which was said that they are waited for.
    waited_for: BTreeSet<usize>,
    done: usize,
    total: usize,
    failed: Vec<String>,
}

/// Sees to it that all `jobs` are trained, so many at once; `turn` says what is to be done for a
/// run, which another process may have begun meanwhile. Returns a sentence for each run that
/// failed; the others are trained all the same. After Ctrl-C no further one is begun, and those
/// that run save a checkpoint and end.
pub fn run_all(
    jobs: VecDeque<Job>,
    at_once: usize,
    turn: impl FnMut(usize) -> Result<Turn>,
) -> Result<Vec<String>> {
    let program = std::env::current_exe().context("the program's own file cannot be found")?;
    let total = jobs.len();
    let at_once = at_once.min(total).max(1);
    let mut jobs = Jobs {
        turn,
        queue: jobs,
        running: Vec::new(),
        elsewhere: Vec::new(),
        waited_for: BTreeSet::new(),
        done: 0,
        total,
        failed: Vec::new(),
    };
    jobs.skip_done();
    let mut told = false;
    loop {
        while !interrupt::requested() && jobs.running.len() < at_once {
            let Some(job) = jobs.queue.pop_front() else { break };
            jobs.begin(&program, job, at_once);
        }
        if interrupt::requested() && !told {
            jobs.running.iter().for_each(|run| stop(&run.child));
            told = true;
        }
        jobs.look();
        if jobs.running.is_empty() && (jobs.queue.is_empty() || interrupt::requested()) {
            if jobs.elsewhere.is_empty() || interrupt::requested() {
                return Ok(jobs.failed);
            }
            sleep(WAIT);
            jobs.queue.extend(jobs.elsewhere.drain(..));
        }
        sleep(LOOK_EVERY);
    }
}

impl<T: FnMut(usize) -> Result<Turn>> Jobs<T> {
    /// Leaves out what is done already.
    fn skip_done(&mut self) {
        let Self { turn, queue, .. } = self;
        queue.retain(|job| !matches!(turn(job.index), Ok(Turn::IsDone)));
        self.done = self.total - self.queue.len();
        if self.done > 0 {
            say!("{} of {} runs are done already", thousands(self.done as u64), self.total);
        }
    }

    /// Does what is to be done for a run.
    fn begin(&mut self, program: &Path, job: Job, at_once: usize) {
        let Job { index, what, .. } = &job;
        let begun = match (self.turn)(*index) {
            Ok(Turn::IsDone) => {
                self.done += 1;
                say!("{} of {}: run {index} ({what}) by another process", self.done, self.total);
                return;
            }
            Ok(Turn::IsTrained) => {
                self.leave(job);
                return;
            }
            Ok(Turn::Train(arguments)) => start(program, arguments, &job.log, at_once),
            Err(error) => Err(error),
        };
        match begun {
            Ok(child) => self.running.push(Running { child, job, since: Instant::now() }),
            Err(error) => self.fail(&job, &format!("{error:#}")),
        }
    }

    /// Leaves a run to another process, and looks after it later.
    fn leave(&mut self, job: Job) {
        if self.waited_for.insert(job.index) {
            say!("run {} ({}): another process trains it; waiting for that", job.index, job.what);
        }
        self.elsewhere.push(job);
    }

    fn fail(&mut self, Job { index, what, log }: &Job, why: &str) {
        say!("run {index} ({what}) failed: {why}");
        self.failed.push(format!("run {index} ({what}): {why} ({})", log.display()));
    }

    /// Looks which runs have ended.
    fn look(&mut self) {
        for mut run in std::mem::take(&mut self.running) {
            let status = match run.child.try_wait() {
                Ok(None) => {
                    self.running.push(run);
                    continue;
                }
                Ok(Some(status)) => status,
                Err(error) => {
                    self.fail(&run.job, &format!("waiting for it: {error}"));
                    continue;
                }
            };
            let Running { job, since, .. } = run;
            if status.success() {
                self.done += 1;
                let (Job { index, what, .. }, seconds) = (&job, since.elapsed().as_secs_f64());
                say!("{} of {}: run {index} ({what}) in {seconds:.1} s", self.done, self.total);
            } else if !interrupt::requested() {
                // Another process may have begun it at the same time.
                let why = reason(&job.log);
                match (self.turn)(job.index) {
                    Ok(Turn::IsDone | Turn::IsTrained) => self.leave(job),
                    Ok(_) if why.ends_with(lock::TAKEN) => self.leave(job),
                    _ => self.fail(&job, &why),
                }
            }
        }
    }
}

fn start(program: &Path, arguments: Vec<String>, log: &Path, at_once: usize) -> Result<Child> {
    let cannot = || format!("{}: cannot be written", log.display());
    let output = File::options().append(true).create(true).open(log).with_context(cannot)?;
    let errors = output.try_clone().with_context(cannot)?;
    let mut command = Command::new(program);
    if at_once > 1 && !arguments.iter().any(|argument| argument.starts_with("--threads")) {
        command.args(["--threads", "1"]);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(output).stderr(errors);
    // A terminal's Ctrl-C goes to this process only, which hands it on once.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    #[cfg(target_os = "linux")]
    end_with_this_process(&mut command);
    command.spawn().with_context(|| program.display().to_string())
}

/// Has a run save a checkpoint and end if this process is killed.
#[cfg(target_os = "linux")]
fn end_with_this_process(command: &mut Command) {
    let this = std::process::id();
    let ask = move || {
        // SAFETY: both calls are allowed between fork and exec, and take any numbers.
        let (asked, parent) = unsafe {
            let asked = libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGTERM);
            (asked, libc::getppid())
        };
        // It may have been killed before that.
        let is_there = u32::try_from(parent).is_ok_and(|parent| parent == this);
        if asked == 0 && is_there { Ok(()) } else { Err(std::io::Error::last_os_error()) }
    };
    // SAFETY: `ask` does nothing but two system calls.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(command, ask);
    }
}

/// Asks a run to save a checkpoint and end.
#[cfg(unix)]
fn stop(child: &Child) {
    // SAFETY: the function takes any numbers, and the child has not been waited for, so that its
    // number is still its own.
    unsafe {
        libc::kill(child.id() as libc::pid_t, libc::SIGTERM);
    }
}

/// Elsewhere a console's Ctrl-C reaches all of its processes.
#[cfg(not(unix))]
fn stop(_child: &Child) {}

/// The last line that names an error in a log, or else its last line.
fn reason(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(TAIL)..]).into_owned();
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().rfind(|line| line.starts_with("error: ")).or(lines().next_back());
    error.map_or("it said nothing".into(), |line| line.trim_start_matches("error: ").to_owned())
}
