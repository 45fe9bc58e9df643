//! The words that nearly every task needs; a file takes them by `use crate::prelude::*`.

pub use std::fs;
pub use std::path::{Path, PathBuf};
pub use std::process::Command;
pub use std::time::{Duration, Instant};

pub use anyhow::{Context as _, Result, anyhow, bail, ensure};
pub use gan_boards::Board;

pub use crate::blob::Blob;
pub(crate) use crate::shell;
pub use crate::shell::{Run as _, Temporary, relative, root, tool};
pub use crate::tally::Tally;
pub use crate::toolchain::Toolchain;
pub(crate) use crate::vectors;
