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

/// Returns whether the figures of a file are right, by the lines that say what is not; they are
/// printed. Those of code that another compiler made are no fault of this project.
pub fn is_right(what: &str, file: &str, wrong: &[String], of: [&str; 2]) -> Result<bool> {
    let [table, now] = of;
    let are_not = |count| {
        let update = format!("if they must change: `cargo xtask {what} --update`");
        format!("{count} figures are not as in {file}; {update}")
    };
    let right = shell::none(wrong, are_not);
    if table != now {
        println!(
            "SKIPPED {what}: the table is of {table}, this is {now}; the differences are above, if \
             any"
        );
        return Ok(false);
    }
    right.map(|()| true)
}

/// Rounds a number to so many digits behind the point: to what the estimate is good for.
fn rounded(value: f64, digits: i32) -> f64 {
    let factor = 10_f64.powi(digits);
    (value * factor).round() / factor
}
