//! Training by several processes: rank 0 leads, and the others follow.
//!
//! Rank 0 is the run as everybody knows it: it reads the data, writes the folder, evaluates, and
//! decides when to stop. When it begins to train it sends the others all that a step depends on:
//! the configuration, the images and the checkpoint's bytes. From then on a step begins with one
//! exchange, by which rank 0 says whether there is one, and hears whether another rank was asked to
//! stop. So all ranks make the same steps, and no decision is made twice.

use super::{Trainer, checkpoint};
use crate::config::Config;
use crate::data::Split;
use crate::nn::cut::Cut;
use crate::nn::device::is_flex;
use crate::nn::known_answer;
use crate::nn::ops::over_ranks;
use crate::ranks::Ranks;
use crate::train::checkpoint::Checkpoint;
use anyhow::{Context, Result, ensure};
use burn::prelude::*;
use burn::tensor::TensorData;
use gan_tools::images::Images;
use serde::{Deserialize, Serialize};

/// What rank 0 says at the beginning of a step.
const STEP: f32 = 1.0;
/// What it says when there is none.
const END: f32 = 0.0;
/// What another rank says that was asked to stop, and one that was not.
const STOP: f32 = 1.0;
const GO_ON: f32 = 0.0;

/// What rank 0 sends first; bytes follow: pixels, labels, checkpoint.
#[derive(Debug, Serialize, Deserialize)]
struct Start {
    version: String,
    /// Images of the data, their width and their height.
    images: [usize; 3],
    labels: bool,
    config: Config,
}

impl Trainer {
    /// Shares each batch with other ranks, which follow (or, in tests, make the very same calls).
    pub(super) fn share(&mut self, ranks: Ranks) {
        self.cut = cut(&self.config, &self.device, ranks);
        self.batches.cut = self.cut.clone();
    }

    /// On rank 0: sends the others all that they need to make every step from here on with it.
    /// Does nothing without others.
    ///
    /// # Errors
    ///
    /// The recipe has not enough shards, the ranks' processors do not compute alike, or the losses
    /// are others than the configuration's ([`Trainer::with_loss`]).
    pub fn lead(&mut self, ranks: &Ranks) -> Result<()> {
        check(&self.config, ranks.count())?;
        if ranks.count() == 1 {
            return Ok(());
        }
        ensure!(self.published, "losses of your own are for one rank (found {})", ranks.count());
        let Split { images, labels } = self.batches.data();
        let start = Start {
            version: env!("CARGO_PKG_VERSION").into(),
            images: [images.count, images.width, images.height],
            labels: labels.is_some(),
            config: self.config.clone(),
        };
        ranks.broadcast(toml::to_string(&start)?.into_bytes());
        ranks.broadcast(images.pixels.clone());
        if let Some(labels) = labels {
            ranks.broadcast(labels.clone());
        }
        ranks.broadcast(checkpoint::bytes(&self.config, &self.state, &self.run)?);
        compute_alike(ranks, &self.device)?;
        self.share(ranks.clone());
        Ok(())
    }

    /// On rank 0: the others make the next step, too. Hears whether one of them is to stop.
    pub(super) fn announce_step(&mut self) {
        if self.cut.ranks().count() > 1 {
            let said = self.cut.ranks().gather(vec![STEP]);
            self.asked_to_stop |= said[1..].contains(&STOP);
        }
    }

    /// Whether another rank was asked to stop.
    pub fn asked_to_stop(&self) -> bool {
        self.asked_to_stop
    }

    /// On rank 0: lets the others go.
    pub fn dismiss(&mut self) {
        if self.cut.ranks().count() > 1 {
            self.cut.ranks().gather(vec![END]);
            self.share(Ranks::ALONE);
        }
    }
}

/// The rows of a batch that a rank's passes on `device` are made with, its first part to begin
/// with. Only the loops of the device flex sum shards one by one.
pub(super) fn cut(config: &Config, device: &Device, ranks: Ranks) -> Cut {
    let Config { training, .. } = config;
    let cut = if is_flex(device) { Cut::new(training.shards, ranks) } else { Cut::by_rank(ranks) };
    cut.part(0, training.parts())
}

/// Refuses so many ranks, if they cannot have as many shards each.
///
/// # Errors
///
/// Says how many shards there are, and how many are expected.
pub fn check(config: &Config, count: usize) -> Result<()> {
    let shards = config.training.shards;
    let advice = if count.is_power_of_two() {
        format!("new runs: --set training.shards={count}")
    } else {
        "ranks are 1, 2, 4, 8 ...".to_owned()
    };
    ensure!(
        shards.is_multiple_of(count),
        "training.shards: {shards} for {count} ranks (expected as many ranks as shards, or a half, \
         a quarter and so on of them; {advice})"
    );
    Ok(())
}

/// On rank 0, after its last run: the others need not wait for another one.
pub fn release(ranks: &Ranks) {
    ranks.broadcast(Vec::new());
}

/// On all ranks but 0: makes every step of each run of rank 0's on `device`, until that has no
/// more. `stop` says whether this process was asked to stop; it leaves the decision to rank 0.
///
/// # Errors
///
/// The ranks are of several versions, or their processors do not compute alike.
pub fn follow(ranks: &Ranks, device: &Device, stop: impl Fn() -> bool) -> Result<()> {
    loop {
        let start = ranks.broadcast(Vec::new());
        if start.is_empty() {
            return Ok(());
        }
        follow_run(ranks, device, start, &stop)?;
    }
}

/// One run, which begins so.
fn follow_run(
    ranks: &Ranks,
    device: &Device,
    start: Vec<u8>,
    stop: &impl Fn() -> bool,
) -> Result<()> {
    let start = String::from_utf8(start).context("rank 0's first words")?;
    let start: Start = toml::from_str(&start).context("rank 0 is of another version")?;
    let own = env!("CARGO_PKG_VERSION");
    ensure!(start.version == own, "rank 0 is of version {}, this one of {own}", start.version);
    let [count, width, height] = start.images;
    let pixels = ranks.broadcast(Vec::new());
    let labels = start.labels.then(|| ranks.broadcast(Vec::new()));
    let data = Split { images: Images { count, width, height, pixels }, labels };
    let bytes = ranks.broadcast(Vec::new());
    let Checkpoint { state, run } = checkpoint::of_bytes(&bytes, &start.config, device)?;
    drop(bytes);
    compute_alike(ranks, device)?;
    let mut trainer = Trainer::new(start.config, device, data, run.shape, state)?;
    trainer.share(ranks.clone());
    loop {
        let said = ranks.gather(vec![if stop() { STOP } else { GO_ON }]);
        if said[0] == END {
            return Ok(());
        }
        trainer.make_step();
        // Rank 0 reads them, and says so if one is not finite.
        trainer.trace.forget();
    }
}

/// Refuses ranks whose processors give other bits for the same products, and devices that do not
/// add up what is on them.
fn compute_alike(ranks: &Ranks, device: &Device) -> Result<()> {
    let mine = known_answer::passes(device)?;
    let (all, len) = (ranks.gather(mine.clone()), mine.len());
    let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let other = all.chunks(len).position(|theirs| bits(theirs) != bits(&all[..len]));
    ensure!(
        other.is_none(),
        "rank {}'s processor computes other bits than rank 0's: ranks need CPUs, or GPUs, of one \
         kind",
        other.unwrap_or_default()
    );
    let number = |rank: usize| 1.0 + rank as f32;
    let mine = TensorData::new(vec![number(ranks.rank()); 3], [3]);
    let cut = Cut::by_rank(ranks.clone());
    let found = over_ranks(Tensor::<1>::from_data(mine, &device.clone().inner()), cut);
    let found: Vec<f32> = found.try_into_vec_as().context("the devices' sums")?;
    let expected = vec![(0..ranks.count()).map(number).sum::<f32>(); 3];
    ensure!(found == expected, "the devices' sums are wrong: {found:?} (expected {expected:?})");
    Ok(())
}
