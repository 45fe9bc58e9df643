//! Options that every command has, and what all commands have in common: threads, how much is said,
//! `-o`, and the names of arguments in help.

mod common;

use common::{command, fail, folder, run, succeed};
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

const COMMANDS: [&str; 26] = [
    "quickstart",
    "train",
    "presets",
    "sweep",
    "finetune",
    "quantize",
    "import",
    "evaluate",
    "classifier",
    "synth",
    "audit",
    "invert",
    "explore",
    "report",
    "compare",
    "generate",
    "apply",
    "inspect",
    "pack",
    "send",
    "export",
    "fit",
    "bench-model",
    "completions",
    "man",
    "help",
];

#[test]
fn threads_change_no_result() {
    let folder = folder();
    let path = folder.path();
    for threads in [1, 2, 7] {
        let name = format!("run{threads}");
        succeed(path, &format!("--threads {threads} train --data digits --steps 30 -o {name}"));
        succeed(path, &format!("quantize {name} -o {name}.gan --float --threads {threads}"));
    }
    let blob = |threads: u32| fs::read(path.join(format!("run{threads}.gan"))).unwrap();
    assert!(blob(1) == blob(2) && blob(1) == blob(7));
    for wrong in ["0", "1025", "many"] {
        fail(path, &format!("presets --threads {wrong}"), 2, &["--threads", wrong]);
    }
    let help = succeed(path, "train --help");
    assert!(help.contains("results are the same for any number"), "{help}");
}

/// The threads of a run, which have names in Linux's view of a process.
#[cfg(target_os = "linux")]
#[test]
fn a_run_has_as_many_threads_as_were_asked_for() {
    let folder = folder();
    let mut child = command(folder.path(), "train --data digits --steps 1000000 --threads 3")
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let tasks = format!("/proc/{}/task", child.id());
    let count = || {
        let tasks = fs::read_dir(&tasks).unwrap();
        let name = |task: std::io::Result<fs::DirEntry>| {
            fs::read_to_string(task.unwrap().path().join("comm")).unwrap_or_default()
        };
        tasks.map(name).filter(|name| name.starts_with("rayon-")).count()
    };
    let start = Instant::now();
    while !folder.path().join("runs/0001-digits8/metrics.jsonl").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
    let found = count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(found, 3);
}

#[test]
fn quiet_leaves_results_and_errors() {
    let folder = folder();
    let path = folder.path();
    let quiet = |arguments: &str| {
        let output = run(path, arguments);
        assert!(output.status.success(), "{arguments}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(quiet("train --data digits --steps 20 --eval-every 10 -q -o run"), "run\n");
    assert_eq!(quiet("-q quantize run --checkpoint last -o run.gan"), "run.gan\n");
    assert!(!quiet("generate run --ascii --quiet").is_empty());
    quiet("generate run.gan --idx set -o grid.png -q");
    quiet("pack run.gan --target cortex-m0 -o packed.gan -q");
    // A warning is no error.
    let old = include_str!("../presets/digits8.toml").replace("\nlr = ", "\nrate = ");
    fs::write(path.join("old.toml"), old).unwrap();
    quiet("train --data digits --config old.toml --steps 2 -q");
    // Without it, all of that says something.
    for arguments in ["train --data digits --steps 2", "generate run.gan -o grid.png"] {
        assert!(!run(path, arguments).stderr.is_empty(), "{arguments}");
    }
    fail(path, "quantize missing -o x.gan -q", 1, &["error: missing: no such run folder"]);
    fail(path, "presets -q -v", 2, &["--quiet", "--verbose"]);
}

#[test]
fn verbose_says_more() {
    let folder = folder();
    let path = folder.path();
    let said = |arguments: &str| String::from_utf8(run(path, arguments).stderr).unwrap();
    let train = "train --data digits --steps 20 --snapshot-every 10";
    let (normal, verbose) = (said(train), said(&format!("{train} -v")));
    for part in [
        "generator 26-64-64-64-64: 14,400 parameters, on flex",
        "discriminator 74-128-128-1: 26,241 parameters, on flex",
        "step 1: loss D ",
        "step 19: loss D ",
        "step 10: snapshots/00000010.safetensors written",
        "step 20: checkpoint.safetensors written",
    ] {
        assert!(verbose.contains(part), "no {part:?} in\n{verbose}");
        assert!(!normal.contains(part), "{part:?} in\n{normal}");
    }
}

#[test]
fn o_is_out_and_arguments_have_one_name_each() {
    let folder = folder();
    let help = |name: &str| succeed(folder.path(), &format!("{name} --help"));
    for name in COMMANDS.into_iter().filter(|name| *name != "help") {
        let text = help(name);
        let usage = text.lines().find(|line| line.starts_with("Usage: ")).unwrap();
        for other in ["RUN_DIR", "FILE.gan", "<FILE>", "<OUT>", "<RESUME>"] {
            assert!(!text.contains(other), "{name}: {other} in\n{text}");
        }
        assert!(usage.contains(&format!("gan-train {name}")), "{usage}");
        if text.contains("--out <") {
            assert!(text.contains("-o, --out "), "{name} has no -o");
        }
        for global in ["--threads <N>", "-q, --quiet", "-v, --verbose"] {
            assert!(text.contains(global), "{name} has no {global}");
        }
    }
    for (name, arguments) in [
        ("finetune", "<RUN>"),
        ("quantize", "--out <MODEL.gan> <RUN>"),
        ("report", "<RUN>"),
        ("synth", "--count <COUNT> --out <DIR> <RUN|MODEL.gan>"),
        ("audit", "<REAL> <SYNTHETIC>"),
        ("compare", "<RUN>..."),
        ("evaluate", "<MODEL.gan|RUN|FOLDER>"),
        ("inspect", "<MODEL.gan>"),
        ("fit", "<MODEL.gan>"),
        ("pack", "--out <MODEL.gan> <--target <TARGET>|--board <BOARD>> <MODEL.gan>"),
        ("send", "--port <PORT> <MODEL.gan>"),
        ("export", "<--out <FILE.onnx>|--c <DIR>> <MODEL.gan>"),
        ("import", "--out <MODEL.gan> <WEIGHTS>"),
        ("bench-model", "--layers <LATENT-...-IMAGE> --out <MODEL.gan>"),
    ] {
        let text = help(name);
        let usage = text.lines().find(|line| line.starts_with("Usage: ")).unwrap();
        assert!(usage.ends_with(arguments), "{usage}");
    }
}

#[test]
fn the_options_of_train_stand_under_headings() {
    let folder = folder();
    let text = succeed(folder.path(), "train --help");
    let mut rest = text.as_str();
    for (heading, option) in [
        ("\nData:\n", "--data <"),
        ("\nConfiguration:\n", "--set <KEY=VALUE>"),
        ("\nNetwork:\n", "--d-hidden <SIZES>"),
        ("\nTraining:\n", "--lr <RATE>"),
        ("\nRun:\n", "--device <flex|ndarray|wgpu|vulkan|metal|webgpu|cuda[:N[-LAST]]>"),
        ("\nOutput:\n", "-o, --out <RUN>"),
        ("\nAll commands:\n", "--threads <N>"),
    ] {
        let at = rest.find(heading).unwrap_or_else(|| panic!("no {heading:?} in\n{rest}"));
        rest = &rest[at + heading.len()..];
        let section = rest.split("\n\n\n").next().unwrap();
        assert!(section.contains(option), "no {option:?} after {heading:?}");
    }
    let device = &text[text.find("--device <").unwrap()..];
    for word in ["flex", "ndarray", "NVIDIA", "cargo feature", "rounds differently"] {
        assert!(device.contains(word), "no {word:?} in the help of --device");
    }
}

#[test]
fn completions_and_manual_pages_are_of_all_commands() {
    let folder = folder();
    let path = folder.path();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = succeed(path, &format!("completions {shell}"));
        for word in COMMANDS.into_iter().chain(["snapshot-every", "dry-run", "threads"]) {
            assert!(script.contains(word), "{shell} has no {word}");
        }
    }
    succeed(path, "man -o pages");
    for name in COMMANDS.into_iter().filter(|name| *name != "help") {
        let page = fs::read_to_string(path.join(format!("pages/gan-train-{name}.1"))).unwrap();
        assert!(page.replace("\\-", "-").contains(&format!("gan-train {name}")), "{page}");
    }
    let page = fs::read_to_string(path.join("pages/gan-train-train.1")).unwrap();
    assert!(page.replace("\\-", "-").contains("--init-from"), "{page}");
    // Bits are numbers of two kinds.
    for (option, wrong) in [("--bits", "5"), ("--group", "8"), ("--bits", "four")] {
        fail(path, &format!("quantize run {option} {wrong} -o x.gan"), 2, &[option, wrong]);
        let shape = "bench-model --layers 4-9 -o x.gan";
        fail(path, &format!("{shape} {option} {wrong}"), 2, &[option, wrong]);
    }
}
