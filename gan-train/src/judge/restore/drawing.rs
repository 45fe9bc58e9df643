//! A picture of some cases: what went in, what a simple method and a generator made of it, and what
//! it should be, below each other.

use super::baselines;
use super::sets::{mean, targets};
use crate::data::Split;
use crate::task::{Cases, Kernel, Task, resized};
use anyhow::{Result, ensure};
use gan_tools::images::Images;
use gan_tools::picture::{Picture, grid};

/// Cases in a picture.
const CASES: usize = 16;

/// Some cases, and what a simple method makes of them.
#[derive(Debug)]
pub struct Drawing {
    /// What generators make images of.
    pub cases: Cases,
    /// The last of the simple methods for the task: its name and its images.
    baseline: Option<(&'static str, Images)>,
}

impl Drawing {
    /// Of the first of the images `judged`, beside the mean of those that were trained on. `seed`
    /// is that of the damage.
    ///
    /// # Errors
    ///
    /// There are no images.
    pub fn new(task: &Task, train: &Split, judged: &Split, seed: u64) -> Result<Self> {
        let count = judged.images.count.min(CASES);
        ensure!(count > 0, "there are no images to draw");
        let pixels = judged.images.pixels[..count * judged.images.image_len()].to_vec();
        let images = Images { count, pixels, ..judged.images };
        let labels = judged.labels.as_ref().map(|labels| labels[..count].to_vec());
        let cases = Cases::new(task, &Split { images, labels }, seed);
        let method = baselines(task, &mean(&targets(task, train).images)).pop();
        let baseline = method.map(|method| (method.name, cases.composed(method.images(&cases))));
        Ok(Self { cases, baseline })
    }

    /// What its rows are, from top to bottom.
    pub fn rows(&self) -> Vec<&'static str> {
        let baseline = self.baseline.as_ref().map(|(name, _)| *name);
        [Some("what goes in"), baseline, Some("the model"), Some("what it should be")]
            .into_iter()
            .flatten()
            .collect()
    }

    /// A column a case: the input, enlarged to the target's size, what the simple method makes of
    /// it, what a generator made of it (`made`), and the target.
    pub fn picture(&self, made: Images) -> Picture {
        let Cases { input_size, target_size, .. } = self.cases;
        let enlarged = |input: &[u8]| resized(input, input_size, target_size, Kernel::Nearest);
        let inputs = self.cases.images(|example| enlarged(&example.input));
        let baseline = self.baseline.as_ref().map(|(_, images)| images.clone());
        let rows = [Some(inputs), baseline, Some(self.cases.composed(made))];
        let rows: Vec<Images> = rows.into_iter().flatten().chain([self.cases.targets()]).collect();
        let (columns, [width, height]) = (self.cases.examples.len(), target_size);
        let count = rows.len() * columns;
        let pixels = rows.into_iter().flat_map(|row| row.pixels).collect();
        grid::picture(&Images { count, width, height, pixels }, columns)
    }
}
