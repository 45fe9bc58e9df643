//! Pages about runs, as people make them.

mod common;
use common::page::check;
use common::{fail, folder, short_run, succeed};
use std::fs;
use std::path::Path;

fn figures(page: &str, class: &str) -> usize {
    page.matches(class).count()
}

/// Evaluations of a run whose second one was the best.
fn evaluate(run: &Path, fids: [f64; 3]) {
    let line = |(index, fd): (usize, f64)| {
        format!(
            "{{\"step\":{},\"seconds\":1.0,\"fd\":{fd},\"coverage\":0.4,\"precision\":0.8,\
             \"recall\":0.5,\"density\":0.9,\"log_likelihood\":-3.5,\"sigma\":0.2,\
             \"class_kl\":0.13,\"conditional_accuracy\":null,\
             \"class_histogram\":[3,1],\"best\":{}}}\n",
            20 * (index + 1),
            index < 2
        )
    };
    fs::write(
        run.join("evaluations.jsonl"),
        fids.into_iter().enumerate().map(line).collect::<String>(),
    )
    .unwrap();
}

#[test]
fn a_report_says_what_is_missing_and_shows_what_is_there() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "train --data digits --steps 60 --out run --name a<b>&c");
    assert_eq!(succeed(path, "report run"), "run/report.html\n");
    let page = fs::read_to_string(path.join("run/report.html")).unwrap();
    check(&page);
    assert!(page.contains("<h1>a&lt;b&gt;&amp;c</h1>"));
    // The generator's: weights of (16 + 10) to 64 to 64 to 64 to 64, the last layer's bias, three
    // layers' gains and shifts.
    for part in ["No grids yet", "No evaluations yet", "14,400 parameters"] {
        assert!(page.contains(part), "no {part:?}");
    }
    // 16 latent codes, 64 pixels, and 64 bytes each for what a layer reads and writes.
    succeed(path, "quantize run -o run.gan");
    let inspected: serde_json::Value =
        serde_json::from_str(&succeed(path, "inspect run.gan --json")).unwrap();
    assert_eq!(inspected["buffer_bytes"], 16 + 64 + 2 * 64);
    assert!(page.contains("<dt>RAM bytes, buffers</dt><dd>208</dd>"));
    // Losses, scores, accuracy, penalty, rate; float, int8, difference; a row a label; sliders on
    // both ways between two latents, for four units, and for the labels.
    let images = 3 + 10 + 2 + 4 + 1;
    assert_eq!((figures(&page, "<figure class=\"chart\">"), figures(&page, "<img ")), (5, images));
    assert!(!page.contains("Chosen step") && page.contains("<dt>Steps</dt><dd>60</dd>"));

    // The best generator is of a step before the run's last: a checkpoint holds all that there is
    // in `best.safetensors`.
    succeed(path, "train --data digits --steps 40 --out early --name a<b>&c");
    fs::copy(path.join("early/checkpoint.safetensors"), path.join("run/best.safetensors")).unwrap();
    evaluate(&path.join("run"), [30.0, 10.0, 12.0]);
    fs::create_dir(path.join("run/grids")).unwrap();
    for step in [20, 40, 60] {
        fs::copy(path.join("run/samples.png"), path.join(format!("run/grids/{step:08}.png")))
            .unwrap();
    }
    succeed(path, "report run");
    let page = fs::read_to_string(path.join("run/report.html")).unwrap();
    check(&page);
    assert!(!page.contains("class=\"missing\""));
    assert!(page.contains("chosen: 10.00 at step 40"));
    // Seven measures and classes more, and three grids; accuracy was not measured, and sigma is no
    // measure.
    assert_eq!(
        (figures(&page, "<figure class=\"chart\">"), figures(&page, "<img ")),
        (5 + 7 + 1, images + 3)
    );
    assert!(!page.contains("sigma over steps") && !page.contains("Conditional accuracy"));
    let metrics = fs::read_to_string(path.join("run/metrics.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(metrics.lines().last().unwrap()).unwrap();
    let time = format!("<dt>Training time</dt><dd>{:.1} s</dd>", last["seconds"].as_f64().unwrap());
    for part in [
        "<dt>Steps</dt><dd>60</dd>",
        "<dt>Chosen step</dt><dd>40</dd>",
        &time,
        "latents at step 40",
    ] {
        assert!(page.contains(part), "no {part:?}");
    }
    assert!(!page.contains(path.to_str().unwrap()), "where the run lies is nobody's business");
    assert!(page.contains("<title>class 0: 75.0 %</title>"));

    fs::write(path.join("run/grids/00000040.png"), "no picture").unwrap();
    fail(path, "report run", 1, &["run/grids/00000040.png: not a PNG"]);
    let evaluations = fs::read_to_string(path.join("run/evaluations.jsonl")).unwrap();
    fs::write(
        path.join("run/evaluations.jsonl"),
        format!("{}\nnonsense\n", evaluations.lines().next().unwrap()),
    )
    .unwrap();
    fail(path, "report run", 1, &["run/evaluations.jsonl: line 2: expected a JSON object"]);
    fs::write(path.join("run/evaluations.jsonl"), "{\"step\":\"1\"}\n").unwrap();
    fail(path, "report run", 1, &["run/evaluations.jsonl: line 1: step: expected a whole number"]);
    fs::write(path.join("run/metrics.jsonl"), metrics.replace("\"penalty\"", "\"r1\"")).unwrap();
    fail(
        path,
        "report run",
        1,
        &[
            "run: the run was made by an older gan-train",
            "run/metrics.jsonl: line 1: missing field",
        ],
    );
    fail(path, "report nowhere", 1, &["nowhere: no such run folder"]);
}

#[test]
fn scores_that_are_no_probabilities_are_called_logits() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    succeed(path, "report run");
    let page = fs::read_to_string(path.join("run/report.html")).unwrap();
    assert!(
        page.contains("1 is real, 0 is generated")
            && page.contains("near 0.5")
            && !page.contains("mean logit")
    );

    // A run whose first checkpoint is still to come.
    fs::create_dir(path.join("hinge")).unwrap();
    let config = fs::read_to_string(path.join("run/config.toml"))
        .unwrap()
        .replace("non_saturating", "hinge");
    fs::write(path.join("hinge/config.toml"), config).unwrap();
    fs::copy(path.join("run/metrics.jsonl"), path.join("hinge/metrics.jsonl")).unwrap();
    succeed(path, "report hinge");
    let page = fs::read_to_string(path.join("hinge/report.html")).unwrap();
    assert!(
        !page.contains("1 is real")
            && !page.contains("near 0.5")
            && page.contains(">mean logit</text>")
    );
    assert!(page.contains("<dt>Steps</dt><dd>60</dd>"));

    let page = |runs: &str| {
        succeed(path, &format!("compare {runs} --out page.html"));
        fs::read_to_string(path.join("page.html")).unwrap()
    };
    assert!(page("hinge").contains("Mean logit of real images"));
    assert!(page("run hinge").contains("Scores are probabilities or logits"));
    assert!(!page("run").contains("ogit of real images"));
}

#[test]
fn runs_are_compared_in_a_table_and_on_a_page() {
    let folder = folder();
    let path = folder.path();
    short_run(path);
    succeed(path, "train --data digits --steps 40 --seed 7 --out <b>");
    evaluate(&path.join("run"), [30.0, 10.0, 12.0]);

    // One run has evaluations: dashes, and nothing to be better than.
    let table = succeed(path, "compare run <b> --out page.html");
    let cells = |table: &str, name: &str| -> Vec<String> {
        let line = table
            .lines()
            .find(|line| line.starts_with(name))
            .unwrap_or_else(|| panic!("no {name} in\n{table}"));
        line[name.len()..].split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(cells(&table, "Name"), ["run", "<b>"]);
    assert_eq!(cells(&table, "Steps"), ["60", "40"]);
    assert_eq!(cells(&table, "Fréchet distance"), ["10.00", "-"]);
    check(&fs::read_to_string(path.join("page.html")).unwrap());

    evaluate(&path.join("<b>"), [30.0, 9.0, 12.0]);
    let table = succeed(path, "compare run <b> --out page.html");
    assert_eq!(cells(&table, "Fréchet distance"), ["10.00", "9.000*"]);
    assert_eq!(cells(&table, "Chosen step"), ["40", "40"]);
    assert!(table.ends_with("* best; at the chosen step of a run, or its last\n"));
    let page = fs::read_to_string(path.join("page.html")).unwrap();
    check(&page);
    for part in [
        "<b>9.000</b><small>12.00</small>",
        "&lt;b&gt;",
        "<code>seed</code></th><td>0</td><td>7</td>",
        "<code>training.steps</code>",
    ] {
        assert!(page.contains(part), "no {part:?}");
    }
    assert!(!page.contains("<code>training.lr</code>"), "it is the same");
    // Seven measures; two losses, scores, penalty.
    assert_eq!(figures(&page, "<figure class=\"chart\">"), 7 + 4);
    assert!(!table.contains("sigma") && page.contains("Bold: the best run."));

    // Scores of other images, or of as many others, are not better or worse.
    let config = fs::read_to_string(path.join("<b>/config.toml")).unwrap();
    let other = |from: &str, to: &str, why: &str| {
        assert!(config.contains(from), "{config}");
        fs::create_dir_all(path.join("other")).unwrap();
        fs::write(path.join("other/config.toml"), config.replace(from, to)).unwrap();
        evaluate(&path.join("other"), [30.0, 9.0, 12.0]);
        let table = succeed(path, "compare run other --out page.html");
        let why = format!("The runs differ in {why}, so their measures do not compare.");
        assert!(table.ends_with(&format!("\n{why}\n")) && !table.contains('*'), "{table}");
        let page = fs::read_to_string(path.join("page.html")).unwrap();
        assert!(page.contains(&why) && !page.contains("<b>9.000</b>"));
    };
    other("eval_samples = 5000", "eval_samples = 2000", "training.eval_samples");
    other("data = \"digits\"", "data = \"mnist\"\ndata_dir = \"elsewhere\"", "data and data_dir");
    other("validation = 0.0", "validation = 0.25", "training.validation");

    fs::create_dir(path.join("empty")).unwrap();
    fail(path, "compare run empty", 1, &["empty/config.toml", "is this a run's folder?"]);
    fail(path, "compare", 2, &["RUN"]);
    assert!(!path.join("compare.html").exists());
}
