//! The tables that `gan fit` has in it: what the application takes of each board, and what
//! layers and starts cost.

pub mod boards;
pub mod speeds;
pub mod starts;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::prelude::*;

/// Returns a file in gan-tools' folder for them.
fn path(name: &str) -> PathBuf {
    root().join("gan-tools/src/fit").join(name)
}

fn read<T: DeserializeOwned>(name: &str) -> Result<T> {
    toml::from_str(&shell::text(path(name))?).with_context(|| name.to_owned())
}

/// Writes a table, which `by` writes.
fn write(name: &str, by: &str, table: &impl Serialize) -> Result<()> {
    let about = format!("Written by `cargo xtask {by} --update`.");
    let fields = "gan-tools/src/fit/committed.rs has the fields.";
    let text = format!("# {about} {fields}\n\n{}", toml::to_string(table)?);
    shell::write(&path(name), text.as_bytes())
}

/// Rounds a number to so many digits behind the point: to what the estimate is good for.
fn rounded(value: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (value * factor).round() / factor
}
