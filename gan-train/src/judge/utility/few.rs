//! What a synthetic set adds for somebody who has few real images.

use super::{Accuracy, Kind, STEPS, Source};
use crate::data::Split;
use anyhow::{Result, ensure};
use gan_tools::images::Images;
use serde::Serialize;
use tracing::info;

/// What classifiers learn from few real images, alone and with the synthetic ones.
#[derive(Debug, Clone, Serialize)]
pub struct Few {
    /// Real images.
    pub real: usize,
    /// Synthetic images that were added.
    pub synthetic: usize,
    /// Real images that the classifiers were tested on.
    pub test: usize,
    /// Of a network of fully connected layers.
    pub mlp: Both,
    /// Of the network of the built-in classifier.
    pub cnn: Both,
}

/// The part of the images to test on that a kind of classifier gets right.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Both {
    /// Trained on the real images alone, in as many steps as with the others.
    pub alone: Accuracy,
    /// Trained on all.
    pub with_synthetic: Accuracy,
}

/// Trains `seeds` classifiers of each kind on `count` real images, which are chosen at random but
/// the same each time, and as many on these with all synthetic ones.
///
/// The real images alone are repeated until they are as many as with the synthetic ones: then both
/// are trained in equally many steps, and what they differ by is what the images teach.
///
/// # Errors
///
/// Images without labels, or data that a classifier cannot learn.
pub fn few(train: &Split, made: &Split, test: &Split, count: usize, seeds: u32) -> Result<Few> {
    let real = train.sample(count);
    let shown = real.label_counts();
    let is_shown =
        |(label, &made): (usize, &u64)| made == 0 || shown.get(label).is_some_and(|&real| real > 0);
    ensure!(
        made.labels.is_some() && made.label_counts().iter().enumerate().all(is_shown),
        "--few {count}: these real images do not show every label: take more"
    );
    let total = real.images.count + made.images.count;
    let repeated: Vec<u32> = (0..total).map(|index| (index % real.images.count) as u32).collect();
    let alone = real.pick(&repeated);
    let all = joined(&real, made);
    let measure = |name: &str, kind: Kind| -> Result<Both> {
        let mut found = Both::default();
        for seed in 0..u64::from(seeds) {
            info!("training classifiers on few real images: {name}, seed {seed}");
            let accuracy =
                |data: &Split| kind.train(&Source::Same(data), seed, STEPS)?.accuracy(test);
            found.alone.seeds.push(accuracy(&alone)?);
            found.with_synthetic.seeds.push(accuracy(&all)?);
        }
        Ok(found)
    };
    let (mlp, cnn) = (measure("MLP", Kind::Mlp)?, measure("CNN", Kind::Cnn)?);
    let test = test.images.count;
    Ok(Few { real: real.images.count, synthetic: made.images.count, test, mlp, cnn })
}

/// The images and labels of both, one after the other.
fn joined(first: &Split, second: &Split) -> Split {
    let labels = |split: &Split| split.labels.clone().unwrap_or_default();
    Split {
        images: Images {
            count: first.images.count + second.images.count,
            pixels: [&first.images.pixels[..], &second.images.pixels].concat(),
            ..first.images
        },
        labels: Some([labels(first), labels(second)].concat()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::digits;

    /// Real digits in the synthetic ones' place add to ten real ones; wrong labels take away.
    #[test]
    fn what_is_added_counts() {
        let data = digits().unwrap();
        let (train, test) = (data.train, data.test.unwrap());
        let found = few(&train, &train, &test, 100, 1).unwrap();
        assert_eq!((found.real, found.synthetic, found.test), (100, 1497, 300));
        for both in [&found.mlp, &found.cnn] {
            let (alone, with) = (both.alone.mean(), both.with_synthetic.mean());
            assert!(alone > 0.5 && with > alone + 0.03, "{alone} {with}");
        }
        let labels = train.labels.as_ref().unwrap().iter().map(|&label| (label + 1) % 10);
        let wrong = Split { labels: Some(labels.collect()), ..train.clone() };
        let mlp = few(&train, &wrong, &test, 100, 1).unwrap().mlp;
        assert!(mlp.with_synthetic.mean() < 0.3, "{mlp:?}");
        let error = few(&train, &train, &test, 2, 1).unwrap_err().to_string();
        assert!(error.contains("--few 2: these real images do not show every label"), "{error}");
    }
}
