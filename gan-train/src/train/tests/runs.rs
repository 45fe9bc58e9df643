//! What a run of steps keeps to.

use super::*;
use crate::loss::GanLoss;

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
        "optimizer = \"adamw\"",
        "optimizer = \"lion\"\nclip_grad_norm = 1.0",
        "weight_bits = 4",
        "shards = 2",
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
        let device = Device::flex();
        let state = checkpoint::load(&folder, &config, &device).unwrap().state;
        let mut second = Trainer::new(config.clone(), &device, data(), first.shape, state).unwrap();
        let more: Vec<Losses> = (0..5).map(|_| second.step().unwrap()).collect();
        assert_eq!(tensors(&whole.state), tensors(&second.state), "{lines}");
        assert_eq!(losses[4..], more, "{lines}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn instance_noise_falls_to_nothing() {
    let config = config(["", "", "", "instance_noise = 0.5"]);
    assert_eq!([0, 5, 10].map(|step| config.training.noise_left(0.5, step)), [0.5, 0.25, 0.0]);
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
        let numbers = |trainer: &Trainer| {
            (trainer.state.discriminator.params(), trainer.state.generator.params())
        };
        let (d, g) = numbers(&trainer);
        trainer.step().unwrap();
        let (new_d, new_g) = numbers(&trainer);
        updated.push((new_d != d, new_g != g));
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
    let config = config(["", "", "", "lr = 0.01\ngenerator_lr = 0.03"]);
    let rates = |network| [0, 5, 10].map(|step| trainer(&config).lr(network, step));
    for (network, start) in [(Network::Discriminator, 0.01), (Network::Generator, 0.03)] {
        let found = rates(network);
        assert_eq!(found[..2], [start, start]);
        assert!((found[2] - 0.02 * start).abs() < 1e-12);
    }
}

#[test]
fn an_epoch_shows_every_image_at_most_once_and_in_another_order_each_time() {
    let mut batches = Batches::new(&config(["", "", "", ""]), data(), 3, &Device::flex()).unwrap();
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

/// A number that is none, planted in a layer: the step and the layer are named, and no update
/// spreads it.
#[test]
fn a_weight_that_is_not_finite_names_step_and_layer() {
    for (network, at, named) in [
        (Network::Discriminator, 0, "discriminator.0.weight"),
        (Network::Discriminator, 3, "discriminator.2.bias"),
        (Network::Generator, 4, "generator.4.weight"),
    ] {
        let mut trainer = trainer(&config(["", "", "", ""]));
        trainer.state.step = 7;
        let state = &mut trainer.state;
        let mlp = match network {
            Network::Discriminator => &mut state.discriminator,
            Network::Generator => &mut state.generator,
        };
        let mut params = mlp.params();
        params[at].values[0] = f32::NAN;
        *mlp = Mlp::from_params(&mlp.shapes(), &params, &Device::flex().autodiff());
        let error = trainer.step().unwrap_err().to_string();
        assert!(error.starts_with("step 8: the discriminator's loss is NaN"), "{error}");
        assert!(error.contains(&format!(", and {named} is not finite: ")), "{error}");
    }
}

/// A loss that is a number while its derivative is none.
#[derive(Debug)]
struct Broken {
    network: Network,
}

impl Broken {
    /// Zero. The derivative of a square root is infinite there, and is multiplied by zero.
    fn zero(&self, network: Network, logits: &Tensor<2>) -> Tensor<1> {
        let factor = if network == self.network { 0.0 } else { 1.0 };
        (logits.clone().abs() * factor).sqrt().mean() * (1.0 - factor)
    }
}

impl GanLoss for Broken {
    fn discriminator(&self, real: Tensor<2>, fake: Tensor<2>) -> Tensor<1> {
        real.mean() - fake.clone().mean() + self.zero(Network::Discriminator, &fake)
    }

    fn generator(&self, _: Option<Tensor<2>>, fake: Tensor<2>) -> Tensor<1> {
        fake.clone().mean() + self.zero(Network::Generator, &fake)
    }
}

/// The loss does not show it yet: the step is the one that computed the gradient.
#[test]
fn a_gradient_that_is_not_finite_names_step_and_layer() {
    for (network, layer) in
        [(Network::Discriminator, "discriminator.4.bias"), (Network::Generator, "generator.4.bias")]
    {
        let mut trainer = trainer(&config(["", "", "", ""])).with_loss(Broken { network });
        let before = tensors(&trainer.state);
        let error = trainer.step().unwrap_err().to_string();
        let expected = format!("step 1: the gradient of {layer} is not finite: training has ");
        assert!(error.starts_with(&expected), "{error}");
        let after = tensors(&trainer.state);
        let changed = |name: &str| {
            let of = |all: &[HostParam]| -> Vec<HostParam> {
                all.iter().filter(|one| one.name.starts_with(name)).cloned().collect()
            };
            of(&before) != of(&after)
        };
        assert!(!changed("generator."), "{network:?}");
        assert_eq!(changed("discriminator."), network == Network::Generator, "{network:?}");
    }
}
