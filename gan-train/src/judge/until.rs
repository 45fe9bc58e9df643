//! `--until "fd<2.0"`: a metric and where training may stop.

use crate::config::Metric;
use crate::judge::evaluations::Scores;
use std::fmt;
use std::str::FromStr;

/// A condition on an evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Until {
    metric: &'static str,
    less: bool,
    value: f64,
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.metric, if self.less { "<" } else { ">" }, self.value)
    }
}

impl FromStr for Until {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let at = text
            .find(['<', '>'])
            .ok_or("expected a metric, < or >, and a number, such as fd<2.0")?;
        let (name, rest) = (text[..at].trim(), text[at + 1..].trim_start_matches('=').trim());
        let names = || Metric::names(&Metric::all().collect::<Vec<_>>());
        let metric = Metric::find(name)
            .ok_or_else(|| format!("{name:?}: no such metric (there are: {})", names()))?;
        let value: f64 = rest.parse().map_err(|_| format!("{rest:?}: expected a number"))?;
        if value.is_nan() {
            return Err("expected a number".into());
        }
        Ok(Self { metric: metric.name, less: text.as_bytes()[at] == b'<', value })
    }
}

impl Until {
    /// The metric's name.
    pub fn metric(&self) -> &'static str {
        self.metric
    }

    /// Whether these scores are good enough. A metric that they do not have, or that is not a
    /// number, never is.
    pub fn is_true(&self, scores: &Scores) -> bool {
        let value = scores.get(self.metric).filter(|value| value.is_finite());
        value.is_some_and(|value| if self.less { value <= self.value } else { value >= self.value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::quick::Quick;

    fn scores(fd: f64, log_likelihood: f64) -> Quick {
        let text = format!(
            r#"{{"fd":{fd},"log_likelihood":{log_likelihood},"coverage":0.5,"precision":0.5,
                "recall":0.5,"density":1.0,"sigma":0.2,"class_kl":0.0,
                "conditional_accuracy":null,"class_histogram":[1]}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn of(quick: Quick) -> Scores {
        Scores::Drawn(Box::new(quick))
    }

    #[test]
    fn conditions() {
        let until: Until = " fd < 2.5 ".parse().unwrap();
        assert_eq!(
            [2.4, 2.5, 2.6].map(|fd| until.is_true(&of(scores(fd, 0.0)))),
            [true, true, false]
        );
        let until: Until = "ll>=200".parse().unwrap();
        assert_eq!([199.0, 201.0].map(|ll| until.is_true(&of(scores(0.0, ll)))), [false, true]);
        for (condition, value) in [("fd<2", f64::NAN), ("fd>2", f64::NAN), ("fid>2", f64::INFINITY)]
        {
            assert!(
                !condition
                    .parse::<Until>()
                    .unwrap()
                    .is_true(&of(Quick { fd: value, ..scores(1.0, 0.0) }))
            );
        }
        let until: Until = "accuracy>0.5".parse().unwrap();
        assert!(!until.is_true(&of(scores(0.0, 0.0))));
        for (text, expected) in
            [("fd", "expected a metric"), ("fud<1", "fd, coverage"), ("fd<two", "\"two\"")]
        {
            let error = text.parse::<Until>().unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }
}
