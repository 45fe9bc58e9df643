//! Writes and checks `starts.toml` of gan-tools: what it costs to start with a model, from the
//! counts of `check` and `decode`. A start takes so many instructions for each byte of the blob,
//! and so many for each weight that `decode` looks at.

use serde::{Deserialize, Serialize};

use super::{read, rounded, write};
use crate::prelude::*;

const FILE: &str = "starts.toml";
/// By how much of itself the cost of a counted model may be wrong.
const TOLERANCE: f64 = 0.1;

/// One model on one core, as it was counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// Bytes of the blob, packed for the core.
    pub bytes: u64,
    /// Weights in it.
    pub weights: u64,
    /// Instructions of `Known::check`, which computes the CRC.
    pub check: u64,
    /// Instructions of `decode`, which computes the CRC and looks at every number.
    pub decode: u64,
    /// Estimated cycles of the two, if there is a table of costs for the core.
    pub cycles: Option<(u64, u64)>,
}

/// All models that were counted with a kernel, on one core.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The kernel's name.
    pub kernel: String,
    /// The core.
    pub core: String,
    /// What was counted of each model.
    pub models: Vec<Counted>,
}

/// The contents of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    start: Vec<Row>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kernel: String,
    core: String,
    byte: f64,
    weight: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cycles: Option<f64>,
}

/// Writes the table.
pub fn update(kernels: &[Kernel]) -> Result<()> {
    let start = kernels.iter().map(row).collect::<Result<_>>()?;
    write(FILE, "count", &Table { start })
}

/// Checks that the table still says of every model that was counted what it costs.
pub fn check(kernels: &[Kernel]) -> Result<()> {
    let table: Table = read(FILE)?;
    for now in kernels {
        let same = |row: &&Row| (&row.kernel, &row.core) == (&now.kernel, &now.core);
        let row = table.start.iter().find(same);
        let row = row.with_context(|| format!("{FILE} has no {} {}", now.kernel, now.core))?;
        error(row, now).with_context(|| format!("{FILE}: `cargo xtask count --update`"))?;
    }
    Ok(())
}

/// Returns the costs of a kernel: of all counted models together.
fn row(kernel: &Kernel) -> Result<Row> {
    let sum = |of: fn(&Counted) -> u64| kernel.models.iter().map(of).sum::<u64>() as f64;
    let (check, decode) = (sum(|model| model.check), sum(|model| model.decode));
    let row = Row {
        kernel: kernel.kernel.clone(),
        core: kernel.core.clone(),
        byte: rounded(check / sum(|model| model.bytes), 2),
        weight: rounded((decode - check) / sum(|model| model.weights), 2),
        cycles: cycles(kernel).map(|cycles| rounded(cycles, 2)),
    };
    error(&row, kernel)?;
    Ok(row)
}

/// Returns the estimated cycles for each instruction, of all counted models together.
fn cycles(kernel: &Kernel) -> Option<f64> {
    let instructions: u64 = kernel.models.iter().map(|model| model.check + model.decode).sum();
    let cycles: Option<u64> =
        kernel.models.iter().map(|model| Some(model.cycles?.0 + model.cycles?.1)).sum();
    cycles.map(|cycles| cycles as f64 / instructions as f64)
}

/// Returns an error if the row is wrong for a model, or its cycles for all together.
fn error(row: &Row, kernel: &Kernel) -> Result<()> {
    for model in &kernel.models {
        let check = row.byte * model.bytes as f64;
        let decode = check + row.weight * model.weights as f64;
        for (what, fitted, counted) in
            [("check", check, model.check), ("decode", decode, model.decode)]
        {
            ensure!(
                (fitted / counted as f64 - 1.0).abs() <= TOLERANCE,
                "{} {what}: {counted} instructions for a model of {} bytes, fitted are \
                 {fitted:.0}",
                kernel.kernel,
                model.bytes
            );
        }
    }
    let counted = cycles(kernel);
    let is_close = match (row.cycles, counted) {
        (Some(fitted), Some(counted)) => (fitted / counted - 1.0).abs() <= TOLERANCE,
        (fitted, counted) => fitted == counted,
    };
    ensure!(
        is_close,
        "{}: {:?} cycles an instruction, counted are {counted:?}",
        kernel.kernel,
        row.cycles
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(weight: [u64; 2]) -> Kernel {
        let model = |bytes: u64, weights: u64, weight: u64| Counted {
            bytes,
            weights,
            check: 7 * bytes,
            decode: 7 * bytes + weight * weights,
            cycles: Some((14 * bytes, 2 * (7 * bytes + weight * weights))),
        };
        let models = vec![model(120_000, 113_000, weight[0]), model(66_000, 113_000, weight[1])];
        Kernel { kernel: "k".into(), core: "c".into(), models }
    }

    #[test]
    fn finds_the_costs_it_is_given() {
        let exact = kernel([20, 20]);
        let row = row(&exact).unwrap();
        assert_eq!((row.byte, row.weight, row.cycles), (7.0, 20.0, Some(2.0)));
        for cycles in [None, Some(2.3)] {
            let (kernel, core) = (row.kernel.clone(), row.core.clone());
            assert!(error(&Row { kernel, core, cycles, ..row }, &exact).is_err(), "{cycles:?}");
        }
        assert!(error(&Row { weight: 25.0, ..row }, &exact).is_err());
    }

    #[test]
    fn refuses_what_is_no_such_cost() {
        assert!(row(&kernel([10, 40])).is_err());
    }
}
