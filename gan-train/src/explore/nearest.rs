//! The training images that are nearest to generated ones.
//!
//! Distances are Euclidean, of pixels in 0..=1. A distance alone says little: the same of test
//! images, which the generator did not see, say how near a real image is to the training images.

use crate::data::Split;
use crate::judge::audit::closest::{Closest, Pair};
use crate::judge::nearest::{Set, nearest};
use crate::judge::scoring::crop;
use anyhow::{Result, ensure};
use gan_core::Generator;
use gan_tools::generate;
use gan_tools::images::Images;
use gan_tools::samples::Samples;
use serde::Serialize;

/// Generated images that are shown.
pub const SHOWN: usize = 12;

/// What is near to generated images.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nearest {
    /// What the data is called.
    pub data: String,
    /// How many training images.
    pub training: usize,
    /// What the held-out images are.
    pub held_out_images: String,
    /// Distances of generated and of held-out images, and the closest pairs.
    #[serde(flatten)]
    pub closest: Closest,
    /// The first generated images, each with the training image that is nearest.
    pub first: Vec<Pair>,
    /// Four rows: the first images, what is nearest to each; the images with the closest training
    /// image, and these.
    #[serde(skip)]
    pub pictures: [Images; 4],
}

impl Nearest {
    /// Compares the first `count` images of `seed`, and as many held-out ones, with all training
    /// images. Labels are in turn: of one label alone, distances would be compared with those of
    /// held-out images of all.
    ///
    /// # Errors
    ///
    /// Images of other sizes than the data's, but for a border; no training images, or none held
    /// out.
    pub fn measure(
        generator: &Generator<'_>,
        (seed, count): (u64, usize),
        (name, train): (&str, &Split),
        (held_out_images, held_out): (&str, &Split),
    ) -> Result<Self> {
        let compared = train.images.count.min(held_out.images.count);
        ensure!(compared > 0, "there are too few images to compare with (expected 10 or more)");
        let latent = generator.latent_len() as u16;
        let samples = Samples::new(seed, count, latent, generator.classes());
        let images = generate::generate(generator, &samples)?;
        let images = crop(&images, train.images.width, train.images.height)?.into_owned();
        let made = Split { images, labels: None };
        let closest = Closest::measure(train, held_out, &made, count);
        let shown: Vec<u32> = (0..count.min(SHOWN) as u32).collect();
        let first = made.pick(&shown).images;
        let found = nearest(Set::Pixels(&first), Set::Pixels(&train.images), |_, _| true);
        let pairs = found.into_iter().enumerate();
        let pairs: Vec<Pair> = pairs
            .map(|(synthetic, (training, distance))| Pair { synthetic, training, distance })
            .collect();
        let of = |split: &Split, pairs: &[Pair], index: fn(&Pair) -> usize| {
            split.pick(&pairs.iter().map(|pair| index(pair) as u32).collect::<Vec<_>>()).images
        };
        let pictures = [&pairs, &closest.pairs].map(|pairs| {
            let (synthetic, training) = (|pair: &Pair| pair.synthetic, |pair: &Pair| pair.training);
            [of(&made, pairs, synthetic), of(train, pairs, training)]
        });
        let [[first, near_first], [second, near_second]] = pictures;
        Ok(Self {
            data: name.into(),
            training: train.images.count,
            held_out_images: held_out_images.into(),
            closest,
            first: pairs,
            pictures: [first, near_first, second, near_second],
        })
    }
}
