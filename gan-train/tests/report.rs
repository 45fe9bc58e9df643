//! Pages about runs, as people make them.

mod common;
use common::{fail, folder, short_run, succeed};
use std::fs;
use std::path::Path;

/// Elements that have no end.
const VOID: [&str; 3] = ["meta", "img", "br"];

/// Every tag and every attribute's value is closed, in order; returns the tags' texts, without their brackets.
fn tags(page: &str) -> Vec<&str> {
    let mut rest = page.strip_prefix("<!DOCTYPE html>").expect("a document type");
    let (mut open, mut tags) = (Vec::new(), Vec::new());
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a `>` outside of a tag: {}", &rest[..start]);
        let mut quoted = false;
        let end = rest[start..].find(|character| {
            quoted ^= character == '"';
            character == '>' && !quoted
        });
        let tag = &rest[start + 1..start + end.expect("every tag is closed")];
        assert!(!tag.contains('<'), "a `<` in a tag: {tag}");
        rest = &rest[start + tag.len() + 2..];
        let name = tag.split([' ', '/', '\n']).next().unwrap();
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "an end without its start"),
            None if tag.ends_with('/') || VOID.contains(&name) => {}
            None => open.push(name),
        }
        tags.push(tag);
        if name == "style" {
            let end = rest.find("</style>").expect("the style ends");
            rest = &rest[end..];
        }
    }
    assert_eq!(open, Vec::<&str>::new(), "elements that do not end");
    tags
}

/// The page is well-formed, and all that it needs is in it.
fn check(page: &str) {
    for tag in tags(page) {
        for source in ["src=\"", "href=\""] {
            if let Some((_, value)) = tag.split_once(source) {
                assert!(value.starts_with("data:image/png;base64,"), "{tag}");
            }
        }
        assert!(!tag.starts_with("link") && !tag.starts_with("script"), "{tag}");
    }
    for part in ["http", "@import", "url("] {
        assert!(!page.contains(part), "{part} in the page");
    }
    assert!(page.len() < 3_000_000, "{} bytes", page.len());
}

fn figures(page: &str, class: &str) -> usize {
    page.matches(class).count()
}

/// Evaluations of a run whose second one was the best.
fn evaluate(run: &Path, fids: [f64; 3]) {
    let line = |(index, fid): (usize, f64)| {
        format!(
            "{{\"step\":{},\"seconds\":1.0,\"fid\":{fid},\"recall\":0.5,\"conditional_accuracy\":null,\"class_histogram\":[3,1],\"best\":{}}}\n",
            20 * (index + 1),
            index < 2
        )
    };
    fs::write(run.join("evaluations.jsonl"), fids.into_iter().enumerate().map(line).collect::<String>()).unwrap();
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
    // The generator's: weights of (16 + 10) to 64 to 64 to 64 to 64, the last layer's bias, three layers' gains and shifts.
    for part in ["No grids yet", "No evaluations yet", "14,400 parameters"] {
        assert!(page.contains(part), "no {part:?}");
    }
    // Losses, scores, penalty, rate; float, int8, difference; a row a label.
    assert_eq!((figures(&page, "<figure class=\"chart\">"), figures(&page, "<img ")), (4, 3 + 10));

    evaluate(&path.join("run"), [30.0, 10.0, 12.0]);
    fs::create_dir(path.join("run/grids")).unwrap();
    for step in [20, 40, 60] {
        fs::copy(path.join("run/samples.png"), path.join(format!("run/grids/{step:08}.png"))).unwrap();
    }
    succeed(path, "report run");
    let page = fs::read_to_string(path.join("run/report.html")).unwrap();
    check(&page);
    assert!(!page.contains("class=\"missing\""));
    assert!(page.contains("chosen: 10.00 at step 40"));
    // FID, recall and classes more, and three grids; accuracy was not measured.
    assert_eq!((figures(&page, "<figure class=\"chart\">"), figures(&page, "<img ")), (7, 3 + 10 + 3));
    assert!(page.contains("<title>class 0: 75.0 %</title>"));

    fs::write(path.join("run/grids/00000040.png"), "no picture").unwrap();
    fail(path, "report run", 1, &["run/grids/00000040.png: not a PNG"]);
    fs::write(path.join("run/evaluations.jsonl"), "{\"step\":1}\nnonsense\n").unwrap();
    fail(path, "report run", 1, &["run/evaluations.jsonl: line 2: expected a JSON object"]);
    fail(path, "report nowhere", 1, &["nowhere: no such run folder"]);
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
        let line = table.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in\n{table}"));
        line[name.len()..].split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(cells(&table, "Name"), ["run", "<b>"]);
    assert_eq!(cells(&table, "Steps"), ["60", "40"]);
    assert_eq!(cells(&table, "FID"), ["10.00", "-"]);
    check(&fs::read_to_string(path.join("page.html")).unwrap());

    evaluate(&path.join("<b>"), [30.0, 9.0, 12.0]);
    let table = succeed(path, "compare run <b> --out page.html");
    assert_eq!(cells(&table, "FID"), ["10.00", "9.000*"]);
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
    assert!(!page.contains("<code>training.rate</code>"), "it is the same");
    // FID, recall; two losses, scores, penalty.
    assert_eq!(figures(&page, "<figure class=\"chart\">"), 6);

    fs::create_dir(path.join("empty")).unwrap();
    fail(path, "compare run empty", 1, &["empty/config.toml", "is this a run's folder?"]);
    fail(path, "compare", 2, &["RUN"]);
    assert!(!path.join("compare.html").exists());
}
