//! Writes and checks `speeds.toml` of gan-tools: what a layer costs, fitted to the counts of its
//! kernel. A layer takes so many instructions for each multiply-accumulate, so many for each
//! output, and so many for itself.

use serde::{Deserialize, Serialize};

use super::{read, rounded, write};
use crate::prelude::*;

const FILE: &str = "speeds.toml";
/// By how much of itself the fitted cost of a whole network may be wrong.
const TOLERANCE: f64 = 0.05;

/// A layer that was counted. Its sizes are those of the packing, in whole blocks and groups.
#[derive(Debug, Clone, Copy)]
pub struct Layer {
    /// The number of inputs.
    pub inputs: usize,
    /// The number of outputs.
    pub outputs: usize,
    /// The number of instructions that the layer took.
    pub instructions: u64,
}

/// All that was counted for a kernel and a type of weights, on one core.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The kernel.
    pub kernel: String,
    /// `i8` or `i4`.
    pub element: &'static str,
    /// The core.
    pub core: String,
    /// The layers of each network.
    pub networks: Vec<Vec<Layer>>,
    /// Estimated cycles for each instruction.
    pub cycles: Option<f64>,
}

/// The contents of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    speed: Vec<Row>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kernel: String,
    element: String,
    core: String,
    mac: f64,
    row: f64,
    layer: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cycles: Option<f64>,
}

/// Writes the table.
pub fn update(counted: &[Counted]) -> Result<()> {
    let speed = counted.iter().map(fit).collect::<Result<_>>()?;
    write(FILE, "count", &Table { speed })
}

/// Checks that the table still says of every network that was counted what it costs.
pub fn check(counted: &[Counted]) -> Result<()> {
    let table: Table = read(FILE)?;
    for now in counted {
        let Counted { kernel, element, core, .. } = now;
        let same = |row: &&Row| (&row.kernel, &*row.element, &row.core) == (kernel, *element, core);
        let name = || format!("{FILE}: {kernel} {element}; `cargo xtask count --update`");
        error(table.speed.iter().find(same).with_context(name)?, now).with_context(name)?;
    }
    Ok(())
}

/// How much more the error of a network weighs than that of a layer: networks are what is
/// estimated, layers only tell the costs apart.
const NETWORK_WEIGHT: f64 = 16.0;

/// Fits the costs by least squares of the relative errors, of networks and of layers.
fn fit(counted: &Counted) -> Result<Row> {
    let mut normal = [[0.0; 4]; 3];
    let mut equation = |terms: [f64; 3], instructions: f64, weight: f64| {
        let terms = terms.map(|term| weight * term / instructions);
        for (line, term) in normal.iter_mut().zip(terms) {
            for (sum, other) in line.iter_mut().zip([terms[0], terms[1], terms[2], weight]) {
                *sum += term * other;
            }
        }
    };
    for network in &counted.networks {
        let (mut sums, mut total) = ([0.0; 3], 0.0);
        for layer in network {
            let (terms, instructions) = (terms(layer), layer.instructions as f64);
            equation(terms, instructions, 1.0);
            sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
            total += instructions;
        }
        equation(sums, total, NETWORK_WEIGHT);
    }
    let [mac, row, layer] = solve(normal).context("too few kinds of layers were counted")?;
    let row = Row {
        kernel: counted.kernel.clone(),
        element: counted.element.into(),
        core: counted.core.clone(),
        mac: rounded(mac, 4),
        row: rounded(row, 2),
        layer: rounded(layer, 0),
        cycles: counted.cycles.map(|cycles| rounded(cycles, 2)),
    };
    error(&row, counted).with_context(|| format!("{} {}", counted.kernel, counted.element))?;
    Ok(row)
}

/// Returns an error if the row is wrong for a whole network.
fn error(row: &Row, counted: &Counted) -> Result<()> {
    for network in &counted.networks {
        let real: f64 = network.iter().map(|layer| layer.instructions as f64).sum();
        let costs = [row.mac, row.row, row.layer];
        let products = |layer| terms(layer).into_iter().zip(costs).map(|(term, cost)| term * cost);
        let fitted: f64 = network.iter().flat_map(products).sum();
        ensure!(
            (fitted / real - 1.0).abs() <= TOLERANCE,
            "a network of {} layers takes {real} instructions, fitted are {fitted:.0}",
            network.len()
        );
    }
    Ok(())
}

/// Returns the factors of the costs of a multiply-accumulate, of an output and of a layer.
fn terms(layer: &Layer) -> [f64; 3] {
    let outputs = layer.outputs as f64;
    [outputs * layer.inputs as f64, outputs, 1.0]
}

/// Solves three linear equations, by elimination with pivots.
fn solve(mut lines: [[f64; 4]; 3]) -> Option<[f64; 3]> {
    for at in 0..3 {
        let pivot = (at..3)
            .max_by(|&one, &other| lines[one][at].abs().total_cmp(&lines[other][at].abs()))?;
        lines.swap(at, pivot);
        let line = lines[at].map(|value| value / lines[at][at]);
        if !line.iter().all(|value| value.is_finite()) {
            return None;
        }
        lines[at] = line;
        for other in (0..3).filter(|&other| other != at) {
            let factor = lines[other][at];
            lines[other].iter_mut().zip(line).for_each(|(value, own)| *value -= factor * own);
        }
    }
    Some(lines.map(|line| line[3]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(cost: impl Fn(usize, usize) -> u64) -> Counted {
        let network = |sizes: &[usize]| {
            let layers = sizes.windows(2).map(|pair| Layer {
                inputs: pair[0],
                outputs: pair[1],
                instructions: cost(pair[0], pair[1]),
            });
            layers.collect()
        };
        let networks = vec![
            network(&[100, 256, 512, 784]),
            network(&[16, 64, 64]),
            network(&[97, 61, 211, 785]),
        ];
        Counted { kernel: "k".into(), element: "i8", core: "c".into(), networks, cycles: None }
    }

    #[test]
    fn finds_the_costs_it_is_given() {
        let exact = counted(|inputs, outputs| (3 * inputs * outputs + 20 * outputs + 500) as u64);
        let row = fit(&exact).unwrap();
        assert_eq!((row.mac, row.row, row.layer), (3.0, 20.0, 500.0));
        assert!(error(&Row { mac: 3.2, ..row }, &exact).is_err());
    }

    #[test]
    fn refuses_what_is_no_such_cost() {
        assert!(
            fit(&counted(|inputs, outputs| (1 + inputs.pow(2) * (outputs % 7)) as u64)).is_err()
        );
        let one = Counted {
            networks: vec![vec![Layer { inputs: 1, outputs: 1, instructions: 10 }]],
            ..counted(|_, _| 1)
        };
        assert!(fit(&one).is_err());
    }
}
