//! A data set divided for one run: what is trained on, and what the checkpoints are chosen by.

use super::Shape;
use crate::config::Config;
use crate::data::{Dataset, Split};
use anyhow::{Result, ensure};

/// Images that a judge looks at, at most.
const SAMPLE: usize = 10_000;

/// The parts of a data set's training images. The test images have no part in training.
#[derive(Debug, Clone)]
pub struct Material {
    /// To train on: without what is held out, padded.
    pub train: Split,
    /// To choose checkpoints by.
    pub held_out: Split,
    /// Others, up to 10,000, as they came: to choose the width of the Parzen windows on.
    pub others: Split,
    /// All training images as they came: MNIST is known by them.
    pub whole: Split,
    /// The sizes of the run.
    pub shape: Shape,
}

impl Material {
    /// Divides `dataset` as `config` says.
    ///
    /// # Errors
    ///
    /// A conditional run needs labels; a part would be empty.
    pub fn new(config: &Config, dataset: Dataset) -> Result<Self> {
        let whole = dataset.train;
        let (held_out, train) = whole.hold_out(config.training.held_out);
        let (found, of) = (train.images.count, whole.images.count);
        ensure!(
            found > 0,
            "training.held_out: {} leaves none of {of} images to train on",
            config.training.held_out
        );
        // Better than nothing, and a run that is only watched loses no images.
        let (held_out, others) = if held_out.images.count > 0 {
            (held_out, train.sample(SAMPLE))
        } else {
            let part = (SAMPLE as f64 / of as f64).min(0.5);
            let (seen, others) = whole.hold_out(part);
            (seen, others.sample(SAMPLE))
        };
        let train = train.padded(config.padding.into());
        let mut shape = Shape::of(config, &train)?;
        if shape.classes > 0 {
            // A rare label may be among the held out only.
            shape.classes = whole.classes();
        }
        Ok(Self { train, held_out, others, whole, shape })
    }

    /// What is left when the judge has seen the material.
    pub fn into_train(self) -> Split {
        self.train
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_tools::images::Images;

    /// 50 images of 2x1 pixels, the first pixel the image's own number.
    fn dataset() -> Dataset {
        let pixels = (0..50).flat_map(|number| [number, 200]).collect();
        let labels = (0..50).map(|number| number % 3).collect();
        let train = Split {
            images: Images { count: 50, width: 2, height: 1, pixels },
            labels: Some(labels),
        };
        Dataset { name: "test".into(), train, test: None }
    }

    fn config(lines: &str, held_out: f64) -> Config {
        let text = format!(
            "name = \"t\"\nconditional = true\n{lines}\n[generator]\nlatent = 2\nhidden = [3]\n[discriminator]\nhidden = [3]\n\
             [training]\nheld_out = {held_out}\n"
        );
        toml::from_str(&text).unwrap()
    }

    fn numbers(split: &Split) -> Vec<u8> {
        let len = split.images.image_len();
        let middle = len / 2 - 1;
        let mut numbers: Vec<u8> =
            split.images.pixels.chunks_exact(len).map(|image| image[middle]).collect();
        numbers.sort();
        numbers
    }

    #[test]
    fn no_image_is_held_out_and_trained_on() {
        let material = Material::new(&config("", 0.2), dataset()).unwrap();
        let (held_out, train) = (numbers(&material.held_out), numbers(&material.train));
        assert_eq!((held_out.len(), train.len()), (10, 40));
        let mut all = [held_out, train.clone()].concat();
        all.sort();
        assert_eq!(all, (0..50).collect::<Vec<u8>>());
        assert_eq!(numbers(&material.others), train);
        // Labels go with their images.
        let labels = material.held_out.labels.as_ref().unwrap();
        assert!(
            material
                .held_out
                .images
                .pixels
                .chunks_exact(2)
                .zip(labels)
                .all(|(image, label)| image[0] % 3 == *label)
        );
    }

    #[test]
    fn without_held_out_images_the_judge_still_has_two_parts() {
        let material = Material::new(&config("", 0.0), dataset()).unwrap();
        assert_eq!(material.train.images.count, 50);
        let mut all = [numbers(&material.held_out), numbers(&material.others)].concat();
        all.sort();
        assert_eq!(all, (0..50).collect::<Vec<u8>>());
    }

    #[test]
    fn a_border_is_black_and_around_what_is_trained_on_only() {
        let material = Material::new(&config("padding = 1", 0.2), dataset()).unwrap();
        assert_eq!(
            (material.shape.width, material.shape.height, material.shape.classes),
            (4, 3, 3)
        );
        for image in material.train.images.pixels.chunks_exact(12) {
            assert_eq!(
                (image[6], image.iter().filter(|&&pixel| pixel > 0).count() <= 2),
                (200, true)
            );
        }
        assert_eq!(material.held_out.images.width, 2);
    }
}
