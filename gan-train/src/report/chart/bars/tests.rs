//! Heights by hand.

use super::*;

#[test]
fn bars_are_as_high_as_their_part() {
    // 60 % and 20 % of an axis up to 60 %: 170 and 56.7 of 170 pixels.
    let figure = classes(&[30, 10, 10]);
    assert!(
        figure.contains("height=\"170.0\" rx=\"3.0\"><title>class 0: 60.0 %</title>"),
        "{figure}"
    );
    assert!(
        figure.contains("height=\"56.7\" rx=\"3.0\"><title>class 1: 20.0 %</title>"),
        "{figure}"
    );
    assert!(figure.contains("33.3 % each"), "{figure}");
    assert_eq!(classes(&[]) + &classes(&[0, 0]), "");
}

#[test]
fn a_class_has_a_bar_for_coverage_and_one_for_recall() {
    // 90 % and 45 % of an axis up to 100 %: 153 and 76.5 of 170 pixels.
    let figure = covered(&[Some(0.9), None], &[Some(0.45), None]);
    assert!(
        figure.contains("height=\"153.0\" rx=\"3.0\"><title>class 0 coverage: 90.0 %</title>"),
        "{figure}"
    );
    assert!(figure.contains("height=\"76.5\" rx=\"3.0\"><title>class 0 recall: 45.0 %</title>"));
    assert!(!figure.contains("class 1 "), "{figure}");
    assert_eq!(covered(&[], &[]), "");
}

#[test]
fn distances_are_counted_in_their_ranges() {
    // Ranges of 0.1: the last one has its upper end too.
    let figure = distances(&[0.0, 0.05, 0.15, 2.4], &[1.0, 2.4]);
    for bar in ["0 to 0.1000 synthetic: 50.0 %", "0.1000 to 0.2000 synthetic: 25.0 %"] {
        assert!(figure.contains(bar), "no {bar} in {figure}");
    }
    assert!(figure.contains("2.300 to 2.400 held-out: 50.0 %"), "{figure}");
    assert_eq!(distances(&[0.0], &[0.0]) + &distances(&[], &[1.0]), "");
}

#[test]
fn sets_of_other_sizes_are_beside_each_other_in_percent() {
    let figure = beside(["ours", "theirs"], &[(1, 30), (3, 10)]);
    for bar in ["class 0 synthetic: 25.0 %", "class 1 real: 25.0 %", "class 0 real: 75.0 %"] {
        assert!(figure.contains(bar), "no {bar} in {figure}");
    }
    assert_eq!(beside(["", ""], &[]), "");
}

#[test]
fn a_columns_bars_are_called_by_their_ranges_or_words() {
    let names = ["0.5".to_owned(), "1.0".to_owned()];
    let figure = column("a<b", false, &names, [&[0.25, 0.75], &[0.5, 0.5]]);
    for part in ["from 0.5 synthetic: 25.0 %", "from 1.0 real: 50.0 %", "<h3>a&lt;b</h3><"] {
        assert!(figure.contains(part), "no {part} in {figure}");
    }
    let figure = column("c", true, &["<x>".to_owned()], [&[1.0], &[1.0]]);
    assert!(figure.contains("<title>&lt;x&gt; real: 100.0 %</title>"), "{figure}");
}
