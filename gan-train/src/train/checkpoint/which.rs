//! Which of the generators that a run has kept.

use super::{BEST, FILE};
use crate::train::snapshots;
use anyhow::Result;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Which generator of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Which {
    /// The one that scored best in an evaluation; the last one if there was none.
    #[default]
    Best,
    /// That of the last checkpoint.
    Last,
    /// The snapshot of this step.
    Step(u64),
}

impl Which {
    /// The file that it is in.
    ///
    /// # Errors
    ///
    /// There is no snapshot of the step.
    pub(super) fn path(self, folder: &Path) -> Result<PathBuf> {
        let best = folder.join(BEST);
        match self {
            Self::Best if best.exists() => Ok(best),
            Self::Best | Self::Last => Ok(folder.join(FILE)),
            Self::Step(step) => snapshots::find(folder, step),
        }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Best => f.write_str("best"),
            Self::Last => f.write_str("last"),
            Self::Step(step) => write!(f, "{step}"),
        }
    }
}

impl FromStr for Which {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "best" => Ok(Self::Best),
            "last" => Ok(Self::Last),
            _ => text.parse().map(Self::Step).map_err(|_| {
                "expected best, last, or the step of a snapshot, such as 1000".to_owned()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_is_written() {
        for which in [Which::Best, Which::Last, Which::Step(1000)] {
            assert_eq!(which.to_string().parse(), Ok(which));
        }
        assert_eq!("00001000".parse(), Ok(Which::Step(1000)));
        for wrong in ["", "first", "-1", "1e3"] {
            assert!(wrong.parse::<Which>().unwrap_err().contains("such as 1000"), "{wrong}");
        }
    }
}
