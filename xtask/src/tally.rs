//! Counts the checks that passed and failed.

use std::fmt;
use std::ops::AddAssign;

/// Numbers of checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u32,
    pub failed: u32,
}

impl Tally {
    /// Returns the count of one check.
    pub fn one(ok: bool) -> Self {
        Self { passed: ok.into(), failed: (!ok).into() }
    }

    /// Adds one check that has passed.
    pub fn pass(&mut self) {
        self.passed += 1;
    }

    /// Reads `<passed> passed<separator> <failed> failed` from the start of `text`: the form of
    /// both libtest's and the firmware's last line.
    pub fn parse(text: &str, separator: char) -> Option<Self> {
        let (passed, rest) = text.split_once(" passed")?;
        let (failed, _) = rest.strip_prefix(separator)?.split_once(" failed")?;
        Some(Self { passed: passed.trim().parse().ok()?, failed: failed.trim().parse().ok()? })
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_libtest_and_firmware() {
        let expected = Some(Tally { passed: 12, failed: 3 });
        assert_eq!(Tally::parse("12 passed; 3 failed; 0 ignored; 0 measured", ';'), expected);
        assert_eq!(Tally::parse("12 passed, 3 failed", ','), expected);
        assert_eq!(Tally::parse("12 passed", ','), None);
        assert_eq!(Tally::parse("twelve passed, 3 failed", ','), None);
    }
}
