//! A batch seen in parts (`training.micro_batch`): the same step with less memory.

use super::steps::check_step;
use super::*;

/// A step of twelve images in parts of so many; SGD, whose step is as long as the gradient.
fn step(lines: [&str; 4], micro_batch: usize) -> (Vec<f64>, Vec<f64>, Losses) {
    let [top, generator, discriminator, training] = lines;
    let training = format!("optimizer = \"sgd\"\nlr = 0.1\n{training}");
    let mut config = config([top, generator, discriminator, &training]);
    (config.training.batch, config.training.micro_batch) = (12, micro_batch);
    config.check().unwrap();
    let mut trainer = trainer(&config);
    let losses = trainer.step().unwrap();
    (numbers(&trainer.state.generator), numbers(&trainer.state.discriminator), losses)
}

/// Expected values: those of the whole batch, from which sums in another order differ by roundings.
/// Noise, dropout and the signs of finite differences have to be those of the same rows for it.
#[test]
fn a_step_in_parts_is_that_of_the_whole_batch() {
    for lines in [
        ["", "", "", ""],
        ["conditional = true", "", "dropout = 0.3", "r2_gamma = 0.5\ninstance_noise = 0.3"],
        ["", "", "", "latent_noise = 0.2\nlayer_noise = 0.2\nfresh_latents = true"],
        ["", "", "", "discriminator_steps = 3\nobjective = \"relativistic\""],
        ["", "", "", "separate_updates = true\nl1_image = 0.5\nclip_grad_norm = 0.1"],
        ["", "", "", "r1 = \"exact\"\nfirst = \"generator\"\nalternate = \"epochs\""],
        ["", "", "", "objective = \"wasserstein\"\ngradient_penalty = 1.0\nr1_gamma = 0.0"],
        // Each pass improves the singular vectors: not one with each part once more.
        ["", "", "spectral_norm = true", "objective = \"relativistic\"\nr1_gamma = 0.0"],
        ["", "", "spectral_norm = true", "r1 = \"exact\"\ndiscriminator_steps = 3"],
    ] {
        let whole = step(lines, 0);
        assert!(whole.2.numbers().iter().any(|number| *number != 0.0), "{lines:?}");
        for micro_batch in [2, 3, 6, 12] {
            let found = step(lines, micro_batch);
            for (found, expected) in [(&found.0, &whole.0), (&found.1, &whole.1)] {
                let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
                assert!(worst.fold(0.0, f64::max) < 1e-6, "{micro_batch}: {lines:?}");
            }
            let (found, expected) = (found.2.numbers(), whole.2.numbers());
            let same = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
            assert!(same, "{micro_batch}: {lines:?}: {found:?}, expected {expected:?}");
        }
    }
}

/// A batch of six in two and in three parts. Where a network is normalized, each part is so by
/// itself, in the reference too.
#[test]
fn a_step_in_parts_adds_up_what_each_part_says() {
    for part in [2, 3] {
        let line = |more: &str| format!("micro_batch = {part}\n{more}");
        let exact = "r1 = \"exact\"\nr1_gamma = 0.7\nr2_gamma = 0.4";
        let lipschitz = "objective = \"wasserstein\"\ngradient_penalty = 10.0\nr1_gamma = 0.0";
        for more in [
            "r1_gamma = 0.7\nr2_gamma = 0.4",
            exact,
            lipschitz,
            "objective = \"relativistic\"\nfresh_latents = true",
            "first = \"generator\"\nlabel_smoothing = 0.1",
        ] {
            check_step(&config(["", "", "", &line(more)]));
        }
        let norm = "batch_norm = true";
        check_step(&config(["conditional = true", norm, "", &line("r1_gamma = 0.7")]));
    }
    // Of a seed whose units all vary over three rows: dividing by little magnifies roundings.
    for norm in ["batch_norm = true", "batch_norm = true\nactivation = \"tanh\""] {
        let lines = ["conditional = true", "", norm, "micro_batch = 3\nr1_gamma = 0.0"];
        check_step(&Config { seed: 5, ..config(lines) });
    }
}

/// Statistics of a part are not those of the batch: with batch normalization it is another recipe,
/// by more than the roundings above.
#[test]
fn normalization_is_by_each_part() {
    let lines = ["", "batch_norm = true", "", ""];
    let (whole, parts) = (step(lines, 0), step(lines, 3));
    let worst = whole.0.iter().zip(&parts.0).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst > 1e-5, "{worst}");
}

/// Runs in parts go on from their checkpoints like others.
#[test]
fn a_run_in_parts_goes_on_to_the_very_weights() {
    let mut config = config(["conditional = true", "batch_norm = true", "", ""]);
    config.training.micro_batch = 3;
    let (mut whole, mut stopped) = (trainer(&config), trainer(&config));
    for _ in 0..4 {
        whole.step().unwrap();
    }
    for _ in 0..2 {
        stopped.step().unwrap();
    }
    let bytes = checkpoint::bytes(&config, &stopped.state, stopped.run_data()).unwrap();
    let read = checkpoint::of_bytes(&bytes, &config, &Device::flex()).unwrap();
    let shape = stopped.shape;
    let mut resumed =
        Trainer::new(config.clone(), &Device::flex(), data(), shape, read.state).unwrap();
    for _ in 0..2 {
        resumed.step().unwrap();
    }
    assert!(tensors(&resumed.state) == tensors(&whole.state));
}

#[test]
fn parts_that_are_not_equal_and_what_is_no_mean_are_refused() {
    for (micro_batch, more, expected) in [
        (1, "", "training.micro_batch: expected 0, or a number from 2 on that divides"),
        (4, "", "training.batch (6), found 4"),
        (12, "", "training.batch (6), found 12"),
        (3, "shards = 2", "training.micro_batch: 3 goes with training.shards 1 only (found 2)"),
        (3, "feature_matching = 1.0", "training.micro_batch: 3 does not go with training.feat"),
    ] {
        let mut config = config(["", "", "", more]);
        config.training.micro_batch = micro_batch;
        let error = config.check().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
