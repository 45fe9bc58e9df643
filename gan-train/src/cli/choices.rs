//! Values that options choose from, as clap reads them: the library does not know clap.

use clap::ValueEnum;
use gan_train::config;

/// A library's enum with the same variants, in the order of a choice's own.
macro_rules! stands_for {
    ($choice:ident, $library:path, $($variant:ident),+) => {
        impl From<$choice> for $library {
            fn from(choice: $choice) -> Self {
                match choice {
                    $($choice::$variant => Self::$variant,)+
                }
            }
        }
    };
}

/// Which of a preset's files: [`config::Recipe`].
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub enum Recipe {
    /// Ours: batch normalization, R1 penalty, falling rate.
    #[default]
    Default,
    /// As the tutorials have it, number by number, where there is one: docs/training.md.
    Classic,
}

stands_for!(Recipe, config::Recipe, Default, Classic);
