//! Where runs go, what they begin with and what they keep: numbered folders, `--init-from`,
//! snapshots, and drawing from a run's folder.

mod common;

use common::{fail, folder, names, run, succeed};
use std::fs;
use std::path::Path;

/// The float blob of a run's generator, which holds every weight.
fn blob(folder: &Path, arguments: &str) -> Vec<u8> {
    succeed(folder, &format!("quantize {arguments} --float -o float.gan"));
    fs::read(folder.join("float.gan")).unwrap()
}

fn stderr(folder: &Path, arguments: &str) -> String {
    let output = run(folder, arguments);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{arguments}\n{stderr}");
    stderr
}

#[test]
fn runs_without_a_name_are_numbered() {
    let folder = folder();
    let path = folder.path();
    assert_eq!(succeed(path, "train --data digits --steps 2"), "runs/0001-digits8\n");
    assert_eq!(succeed(path, "train --data digits --steps 2"), "runs/0002-digits8\n");
    let tiny = "train --data digits --steps 2 --preset tiny --name my/one";
    assert_eq!(succeed(path, tiny), "runs/0003-my-one\n");
    // One that was given a name has no number, and the quickstart has its own folder.
    assert_eq!(succeed(path, "train --data digits --steps 2 -o runs/named"), "runs/named\n");
    succeed(path, "quickstart --steps 2");
    assert_eq!(succeed(path, "finetune runs/0001-digits8 --steps 2"), "runs/0004-digits8\n");
    // A number is not given again while a later one is there.
    fs::remove_dir_all(path.join("runs/0002-digits8")).unwrap();
    assert_eq!(succeed(path, "train --data digits --steps 2"), "runs/0005-digits8\n");
    assert_eq!(
        names(&path.join("runs")),
        ["0001-digits8", "0003-my-one", "0004-digits8", "0005-digits8", "named", "quickstart"]
    );
    // What is refused takes no number.
    fail(path, "train --data digits --steps 2 --batch 5000", 1, &["training.batch"]);
    assert_eq!(names(&path.join("runs")).len(), 6);
    fail(path, "train --data digits --steps 2 --overwrite", 2, &["--out"]);
}

#[test]
fn snapshots_are_kept_resumed_listed_and_overwritten() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 50 --snapshot-every 20 -o run");
    let kept = path.join("run/snapshots");
    assert_eq!(names(&kept), ["00000020.safetensors", "00000040.safetensors"]);

    // A snapshot holds what the run would have had at its step: the run of 20 steps has it too, if
    // the learning rate does not depend on the length.
    let constant = "train --data digits --set training.lr_end=1 --snapshot-every 20";
    succeed(path, &format!("{constant} --steps 20 -o short"));
    succeed(path, &format!("{constant} --steps 50 -o long"));
    let short = blob(path, "short --checkpoint last");
    assert_eq!(blob(path, "long --checkpoint 20"), short);
    assert_eq!(blob(path, "long --step 20"), short);
    assert_ne!(blob(path, "long --checkpoint last"), short);
    fail(path, "quantize long --step 30 -o x.gan", 1, &["00000030.safetensors", "steps 20, 40"]);
    fail(path, "quantize long --checkpoint first -o x.gan", 2, &["best, last, or the step"]);
    fail(path, "quantize long --step 20 -o long/snapshots/00000020.safetensors", 1, &["is read"]);

    // The blob of a snapshot is known to be of its run.
    succeed(path, "quantize long --step 20 -o step20.gan");
    let shown = succeed(path, "evaluate step20.gan --data digits --run long --samples 100 --json");
    assert!(shown.contains("\"agreement\": {"), "{shown}");

    // A resumed run goes on with them: those before its step stay, later ones are dropped.
    let before = fs::read(kept.join("00000020.safetensors")).unwrap();
    fs::write(kept.join("00000060.safetensors"), "of a step that is not done yet").unwrap();
    succeed(path, "train --resume run --steps 90");
    let all = ["20", "40", "60", "80"].map(|step| format!("000000{step}.safetensors"));
    assert_eq!(names(&kept), all);
    assert_eq!(fs::read(kept.join("00000020.safetensors")).unwrap(), before);
    blob(path, "run --step 60");
    fs::write(kept.join("00000100.safetensors"), "left by a kill").unwrap();
    succeed(path, "train --resume run --steps 95 --snapshot-every 0");
    assert_eq!(names(&kept), all, "it was dropped, and none was made");

    succeed(path, "report run");
    let page = fs::read_to_string(path.join("run/report.html")).unwrap();
    let section = page.split("<h2>Snapshots</h2>").nth(1).expect("a section");
    let section = section.split("</section>").next().unwrap();
    for step in ["20", "40", "60", "80"] {
        assert!(section.contains(step), "{section}");
    }

    fs::write(kept.join("mine.txt"), "not a run's").unwrap();
    succeed(path, "train --data digits --steps 3 -o run --overwrite");
    assert_eq!(names(&kept), ["mine.txt"]);
    succeed(path, "report run");
    assert!(!fs::read_to_string(path.join("run/report.html")).unwrap().contains("<h2>Snapshots"));
}

#[test]
fn a_run_begins_with_another_ones_weights() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 40 --ema 0 -o first");
    // With a learning rate of almost 0 the weights stay what they were.
    let still = "train --data digits --steps 1 --ema 0 --lr 1e-30";
    succeed(path, &format!("{still} --init-from first -o second"));
    succeed(path, &format!("{still} -o fresh"));
    assert_eq!(blob(path, "second"), blob(path, "first"));
    assert_ne!(blob(path, "fresh"), blob(path, "first"));
    // The discriminator's too, and the steps begin anew.
    let record = |name: &str, line: usize| -> serde_json::Value {
        let text = fs::read_to_string(path.join(name).join("metrics.jsonl")).unwrap();
        serde_json::from_str(text.lines().nth(line).unwrap()).unwrap()
    };
    let loss = |name: &str, line: usize| record(name, line)["d_loss"].as_f64().unwrap();
    assert_eq!(record("second", 0)["step"], 1);
    let (of_last, of_first) = (loss("first", 39), loss("first", 0));
    assert!((loss("second", 0) - of_last).abs() < 0.1 * (of_first - of_last), "{of_last}");
    let config = fs::read_to_string(path.join("second/config.toml")).unwrap();
    let first = path.join("first").canonicalize().unwrap();
    assert!(config.contains(&format!("init_from = \"{}\"", first.display())), "{config}");

    for (options, parts) in [
        ("--g-hidden 64-64", ["its generator has the layers 26-64 (batch_norm)-64", "26-64 "]),
        ("--d-hidden 128", ["its discriminator has the layers 74-128-128-1", "have 74-128-1"]),
        ("--set generator.batch_norm=false", ["26-64 (batch_norm)", "have 26-64-64-64-64"]),
        ("--unconditional", ["its generator", "have 16-64"]),
    ] {
        let arguments = format!("train --data digits --init-from first {options} -o other");
        let stderr = fail(path, &arguments, 1, &parts);
        assert!(stderr.starts_with("error: --init-from first: ") && stderr.lines().count() == 1);
    }
    fail(
        path,
        "train --data digits --init-from missing",
        1,
        &["--init-from missing", "no such run"],
    );
    assert!(!path.join("other").exists());
}

#[test]
fn images_are_drawn_from_a_run() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 60 -o run");
    succeed(path, "quantize run -o run.gan");
    let draw = "--count 5 --seed 3 --ascii";
    let drawn = succeed(path, &format!("generate run {draw}"));
    assert_eq!(drawn, succeed(path, &format!("generate run.gan {draw}")));
    assert!(drawn.lines().count() > 8, "{drawn}");
    let said = stderr(path, &format!("generate run {draw}"));
    assert_eq!(said, "running the last generator of run, that of step 60, quantized to 8 bits\n");
    // The bits are the run's own, and files come out of it as well.
    succeed(path, "finetune run --steps 2 -o four");
    let said = stderr(path, "generate four --count 4 -o four.png --idx set");
    assert!(said.contains("of four, that of step 2, quantized to 4 bits\n"), "{said}");
    assert!(fs::read(path.join("four.png")).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(fs::read(path.join("set/labels-idx1-ubyte")).unwrap()[8..], [0, 1, 2, 3]);
    // The best by the evaluations, if there were some.
    let evaluated = "--set training.validation=0.25 --eval-every 30 --steps 60";
    succeed(path, &format!("train --data digits {evaluated} -o judged"));
    assert!(stderr(path, "generate judged --ascii").contains("the best generator of judged"));
    fs::create_dir(path.join("empty")).unwrap();
    fail(path, "generate empty --ascii", 1, &["empty/config.toml", "is this a run's folder?"]);
    fail(path, "generate run --ascii --label 10", 1, &["--label 10", "0 to 9"]);
    let help = succeed(path, "generate --help");
    assert!(help.contains("MODEL.gan|RUN") && help.contains("a run's folder"), "{help}");
}

/// A checkpoint of an older version, which nobody can read any more.
#[test]
fn a_run_of_an_older_version_is_refused_in_one_sentence() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 2 -o run");
    let file = path.join("run/checkpoint.safetensors");
    let mut bytes = fs::read(&file).unwrap();
    let now = b"gan-train checkpoint 3";
    let at = bytes.windows(now.len()).position(|window| window == now).unwrap();
    bytes[at + now.len() - 1] = b'2';
    fs::write(&file, &bytes).unwrap();
    for command in ["train --resume run", "quantize run -o x.gan", "generate run --ascii"] {
        let parts = [
            "checkpoint.safetensors: made by another version of gan-train",
            "format 2 (this one reads 3)",
            "train it anew",
        ];
        assert_eq!(fail(path, command, 1, &parts).lines().count(), 1);
    }
    assert_eq!(fs::read(&file).unwrap(), bytes);
}
