//! Numbers as people read them.

/// `1494352` as `1,494,352`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let groups = digits.as_bytes()[first..]
        .chunks(3)
        .map(|group| String::from_utf8_lossy(group).into_owned());
    let head = (first > 0).then(|| digits[..first].to_owned());
    head.into_iter().chain(groups).collect::<Vec<_>>().join(",")
}

/// A measured value with about three digits that count: `0.9871`, `12.35`, `-1234`, `1.5e-4`; `nan`
/// for what is not a number.
pub fn value(number: f64) -> String {
    let size = number.abs();
    if number.is_nan() {
        "nan".into()
    } else if number == 0.0 {
        "0".into()
    } else if size < 1e-3 {
        exponent(format!("{number:.1e}"))
    } else {
        let decimals =
            [(1.0, 4), (10.0, 3), (100.0, 2), (1000.0, 1)].iter().find(|(limit, _)| size < *limit);
        format!("{number:.*}", decimals.map_or(0, |&(_, decimals)| decimals))
    }
}

/// A value with so many decimals; `nan` for what is not a number.
pub fn fixed(number: f64, decimals: usize) -> String {
    if number.is_nan() { "nan".into() } else { format!("{number:.decimals$}") }
}

/// An axis label among others that are `step` apart: no more decimals than they differ in, `k` for
/// thousands.
pub fn tick(number: f64, step: f64) -> String {
    if number.abs() < step * 1e-6 {
        return "0".into();
    }
    for (unit, suffix) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] {
        if number.abs() >= unit && step >= unit / 10.0 {
            return format!("{:.*}{suffix}", decimals(step / unit), number / unit);
        }
    }
    match decimals(step) {
        few @ 0..=3 => format!("{number:.few$}"),
        _ => {
            let digits = decimals(step / 10f64.powf(number.abs().log10().floor()));
            exponent(format!("{number:.digits$e}"))
        }
    }
}

/// Decimals that multiples of `step` need, which is 1, 2 or 5 times a power of ten.
fn decimals(step: f64) -> usize {
    // A little more, for powers of ten that are a little less.
    (-(step.log10() + 1e-9).floor()).max(0.0) as usize
}

/// `1.0e-4` as `1e-4`.
fn exponent(text: String) -> String {
    text.replace(".0e", "e")
}

/// `9.9 s`, `12 min 5 s`, `3 h 20 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..60 if seconds < 59.95 => format!("{seconds:.1} s"),
        0..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!([0, 999, 1000, 1_494_352].map(thousands), ["0", "999", "1,000", "1,494,352"]);
        assert_eq!(
            [0.0, 0.987_14, 12.345_6, -1234.4, 0.000_15, 0.000_1].map(value),
            ["0", "0.9871", "12.35", "-1234", "1.5e-4", "1e-4"]
        );
        assert_eq!(
            [9.94, 59.96, 725.0, 12_000.0].map(duration),
            ["9.9 s", "1 min 0 s", "12 min 5 s", "3 h 20 min"]
        );
    }

    #[test]
    fn ticks_have_the_decimals_that_tell_them_apart() {
        assert_eq!([0.0, 0.2, 1.0].map(|number| tick(number, 0.2)), ["0", "0.2", "1.0"]);
        assert_eq!(
            [500.0, 1000.0, 12_500.0].map(|number| tick(number, 500.0)),
            ["500", "1.0k", "12.5k"]
        );
        assert_eq!(tick(40_000.0, 20_000.0), "40k");
        assert_eq!(tick(-250.0, 50.0), "-250");
        // 0.1 is not a sum of powers of two: three of it are a little more than 0.3.
        assert_eq!(tick(0.1 + 0.2, 0.1), "0.3");
        assert_eq!(
            [0.0002, 0.001].map(|number| tick(number, 0.0002)),
            ["2e-4", "1.0e-3"].map(|text| text.replace(".0e", "e"))
        );
        assert_eq!(tick(0.000_15, 0.000_05), "1.5e-4");
    }
}
