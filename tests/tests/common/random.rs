//! Configures suites with random inputs. An input that fails is saved in
//! `tests/failures/SUITE.txt`, and every later run begins with the inputs in that file, so that a
//! rare failure can be reproduced. Commit the file together with the fix.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::FileFailurePersistence;

/// Returns a configuration for `cases` random inputs. `file` is the path of the file for inputs
/// that failed; [`kept!`] gives it.
pub fn inputs(cases: u32, file: &'static str) -> ProptestConfig {
    let failures = Box::new(FileFailurePersistence::Direct(file));
    ProptestConfig { cases, failure_persistence: Some(failures), ..ProptestConfig::default() }
}

/// The path of a suite's file for inputs that failed.
macro_rules! kept {
    ($suite:literal) => {
        concat!(env!("CARGO_MANIFEST_DIR"), "/failures/", $suite, ".txt")
    };
}
pub(crate) use kept;
