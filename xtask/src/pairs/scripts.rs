//! Doors that a script runs: the WebAssembly module in Node.js, and the Python package. A script
//! gets the model's file and the two numbers of pairs, and prints `2000 pairs: 01234567` for each.

use super::{Door, Made, Wanted};
use crate::prelude::*;
use crate::{python, web};

/// Builds of the module. The one with relaxed instructions is left out: V8 11.3, Node.js 20's,
/// computes them wrongly, and the page refuses it there by a known answer.
const KERNELS: [&str; 2] = ["simd128", "scalar"];

/// Returns a door for each build of the module, and one for the Python package, if their programs
/// are there. What no door is wanted of is not built.
pub fn doors(wants: &dyn Fn(&str) -> bool) -> Vec<Door> {
    const PYTHON: &str = "Python";
    let mut doors = Vec::new();
    let names = KERNELS.map(|kernel| (kernel, format!("WebAssembly in Node.js, {kernel}")));
    if names.iter().any(|(_, name)| wants(name))
        && let Some(modules) = shell::or_skip("WebAssembly", modules())
    {
        for (kernel, name) in names {
            let module = modules.join(format!("{kernel}.wasm"));
            doors.push(Door::new(name, move |wanted| {
                let script = root().join("gan-web/test/pairs.cjs");
                lines(Command::new("node").arg(script).arg(&module), wanted)
            }));
        }
    }
    if wants(PYTHON)
        && let Some(python) = shell::or_skip(PYTHON, python::with_package())
    {
        doors.push(Door::new(PYTHON.into(), move |wanted| {
            lines(&mut python.python("gan-py/tests/pairs.py"), wanted)
        }));
    }
    doors
}

/// Returns the folder of the modules, built, if there is something that runs them.
fn modules() -> Result<PathBuf> {
    ensure!(shell::available("node"), "no node");
    web::modules()
}

/// Runs a script, and returns the digests that it prints.
fn lines(script: &mut Command, wanted: &Wanted) -> Result<Made> {
    script.arg(wanted.blob.path());
    script.args(wanted.counts.map(|count| count.to_string()));
    wanted.said(&script.read()?)
}
