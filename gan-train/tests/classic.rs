//! The recipes of the five tutorials, number by number.
//!
//! The expected values are the tutorials' own. Fields that a tutorial leaves open are not here:
//! the presets' comments and docs/training.md say what was taken.

use gan_train::config::{
    Alternate, Config, HiddenActivation, Network, Objective, OptimizerKind, OutputActivation,
    Recipe, TrainingConfig,
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
    let TrainingConfig { weight_clip, label_smoothing, instance_noise, latent_noise, .. } =
        config.training;
    assert_eq!([weight_clip, label_smoothing, instance_noise, latent_noise], [0.0; 4]);
    assert_eq!((config.training.layer_noise, config.training.discriminator_steps), (0.0, 1));
    let layers = [config.generator.layers(), config.discriminator.layers()].concat();
    assert!(layers.iter().all(|layer| !layer.batch_norm && layer.dropout == 0.0));
    assert!(!config.discriminator.spectral_norm);
    assert_eq!(config.training.lr_factor(config.training.steps - 1), 1.0, "the rate stays");
    assert!(!config.conditional && !config.generator.batch_norm);
}

/// The activations of the hidden layers of both networks.
fn activations(config: &Config) -> [String; 2] {
    let of = |layers: Vec<gan_train::config::LayerConfig>| match layers[0].activation {
        HiddenActivation::LeakyRelu => format!("leaky ReLU {}", layers[0].slope),
        other => format!("{other:?}"),
    };
    [of(config.generator.layers()), of(config.discriminator.layers())]
}

/// Whether the discriminator's updates are apart, and the generator's latents its own.
fn updates(config: &Config) -> (bool, bool) {
    (config.training.separate_updates, config.training.fresh_latents)
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
    assert_eq!(activations(&config), ["Relu", "leaky ReLU 0.2"]);
    assert_eq!(updates(&config), (false, false));
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
    assert_eq!(activations(&config), ["leaky ReLU 0.2", "leaky ReLU 0.2"]);
    assert_eq!(updates(&config), (false, false));
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
    assert_eq!(activations(&config), ["Relu", "leaky ReLU 0.2"]);
    assert_eq!(updates(&config), (false, false));
}

#[test]
fn tutorial_003() {
    let config = classic("compact");
    let training = &config.training;
    assert_plain(&config);
    assert_eq!(sizes(&config), (100, vec![128, 128], vec![128, 128]));
    assert_eq!(config.generator.output, OutputActivation::Sigmoid);
    assert_eq!(training.objective, Objective::NonSaturating);
    assert_eq!((training.first, updates(&config)), (Network::Discriminator, (false, true)));
    assert_eq!(activations(&config), ["leaky ReLU 0.2", "leaky ReLU 0.2"]);
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
    assert_eq!((training.first, updates(&config)), (Network::Discriminator, (true, true)));
    assert_eq!(activations(&config), ["leaky ReLU 0.01", "leaky ReLU 0.01"]);
    assert_eq!(training.optimizer, OptimizerKind::Adam);
    assert_eq!([training.lr, training.beta1], [1e-4, 0.9]);
    // 100 epochs of the 60,000 images, in whole batches.
    assert_eq!((training.batch, training.steps), (128, 100 * (60_000 / 128)));
}
