//! The changelog, in the format of Keep a Changelog: what is new stands under `[Unreleased]` until
//! a release gives it a number and a day.

use crate::prelude::*;

/// The file, from the repository's root.
pub const NAME: &str = "CHANGELOG.md";
/// The heading above what no release has yet.
const UNRELEASED: &str = "## [Unreleased]\n";

/// The text of the changelog as it is.
pub struct Changelog(String);

/// The text of the changelog as a release leaves it.
#[derive(Debug)]
pub struct Released {
    /// The whole text.
    pub text: String,
    /// The release's section.
    pub section: String,
}

impl Changelog {
    /// Reads the repository's changelog.
    pub fn read() -> Result<Self> {
        Ok(Self(fs::read_to_string(root().join(NAME)).context(NAME)?))
    }

    /// Puts what is new under a version and a day, below an `[Unreleased]` with nothing in it.
    ///
    /// # Errors
    ///
    /// Nothing is new, or the version has a section already.
    pub fn released(&self, version: &str, day: &str) -> Result<Released> {
        let taken = format!("## [{version}]");
        ensure!(!self.0.contains(&taken), "{NAME}: there is a section `{taken}` already");
        let parts = self.0.split_once(UNRELEASED);
        let (before, rest) =
            parts.with_context(|| format!("{NAME}: no `{}`", UNRELEASED.trim()))?;
        let end = rest.find("\n## [").map_or(rest.len(), |at| at + 1);
        let (new, older) = rest.split_at(end);
        ensure!(new.contains("\n- "), "{NAME}: nothing is new under `{}`", UNRELEASED.trim());
        let section = format!("## [{version}] - {day}\n{new}");
        let text = format!("{before}{UNRELEASED}\n{section}{older}");
        Ok(Released { text, section })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- This.\n\n\
                        ## [0.1.0] - 2026-01-01\n\n- That.\n";

    #[test]
    fn what_is_new_gets_a_number() {
        let released = Changelog(TEXT.into()).released("0.2.0", "2026-02-03").unwrap();
        let section = "## [0.2.0] - 2026-02-03\n\n### Added\n\n- This.\n\n";
        assert_eq!(released.section, section);
        let expected = "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n\n### Added\n\n\
                        - This.\n\n## [0.1.0] - 2026-01-01\n\n- That.\n";
        assert_eq!(released.text, expected);
        // A second release has nothing to tell, nor has the same version.
        let error = |text: &str, version| {
            Changelog(text.into()).released(version, "2026-02-04").unwrap_err().to_string()
        };
        assert!(error(expected, "0.3.0").contains("nothing is new"));
        assert!(error(TEXT, "0.1.0").contains("`## [0.1.0]` already"));
        assert!(error("# Changelog\n", "0.1.0").contains("no `## [Unreleased]`"));
    }

    #[test]
    fn the_first_release_takes_all() {
        let text = "## [Unreleased]\n\n- This.\n";
        let released = Changelog(text.into()).released("0.1.0", "2026-02-03").unwrap();
        assert_eq!(released.text, "## [Unreleased]\n\n## [0.1.0] - 2026-02-03\n\n- This.\n");
    }
}
