//! How suites with random inputs run. An input that fails is kept in `tests/failures/SUITE.txt`,
//! and every later run begins with what is in that file, so that a rare failure can be seen again.
//! Commit the file together with what mends the failure.

use proptest::prelude::ProptestConfig;
use proptest::test_runner::FileFailurePersistence;

/// So many random inputs. `file` is the path of the file for inputs that failed: [`kept!`] has it.
pub fn inputs(cases: u32, file: &'static str) -> ProptestConfig {
    let failures = Box::new(FileFailurePersistence::Direct(file));
    ProptestConfig { cases, failure_persistence: Some(failures), ..ProptestConfig::default() }
}

/// The path of a suite's file.
macro_rules! kept {
    ($suite:literal) => {
        concat!(env!("CARGO_MANIFEST_DIR"), "/failures/", $suite, ".txt")
    };
}
pub(crate) use kept;
