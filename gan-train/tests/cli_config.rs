//! What decides a run's configuration: `--set`, the flags for the usual keys, old names of keys,
//! and `--dry-run`, which shows the outcome.

mod common;

use common::{command, fail, folder, run, succeed};
use std::fs;
use std::path::Path;

/// The configuration of a run in `folder`, or one that `--dry-run` printed.
fn table(text: &str) -> toml::Table {
    let mut table: toml::Table = text.parse().unwrap();
    match table.remove("config") {
        Some(toml::Value::Table(config)) => config,
        _ => table,
    }
}

/// The value at a dotted path, as TOML has it.
fn get(table: &toml::Table, key: &str) -> String {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    match &table[first] {
        toml::Value::Table(inner) => get(inner, rest),
        value => value.to_string(),
    }
}

fn config_of(folder: &Path) -> toml::Table {
    table(&fs::read_to_string(folder.join("config.toml")).unwrap())
}

#[test]
fn each_flag_ends_in_its_key() {
    let folder = folder();
    let flags = "--lr 2e-4 --batch 64 --gamma 0.25 --ema 0.99 --d-hidden 48-24 --g-hidden 32 \
                 --objective hinge --name shapes --seed 7 --unconditional --eval-every 0 \
                 --snapshot-every 2";
    succeed(folder.path(), &format!("train --data digits --steps 2 {flags} -o run"));
    let config = config_of(&folder.path().join("run"));
    for (key, expected) in [
        ("training.lr", "0.0002"),
        ("training.batch", "64"),
        ("training.r1_gamma", "0.25"),
        ("training.ema_decay", "0.99"),
        ("training.objective", "\"hinge\""),
        ("training.eval_every", "0"),
        ("training.snapshot_every", "2"),
        ("training.steps", "2"),
        ("discriminator.hidden", "[48, 24]"),
        ("generator.hidden", "[32]"),
        ("name", "\"shapes\""),
        ("seed", "7"),
        ("conditional", "false"),
        // As in the preset.
        ("training.beta1", "0.0"),
    ] {
        assert_eq!(get(&config, key), expected, "{key}");
    }
    // Not only on paper: latents of 16, 32 hidden, 64 pixels, with weights of a byte.
    succeed(folder.path(), "quantize run -o run.gan");
    let shown = succeed(folder.path(), "inspect run.gan");
    assert!(shown.contains("latent 16, 0 labels, 8x8 pixels"), "{shown}");
    assert!(shown.contains("2,560 multiply-accumulates"), "16 * 32 + 32 * 64\n{shown}");
}

#[test]
fn set_changes_any_key_of_presets_recipes_and_files() {
    let folder = folder();
    let path = folder.path();
    let preset = include_str!("../presets/digits8.toml");
    fs::write(path.join("my.toml"), preset.replace("beta2 = 0.99", "beta2 = 0.9")).unwrap();
    let sources = [
        ("", "0.0", "0.99"),
        ("--preset digits8", "0.0", "0.99"),
        ("--preset digits8 --recipe classic", "0.9", "0.999"),
        ("--config my.toml", "0.0", "0.9"),
    ];
    for (index, (source, beta1, beta2)) in sources.into_iter().enumerate() {
        let run = format!("run{index}");
        let set = "--set training.lr=3e-3 --set training.optimizer=lion \
                   --set generator.slope=0.125 \
                   --set discriminator.hidden=[32,{size=16,dropout=0.5}] --set training.lr=4e-3";
        succeed(path, &format!("train --data digits {source} {set} --steps 2 -o {run}"));
        let config = config_of(&path.join(run));
        let keys = ["training.lr", "training.optimizer", "generator.slope", "training.beta1"];
        let found = keys.map(|key| get(&config, key));
        assert_eq!(found, ["0.004", "\"lion\"", "0.125", beta1], "{source}: the last one counts");
        assert_eq!(get(&config, "training.beta2"), beta2);
        let hidden = get(&config, "discriminator.hidden");
        assert!(hidden.starts_with("[32, {") && hidden.contains("size = 16"), "{hidden}");
    }
}

/// A shipped model's recipe is a preset of its name. It has no classic one.
#[test]
fn recipes_of_shipped_models_are_presets() {
    let folder = folder();
    let path = folder.path();
    for name in ["digits8", "mnist-nano", "mnist-tiny", "mnist-small", "mnist-large"] {
        assert!(succeed(path, "presets").lines().any(|line| line.starts_with(name)));
        let text = succeed(path, &format!("presets {name}"));
        assert!(
            text.contains(&format!("name = \"{name}\"")) && text.contains("conditional = true")
        );
    }
    for command in ["presets mnist-tiny", "train --data digits --preset mnist-tiny -o run"] {
        let parts = ["mnist-tiny", "--recipe default"];
        fail(path, &format!("{command} --recipe classic"), 1, &parts);
    }
    assert!(!path.join("run").exists());
}

#[test]
fn a_wrong_key_or_value_is_one_sentence() {
    let folder = folder();
    let path = folder.path();
    fs::write(path.join("my.toml"), include_str!("../presets/digits8.toml")).unwrap();
    for source in ["--preset digits8", "--preset digits8 --recipe classic", "--config my.toml"] {
        for (set, parts) in [
            (
                "training.lrr=1",
                &["error: training.lrr: there is no such key (there are: batch, "][..],
            ),
            ("lr=1", &["error: lr: there is no such key (there are: name, seed, "]),
            ("training.lr=fast", &["error: training.lr: ", "expected a number"]),
            ("training.batch=1.5", &["error: training.batch: ", "expected a whole number"]),
            ("generator.hidden=64", &["error: generator.hidden: ", "an array, such as [64, 64]"]),
            ("training.objective=gan", &["error: training.objective: ", "`minimax`"]),
            ("training.rate=1", &["error: training.rate: the key is called training.lr now"]),
            // Right by type, but out of its range.
            ("training.lr=-1", &["error: training.lr: expected a positive number, found -1"]),
        ] {
            let arguments = format!("train --data digits {source} --set {set} --steps 2 -o run");
            let stderr = fail(path, &arguments, 1, parts);
            assert_eq!(stderr.lines().count(), 1, "{stderr}");
        }
    }
    fail(path, "train --data digits --set training.lr", 2, &["KEY=VALUE"]);
    fail(path, "train --data digits --g-hidden 64,64", 2, &["64,64", "512-256-128"]);
    fail(path, "train --data digits --objective gan", 2, &["gan", "relativistic"]);
    fail(path, "train --data digits --lr 0", 1, &["training.lr: expected a positive number"]);
    fail(path, "train --resume run --lr 1e-3", 2, &["--resume", "--lr"]);
    fail(path, "train --resume run --set training.lr=1", 2, &["--resume", "--set"]);
    assert!(!path.join("run").exists() && !path.join("runs").exists());
}

#[test]
fn a_flag_and_a_set_of_one_key_are_refused() {
    let folder = folder();
    for (flag, set) in [
        ("--lr 1e-3", "training.lr=2e-3"),
        ("--g-hidden 64", "generator.hidden=[32]"),
        ("--unconditional", "conditional=true"),
        ("--seed 3", "seed=4"),
        ("--steps 3", "training.steps=4"),
        ("--epochs 3", "training.steps=4"),
        // A whole table has all of its keys.
        ("--d-hidden 64", "discriminator={hidden=[32]}"),
    ] {
        let arguments = format!("train --data digits {flag} --set {set} -o run");
        let option = flag.split(' ').next().unwrap();
        let key = set.split('=').next().unwrap();
        fail(folder.path(), &arguments, 1, &[&format!("{option} and --set {key}: both say what")]);
    }
    assert!(!folder.path().join("run").exists());
    // Another key that begins alike is no contradiction.
    succeed(
        folder.path(),
        "train --data digits --lr 1e-3 --set training.lr_end=1 --steps 2 -o run",
    );
}

#[test]
fn old_names_are_read_with_one_warning() {
    let folder = folder();
    let path = folder.path();
    let old = include_str!("../presets/digits8.toml")
        .replace("lr_hold = ", "rate_hold = ")
        .replace("lr_end = ", "rate_end = ")
        .replace("lr = ", "rate = ")
        .replace("[training]", "[training]\nheld_out = 0.25\nclip = 3.0\ngenerator_rate = 0.5");
    fs::write(path.join("old.toml"), &old).unwrap();
    let output = run(path, "train --data digits --config old.toml --steps 2 -o run");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let warnings: Vec<&str> = stderr.lines().filter(|line| line.contains("warning")).collect();
    assert_eq!(warnings.len(), 1, "{stderr}");
    for (name, new) in [
        ("held_out", "validation"),
        ("clip", "weight_clip"),
        ("generator_rate", "generator_lr"),
        ("rate", "lr"),
        ("rate_hold", "lr_hold"),
        ("rate_end", "lr_end"),
    ] {
        assert!(warnings[0].contains(&format!(" {name} is called {new} now")), "{}", warnings[0]);
    }
    assert!(warnings[0].starts_with("warning: old.toml: "), "{}", warnings[0]);
    let config = config_of(&path.join("run"));
    let keys =
        ["training.validation", "training.weight_clip", "training.generator_lr", "training.lr"];
    assert_eq!(keys.map(|key| get(&config, key)), ["0.25", "3.0", "0.5", "0.001"]);
    let written = fs::read_to_string(path.join("run/config.toml")).unwrap();
    assert!(!written.lines().any(|line| line.contains("rate ") || line.starts_with("rate")));

    // A run's own file may have them without a word: nobody wrote it.
    let text = fs::read_to_string(path.join("run/config.toml")).unwrap();
    fs::write(path.join("run/config.toml"), text.replace("\nlr = ", "\nrate = ")).unwrap();
    let output = run(path, "train --resume run --steps 3");
    assert!(output.status.success() && !String::from_utf8_lossy(&output.stderr).contains("warn"));
    assert_eq!(get(&config_of(&path.join("run")), "training.lr"), "0.001");
    // Both names are one too many.
    fs::write(path.join("both.toml"), old.replace("[training]", "[training]\nlr = 1.0")).unwrap();
    fail(path, "train --data digits --config both.toml", 1, &["both.toml", "duplicate key"]);
}

#[test]
fn a_dry_run_shows_everything_and_leaves_nothing() {
    let folder = folder();
    let path = folder.path();
    let options = "train --data digits --batch 100 --d-hidden 50 --set training.validation=0.25";
    let text = succeed(path, &format!("{options} --epochs 22 --dry-run"));
    assert_eq!(fs::read_dir(path).unwrap().count(), 0, "it left something");
    // 1,497 training digits, 374 of them for validation: 11 batches an epoch.
    for line in [
        "# images         1,123 of 8x8 to train on, 10 labels",
        // 26 * 64 + 64 * 64 * 3 weights, and 128 * 3 + 64 others.
        "# generator      26-64-64-64-64: 14,400 parameters",
        "# discriminator  74-50-1: 3,801 parameters",
        "# steps          242, each of both networks",
        "# epochs         22.0",
        "# run            runs/0001-digits8",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line:?} in\n{text}");
    }
    let memory = text.lines().find(|line| line.starts_with("# memory")).unwrap();
    assert!(memory.ends_with(" MB at most, estimated:"), "{memory}");
    let time = text.lines().find(|line| line.starts_with("# time")).unwrap();
    assert!(time.contains(" s, at ") && time.contains(" steps a second"), "{time}");

    // 4,188,064 numbers of the generator and 3,801 of the discriminator, both with gradients and
    // two moments, and the average: 83.8 MB. A pass with 50 images has twice the 26 inputs and
    // 4,064 outputs of the generator and 4,000 numbers that normalization keeps, twice the 74
    // inputs and 51 outputs of the discriminator for three groups of images, and 64 pixels four
    // times.
    let large =
        succeed(path, &format!("{options} --g-hidden 2000-2000 --micro-batch 50 --dry-run"));
    for line in [
        "#                84 MB of weights, gradients, moments and average, in a step up to twice",
        "#                3 MB of a pass with 50 images",
    ] {
        assert!(large.lines().any(|found| found == line), "no {line:?} in\n{large}");
    }

    // What it prints is a configuration: the very run's.
    fs::write(path.join("my.toml"), &text).unwrap();
    succeed(path, "train --data digits --config my.toml -o from-file");
    succeed(path, &format!("{options} --epochs 22 -o from-flags"));
    let blob = |name: &str| {
        succeed(path, &format!("quantize {name} --float -o {name}.gan"));
        fs::read(path.join(format!("{name}.gan"))).unwrap()
    };
    assert_eq!(blob("from-file"), blob("from-flags"));
    assert_eq!(get(&table(&text), "training.steps"), "242");

    // It refuses what the run would refuse.
    fail(path, "train --data digits --dry-run --out from-file", 1, &["from-file", "--overwrite"]);
    fail(path, "train --data digits --dry-run --batch 5000", 1, &["training.batch"]);
    let quiet = command(path, &format!("{options} --dry-run -q")).output().unwrap();
    assert!(quiet.stderr.is_empty() && !quiet.stdout.is_empty());
}
