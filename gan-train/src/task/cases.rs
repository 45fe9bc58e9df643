//! Many examples at once, always the same of the same seed: to calibrate by, and to judge by.

use super::{Example, Holes, Task};
use crate::data::Split;
use crate::random::{Purpose, stream};
use gan_tools::images::Images;
use gan_tools::samples::Samples;

/// Examples of a data set's images.
#[derive(Debug, Clone)]
pub struct Cases {
    /// Width and height of what goes in.
    pub input_size: [usize; 2],
    /// Width and height of what comes out.
    pub target_size: [usize; 2],
    /// One an image.
    pub examples: Vec<Example>,
    /// The data's label of each image, if there are labels.
    pub labels: Option<Vec<u8>>,
}

impl Cases {
    /// An example of each image of `data`. Image `i` has the random numbers of (seed, i) and, where
    /// labels are styles, style `i` modulo their number.
    pub fn new(task: &Task, data: &Split, seed: u64) -> Self {
        let example = |(index, row): (usize, &[u8])| {
            let own = data.labels.as_ref().map_or(0, |labels| labels[index].into());
            let label = task.styles().map_or(own, |styles| (index % usize::from(styles)) as u16);
            task.example(row, label, &mut stream(seed, Purpose::TaskCases, index as u64))
        };
        Self {
            input_size: task.input_size(),
            target_size: task.target_size(),
            examples: data.images.iter().enumerate().map(example).collect(),
            labels: data.labels.clone(),
        }
    }

    /// What goes into a generator.
    pub fn samples(&self) -> Samples {
        Samples {
            count: self.examples.len(),
            codes: self.examples.iter().flat_map(Example::codes).collect(),
            labels: self.examples.iter().map(|example| example.label).collect(),
        }
    }

    /// Images of the target's size, one an example.
    pub fn images(&self, of: impl Fn(&Example) -> Vec<u8>) -> Images {
        let [width, height] = self.target_size;
        let pixels = self.examples.iter().flat_map(of).collect();
        Images { count: self.examples.len(), width, height, pixels }
    }

    /// What should come out.
    pub fn targets(&self) -> Images {
        self.images(|example| example.target.clone())
    }

    /// What a generator's images come to: pixels that were there stay as they are.
    pub fn composed(&self, mut images: Images) -> Images {
        let len = images.image_len();
        for (example, image) in self.examples.iter().zip(images.pixels.chunks_exact_mut(len)) {
            example.compose(image);
        }
        images
    }

    /// Whether pixels are missing.
    pub fn has_holes(&self) -> bool {
        self.examples.iter().any(|example| example.holes.is_some())
    }

    /// Of each pixel of example `index`, whether it is missing; nothing where none can be.
    pub fn missing(&self, index: usize) -> Option<Vec<bool>> {
        self.examples[index].holes.as_ref().map(|holes| Holes::pixels(holes).collect())
    }
}
