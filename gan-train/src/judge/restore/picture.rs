//! A picture of some cases: what went in, what a simple method and a generator made of it, and what
//! it should be, below each other.

use super::baselines;
use crate::task::{Cases, Kernel, Task, resized};
use gan_tools::images::Images;
use gan_tools::picture::{Picture, grid};

/// Cases in a picture.
pub const CASES: usize = 16;

/// A column a case: the input, enlarged to the target's size, what the last of the baselines makes
/// of it, what the generator made of it (`made`), and the target.
pub fn picture(task: &Task, mean: &[u8], cases: &Cases, made: Images) -> Picture {
    let Cases { input_size, target_size, .. } = *cases;
    let inputs =
        cases.images(|example| resized(&example.input, input_size, target_size, Kernel::Nearest));
    let baseline = baselines(task, mean).pop().map(|method| cases.composed(method.images(cases)));
    let rows = [Some(inputs), baseline, Some(cases.composed(made)), Some(cases.targets())];
    let rows: Vec<Images> = rows.into_iter().flatten().collect();
    let count = rows.len() * cases.examples.len();
    let [width, height] = target_size;
    let pixels = rows.into_iter().flat_map(|row| row.pixels).collect();
    grid::picture(&Images { count, width, height, pixels }, cases.examples.len())
}
