//! A step against its formulas in naive f64, gradients by finite differences: by the loops of flex
//! and by the portable bodies of the operations.

use super::*;

/// After the first step, Adam's first moment is `(1 - beta1)` times the gradient.
fn assert_gradient(name: &str, (state, network): (&State, &str), beta1: f64, expected: &[f64]) {
    let (mlp, optimizer) = match network {
        "generator" => (&state.generator, &state.generator_optimizer),
        _ => (&state.discriminator, &state.discriminator_optimizer),
    };
    let moment = |id| {
        let memory = optimizer.memory(id).unwrap().expect("an update was made");
        let first = memory.moments.into_iter().find(|moment| moment.name.ends_with("moment_1"));
        first.expect("Adam has it").values
    };
    let found: Vec<f64> =
        mlp.ids().into_iter().flat_map(moment).map(|m| f64::from(m) / (1.0 - beta1)).collect();
    assert_eq!(found.len(), expected.len());
    // f32 sums of a few dozen terms of size 1; those of the exact penalties are larger.
    let largest = expected.iter().fold(1.0f64, |largest, g| largest.max(g.abs()));
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 3e-6 * largest, "{name}: {network}'s gradient is off by {worst} of {largest}");
    assert!(expected.iter().any(|g| g.abs() > 1e-4), "{name}: the test's gradient vanishes");
}

/// Makes the first step of `config` by each kind of operations.
pub(super) fn check_step(config: &Config) {
    for portable in [false, true] {
        FORCED.set(portable);
        check_one_step(config);
        FORCED.set(false);
    }
}

/// The numbers of a network as its passes see them: rounded, if they are.
fn seen_numbers(network: &Mlp) -> Vec<f64> {
    use burn::module::Module;
    numbers(&network.clone().materialize())
}

/// Makes the first step of `config` and compares losses, both gradients and the average with the
/// reference.
fn check_one_step(config: &Config) {
    let name = toml::to_string(&config.training).unwrap();
    let mut trainer = trainer(config);
    let (training, spectral) = (&config.training, config.discriminator.spectral_norm);
    // Power iteration has to arrive before it can be compared with the singular value.
    trainer.state.discriminator.settle_spectral_norm(2000);
    let before = trainer.state.clone();
    let (g_shapes, d_shapes) = (before.generator.shapes(), before.discriminator.shapes());
    let exact = numbers(&before.generator);
    // What passes see, and where their gradients are taken.
    let g_before = seen_numbers(&before.generator);
    let d_before = numbers(&before.discriminator);
    let mut batches = Batches::new(config, data(), trainer.shape.classes, &trainer.device).unwrap();
    let batch = batches.batch(0);
    let at_a_time = training.in_pass();
    let made = batch.latents.clone().split(at_a_time, 0).into_iter();
    let made = made.map(|latents| before.generator.forward(latents, Pass::PLAIN).inner());
    let fake = Tensor::cat(made.collect(), 0);
    let losses = trainer.step().unwrap();
    let after = &trainer.state;

    // The same random numbers, as images in f64.
    let mut rng = stream(config.seed, Purpose::Noise, 0);
    let differences = Difference::of(training, fake.dims(), &mut rng, &trainer.device, &Cut::WHOLE);
    let mut points = Point::of(training, [&batch.real, &fake], &mut rng, &Cut::WHOLE);
    let mut perturbed = [None, None];
    for difference in &differences {
        let images = [&batch.real, &fake][difference.group].clone();
        perturbed[difference.group] = Some(rows(&difference.perturbed(images)));
    }
    let labels = |batch: &Batch| match &batch.labels {
        Some(labels) => rows(labels),
        None => vec![Vec::new(); BATCH],
    };
    let (labels, latents) = (labels(&batch), rows(&batch.latents));
    let images = reference::Images {
        real: rows(&batch.real),
        fake: forward_in_parts(&g_shapes, &g_before, &latents, false, at_a_time),
        moved: perturbed,
        between: (training.gradient_penalty > 0.0).then(|| rows(&points.pop().unwrap().images)),
        labels,
    };

    let d_loss = |d: &[f64]| discriminator_loss(&d_shapes, d, training, &images, spectral);
    let (loss, penalty) = d_loss(&d_before);
    assert!((losses.discriminator - loss).abs() < 1e-5, "{name}: {} {loss}", losses.discriminator);
    assert!(
        (losses.penalty - penalty).abs() < 1e-5 * penalty.max(1.0),
        "{name}: {} {penalty}",
        losses.penalty
    );
    let expected = differentiate(&d_before, |d| {
        let (loss, penalty) = d_loss(d);
        loss + penalty
    });
    assert_gradient(&name, (after, "discriminator"), training.beta1, &expected);

    // The generator is updated against the discriminator of after its own update, or of before.
    let generator_first = training.first == Network::Generator;
    let judge = if generator_first { d_before } else { numbers(&after.discriminator) };
    let logits = |images: &Rows, labels| -> Vec<f64> {
        let images = beside(images, labels);
        let outputs = forward_in_parts(&d_shapes, &judge, &images, spectral, at_a_time);
        outputs.into_iter().map(|row| row[0]).collect()
    };
    let real = logits(&images.real, &images.labels);
    let latents = match training.fresh_latents {
        true => rows(&batches.fresh_latents(&batch)),
        false => latents,
    };
    let g_loss = |g: &[f64]| {
        let fake = forward_in_parts(&g_shapes, g, &latents, false, at_a_time);
        generator_loss(training.objective, &real, &logits(&fake, &images.labels))
    };
    let expected = g_loss(&g_before);
    assert!((losses.generator - expected).abs() < 1e-5, "{name}: {} {expected}", losses.generator);
    let expected = differentiate(&g_before, g_loss);
    assert_gradient(&name, (after, "generator"), training.beta1, &expected);

    // The average's first step: decay (1 + 0) / (10 + 0).
    let new = numbers(&after.generator);
    let average = numbers(after.average.as_ref().unwrap());
    for ((average, new), old) in average.iter().zip(&new).zip(&exact) {
        assert!((average - (0.1 * old + 0.9 * new)).abs() < 1e-6);
    }
}

#[test]
fn a_step_follows_every_objective() {
    for objective in ["minimax", "non_saturating", "least_squares", "hinge", "relativistic"] {
        check_step(&config(["", "", "", &format!("objective = \"{objective}\"\nr1_gamma = 0.0")]));
        check_step(&config([
            "conditional = true",
            "batch_norm = true",
            "",
            &format!("objective = \"{objective}\"\nr1_gamma = 0.7"),
        ]));
    }
    check_step(&config([
        "",
        "",
        "",
        "objective = \"wasserstein\"\nweight_clip = 10.0\nr1_gamma = 0.0",
    ]));
    check_step(&config(["", "", "", "label_smoothing = 0.1"]));
    check_step(&config(["", "", "", "label_smoothing = 0.2\nobjective = \"least_squares\""]));
}

#[test]
fn a_step_follows_every_network() {
    check_step(&config([
        "conditional = true",
        "output = \"tanh\"\nactivation = \"relu\"",
        "slope = 0.01",
        "",
    ]));
    check_step(&config([
        "",
        "activation = \"tanh\"\nbatch_norm = true",
        "activation = \"tanh\"",
        "",
    ]));
    check_step(&config(["conditional = true", "", "batch_norm = true", "r1_gamma = 0.0"]));
    // One power iteration follows the weights only if they move little.
    let hinge = "objective = \"hinge\"\nr1_gamma = 0.0\nlr = 1e-6";
    check_step(&config(["", "", "spectral_norm = true", hinge]));
    check_step(&config(["", "", "", "first = \"generator\""]));
    check_step(&config(["conditional = true", "", "", "fresh_latents = true"]));
    check_step(&config(["", "", "", "first = \"generator\"\nfresh_latents = true"]));
}

#[test]
fn a_step_follows_every_penalty() {
    for conditional in ["", "conditional = true"] {
        check_step(&config([conditional, "", "", "r1_gamma = 0.7\nr2_gamma = 0.4"]));
        check_step(&config([
            conditional,
            "",
            "",
            "r1 = \"exact\"\nr1_gamma = 0.7\nr2_gamma = 0.4",
        ]));
        check_step(&config([
            conditional,
            "",
            "activation = \"relu\"",
            "r1 = \"exact\"\nr1_gamma = 3.0",
        ]));
        check_step(&config([
            conditional,
            "",
            "",
            "objective = \"wasserstein\"\ngradient_penalty = 10.0\nr1_gamma = 0.0",
        ]));
    }
}

#[test]
fn a_step_follows_every_activation() {
    for act in ["sigmoid", "elu", "selu", "gelu", "softplus", "silu"] {
        let act = format!("activation = \"{act}\"");
        check_step(&config(["", &act, &act, "r1_gamma = 0.7"]));
        check_step(&config(["conditional = true", &format!("{act}\nbatch_norm = true"), &act, ""]));
    }
}

/// The exact penalties are second derivatives.
#[test]
fn exact_penalties_follow_every_discriminator() {
    let exact = "r1 = \"exact\"\nr1_gamma = 0.7";
    for act in ["tanh", "sigmoid", "elu", "gelu", "softplus", "silu"] {
        check_step(&config(["conditional = true", "", &format!("activation = \"{act}\""), exact]));
    }
    // Without kinks, which the reference's finite differences would step over, and with labels,
    // so that no unit varies so little that its division by that magnifies f32's rounding.
    let smooth = "batch_norm = true\nactivation = \"tanh\"";
    check_step(&config(["conditional = true", "", smooth, exact]));
    let lipschitz = "objective = \"wasserstein\"\ngradient_penalty = 10.0\nr1_gamma = 0.0";
    check_step(&config(["", "", "activation = \"tanh\"", lipschitz]));
    let slow = format!("{exact}\nlr = 1e-6");
    check_step(&config(["", "", "spectral_norm = true", &slow]));
}

/// Rounded weights are what the images are made of, and exact ones what their gradients change.
#[test]
fn a_step_follows_rounded_weights() {
    for (group, conditional) in [(16, ""), (32, "conditional = true")] {
        let config =
            config([conditional, "", "", &format!("weight_bits = 4\nweight_group = {group}")]);
        check_step(&config);
        let mut trainer = trainer(&config);
        for _ in 0..3 {
            let seen = |trainer: &Trainer| {
                use burn::module::Module;
                trainer.state.generator.clone().materialize().params()
            };
            let (exact, rounded) = (trainer.state.generator.params(), seen(&trainer));
            assert_eq!(rounded[0].values, exact[0].values, "the first layer keeps its bits");
            for layer in [2, 4] {
                let (exact, rounded) = (&exact[layer].values, &rounded[layer].values);
                assert_ne!(exact, rounded);
                let mut pairs = exact.iter().zip(rounded);
                assert!(pairs.all(|(exact, rounded)| (exact - rounded).abs() < 0.1));
            }
            trainer.step().unwrap();
            assert_ne!(seen(&trainer), rounded, "rounded anew");
        }
    }
}

/// One line of configuration each; the expected values are the loss's definition in f64.
#[test]
fn the_generator_can_be_drawn_to_images_and_to_features() {
    let plain = config(["", "", "", "r1_gamma = 0.0\nfirst = \"generator\""]);
    let mut without = trainer(&plain);
    let batch = Batches::new(&plain, data(), 0, &without.device).unwrap().batch(0);
    let fake = without.state.generator.forward(batch.latents.clone(), Pass::PLAIN).inner();
    let features = |images: &Tensor<2>| {
        let judge = &without.state.discriminator;
        rows(&judge.forward_with_features(images.clone(), Pass::PLAIN).1.inner())
    };
    let mean = |rows: &Rows, column: usize| {
        rows.iter().map(|row| row[column]).sum::<f64>() / rows.len() as f64
    };
    let (of_real, of_fake) = (features(&batch.real), features(&fake));
    let squares = (0..5).map(|column| (mean(&of_real, column) - mean(&of_fake, column)).powi(2));
    let distance = squares.sum::<f64>() / 5.0;
    let pixels = rows(&fake).concat().into_iter().zip(rows(&batch.real).concat());
    let l1 = pixels.map(|(a, b)| (a - b).abs()).sum::<f64>() / (4 * BATCH) as f64;
    let base = without.step().unwrap().generator;
    for (line, expected) in
        [("l1_image = 3.0", base + 3.0 * l1), ("feature_matching = 50.0", base + 50.0 * distance)]
    {
        let lines = format!("r1_gamma = 0.0\nfirst = \"generator\"\n{line}");
        let found = trainer(&config(["", "", "", &lines])).step().unwrap().generator;
        assert!((found - expected).abs() < 1e-5, "{line}: {found}, expected {expected}");
        assert!((found - base).abs() > 1e-3, "{line}: the test's term vanishes");
    }
}
