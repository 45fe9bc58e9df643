//! Expected values are worked out by hand.

use super::*;
use gan_tools::images::Images;

/// A number from 0 to 255 and a word of two, in windows of two steps.
fn table() -> TableConfig {
    let column = |name: &str, kind| Column { name: name.into(), unit: String::new(), kind };
    let columns = vec![
        column("n", Kind::Number { decimals: 0, points: vec![0, 255] }),
        column("w", Kind::Category { values: vec!["a".into(), "b".into()] }),
    ];
    TableConfig { window: 2, columns, ..TableConfig::default() }
}

/// Windows of two steps, each a number and whether the word is `b`.
fn split(steps: &[(u8, bool)]) -> Split {
    let bytes = |&(number, b): &(u8, bool)| if b { [number, 9, 200] } else { [number, 200, 9] };
    let pixels: Vec<u8> = steps.iter().flat_map(bytes).collect();
    Split { images: Images { count: steps.len() / 2, width: 3, height: 2, pixels }, labels: None }
}

#[test]
fn columns_are_counted_and_compared() {
    let table = table();
    let real = split(&[(0, false), (160, true), (0, false), (160, true)]);
    let made = split(&[(0, true), (0, true), (160, true), (40, false)]);
    let values = Values::of(&table, [&real, &made]).unwrap();
    let sheets = values.sheets();
    let [real, synthetic] = sheets[0].numbers.unwrap();
    assert_eq!(real, Summary { mean: 80.0, deviation: 80.0 });
    assert_eq!((synthetic.mean, synthetic.deviation), (50.0, 4300f64.sqrt()));
    // Up to 0 half and half; up to 40 half and three quarters.
    assert_eq!((sheets[0].distance, sheets[0].bins.len()), (0.25, 16));
    let bin = |at: usize| {
        let Bin { name, real, synthetic } = sheets[0].bins[at].clone();
        (name, real, synthetic)
    };
    assert_eq!(bin(0), ("0".into(), 0.5, 0.5));
    assert_eq!(bin(4), ("40".into(), 0.0, 0.25));
    assert_eq!(bin(15), ("150".into(), 0.5, 0.25));
    let word = |name: &str, real, synthetic| Bin { name: name.into(), real, synthetic };
    assert_eq!(sheets[1].bins, [word("a", 0.5, 0.25), word("b", 0.5, 0.75)]);
    assert_eq!(sheets[1].distance, 0.25);
}

#[test]
fn correlations_are_of_columns_and_of_steps() {
    let table = table();
    // The word follows the number, and each step is the opposite of the one before.
    let real = split(&[(0, false), (160, true), (0, false), (160, true)]);
    // The word is the opposite, and each step is like the one before.
    let made = split(&[(0, true), (0, true), (160, false), (160, false)]);
    let values = Values::of(&table, [&real, &made]).unwrap();
    let Correlations { names, real, synthetic, difference } = values.correlations();
    assert_eq!(names, ["n", "w a", "w b"]);
    let close = |found: &[f64], expected: [f64; 9]| {
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
    };
    close(&real, [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0]);
    close(&synthetic, [1.0, 1.0, -1.0, 1.0, 1.0, -1.0, -1.0, -1.0, 1.0]);
    // Four of six pairs differ by 2.
    assert!((difference - 8.0 / 6.0).abs() < 1e-12);
    let lags = &values.lags()[0];
    assert_eq!((lags.real.as_slice(), lags.synthetic.as_slice()), (&[-1.0][..], &[1.0][..]));
}
