//! Values that options choose from, as clap reads them: the library does not know clap.

use clap::ValueEnum;
use gan_train::config;
use gan_train::data::synthetic;

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

/// Format of a synthetic set's files: [`synthetic::Format`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum SetFormat {
    /// MNIST's: a file of images and one of labels
    Idx,
    /// NumPy archives of the arrays images and labels
    Npz,
    /// Text, a line an image: label,pixel0,pixel1,...
    Csv,
    /// Apache's columns image (bytes) and label (name or number)
    Parquet,
    /// A picture an image, in a folder for each label
    Png,
}

stands_for!(SetFormat, synthetic::Format, Idx, Npz, Csv, Parquet, Png);
