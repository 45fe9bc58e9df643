//! A batch cut into shards: the same bits for any number of processes that share it.

use super::*;
use crate::config::Objective;
use crate::loss::Published;
use crate::ranks::Ranks;
use crate::ranks::tests::together;
use crate::ranks::threads::{self, Sums};
use crate::train::together::{follow, release};

/// What five steps of a rank come to.
fn five_steps(config: &Config, ranks: Ranks) -> (Vec<HostParam>, Vec<Losses>) {
    let mut trainer = trainer(config);
    trainer.share(ranks);
    let losses = (0..5).map(|_| trainer.step().unwrap()).collect();
    (tensors(&trainer.state), losses)
}

/// Runs of the recipe by 1, 2 and 4 ranks, which all ranks come out of with the same bits.
fn check_ranks(lines: [&str; 4]) {
    let mut config = config(lines);
    // Three rows in a shard: parts of vectors on every CPU.
    (config.training.batch, config.training.shards) = (12, 4);
    config.check().unwrap();
    let alone = five_steps(&config, Ranks::ALONE);
    for count in [2, 4] {
        for (rank, found) in together(count, |ranks| five_steps(&config, ranks)).iter().enumerate()
        {
            assert_eq!(found.1, alone.1, "losses of rank {rank} of {count}: {lines:?}");
            for (found, expected) in found.0.iter().zip(&alone.0) {
                assert!(found == expected, "{} of {rank}/{count}: {lines:?}", found.name);
            }
        }
    }
    // Another tree is another sum: else there would be nothing to compare.
    config.training.shards = 1;
    assert!(five_steps(&config, Ranks::ALONE).0 != alone.0, "{lines:?}");
}

#[test]
fn any_number_of_ranks_makes_the_very_steps() {
    for training in [
        "",
        "first = \"generator\"\nfresh_latents = true",
        "discriminator_steps = 2\ninstance_noise = 0.2\nlatent_noise = 0.1\nlayer_noise = 0.1",
        "objective = \"relativistic\"\nr2_gamma = 0.5",
        "objective = \"least_squares\"\nl1_image = 0.5\nclip_grad_norm = 0.1",
        "alternate = \"epochs\"\noptimizer = \"rmsprop\"",
        "optimizer = \"lion\"\nema_decay = 0.0\nweight_clip = 0.05",
    ] {
        check_ranks(["", "batch_norm = true", "", training]);
        check_ranks(["conditional = true", "", "", training]);
    }
    check_ranks(["", "", "", "weight_bits = 4"]);
}

#[test]
fn every_kind_of_layer_is_summed_by_shards() {
    for act in ["relu", "leaky_relu", "elu", "selu", "softplus", "gelu", "silu"] {
        let act = format!("activation = \"{act}\"");
        let norm = format!("{act}\nbatch_norm = true\ndropout = 0.2");
        check_ranks(["", &norm, &act, ""]);
    }
    let conditional = "conditional = true";
    check_ranks([conditional, "", "batch_norm = true\ndropout = 0.3", "r2_gamma = 1.0"]);
    check_ranks([conditional, "batch_norm = true", "spectral_norm = true", ""]);
}

/// As gan-train-mpi does it: rank 0 leads a run that is under way, and ends it.
#[test]
fn rank_0_leads_and_the_others_follow() {
    let mut config = config(["conditional = true", "batch_norm = true", "", ""]);
    (config.training.batch, config.training.shards) = (12, 4);
    let mut alone = trainer(&config);
    for _ in 0..5 {
        alone.step().unwrap();
    }
    for count in [2, 4] {
        let led = together(count, |ranks| {
            if ranks.rank() > 0 {
                // The last rank is asked to stop: rank 0 hears of it at the next step.
                follow(&ranks, &Device::flex(), || ranks.rank() + 1 == count).unwrap();
                return None;
            }
            let mut trainer = trainer(&config);
            trainer.step().unwrap();
            trainer.step().unwrap();
            trainer.lead(&ranks).unwrap();
            assert!(!trainer.asked_to_stop());
            for _ in 0..3 {
                trainer.step().unwrap();
            }
            let asked = trainer.asked_to_stop();
            trainer.dismiss();
            release(&ranks);
            Some((tensors(&trainer.state), trainer.state.losses, asked))
        });
        let (found, losses, asked) = led.into_iter().flatten().next().unwrap();
        assert!(found == tensors(&alone.state) && losses == alone.state.losses, "{count}");
        assert!(asked, "{count}");
    }
}

#[test]
fn more_ranks_than_shards_are_refused() {
    let config = config(["", "", "", "shards = 2"]);
    let refused = |count| {
        let ranks = threads::ranks(count, Sums::OnHost).remove(0);
        trainer(&config).lead(&ranks).unwrap_err().to_string()
    };
    for (count, advice) in [(3, "ranks are 1, 2, 4, 8 ..."), (4, "training.shards=4")] {
        let expected = format!("training.shards: 2 for {count} ranks");
        let error = refused(count);
        assert!(error.starts_with(&expected), "{error}");
        assert!(error.contains(advice), "{error}");
    }
}

/// The others would train by the configuration's objective.
#[test]
fn losses_of_ones_own_are_for_one_rank() {
    let config = config(["", "", "", "shards = 2"]);
    let own = Published { objective: Objective::Hinge, smoothing: 0.0 };
    let ranks = threads::ranks(2, Sums::OnHost).remove(0);
    let error = trainer(&config).with_loss(own).lead(&ranks).unwrap_err().to_string();
    assert_eq!(error, "losses of your own are for one rank (found 2)");
}

/// Expected values: those of one shard. Sums in another order differ by roundings; Adam's first
/// step, whose size is the same for every gradient, would hide larger faults.
#[test]
fn shards_are_another_rounding_and_nothing_else() {
    let step = |shards| {
        let mut config = config(["", "batch_norm = true", "", "optimizer = \"sgd\"\nlr = 0.1"]);
        (config.training.batch, config.training.shards) = (12, shards);
        let mut trainer = trainer(&config);
        let losses = trainer.step().unwrap();
        (numbers(&trainer.state.generator), numbers(&trainer.state.discriminator), losses)
    };
    let whole = step(1);
    for shards in [2, 4] {
        let found = step(shards);
        for (found, expected) in [(&found.0, &whole.0), (&found.1, &whole.1)] {
            let worst = found.iter().zip(expected).map(|(a, b)| (a - b).abs());
            assert!(worst.fold(0.0, f64::max) < 1e-6, "{shards}");
        }
        let (found, expected) = (found.2.numbers(), whole.2.numbers());
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-5), "{found:?}");
    }
}
