//! `gan-train quantize`.

use super::model::{Exported, label_names};
use super::thousands;
use anyhow::{Result, ensure};
use clap::Args;
use gan_core::host::Model;
use gan_tools::files::{atomic, labels, refuse_input};
use gan_tools::inspect;
use gan_tools::layers::Bits;
use gan_tools::say;
use gan_train::config::TrainingConfig;
use gan_train::export::float::FloatGenerator;
use gan_train::export::quantize::{FAR, LayerError, layer_errors};
use gan_train::report;
use gan_train::train::checkpoint::{self, Which};
use gan_train::train::folder::{self, RunConfig};
use gan_train::train::snapshots;
use std::path::PathBuf;
use std::process::ExitCode;

/// Quantize a run's generator to a blob of integers
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train quantize runs/mnist -o mnist.gan
  gan-train quantize runs/mnist --bits 4 -o mnist4.gan
  gan-train quantize runs/mnist --checkpoint 5000 -o mnist-5000.gan

What the data calls its labels, where that is not 0, 1, 2 ..., is written to MODEL.gan.labels.
Four bits are nearest to eight if the run was trained for them: gan-train finetune --help.")]
pub struct Quantize {
    /// The run's folder
    #[arg(value_name = "RUN")]
    run_dir: PathBuf,
    /// The blob to write
    #[arg(short, long, value_name = "MODEL.gan")]
    out: PathBuf,
    /// `best` by the run's evaluations (the last, if there were none), `last`, or the step of a
    /// snapshot (train --snapshot-every)
    #[arg(long, visible_alias = "step", value_name = "best|last|STEP", default_value_t)]
    checkpoint: Which,
    /// Bits of a weight: 8, or 4 in all layers but the first, which takes little more than half the
    /// flash [default: what the run was trained for, or 8]
    #[arg(long, value_parser = super::one_of(["4", "8"]), conflicts_with = "float")]
    bits: Option<u8>,
    /// Inputs that share a scale, with --bits 4: fewer are more exact and take more flash [default:
    /// what the run was trained for, or 32]
    #[arg(long, value_parser = super::one_of(["16", "32"]), conflicts_with = "float")]
    group: Option<u8>,
    /// Write f32 layers instead: four times the size, for chips with a floating-point unit and as a
    /// reference
    #[arg(long)]
    float: bool,
}

/// Says which layer's integers are far from its floats, if one's are. One line: what follows such a
/// layer is far off too.
fn warn_of_far_layers(float: &FloatGenerator, bits: Bits) -> Result<()> {
    let errors = layer_errors(float, bits)?;
    if let Some(LayerError { layer, part }) = errors.into_iter().find(|error| error.part > FAR) {
        let bits = if bits == Bits::Eight { 8 } else { 4 };
        eprintln!(
            "warning: layer {layer}: with {bits} bits its outputs are off by {:.0} % of what they \
             vary by: weights that are much larger than their rows' others leave those no \
             precision",
            100.0 * part
        );
    }
    Ok(())
}

/// Labels and what they are called: `0 a, 1 b`.
fn numbered(names: &[String]) -> String {
    let named = names.iter().enumerate().map(|(label, name)| format!("{label} {name}"));
    named.collect::<Vec<_>>().join(", ")
}

impl Quantize {
    pub fn run(self) -> Result<ExitCode> {
        let run = RunConfig::read(&self.run_dir)?;
        report::folder::check_output(&self.out)?;
        // Links lead out of the run's folder, and back into it.
        let read = [checkpoint::FILE, checkpoint::BEST, folder::CONFIG];
        let snapshots = snapshots::list(&self.run_dir)?.into_iter().map(|snapshot| snapshot.path);
        for path in read.map(|name| self.run_dir.join(name)).into_iter().chain(snapshots) {
            refuse_input(&self.out, &path)?;
        }
        labels::check(&self.out)?;
        let bits = self.bits(&run.config.training)?;
        let wanted = (!self.float).then_some(bits);
        let exported = Exported::of(&self.run_dir, &run, self.checkpoint, wanted)?;
        let float = &exported.float;
        let step = exported.description.step;
        let steps = run.config.training.steps;
        if step < steps {
            say!("note: the generator of step {} of {}", thousands(step), thousands(steps));
        }
        let model = Model::new(&exported.blob)?;
        let generator = model.generator();
        atomic::write(&self.out, model.bytes())?;
        let names = if float.classes > 0 { label_names(&run) } else { Vec::new() };
        labels::write(&self.out, generator.crc(), &names)?;
        say!("{}", inspect::summary(&generator).trim_end());
        if !names.is_empty() {
            let beside = labels::path(&self.out);
            say!("labels {}, in {}", numbered(&names), beside.display());
        }
        let agreement = exported.agreement(&generator, run.config.seed)?;
        // The errors of layers are estimated for latents, which are normally distributed.
        if !self.float && run.config.task.is_none() {
            warn_of_far_layers(float, bits)?;
        }
        say!(
            "against float: {} differ by {:.2} of 255 on average, {} at most",
            if run.config.table.is_some() { "bytes" } else { "pixels" },
            agreement.mean,
            agreement.max
        );
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }

    /// What was asked for, or else what the run was trained for.
    fn bits(&self, training: &TrainingConfig) -> Result<Bits> {
        let four = self.bits.unwrap_or(training.weight_bits) == 4;
        ensure!(four || self.group.is_none(), "--group: goes with --bits 4 only");
        Ok(if four {
            Bits::Four { group: self.group.unwrap_or(training.weight_group) }
        } else {
            Bits::Eight
        })
    }
}
