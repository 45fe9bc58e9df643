//! Expected values come from planted copies and from comparing every pair.

use super::*;
use crate::random::{Purpose, stream};
use rand_core::Rng;

/// Features that a test can count by hand: every other pixel, 0..=255.
fn features(images: &Images) -> Vec<f32> {
    images.pixels.iter().step_by(2).map(|&pixel| f32::from(pixel)).collect()
}

/// Calls `look` with what compares images with `training`.
fn with<T>(training: &Split, held_out: &Split, look: impl FnOnce(&Neighbours<'_>) -> T) -> T {
    let own = features(&training.images);
    let features = |images: &Images| Ok(features(images));
    look(&Neighbours::new(training, own, held_out, features).unwrap())
}

fn compare(neighbours: &Neighbours<'_>, images: &Images) -> Memorization {
    neighbours.compare(&Seen { images, features: &features(images) })
}

fn noise(count: usize, index: u64) -> Split {
    let mut rng = stream(0, Purpose::Shuffle, index);
    let pixels = (0..count * 16).map(|_| rng.next_u32() as u8).collect();
    Split { images: Images { count, width: 4, height: 4, pixels }, labels: None }
}

#[test]
fn planted_copies_are_found() {
    // In the third chunk too.
    let training = noise(12_000, 0);
    with(&training, &noise(400, 1), |neighbours| {
        let held_out = neighbours.held_out();
        assert_eq!((held_out.images, held_out.copies), (400, 0));
        for of in [held_out.pixels, held_out.features] {
            assert_eq!(of.ratio, 1.0);
            // All are of one kind.
            assert!((of.ratio_to_training - 1.0).abs() < 0.04, "{held_out:?}");
        }

        let fresh = noise(400, 2).images;
        let found = compare(neighbours, &fresh);
        assert_eq!((found.images, found.copies), (400, 0));
        assert!(found.pixels.ratio > RATIO && found.pixels.ratio < 1.02, "{found:?}");
        assert!(found.verdict().contains("no sign of memorization"), "{found:?}");

        // 100 of 400 are training images, one level off.
        let mut planted = fresh.clone();
        for index in 0..100 {
            let from = index * 120 * 16;
            let copy = training.images.pixels[from..from + 16].iter().map(|&pixel| pixel ^ 1);
            planted.pixels.splice(index * 16..(index + 1) * 16, copy);
        }
        let found = compare(neighbours, &planted);
        assert_eq!((found.images, found.copies), (400, 100));
        let verdict = found.verdict();
        assert!(verdict.contains("a sign of memorization") && verdict.contains("100 of 400"));
        assert!(verdict.contains("in pixels and in features"), "{verdict}");
        // A quarter has the distance sqrt(16) / 255 in place of its own, of features sqrt(8).
        let others = Images { count: 300, pixels: fresh.pixels[1600..].to_vec(), ..fresh };
        let others = compare(neighbours, &others);
        for (found, others, copy) in [
            (found.pixels.distance, others.pixels.distance, 4.0 / 255.0),
            (found.features.distance, others.features.distance, 8f64.sqrt()),
        ] {
            let expected = 0.25 * copy + 0.75 * others;
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    });
}

/// Training images of which every other pixel was drawn anew are no copies to pixels, but have the
/// features of training images.
#[test]
fn copies_of_features_are_found() {
    let training = noise(3000, 8);
    let mut moved = training.sample(400).images;
    let other = noise(400, 9).images;
    for (pixel, other) in moved.pixels.iter_mut().zip(&other.pixels).skip(1).step_by(2) {
        *pixel = *other;
    }
    let found = with(&training, &noise(400, 10), |neighbours| compare(neighbours, &moved));
    assert_eq!((found.features.distance, found.copies), (0.0, 0));
    assert!(found.pixels.ratio > 0.5, "{found:?}");
    assert!(found.verdict().starts_with("a sign of memorization"), "{}", found.verdict());
}

/// By comparing every pair in integers.
#[test]
fn distances_are_those_of_the_nearest() {
    let (training, held_out) = (noise(300, 3), noise(50, 4));
    let square = |a: &[u8], b: &[u8], step: usize| {
        let pairs = a.iter().zip(b).step_by(step);
        pairs.map(|(&a, &b)| (i64::from(a) - i64::from(b)).pow(2)).sum::<i64>()
    };
    let found = with(&training, &held_out, |neighbours| neighbours.held_out().clone());
    for (of, step, unit) in [(found.pixels, 1, 255.0), (found.features, 2, 1.0)] {
        let nearest = |image: &[u8], own: usize| {
            let others = training.images.iter().enumerate().filter(|&(index, _)| index != own);
            let squares = others.map(|(_, other)| square(image, other, step));
            (squares.min().unwrap() as f64).sqrt() / unit
        };
        let each = held_out.images.iter().map(|image| nearest(image, usize::MAX));
        let to_training = each.sum::<f64>() / 50.0;
        let each = training.images.iter().enumerate().map(|(index, image)| nearest(image, index));
        let ratio = to_training / (each.sum::<f64>() / 300.0);
        assert!((of.distance - to_training).abs() < 1e-9, "{of:?}, expected {to_training}");
        assert!((of.ratio_to_training - ratio).abs() < 1e-9, "{of:?}, expected {ratio}");
    }
}

/// Held-out images of another kind: a generator that is as the training images are is no copier.
#[test]
fn held_out_images_of_another_kind_are_no_sign() {
    let training = noise(3000, 5);
    let mut held_out = noise(100, 6);
    let black_or_white = |pixel: &mut u8| *pixel = if *pixel < 128 { 0 } else { 255 };
    held_out.images.pixels.iter_mut().for_each(black_or_white);
    let generated = noise(400, 7).images;
    let found = with(&training, &held_out, |neighbours| compare(neighbours, &generated));
    assert!(found.pixels.ratio < 0.9 && found.pixels.ratio_to_training > RATIO, "{found:?}");
    assert!(found.verdict().contains("no sign") && found.verdict().contains("each other"));
}
