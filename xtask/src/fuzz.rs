//! Fuzzing: builds the targets of `fuzz/` with libFuzzer's instrumentation and runs them, on stable
//! Rust and without cargo-fuzz, whose layout the package has.
//!
//! A find ends the target, and its input lies in `fuzz/target/finds`. What was learned lies in
//! `fuzz/target/corpus`, and the next run goes on from there; `fuzz/corpus` has the seeds.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use clap::Args;

use crate::claims;
use crate::prelude::*;
use crate::sections::grouped;

/// The targets that need gan-core alone, which read blobs or what is typed, and whether their seeds
/// are blobs.
const CORE: [(&str, bool); 5] =
    [("decode", true), ("generate", true), ("encode", true), ("known", true), ("console", false)];
/// The targets that read files, which need many more crates.
const FILES: [&str; 6] = ["images", "pictures", "arrays", "tables", "import", "config"];
/// These flags count how often each edge of the control flow is taken, and record the operands of
/// comparisons.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares \
    --cfg fuzzing";
/// The largest number of bytes of an input.
const LONGEST: usize = 4096;

/// libFuzzer counts in 32 bits with a sign.
const RUNS: i64 = i32::MAX as i64;

#[derive(Args)]
pub struct Fuzz {
    /// Ends each target after so many seconds
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
    /// Ends each target after so many inputs, if its seconds have not ended before
    #[arg(
        long,
        default_value_t = 100_000_000,
        value_parser = clap::value_parser!(u32).range(1..=RUNS)
    )]
    pub runs: u32,
    /// Check every access to memory, by AddressSanitizer: a third of the speed, and on a stable
    /// compiler RUSTC_BOOTSTRAP=1, which is set
    #[arg(long)]
    pub sanitize: bool,
    /// Keep the number of inputs of each target that found nothing in docs/reliability.jsonl, and
    /// print the rows
    #[arg(long, conflicts_with = "sanitize")]
    pub record: bool,
    /// The targets; without any, all of them
    pub targets: Vec<String>,
}

/// Runs each target for a few seconds. Returns whether the tools for it are there.
pub fn check() -> Result<bool> {
    if let Some(why) = missing() {
        println!("SKIPPED: {why}");
        return Ok(false);
    }
    let short = Fuzz {
        seconds: 3,
        runs: RUNS as u32,
        sanitize: false,
        record: false,
        targets: CORE.map(|it| it.0.into()).into(),
    };
    ensure!(run(&short)?.failed == 0, "a target found something");
    Ok(true)
}

/// Runs the targets one after the other, each as a check.
pub fn run(fuzz: &Fuzz) -> Result<Tally> {
    let all: Vec<&str> = CORE.iter().map(|&(name, _)| name).chain(FILES).collect();
    if let Some(wrong) = fuzz.targets.iter().find(|name| !all.contains(&name.as_str())) {
        bail!("{wrong}: expected some of {}", all.join(", "));
    }
    let wanted =
        |name: &&str| fuzz.targets.is_empty() || fuzz.targets.iter().any(|one| one == name);
    let targets: Vec<&str> = all.into_iter().filter(wanted).collect();
    let programs = build(&targets, fuzz.sanitize)?;
    let mut tally = Tally::default();
    for name in targets {
        let found = one(fuzz, &programs, name);
        match &found {
            Ok(line) => {
                println!("{line}");
                if fuzz.record {
                    claims::record(&format!("`cargo xtask fuzz {name}`"), &figure(line)?)?;
                }
            }
            Err(error) => println!("error: {error:#}"),
        }
        tally += Tally::one(found.is_ok());
    }
    Ok(tally)
}

/// What libFuzzer's line `Done 1000000 runs in 60 second(s)` says.
fn figure(line: &str) -> Result<String> {
    let mut words = line.split(' ').skip_while(|&word| !word.ends_with("Done"));
    let runs = words.nth(1).and_then(|runs| runs.parse().ok());
    let runs: u64 = runs.with_context(|| format!("{line:?}: no number of runs"))?;
    Ok(format!("{} executions without a find", grouped(runs)))
}

/// Returns the reason why nothing can be fuzzed here, if there is one.
fn missing() -> Option<&'static str> {
    let compiler = tool("c++", "--version").output();
    if !cfg!(target_os = "linux") {
        Some("libFuzzer's flags are tried on Linux alone")
    } else if compiler.is_err() {
        Some("no c++, with which libFuzzer is built")
    } else {
        None
    }
}

/// Returns the folder of the package.
fn folder() -> PathBuf {
    root().join("fuzz")
}

/// Builds the targets, and returns the folder that they are in.
fn build(targets: &[&str], sanitize: bool) -> Result<PathBuf> {
    // With a target, build scripts and macros are built without the flags.
    let host = tool("rustc", "-vV").read()?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc -vV names no host")?;
    let mut cargo = shell::cargo(&folder());
    cargo.args(["build", "--release", "--locked", "--target", host]);
    let files = targets.iter().any(|name| FILES.contains(name));
    if !files {
        cargo.arg("--no-default-features");
    }
    cargo.args(targets.iter().flat_map(|name| ["--bin", name]));
    let mut flags = FLAGS.to_owned();
    let mut built = PathBuf::from("target");
    if sanitize {
        flags += " -Zsanitizer=address";
        built.push("sanitize");
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }
    cargo.env("RUSTFLAGS", flags).arg("--target-dir").arg(&built).run()?;
    Ok(folder().join(built).join(host).join("release"))
}

/// Runs one target, and returns libFuzzer's line about how far it came.
fn one(fuzz: &Fuzz, programs: &Path, name: &str) -> Result<String> {
    let target = folder().join("target");
    let learned = target.join("corpus").join(name);
    let finds = target.join("finds");
    [&learned, &finds].into_iter().try_for_each(fs::create_dir_all)?;
    let has_blobs = CORE.contains(&(name, true));
    let seeds = folder().join("corpus").join(if has_blobs { "blobs" } else { name });
    let mut command = Command::new(programs.join(name));
    command
        .arg(format!("-max_total_time={}", fuzz.seconds))
        .arg(format!("-runs={}", fuzz.runs))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-artifact_prefix={}/{name}-", finds.display()))
        .args([&learned, &seeds])
        .current_dir(folder())
        .stderr(Stdio::piped())
        // The output consists of the readers' warnings.
        .stdout(Stdio::null());
    let mut child = command.spawn().with_context(|| format!("cannot run {name}"))?;
    let (mut done, mut last) = (None, Vec::new());
    for line in BufReader::new(child.stderr.take().context("no stderr")?).lines() {
        let line = String::from_utf8_lossy(line?.as_bytes()).into_owned();
        if line.starts_with("Done ") {
            done = Some(line);
        } else if !line.starts_with('#') && !line.starts_with("INFO: ") {
            last.push(line);
        }
    }
    let status = child.wait()?;
    match done {
        Some(done) if status.success() => Ok(format!("{name:<9}{done}")),
        _ => {
            last.iter().take(30).for_each(|line| println!("  {line}"));
            bail!("{name}: {status}; the input is in {}", relative(&finds))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_what_libfuzzer_says() {
        let line = "tables   Done 1000000 runs in 61 second(s)";
        assert_eq!(figure(line).unwrap(), "1,000,000 executions without a find");
        assert!(figure("tables   Done").is_err());
    }
}
