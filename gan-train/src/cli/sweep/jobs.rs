//! Runs `gan-train` itself again, for several runs at a time.

use super::Job;
use anyhow::{Context, Result};
use gan_tools::{interrupt, say};
use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often is looked whether a run has ended.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Bytes at the end of a log in which the reason of a failure is looked for.
const TAIL: usize = 4096;

/// A run that is being trained.
struct Running {
    child: Child,
    index: usize,
    what: String,
    log: PathBuf,
    since: Instant,
}

/// Trains `queue`, so many at once, of `total` runs that this part of the sweep has. Returns a
/// sentence for each run that failed; the others are trained all the same. After Ctrl-C no further
/// one is begun, and those that run save a checkpoint and end.
pub fn run_all(mut queue: VecDeque<Job>, at_once: usize, total: usize) -> Result<Vec<String>> {
    let program = std::env::current_exe().context("the program's own file cannot be found")?;
    let at_once = at_once.min(queue.len()).max(1);
    let mut done = total - queue.len();
    let mut running: Vec<Running> = Vec::new();
    let (mut failed, mut told) = (Vec::new(), false);
    loop {
        while !interrupt::requested() && running.len() < at_once {
            let Some(job) = queue.pop_front() else { break };
            running.push(begin(&program, job, at_once)?);
        }
        if running.is_empty() {
            return Ok(failed);
        }
        if interrupt::requested() && !told {
            running.iter().for_each(|run| stop(&run.child));
            told = true;
        }
        let mut still = Vec::new();
        for mut run in running {
            let Some(status) = run.child.try_wait().context("waiting for a run")? else {
                still.push(run);
                continue;
            };
            let Running { index, what, log, since, .. } = run;
            let seconds = since.elapsed().as_secs_f64();
            if status.success() {
                done += 1;
                say!("{done} of {total}: run {index} ({what}) in {seconds:.1} s");
            } else if !interrupt::requested() {
                let why = reason(&log);
                say!("run {index} ({what}) failed: {why}");
                failed.push(format!("run {index} ({what}): {why} ({})", log.display()));
            }
        }
        running = still;
        sleep(LOOK_EVERY);
    }
}

fn begin(program: &Path, job: Job, at_once: usize) -> Result<Running> {
    let Job { index, what, arguments, log } = job;
    let output =
        File::create(&log).with_context(|| format!("{}: cannot be written", log.display()))?;
    let errors = output.try_clone().with_context(|| log.display().to_string())?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(output).stderr(errors);
    if at_once > 1 {
        command.args(["--threads", "1"]);
    }
    // A terminal's Ctrl-C goes to this process only, which hands it on once.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().with_context(|| program.display().to_string())?;
    Ok(Running { child, index, what, log, since: Instant::now() })
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
