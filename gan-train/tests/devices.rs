//! Training on devices other than flex: each must make flex's numbers but for rounding.
//!
//! `ndarray` and `wgpu` are cargo features. Without one, its device is refused with the feature's
//! name; with it, these tests train on it. `wgpu` needs a driver, and takes Mesa's software Vulkan
//! (lavapipe) where there is no GPU: `cargo xtask test` installs that.

mod common;
use common::{fail, folder, succeed};
use std::fs;
use std::path::Path;

/// Trains in `folder/name` and returns the losses of all steps. A run of few steps writes a line of
/// metrics for each.
fn losses(folder: &Path, name: &str, device: &str, steps: usize, more: &str) -> Vec<f64> {
    let train = format!("train --data digits --steps {steps} --eval-every 0 --out {name}");
    succeed(folder, &format!("{train} --device {device} {more}"));
    let config = fs::read_to_string(folder.join(name).join("config.toml")).unwrap();
    assert!(config.contains(&format!("device = \"{device}\"")), "{config}");
    let text = fs::read_to_string(folder.join(name).join("metrics.jsonl")).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let numbers = records.flat_map(|record| {
        ["d_loss", "g_loss", "penalty", "d_real", "d_fake"].map(|key| record[key].as_f64().unwrap())
    });
    numbers.collect()
}

/// Compares a device's losses with flex's for the same seed and configuration: they may differ by
/// `tolerance` of flex's.
fn check(device: &str, steps: usize, tolerance: f64, more: &str) {
    let folder = folder();
    let expected = losses(folder.path(), "flex", "flex", steps, more);
    assert_eq!(expected.len(), 5 * steps);
    let found = losses(folder.path(), "run", device, steps, more);
    assert_eq!(found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let step = index / 5 + 1;
        assert!(
            (found - expected).abs() <= tolerance * expected.abs().max(0.1),
            "step {step} {more}: {found} (flex: {expected})"
        );
    }
}

/// Compares the default recipe, which has labels, batch normalization, a finite difference by sign
/// bits and an average: the first steps closely, and with momentum many. Without momentum the
/// losses part at step 9, from 4e-7 before it to 1e-5 and more: the sign of something near 0 is up
/// to rounding, and what follows from it grows.
fn check_default_recipe(device: &str) {
    check(device, 8, 1e-5, "");
    check(device, 20, 1e-3, "--set training.beta1=0.5 --set training.beta2=0.999");
}

/// Refuses the device by the feature's name, and leaves nothing behind.
fn refused(device: &str) {
    let folder = folder();
    let parts = [format!("--device {device}"), format!("--features {device}")];
    for command in ["train --data digits", "quickstart"] {
        let arguments = format!("{command} --steps 40 --device {device} --out run");
        fail(folder.path(), &arguments, 1, &parts.each_ref().map(String::as_str));
        assert!(!folder.path().join("run").exists());
    }
}

#[test]
fn the_ndarray_device_trains_where_it_is_built_in() {
    if cfg!(feature = "ndarray") {
        check_default_recipe("ndarray");
    } else {
        refused("ndarray");
    }
}

#[test]
fn the_wgpu_device_trains_where_it_is_built_in() {
    if cfg!(feature = "wgpu") {
        check_default_recipe("wgpu");
    } else {
        refused("wgpu");
    }
}

#[cfg(feature = "wgpu")]
mod wgpu {
    use super::*;
    use burn::prelude::Device;
    use common::{command, float_blob, interrupt};
    use gan_train::config::{Config, Recipe};
    use gan_train::data;
    use gan_train::nn::device::DeviceName;
    use gan_train::ranks::threads::Sums;
    use gan_train::train::group::Group;
    use gan_train::train::splits::Splits;
    use gan_train::train::{Losses, State, Trainer};

    /// What the default recipe has not: every other activation, exact penalties, spectral
    /// normalization, dropout, other optimizers, and what is added to the generator's loss. Only a
    /// few steps, which then must agree all the better: later some unit's input lies so near to 0
    /// that rounding decides on which side of it, and from there on the runs drift apart.
    #[test]
    fn every_part_of_a_step_gives_the_numbers_of_flex() {
        let layers = |names: &[&str]| {
            let layers = names.iter().map(|name| format!("{{size=24,activation=\"{name}\"}}"));
            format!("[{}]", layers.collect::<Vec<_>>().join(","))
        };
        let curves = layers(&["tanh", "elu", "selu", "gelu"]);
        let others = layers(&["softplus", "silu", "relu", "sigmoid"]);
        for more in [
            format!("--set generator.hidden={curves} --set discriminator.hidden={others}"),
            "--set discriminator.spectral_norm=true --set discriminator.dropout=0.3 \
             --set training.l1_image=0.5 --set training.feature_matching=0.5 \
             --set training.clip_grad_norm=1.0 --set generator.l1=1e-4"
                .into(),
            "--unconditional --set training.r1=exact --set training.r2_gamma=0.1 \
             --set training.optimizer=adamw"
                .into(),
            "--set training.objective=wasserstein --set training.gradient_penalty=10 \
             --set training.r1_gamma=0 --set training.optimizer=rmsprop"
                .into(),
            "--batch 96 --micro-batch 32".into(),
        ] {
            check("wgpu", 4, 1e-5, &more);
        }
    }

    /// Ends the test: a thread that panics here would leave the others waiting.
    fn failed(error: Option<anyhow::Error>) -> ! {
        eprintln!("a device failed: {error:?}");
        std::process::exit(1)
    }

    /// The losses of some steps of the default recipe, whose batches these devices share.
    fn shared(devices: &[Device]) -> Vec<Losses> {
        let mut config = Config::preset("digits8", Recipe::Default).unwrap();
        config.training.shards = devices.len();
        let splits = Splits::new(&config, data::digits().unwrap()).unwrap();
        let (shape, images) = (splits.shape, splits.into_train());
        let state = State::new(&config, shape, &devices[0]);
        let group = Group::start(devices, Sums::OnHost, failed);
        let mut trainer = Trainer::new(config, &devices[0], images, shape, state).unwrap();
        trainer.lead(group.ranks()).unwrap();
        let losses = (0..8).map(|_| trainer.step().unwrap()).collect();
        trainer.dismiss();
        group.finish();
        losses
    }

    /// There is no second GPU here, so that two threads have the same one. Expected values: those
    /// of one thread with the whole batch.
    #[test]
    fn devices_that_share_a_batch_make_the_steps_of_one() {
        let device = DeviceName::Wgpu.open().unwrap();
        let one = shared(std::slice::from_ref(&device));
        let two = shared(&[device.clone(), device]);
        for (step, (found, expected)) in two.iter().zip(&one).enumerate() {
            let pairs = [
                (found.discriminator, expected.discriminator),
                (found.generator, expected.generator),
                (found.penalty, expected.penalty),
            ];
            for (found, expected) in pairs {
                let close = (found - expected).abs() <= 1e-5 * expected.abs().max(0.1);
                assert!(close, "step {}: {found} (one: {expected})", step + 1);
            }
        }
        assert_ne!(one.first().map(|losses| losses.generator), one.last().map(|l| l.generator));
    }

    #[test]
    fn a_resumed_run_and_the_same_seed_give_the_same_bytes() {
        let folder = folder();
        let path = folder.path();
        let train = "train --data digits --eval-every 0 --steps 40 --device wgpu";
        for name in ["whole", "again"] {
            succeed(path, &format!("{train} --out {name}"));
        }
        // An interrupted run, not a short one: the learning rate follows a run's length.
        interrupt(path, &format!("{train} --out parts"), "parts", 5);
        assert!(fs::read_to_string(path.join("parts/metrics.jsonl")).unwrap().lines().count() < 40);
        succeed(path, "train --resume parts");
        let whole = float_blob(path, "whole");
        assert_eq!(float_blob(path, "again"), whole);
        assert_eq!(float_blob(path, "parts"), whole);
    }

    /// No driver of WebGPU has a buffer of 8 GB.
    #[test]
    fn a_layer_that_no_buffer_holds_is_refused() {
        let folder = folder();
        let train = "train --data digits --device wgpu --g-hidden 45000-45000 --steps 1 --out run";
        let said = ["the largest tensor takes 8,100 MB", "make generator.hidden, discriminator.h"];
        fail(folder.path(), train, 1, &said);
        assert!(!folder.path().join("run").exists());
    }

    #[test]
    fn without_a_driver_one_sentence_says_so() {
        let folder = folder();
        let mut train = command(folder.path(), "train --data digits --device wgpu --out run");
        for name in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES", "__EGL_VENDOR_LIBRARY_FILENAMES"] {
            train.env(name, "/no/such/driver.json");
        }
        let output = train.output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{text}");
        assert!(text.contains("--device wgpu: this computer has 0 such devices"), "{text}");
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(!folder.path().join("run").exists());
    }
}
