//! The options of `gan-train train`, by what they are about.

use crate::cli::choices::Recipe;
use crate::cli::training;
use clap::Args;
use clap::builder::PossibleValuesParser;
use gan_train::config::PRESETS;
use gan_train::judge::until::Until;
use gan_train::nn::device::DeviceName;
use gan_train::train::run;
use std::path::PathBuf;
use std::time::Duration;

/// Options that a run takes at its start only.
const OF_A_NEW_RUN: [&str; 10] = [
    "preset",
    "recipe",
    "config",
    "seed",
    "conditional",
    "unconditional",
    "name",
    "out",
    "device",
    "overwrite",
];

/// What is trained on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub struct Data {
    /// `digits` (built-in), `mnist`, or a folder of IDX files (images, and labels if it has them;
    /// plain or .gz)
    #[arg(long, required_unless_present = "resume")]
    pub data: Option<String>,
    /// Folder with MNIST's files; what is not there is looked for in the cache and then downloaded
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    /// Show the networks labels
    #[arg(long, conflicts_with = "unconditional")]
    pub conditional: bool,
    /// Show the networks no labels
    #[arg(long)]
    pub unconditional: bool,
}

/// What is trained.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub struct Source {
    /// Networks and recipe: see `gan-train presets`
    #[arg(
        long,
        conflicts_with = "config",
        value_parser = PossibleValuesParser::new(PRESETS.map(|preset| preset.name))
    )]
    pub preset: Option<String>,
    /// The preset's recipe: ours, or that of the usual tutorials
    #[arg(long, value_enum, default_value_t, conflicts_with = "config")]
    pub recipe: Recipe,
    /// The same from a TOML file
    #[arg(long)]
    pub config: Option<PathBuf>,
    /// The model's name, which its blob carries [default: the configuration's]
    #[arg(long)]
    pub name: Option<String>,
}

/// How long, and when to look at it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub struct Run {
    /// Passes over the data
    #[arg(long, group = "length", value_parser = clap::value_parser!(u64).range(1..))]
    pub epochs: Option<u64>,
    /// Steps: one updates both networks
    #[arg(long, group = "length", value_parser = clap::value_parser!(u64).range(1..))]
    pub steps: Option<u64>,
    /// As many steps as fit into so many minutes, measured at the start; evaluations come on top;
    /// config.toml records how many
    #[arg(long, group = "length", value_parser = positive)]
    pub minutes: Option<f64>,
    /// Ends the run when an evaluation says so, such as "fid<2.0" or "coverage>0.9"; also
    /// precision, recall, density, log_likelihood (ll), class_kl, conditional_accuracy (accuracy)
    #[arg(long, value_name = "METRIC<VALUE")]
    pub until: Option<Until>,
    /// Everything random comes from it [default: the configuration's]
    #[arg(long)]
    pub seed: Option<u64>,
    /// Where networks are trained: flex (this CPU), or what the build has of ndarray, wgpu, vulkan,
    /// metal, webgpu, cuda[:N]
    #[arg(long, value_name = "DEVICE", default_value_t)]
    pub device: DeviceName,
    /// Go on with the run in this folder, to the very weights that it would have had without a stop
    /// (unless its length is changed); --data says where its data is now, if it was moved
    #[arg(long, value_name = "RUN", conflicts_with_all = OF_A_NEW_RUN)]
    pub resume: Option<PathBuf>,
}

/// What is written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// The run's folder [default: runs/NAME]
    #[arg(short, long, value_name = "RUN")]
    pub out: Option<PathBuf>,
    /// Replace a run that is in the folder already
    #[arg(long)]
    pub overwrite: bool,
    /// Steps between evaluations: metrics on held-out images, a sample grid, the best checkpoint; 0
    /// for none [default: the configuration's]
    #[arg(long, value_name = "STEPS")]
    pub eval_every: Option<u64>,
    /// Seconds between checkpoints; they change no result
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = run::CHECKPOINT_EVERY.as_secs_f64(),
        value_parser = not_negative
    )]
    pub checkpoint_every: f64,
    /// Writes TensorBoard's event files into the run's folder too
    #[arg(long)]
    pub tensorboard: bool,
}

impl Output {
    /// What changes no weight.
    pub fn options(&self, until: Option<Until>) -> training::Options {
        training::Options {
            checkpoint_every: Duration::try_from_secs_f64(self.checkpoint_every)
                .unwrap_or(Duration::MAX),
            until,
            tensorboard: self.tensorboard,
        }
    }
}

/// Reads a number above 0.
pub fn positive(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|&number: &f64| number > 0.0 && number.is_finite())
        .ok_or("expected a positive number".into())
}

fn not_negative(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|&number: &f64| number >= 0.0).ok_or("expected 0 or more".into())
}
