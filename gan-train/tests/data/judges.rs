//! The classifier that judges images of other data than MNIST.

use crate::common::{fail, folder, run, succeed};
use std::fs;

/// The classifier is asked for where there is something to judge, and for as long as was said.
#[test]
fn a_classifier_is_trained_as_long_as_asked_and_only_if_it_is_used() {
    let folder = folder();
    let path = folder.path();
    let told = |arguments: &str| {
        let output = run(path, arguments);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stderr}");
        stderr.contains("training a classifier to judge by")
    };
    let train = "train --data digits --steps 20";
    assert!(!told(&format!("{train} --eval-every 0 --out none")));
    assert!(told(&format!("{train} --eval-every 20 --classifier-steps 5 --out run")));
    let config = fs::read_to_string(path.join("run/config.toml")).unwrap();
    assert!(config.contains("classifier_steps = 5"), "{config}");
    // All steps are done, and the last of them was judged.
    assert!(!told("train --resume run"));
    assert!(told("train --resume run --steps 30"));
    let judged = fs::read_to_string(path.join("run/evaluations.jsonl")).unwrap();
    assert_eq!(judged.lines().count(), 2, "{judged}");
    fail(path, "train --resume run --classifier-steps 9", 2, &["--classifier-steps", "--resume"]);

    succeed(path, "quantize run -o x.gan");
    let evaluate = |more: &str| {
        let report = succeed(path, &format!("evaluate x.gan --data digits --samples 10{more}"));
        let line = report.lines().find(|line| line.starts_with("classifier ")).unwrap();
        line.to_owned()
    };
    assert!(evaluate(" --classifier-steps 7").contains("(7 steps, seed 0)"));
    assert!(evaluate("").contains("(1,000 steps, seed 0)"));
    succeed(path, "classifier --data digits --steps 3 -o c.safetensors");
    assert!(evaluate(" --classifier c.safetensors").contains("(3 steps, seed 0)"));
    let both = "evaluate x.gan --data digits --classifier c.safetensors --classifier-steps 7";
    fail(path, both, 2, &["--classifier", "--classifier-steps"]);
}
