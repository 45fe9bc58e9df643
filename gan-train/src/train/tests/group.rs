//! Devices that share a batch. A test has no second GPU: here each is the CPU, once by the portable
//! bodies that GPUs run, and once by its own loops.

use super::*;
use crate::ranks::Ranks;
use crate::ranks::tests::together;
use crate::ranks::threads::Sums;
use crate::train::group::Group;

/// Two steps of a rank by the portable bodies: all numbers, and the losses.
fn portable_steps(config: &Config, ranks: Ranks) -> (Vec<f64>, Vec<f64>, Losses) {
    FORCED.set(true);
    let mut trainer = trainer(config);
    trainer.share(ranks);
    trainer.step().unwrap();
    let losses = trainer.step().unwrap();
    FORCED.set(false);
    (numbers(&trainer.state.generator), numbers(&trainer.state.discriminator), losses)
}

/// Expected values: those of one device with the whole batch, from which sums in another order
/// differ by roundings. SGD's step is as long as the gradient, so that it hides no fault.
#[test]
fn devices_that_share_a_batch_make_the_step_of_one() {
    let sgd = "optimizer = \"sgd\"\nlr = 0.1\nbeta1 = 0.0";
    for (top, generator, discriminator, training) in [
        ("", "", "", "r2_gamma = 0.5"),
        ("conditional = true", "batch_norm = true", "dropout = 0.3", "instance_noise = 0.3"),
        ("conditional = true", "batch_norm = true\nactivation = \"gelu\"", "", ""),
        ("conditional = true", "", "batch_norm = true", "r1_gamma = 0.0"),
        ("", "", "", "objective = \"relativistic\"\nl1_image = 0.5\nfirst = \"generator\""),
    ] {
        let training = format!("{sgd}\n{training}");
        let mut config = config([top, generator, discriminator, &training]);
        config.training.batch = 12;
        let whole = portable_steps(&config, Ranks::ALONE);
        for count in [2, 4] {
            config.training.shards = count;
            config.check().unwrap();
            let all = together(count, |ranks| portable_steps(&config, ranks));
            for found in &all {
                for (found, expected) in [(&found.0, &whole.0), (&found.1, &whole.1)] {
                    let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
                    let worst = worst.fold(0.0, f64::max);
                    assert!(worst < 3e-6, "{count} devices, off by {worst}: {training}");
                }
                let (numbers, expected) = (found.2.numbers(), whole.2.numbers());
                let same = numbers.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5);
                assert!(same, "{numbers:?}, expected {expected:?}");
                // The devices' own copies of the networks must not drift apart.
                assert_eq!((&found.0, &found.1), (&all[0].0, &all[0].1), "{count} devices");
            }
        }
    }
}

/// Ends the tests: a thread that panics here would leave the others waiting.
fn failed(error: Option<anyhow::Error>) -> ! {
    eprintln!("a device failed: {error:?}");
    std::process::exit(1)
}

/// Expected values: the bits of one process with as many shards. The same group trains twice.
#[test]
fn a_group_of_devices_follows_its_first() {
    let mut config = config(["conditional = true", "batch_norm = true", "", ""]);
    (config.training.batch, config.training.shards) = (12, 4);
    let mut alone = trainer(&config);
    for _ in 0..4 {
        alone.step().unwrap();
    }
    for count in [1, 2, 4] {
        let group = Group::start(&vec![Device::flex(); count], Sums::OnHost, failed);
        assert_eq!((group.ranks().count(), group.ranks().rank()), (count, 0));
        for _ in 0..2 {
            let mut trainer = trainer(&config);
            trainer.step().unwrap();
            trainer.lead(group.ranks()).unwrap();
            for _ in 0..3 {
                trainer.step().unwrap();
            }
            trainer.dismiss();
            assert!(tensors(&trainer.state) == tensors(&alone.state), "{count}");
        }
        group.finish();
    }
}
