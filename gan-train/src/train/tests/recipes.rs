//! What the published recipes differ in: who is updated on what, and with which noise.

use super::*;
use crate::nn::mlp::Noise;

fn images_of(images: Rows, fake: Rows) -> reference::Images {
    let labels = vec![Vec::new(); BATCH];
    reference::Images { real: images, fake, moved: [None, None], between: None, labels }
}

/// Two updates by plain gradient steps: the second one starts where the first has led. The
/// expected numbers are the definition's, each term of the loss differentiated by itself.
#[test]
fn the_discriminator_can_learn_of_real_and_of_generated_images_apart() {
    const LR: f64 = 0.5;
    let lines = "separate_updates = true\noptimizer = \"sgd\"\nbeta1 = 0.0\nr1_gamma = 0.0\n\
                 lr = 0.5\nlr_hold = 0.9";
    let config = config(["", "", "", lines]);
    let mut trainer = trainer(&config);
    let (g, d) = (trainer.state.generator.clone(), trainer.state.discriminator.clone());
    let batch = Batches::new(&config, data(), 0, &trainer.device).unwrap().batch(0);
    let fake = forward(&g.shapes(), &numbers(&g), &rows(&batch.latents), false);
    let images = images_of(rows(&batch.real), fake);
    // Minus log(p) of real images, minus log(1 - p) of generated ones.
    let term = |d_numbers: &[f64], images: &Rows, sign: f64| {
        let logits = forward(&d.shapes(), d_numbers, images, false);
        mean(logits.iter().map(|row| (1.0 + (sign * row[0]).exp()).ln()))
    };
    let descend = |from: &[f64], images: &Rows, sign: f64| -> Vec<f64> {
        let slope = differentiate(from, |numbers| term(numbers, images, sign));
        from.iter().zip(slope).map(|(x, slope)| x - LR * slope).collect()
    };
    let start = numbers(&d);
    let of_real = descend(&start, &images.real, -1.0);
    let of_both = descend(&of_real, &images.fake, 1.0);

    let losses = trainer.step().unwrap();
    let found = numbers(&trainer.state.discriminator);
    for (found, expected) in found.iter().zip(&of_both) {
        assert!((found - expected).abs() < 1e-5, "{found}, expected {expected}");
    }
    let loss = term(&start, &images.real, -1.0) + term(&start, &images.fake, 1.0);
    assert!((losses.discriminator - loss).abs() < 1e-5, "{} {loss}", losses.discriminator);
    // One update on both is another thing.
    let of_fake = descend(&start, &images.fake, 1.0);
    let at_once = start.iter().zip(&of_real).zip(&of_fake).map(|((x, real), fake)| real + fake - x);
    let apart = at_once.zip(&of_both).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart > 1e-4, "{apart}");
}

/// Each update has the penalty of its own images, and the trace both.
#[test]
fn updates_apart_have_the_penalties_of_their_images() {
    let penalty = |lines: &str| {
        let lines = format!("optimizer = \"sgd\"\nbeta1 = 0.0\nlr = 1e-9\n{lines}");
        trainer(&config(["", "", "", &lines])).step().unwrap().penalty
    };
    for r1 in ["finite_difference", "exact"] {
        let kind = format!("r1 = \"{r1}\"");
        let at_once = penalty(&format!("{kind}\nr1_gamma = 1.0\nr2_gamma = 0.5"));
        let apart = |gammas: &str| penalty(&format!("{kind}\nseparate_updates = true\n{gammas}"));
        let both = apart("r1_gamma = 1.0\nr2_gamma = 0.5");
        assert!(at_once > 1e-6 && (both / at_once - 1.0).abs() < 1e-4, "{r1}: {both} {at_once}");
        let real = apart("r1_gamma = 1.0\nr2_gamma = 0.0");
        let fake = apart("r1_gamma = 0.0\nr2_gamma = 0.5");
        assert!(real > 1e-7 && fake > 1e-7, "{r1}: {real} {fake}");
        if r1 == "exact" {
            assert!(((real + fake) / both - 1.0).abs() < 1e-4, "{real} {fake} {both}");
        }
    }
}

/// The expected part is counted by hand from the logits of before the step.
#[test]
fn accuracy_is_the_part_that_is_told_right() {
    for (objective, limit) in
        [("non_saturating", Some(0.0)), ("least_squares", Some(0.5)), ("relativistic", None)]
    {
        let lines = format!("objective = \"{objective}\"\nr1_gamma = 0.0");
        let config = config(["", "", "", &lines]);
        let mut trainer = trainer(&config);
        let (g, d) = (trainer.state.generator.clone(), trainer.state.discriminator.clone());
        let batch = Batches::new(&config, data(), 0, &trainer.device).unwrap().batch(0);
        let fake = g.forward(batch.latents.clone(), Pass::PLAIN);
        let logits = |images: Tensor<2>| rows(&d.forward(images, Pass::PLAIN)).concat();
        let (real, fake) = (logits(batch.real.clone()), logits(fake));
        let part = |right: Vec<bool>| mean(right.iter().map(|&right| f64::from(u8::from(right))));
        let expected = match limit {
            Some(limit) => part(
                real.iter().map(|&x| x > limit).chain(fake.iter().map(|&x| x < limit)).collect(),
            ),
            None => part(real.iter().zip(&fake).map(|(real, fake)| real > fake).collect()),
        };
        let found = trainer.step().unwrap().accuracy;
        assert!((found - expected).abs() < 1e-6, "{objective}: {found}, expected {expected}");
    }
}

#[test]
fn fresh_latents_are_others_with_the_same_labels() {
    let config = config(["conditional = true", "", "", "fresh_latents = true"]);
    let mut batches = Batches::new(&config, data(), 3, &Device::flex()).unwrap();
    let batch = batches.batch(4);
    let (own, fresh) = (rows(&batch.latents), rows(&batches.fresh_latents(&batch)));
    for (own, fresh) in own.iter().zip(&fresh) {
        assert!(own[..3].iter().zip(&fresh[..3]).all(|(own, fresh)| own != fresh));
        assert_eq!(own[3..], fresh[3..]);
    }
}

/// Noise on a hidden layer's results is what the next layer sees; the last layer has none. The
/// network is put together by hand from its layers.
#[test]
fn noise_is_added_to_the_latents_and_between_the_layers() {
    let config = config(["", "", "", "layer_noise = 0.5\nlatent_noise = 0.25"]);
    let trainer = trainer(&config);
    let network = &trainer.state.generator;
    let noise = Noise { sigma: 0.5, seed: 3, pass: 9 };
    let device = &trainer.device;
    let latents = Tensor::<2>::random([BATCH, 3], burn::tensor::Distribution::Default, device);
    let mut expected = latents.clone();
    for (index, layer) in network.layers.iter().enumerate() {
        expected = Mlp { layers: vec![layer.clone()] }.forward(expected, Pass::PLAIN);
        if index < 2 {
            expected = expected.clone()
                + noise.matrix(index as u64 + 1, expected.dims(), device, &Cut::WHOLE);
        }
    }
    let pass = Pass { noise: Some(noise), ..Pass::PLAIN };
    let found = network.forward(latents.clone(), pass.clone());
    assert_eq!(rows(&found), rows(&expected));
    // A step's images have both kinds, the latents as matrix 0.
    let added = Noise { sigma: 0.25, ..noise }.matrix(0, [BATCH, 3], device, &Cut::WHOLE);
    let in_step = trainer.generate_in_pass(&trainer.state.generator, latents.clone(), 9);
    assert_eq!(rows(&in_step), rows(&network.forward(latents.clone() + added, pass)));
    assert_ne!(rows(&found), rows(&network.forward(latents, Pass::PLAIN)));

    let many: Vec<f64> = rows(&noise.matrix(1, [100, 100], device, &Cut::WHOLE)).concat();
    let deviation = mean(many.iter().map(|x| x * x)).sqrt();
    assert!((deviation - 0.5).abs() < 0.02, "{deviation}");
    // Labels to the right of the latents stay as they are.
    let config_with_labels = super::config(["conditional = true", "", "", "latent_noise = 0.25"]);
    let labelled = super::trainer(&config_with_labels);
    let latents = Tensor::<2>::random([BATCH, 6], burn::tensor::Distribution::Default, device);
    let added = Noise { sigma: 0.25, ..noise }.matrix(0, [BATCH, 3], device, &Cut::WHOLE);
    let added = Tensor::cat(vec![added, Tensor::zeros([BATCH, 3], device)], 1);
    let expected = labelled.state.generator.forward(latents.clone() + added, Pass::PLAIN);
    assert_eq!(
        rows(&labelled.generate_in_pass(&labelled.state.generator, latents, 9)),
        rows(&expected)
    );

    // Half of the way, half of the noise; and none is left when the run ends.
    let training = &config.training;
    assert_eq!([0, 5, 10].map(|step| training.noise_left(0.25, step)), [0.25, 0.125, 0.0]);
}
