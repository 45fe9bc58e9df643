//! A step against its formulas in naive f64, gradients by finite differences; then what a run of
//! steps keeps to.

mod reference;

use super::batch::Batches;
use super::{Losses, Shape, State, Trainer};
use crate::config::{Config, Network, Objective};
use crate::data::Split;
use crate::nn::backend::Backend;
use crate::nn::network::Mode;
use crate::penalty;
use crate::random::{Purpose, stream};
use burn::prelude::Device;
use gan_tools::images::Images;
use reference::{
    beside, differentiate, discriminator_loss, forward, generator_loss, numbers, rows,
};

const BATCH: usize = 6;

/// A small configuration; the lines are added to the whole file, the generator's, the
/// discriminator's and the training's table.
fn config(lines: [&str; 4]) -> Config {
    let [top, generator, discriminator, training] = lines;
    let text = format!(
        "name = \"test\"\nseed = 3\n{top}\n\
         [generator]\nlatent = 3\nhidden = [5, 4]\n{generator}\n\
         [discriminator]\nhidden = [7, 5]\n{discriminator}\n\
         [training]\nbatch = {BATCH}\nsteps = 10\nr1_sigma = 0.3\n{training}\n"
    );
    let config: Config = toml::from_str(&text).unwrap();
    config.check().unwrap();
    config
}

fn data() -> Split {
    let pixels = (0..4 * 20u32).map(|index| (index * 97 % 251) as u8).collect();
    let labels = (0..20u8).map(|index| index % 3).collect();
    Split { images: Images { count: 20, width: 2, height: 2, pixels }, labels: Some(labels) }
}

fn trainer(config: &Config) -> Trainer {
    let shape = Shape::of(config, &data()).unwrap();
    Trainer::new(config.clone(), Backend::Flex, data(), shape, State::new(config, shape)).unwrap()
}

/// After the first step, Adam's first moment is `(1 - beta1)` times the gradient.
fn assert_gradient(name: &str, moments: &[Vec<f32>], beta1: f64, expected: &[f64]) {
    let found: Vec<f64> =
        moments.iter().flatten().map(|&moment| f64::from(moment) / (1.0 - beta1)).collect();
    assert_eq!(found.len(), expected.len());
    // f32 sums of a few dozen terms of size 1; those of the exact penalties are larger.
    let largest = expected.iter().fold(1.0f64, |largest, g| largest.max(g.abs()));
    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(worst < 3e-6 * largest, "{name}: gradient is off by {worst} of {largest}");
    assert!(expected.iter().any(|g| g.abs() > 1e-4), "{name}: the test's gradient vanishes");
}

/// Makes the first step of `config` and compares losses, both gradients and the average with the
/// reference.
fn check_step(config: &Config) {
    let name = toml::to_string(&config.training).unwrap();
    let mut trainer = trainer(config);
    let (training, spectral) = (&config.training, config.discriminator.spectral_norm);
    // Power iteration has to arrive before it can be compared with the singular value.
    (0..2000).for_each(|_| trainer.state.discriminator.iterate());
    let mut before = trainer.state.clone();
    let exact = before.generator.params.clone();
    if let Some(rounded) = &trainer.rounded {
        // What passes see, and where their gradients are taken.
        before.generator = rounded.clone();
    }
    let batch = Batches::new(config, data(), trainer.shape.classes).batch(0);
    let losses = trainer.step().unwrap();
    let after = &trainer.state;

    // The same random numbers, as images in f64.
    let mode = Mode { groups: 1, dropout: None };
    let fake = before.generator.forward(batch.latents.clone(), mode, &Device::flex());
    let mut rng = stream(config.seed, Purpose::Noise, 0);
    let moved = penalty::moved(training, [&batch.real, fake.output()], &mut rng);
    let mut points = penalty::exact(training, [&batch.real, fake.output()], &mut rng);
    let mut moved = moved.iter().map(|moved| rows(&moved.images));
    let finite = |gamma: f64| gamma > 0.0 && training.r1 == crate::config::R1::FiniteDifference;
    let (labels, latents) = (rows(&batch.labels), rows(&batch.latents));
    let images = reference::Images {
        real: rows(&batch.real),
        fake: forward(&before.generator, &numbers(&before.generator), &latents, false),
        moved: [training.r1_gamma, training.r2_gamma]
            .map(|gamma| finite(gamma).then(|| moved.next().unwrap())),
        between: (training.gradient_penalty > 0.0).then(|| rows(&points.pop().unwrap().images)),
        labels,
    };

    let d_loss =
        |d: &[f64]| discriminator_loss(&before.discriminator, d, training, &images, spectral);
    let (loss, penalty) = d_loss(&numbers(&before.discriminator));
    assert!((losses.discriminator - loss).abs() < 1e-5, "{name}: {} {loss}", losses.discriminator);
    assert!(
        (losses.penalty - penalty).abs() < 1e-5 * penalty.max(1.0),
        "{name}: {} {penalty}",
        losses.penalty
    );
    let expected = differentiate(&numbers(&before.discriminator), |d| {
        let (loss, penalty) = d_loss(d);
        loss + penalty
    });
    assert_gradient(
        &format!("D {name}"),
        &after.discriminator_optimizer.first,
        training.beta1,
        &expected,
    );

    // The generator is updated against the discriminator of after its own update, or of before.
    let judge = if training.first == Network::Generator {
        &before.discriminator
    } else {
        &after.discriminator
    };
    let logits = |images: &reference::Rows, labels| -> Vec<f64> {
        forward(judge, &numbers(judge), &beside(images, labels), spectral)
            .into_iter()
            .map(|row| row[0])
            .collect()
    };
    let real = logits(&images.real, &images.labels);
    let g_loss = |g: &[f64]| {
        generator_loss(
            training.objective,
            &real,
            &logits(&forward(&before.generator, g, &latents, false), &images.labels),
        )
    };
    let expected = g_loss(&numbers(&before.generator));
    if !spectral {
        // With it the updated weights' singular value is one power iteration behind.
        assert!(
            (losses.generator - expected).abs() < 1e-5,
            "{name}: {} {expected}",
            losses.generator
        );
        let expected = differentiate(&numbers(&before.generator), g_loss);
        assert_gradient(
            &format!("G {name}"),
            &after.generator_optimizer.first,
            training.beta1,
            &expected,
        );
    }

    // The average's first step: decay (1 + 0) / (10 + 0).
    for ((average, new), old) in after.average.iter().zip(&after.generator.params).zip(&exact) {
        for ((average, new), old) in average.values.iter().zip(&new.values).zip(&old.values) {
            assert!((average - (0.1 * old + 0.9 * new)).abs() < 1e-6);
        }
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
    check_step(&config(["", "", "", "objective = \"wasserstein\"\nclip = 10.0\nr1_gamma = 0.0"]));
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
    check_step(&config(["", "", "spectral_norm = true", "objective = \"hinge\"\nr1_gamma = 0.0"]));
    check_step(&config(["", "", "", "first = \"generator\""]));
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

/// Rounded weights are what the images are made of, and exact ones what their gradients change.
#[test]
fn a_step_follows_rounded_weights() {
    for (group, conditional) in [(16, ""), (32, "conditional = true")] {
        let config =
            config([conditional, "", "", &format!("weight_bits = 4\nweight_group = {group}")]);
        check_step(&config);
        let mut trainer = trainer(&config);
        for _ in 0..3 {
            let rounded = trainer.rounded.clone().unwrap().params;
            assert_eq!(
                rounded[0].values, trainer.state.generator.params[0].values,
                "the first layer keeps its bits"
            );
            for layer in [2, 4] {
                let (exact, rounded) =
                    (&trainer.state.generator.params[layer].values, &rounded[layer].values);
                assert_ne!(exact, rounded);
                assert!(
                    exact.iter().zip(rounded).all(|(exact, rounded)| (exact - rounded).abs() < 0.1)
                );
            }
            trainer.step().unwrap();
            assert_ne!(trainer.rounded.as_ref().unwrap().params, rounded, "rounded anew");
        }
        // The generator that is evaluated and quantized is rounded, and its blob has the very
        // weights.
        let float = crate::export::float::FloatGenerator::of(&trainer);
        let once = crate::nn::rounding::network(
            &config,
            &trainer.state.generator.with_params(trainer.state.average.clone()),
        )
        .unwrap();
        assert_eq!(float.layers[1].weights, once.params[2].values);
    }
}

/// Noise and smaller things that have no reference of their own: resuming must not change a step.
#[test]
fn a_run_resumed_from_its_checkpoint_makes_the_very_steps() {
    let folder = std::env::temp_dir().join(format!("gan-train-resume-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for lines in [
        "instance_noise = 0.2",
        "discriminator_steps = 3",
        "first = \"generator\"",
        "alternate = \"epochs\"",
        "optimizer = \"sgd\"\nbeta1 = 0.9",
        "optimizer = \"rmsprop\"",
        "weight_bits = 4",
    ] {
        let config = config(["", "dropout = 0.2", "dropout = 0.3\nspectral_norm = true", lines]);
        let mut whole = trainer(&config);
        let losses: Vec<Losses> = (0..9).map(|_| whole.step().unwrap()).collect();
        let mut first = trainer(&config);
        // With epochs of three steps, in the middle of the generator's.
        for _ in 0..4 {
            first.step().unwrap();
        }
        first.save(&folder).unwrap();
        let state = super::checkpoint::load(&folder, &config).unwrap().state;
        let mut second =
            Trainer::new(config.clone(), Backend::Flex, data(), first.shape, state).unwrap();
        let more: Vec<Losses> = (0..5).map(|_| second.step().unwrap()).collect();
        assert_eq!(whole.state, second.state, "{lines}");
        assert_eq!(losses[4..], more, "{lines}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn instance_noise_falls_to_nothing() {
    let config = config(["", "", "", "instance_noise = 0.5"]);
    assert_eq!([0, 5, 10].map(|step| config.training.noise(step)), [0.5, 0.25, 0.0]);
    let without = config.clone();
    let quiet = Config {
        training: crate::config::TrainingConfig { instance_noise: 0.0, ..without.training.clone() },
        ..without
    };
    assert_ne!(trainer(&config).step().unwrap(), trainer(&quiet).step().unwrap());
}

#[test]
fn networks_take_turns_as_configured() {
    // 20 images, batches of 6: 3 in an epoch.
    let mut trainer = trainer(&config(["", "", "", "alternate = \"epochs\""]));
    let mut updated = Vec::new();
    for _ in 0..9 {
        let (d, g) = (trainer.state.discriminator.clone(), trainer.state.generator.clone());
        trainer.step().unwrap();
        updated.push((trainer.state.discriminator != d, trainer.state.generator != g));
    }
    let (d, g) = ((true, false), (false, true));
    assert_eq!(updated, [d, d, d, g, g, g, d, d, d]);
    assert_eq!(
        [3, 7, 9].map(|steps| trainer.updates_before(Network::Discriminator, steps)),
        [3, 4, 6]
    );
    assert_eq!([3, 7, 9].map(|steps| trainer.updates_before(Network::Generator, steps)), [0, 3, 3]);

    let steps = self::trainer(&config(["", "", "", "discriminator_steps = 3"]));
    assert_eq!(steps.updates_before(Network::Discriminator, 5), 15);
    assert_eq!(steps.updates_before(Network::Generator, 5), 5);
}

#[test]
fn the_rate_is_constant_then_falls() {
    let config = config(["", "", "", "rate = 0.01\ngenerator_rate = 0.03"]);
    let rates = |network| [0, 5, 10].map(|step| trainer(&config).rate(network, step));
    for (network, start) in [(Network::Discriminator, 0.01), (Network::Generator, 0.03)] {
        let found = rates(network);
        assert_eq!(found[..2], [start, start]);
        assert!((found[2] - 0.02 * start).abs() < 1e-12);
    }
}

#[test]
fn an_epoch_shows_every_image_at_most_once_and_in_another_order_each_time() {
    let mut batches = Batches::new(&config(["", "", "", ""]), data(), 3);
    let in_epoch = batches.in_epoch();
    assert_eq!(in_epoch, 3);
    let mut epoch = |first: u64| -> Vec<Vec<u32>> {
        let real = (first..first + in_epoch).flat_map(|index| rows(&batches.batch(index).real));
        real.map(|row| row.iter().map(|&value| (value * 255.0).round() as u32).collect()).collect()
    };
    let (first, second) = (epoch(0), epoch(in_epoch));
    assert_ne!(first, second);
    for mut shown in [first.clone(), second] {
        shown.sort();
        shown.dedup();
        assert_eq!(shown.len(), 18, "an image was shown twice in an epoch");
    }
    // A batch depends on nothing but its number, so a resumed run sees what an uninterrupted one
    // would.
    assert_eq!(epoch(0), first);
}

#[test]
fn a_loss_that_is_not_finite_names_the_step() {
    let mut trainer = trainer(&config(["", "", "", ""]));
    trainer.state.step = 7;
    trainer.state.discriminator.params[0].values[0] = f32::NAN;
    let error = trainer.step().unwrap_err().to_string();
    assert!(error.starts_with("step 8: the discriminator's loss is NaN"), "{error}");
}

#[test]
fn scores_are_probabilities_only_where_logits_are_log_odds() {
    assert_eq!(Objective::NonSaturating.score(&[0.0, 0.0]), 0.5);
    assert_eq!(Objective::Wasserstein.score(&[3.0, 5.0]), 4.0);
}
