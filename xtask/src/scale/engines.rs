//! The engines that are a command or a Python package.

use std::process::Stdio;
use std::thread::sleep;

use serde::Deserialize;

use super::{COUNT, MODEL, Made, Missing, PARTS, Place, example, missing, python};
use crate::prelude::*;
use crate::python::wheel_in;

/// Makes all shards in one process.
pub fn one(place: &Place) -> Result<Made> {
    place.begin()?;
    let done = place.gan("shards run").output()?;
    ensure!(done.status.success(), "gan shards run: {}", done.status);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    place.made(said.trim_end().rsplit_once('\n').map_or(&said, |(lines, _)| lines))
}

/// Runs one process for each part, two at a time.
pub fn xargs(place: &Place) -> Result<Made> {
    if !shell::available("xargs") {
        bail!(Missing("there is no xargs".into()));
    }
    in_shell(place, "seq 0 LAST | xargs -P 2 -I{} RUN")
}

/// Does the same by GNU parallel, which can use other machines too.
pub fn parallel(place: &Place) -> Result<Made> {
    let version = tool("parallel", "--version").read();
    if !version.is_ok_and(|text| text.starts_with("GNU parallel")) {
        bail!(Missing("there is no GNU parallel (Debian: parallel)".into()));
    }
    in_shell(place, "parallel --will-cite -j 2 RUN ::: $(seq 0 LAST)")
}

/// Makes the set by a line of the shell, in which RUN makes part `{}` and LAST is the last part.
fn in_shell(place: &Place, line: &str) -> Result<Made> {
    place.begin()?;
    let (gan, set, last) = (place.gan.display(), place.set.display(), PARTS - 1);
    let run = format!("{gan} shards run {set} --index {{}} --of {PARTS}");
    let line = &line.replace("RUN", &run).replace("LAST", &last.to_string());
    let done = Command::new("sh").args(["-c", line]).stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{line}: {}: {said}", done.status);
    let mut complete = said.lines().filter(|line| line.contains("images/s, last"));
    place.made(complete.next_back().unwrap_or_default())
}

/// Kills workers (SIGKILL) after some time, and lets each live longer than the one before, until
/// one comes to the end.
pub fn killed(place: &Place) -> Result<Made> {
    place.begin()?;
    let (mut kills, mut allowed) = (0, Duration::from_millis(30));
    loop {
        let mut worker = place.gan("shards run").stderr(Stdio::null()).spawn()?;
        let start = Instant::now();
        let ended = loop {
            if let Some(status) = worker.try_wait()? {
                ensure!(status.success(), "gan shards run: {status}");
                break true;
            }
            if start.elapsed() > allowed {
                break false;
            }
            sleep(Duration::from_millis(1));
        };
        if ended {
            return place.made(&format!("{kills} workers killed"));
        }
        worker.kill()?;
        worker.wait()?;
        kills += 1;
        allowed = allowed * 5 / 4;
    }
}

/// Checks the Job's manifest by Kubernetes' schema, and runs what its pods run.
pub fn kubernetes(place: &Place) -> Result<Made> {
    #[derive(Deserialize)]
    struct Job {
        completions: u32,
        commands: Vec<Vec<String>>,
    }
    let python = python()?;
    let said = example(&python, "examples/kubernetes/check.py", &[], &place.gan)?;
    let job: Job = serde_json::from_str(&said)?;
    ensure!(job.completions == PARTS, "completions: {} (expected {PARTS})", job.completions);
    let here = |word: &String| match word.as_str() {
        "/data/set" => place.set.display().to_string(),
        word => word.replace("/models/", &format!("{}/models/", root().display())),
    };
    // The last pod first: the order must not matter.
    for index in (0..job.completions).rev() {
        for command in &job.commands {
            let (program, arguments) = command.split_first().context("a container's command")?;
            ensure!(program == "gan", "{program}: expected gan");
            let mut pod = Command::new(&place.gan);
            pod.args(arguments.iter().map(here)).env("JOB_COMPLETION_INDEX", index.to_string());
            pod.read()?;
        }
    }
    place.made(&format!("the manifest is right, and its command was run for {PARTS} indices"))
}

/// Runs `examples/dask/generate.py`.
pub fn dask(place: &Place) -> Result<Made> {
    shards(place, "examples/dask/generate.py")
}

/// Runs `examples/ray/generate.py`.
pub fn ray(place: &Place) -> Result<Made> {
    shards(place, "examples/ray/generate.py")
}

fn shards(place: &Place, file: &str) -> Result<Made> {
    let python = python()?;
    place.begin()?;
    let said = example(&python, file, &[&place.set], &place.gan)?;
    place.made(&said)
}

/// Runs `examples/spark/generate.py`, which needs the wheel of gan-py and Java.
pub fn spark(place: &Place) -> Result<Made> {
    if tool("java", "-version").read().is_err() {
        bail!(Missing("there is no Java (Debian: openjdk-17-jre-headless)".into()));
    }
    let python = python()?;
    let wheel = wheel_in(&root().join("target/wheels"));
    wheel.and_then(|wheel| python.install(&wheel)).map_err(missing)?;
    let mut spark = python.python(&format!("examples/spark/generate.py {MODEL} {COUNT}"));
    let said = spark.arg(&place.set).env("SPARK_LOCAL_IP", "127.0.0.1").read()?;
    let mut lines = said.lines().rev();
    let (digest, last) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    Ok(Made::Digest { last: last.to_owned(), digest: digest.to_owned() })
}
