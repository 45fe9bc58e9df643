//! A data set divided for one run: images to train on, and images to choose the checkpoints by.

use super::Shape;
use crate::config::{Config, TaskKind};
use crate::data::{Dataset, Split};
use anyhow::{Result, ensure};

/// Images that a judge looks at, at most.
const SAMPLE: usize = 10_000;

/// The parts of a data set's training images. The test images have no part in training.
#[derive(Debug, Clone)]
pub struct Splits {
    /// The images to train on: without the validation images, and padded.
    pub train: Split,
    /// The images to choose checkpoints by, in their own size.
    pub validation: Split,
    /// Up to 10,000 images that are not validation images, in their own size. The judge chooses the
    /// width of its Parzen windows on them.
    pub parzen: Split,
    /// All training images, in their own size: MNIST is recognized by them.
    pub all: Split,
    /// The sizes of the run.
    pub shape: Shape,
}

impl Splits {
    /// Divides `dataset` as `config` says.
    ///
    /// # Errors
    ///
    /// A conditional run needs labels; a part would be empty.
    pub fn new(config: &Config, dataset: Dataset) -> Result<Self> {
        let all = dataset.train;
        let (validation, train) = all.hold_out(config.training.validation);
        let (found, of) = (train.images.count, all.images.count);
        ensure!(
            found > 0,
            "training.validation: {} leaves none of {of} images to train on",
            config.training.validation
        );
        let (validation, parzen) = if validation.images.count > 0 {
            (validation, train.sample(SAMPLE))
        } else {
            // The judge goes by images that are trained on too. That is better than nothing, and a
            // run that is only watched loses no images.
            let part = (SAMPLE as f64 / of as f64).min(0.5);
            let (seen, parzen) = all.hold_out(part);
            (seen, parzen.sample(SAMPLE))
        };
        let train = train.padded(config.padding.into());
        let mut shape = Shape::of(config, &train)?;
        let styles = config.task.as_ref().is_some_and(|task| task.kind == TaskKind::Stylize);
        if shape.classes > 0 && !styles {
            // A rare label may be among the validation images only.
            shape.classes = all.classes();
        }
        shape.check(config)?;
        Ok(Self { train, validation, parzen, all, shape })
    }

    /// The images to train on, when the judge has seen the others.
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
        Dataset { name: "test".into(), train, test: None, label_names: vec![], files: vec![] }
    }

    fn config(lines: &str, validation: f64) -> Config {
        let text = format!(
            "name = \"t\"\nconditional = true\n{lines}\n\
             [generator]\nlatent = 2\nhidden = [3]\n[discriminator]\nhidden = [3]\n\
             [training]\nvalidation = {validation}\n"
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
        let splits = Splits::new(&config("", 0.2), dataset()).unwrap();
        let (validation, train) = (numbers(&splits.validation), numbers(&splits.train));
        assert_eq!((validation.len(), train.len()), (10, 40));
        let mut all = [validation, train.clone()].concat();
        all.sort();
        assert_eq!(all, (0..50).collect::<Vec<u8>>());
        assert_eq!(numbers(&splits.parzen), train);
        // Labels go with their images.
        let labels = splits.validation.labels.as_ref().unwrap();
        assert!(
            splits
                .validation
                .images
                .pixels
                .chunks_exact(2)
                .zip(labels)
                .all(|(image, label)| image[0] % 3 == *label)
        );
    }

    #[test]
    fn networks_that_no_memory_holds_are_refused() {
        let pixels = vec![1; 10 * 40_000];
        let images = Images { count: 10, width: 200, height: 200, pixels };
        let train = Split { images, labels: None };
        let data =
            Dataset { name: "test".into(), train, test: None, label_names: vec![], files: vec![] };
        let config = |generator: &str, discriminator: &str| -> Config {
            let text = format!(
                "name = \"t\"\n[generator]\nlatent = 2\nhidden = {generator}\n\
                 [discriminator]\nhidden = {discriminator}\n"
            );
            toml::from_str(&text).unwrap()
        };
        for (generator, discriminator, network) in
            [("[65535]", "[3]", "generator"), ("[3]", "[65535]", "discriminator")]
        {
            let config = config(generator, discriminator);
            config.check().unwrap();
            let error = Splits::new(&config, data.clone()).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{network}.hidden: 26")), "{error}");
        }
    }

    #[test]
    fn without_held_out_images_the_judge_still_has_two_parts() {
        let splits = Splits::new(&config("", 0.0), dataset()).unwrap();
        assert_eq!(splits.train.images.count, 50);
        let mut all = [numbers(&splits.validation), numbers(&splits.parzen)].concat();
        all.sort();
        assert_eq!(all, (0..50).collect::<Vec<u8>>());
    }

    #[test]
    fn a_border_is_black_and_around_what_is_trained_on_only() {
        let splits = Splits::new(&config("padding = 1", 0.2), dataset()).unwrap();
        assert_eq!((splits.shape.width, splits.shape.height, splits.shape.classes), (4, 3, 3));
        for image in splits.train.images.pixels.chunks_exact(12) {
            assert_eq!(
                (image[6], image.iter().filter(|&&pixel| pixel > 0).count() <= 2),
                (200, true)
            );
        }
        assert_eq!(splits.validation.images.width, 2);
    }
}
