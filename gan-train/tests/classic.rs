//! The recipes of the five tutorials, number by number.
//!
//! The expected values are the tutorials' own. Fields that a tutorial leaves open are not here:
//! the presets' comments and docs/training.md say what was taken.

use gan_train::config::{
    Alternate, Config, Network, Objective, OptimizerKind, OutputActivation, Recipe, TrainingConfig,
};

fn classic(name: &str) -> Config {
    Config::preset(name, Recipe::Classic).unwrap()
}

fn sizes(config: &Config) -> (u16, Vec<u16>, Vec<u16>) {
    let hidden = |layers: Vec<gan_train::config::LayerConfig>| {
        layers.iter().map(|layer| layer.size).collect::<Vec<_>>()
    };
    let (g, d) = (&config.generator, &config.discriminator);
    (g.latent, hidden(g.layers()), hidden(d.layers()))
}

/// What no tutorial has.
fn assert_plain(config: &Config) {
    let TrainingConfig { r1_gamma, r2_gamma, gradient_penalty, ema_decay, validation, .. } =
        config.training;
    assert_eq!([r1_gamma, r2_gamma, gradient_penalty, ema_decay, validation], [0.0; 5]);
    assert_eq!(config.training.lr_factor(config.training.steps - 1), 1.0, "the rate stays");
    assert!(!config.conditional && !config.generator.batch_norm);
}

#[test]
fn tutorial_000() {
    let config = classic("deep");
    let training = &config.training;
    assert_plain(&config);
    assert_eq!(sizes(&config), (100, vec![256, 512, 1024], vec![512, 256, 128]));
    assert_eq!(config.generator.output, OutputActivation::Sigmoid);
    // Minimax, but the generator ascends log D.
    assert_eq!(training.objective, Objective::NonSaturating);
    assert_eq!(training.first, Network::Generator);
    assert_eq!(training.optimizer, OptimizerKind::Adam);
    assert_eq!([training.lr, training.beta1, training.beta2], [1e-3, 0.9, 0.999]);
    assert_eq!(training.steps, 100_000);
}

#[test]
fn tutorial_001() {
    let config = classic("square32");
    let training = &config.training;
    assert_plain(&config);
    assert_eq!((config.padding, sizes(&config)), (2, (100, vec![256, 512], vec![512, 256])));
    assert_eq!(config.generator.output, OutputActivation::Tanh);
    assert_eq!(training.objective, Objective::Minimax);
    assert_eq!(training.first, Network::Discriminator);
    assert_eq!((training.optimizer, training.beta1), (OptimizerKind::Sgd, 0.0));
}

#[test]
fn tutorial_002() {
    let config = classic("wide");
    let training = &config.training;
    assert_plain(&config);
    assert_eq!(sizes(&config), (100, vec![12544, 12544], vec![256]));
    assert_eq!(config.generator.output, OutputActivation::Tanh);
    assert_eq!(training.objective, Objective::NonSaturating);
    assert_eq!((training.alternate, training.first), (Alternate::Epochs, Network::Discriminator));
    assert_eq!(training.batch, 128);
    // Every 50 epochs of 468 batches, each for both networks.
    assert_eq!(training.snapshot_every, 50 * 2 * 468);
}

#[test]
fn tutorial_003() {
    let config = classic("compact");
    let training = &config.training;
    assert_plain(&config);
    assert_eq!(sizes(&config), (100, vec![128, 128], vec![128, 128]));
    assert_eq!(config.generator.output, OutputActivation::Sigmoid);
    assert_eq!(training.objective, Objective::NonSaturating);
    assert_eq!((training.first, training.fresh_latents), (Network::Discriminator, true));
    assert_eq!(training.optimizer, OptimizerKind::Adam);
    assert_eq!([training.lr, training.beta1], [2e-4, 0.9]);
    assert_eq!((training.batch, training.steps), (128, 10_000 * 128));
}

#[test]
fn tutorial_004() {
    let config = classic("single");
    let training = &config.training;
    assert_plain(&config);
    assert_eq!(sizes(&config), (100, vec![128], vec![128]));
    assert_eq!(config.generator.output, OutputActivation::Tanh);
    assert_eq!(training.objective, Objective::NonSaturating);
    assert_eq!((training.first, training.fresh_latents), (Network::Discriminator, true));
    assert!(training.separate_updates);
    assert_eq!(training.optimizer, OptimizerKind::Adam);
    assert_eq!([training.lr, training.beta1], [1e-4, 0.9]);
    // 100 epochs of the 60,000 images, in whole batches.
    assert_eq!((training.batch, training.steps), (128, 100 * (60_000 / 128)));
}
