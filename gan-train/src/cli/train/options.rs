//! The options of `gan-train train`, by what they are about.

use super::to_resume::OF_A_NEW_RUN;
use crate::cli::choices::Recipe;
use crate::cli::{dataset, training};
use clap::Args;
use clap::builder::PossibleValuesParser;
use gan_train::config::{MAX_SEED, Objective, PRESETS, value};
use gan_train::judge::until::Until;
use gan_train::nn::device::DeviceName;
use gan_train::ranks::Ranks;
use gan_train::train::run;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// What is trained on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data")]
pub struct Data {
    /// `digits` (built-in), `mnist`, `stacked-mnist` (three digits in an image, without labels), or
    /// a folder or file of images: IDX files, PNG pictures, NumPy arrays; docs/data.md has the
    /// layouts. Or a table: a CSV file, or the built-in `wine`, `breast-cancer` and `motion`
    #[arg(long, required_unless_present = "resume")]
    pub data: Option<String>,
    /// Folder with MNIST's files, or torchvision's root; what is not there is looked for in the
    /// cache and then downloaded
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    /// Turn every image about its diagonal, lines for columns: EMNIST's files need it. The run
    /// remembers it
    #[arg(long)]
    pub transpose: bool,
}

/// Where the configuration comes from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Configuration")]
pub struct Source {
    /// Networks and recipe: see `gan-train presets` [default: digits8 for 8x8 images, table
    /// or series for tables, else compact]
    #[arg(
        long,
        conflicts_with = "config",
        value_parser = PossibleValuesParser::new(PRESETS.map(|preset| preset.name))
    )]
    pub preset: Option<String>,
    /// The preset's recipe: ours, or that of the published tutorials
    #[arg(long, value_enum, default_value_t, conflicts_with = "config")]
    pub recipe: Recipe,
    /// Networks and recipe from a TOML file
    #[arg(long, value_name = "FILE.toml")]
    pub config: Option<PathBuf>,
    /// Any key of the configuration, such as training.lr=1e-3 or 'generator.hidden=[64, 64]'; may
    /// be given again. The value is TOML; a name needs no quotes. Of one key twice the last one
    /// counts; a flag for the same key is refused
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub set: Vec<Setting>,
    /// The model's name, which its blob carries [key: name]
    #[arg(long)]
    pub name: Option<String>,
}

/// What is trained.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct Network {
    /// The generator's hidden layers, such as 256-512-1024 [key: generator.hidden]
    #[arg(long, value_name = "SIZES")]
    pub g_hidden: Option<Hidden>,
    /// The discriminator's hidden layers, such as 512-256-128 [key: discriminator.hidden]
    #[arg(long, value_name = "SIZES")]
    pub d_hidden: Option<Hidden>,
    /// Show the networks labels [key: conditional]
    #[arg(long, conflicts_with = "unconditional")]
    pub conditional: bool,
    /// Show the networks no labels [key: conditional]
    #[arg(long)]
    pub unconditional: bool,
    /// Begin with the weights of another run's last checkpoint, whose networks must have the same
    /// layers; optimizers and steps begin anew
    #[arg(long, value_name = "RUN")]
    pub init_from: Option<PathBuf>,
}

impl Network {
    /// Refuses the folder of the run that the weights are from.
    pub fn check_run_folder(&self, folder: &Path) -> anyhow::Result<()> {
        let Some(from) = self.init_from.as_deref().filter(|_| folder.exists()) else {
            return Ok(());
        };
        let same = dataset::absolute(from)? == dataset::absolute(folder)?;
        anyhow::ensure!(!same, "--out {}: is the run of --init-from", folder.display());
        Ok(())
    }
}

/// How it is trained.
#[derive(Debug, Args)]
#[command(next_help_heading = "Training")]
pub struct Training {
    /// Learning rate of both networks [key: training.lr]
    #[arg(long, value_name = "RATE")]
    pub lr: Option<f64>,
    /// Images in a batch [key: training.batch]
    #[arg(long, value_name = "IMAGES")]
    pub batch: Option<u64>,
    /// Images that are in memory at a time: a batch is seen in parts of so many, whose gradients
    /// are added up; 0 for the whole batch [key: training.micro_batch]
    #[arg(long, value_name = "IMAGES")]
    pub micro_batch: Option<u64>,
    /// The losses [key: training.objective]
    #[arg(long, value_parser = PossibleValuesParser::new(Objective::NAMES))]
    pub objective: Option<String>,
    /// Weight of the R1 penalty; 0 leaves it out [key: training.r1_gamma]
    #[arg(long)]
    pub gamma: Option<f64>,
    /// Decay of the moving average of the generator's weights; 0 for none [key: training.ema_decay]
    #[arg(long, value_name = "DECAY")]
    pub ema: Option<f64>,
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
    /// Ends the run when an evaluation says so, such as "fd<2.0" or "coverage>0.9"; also
    /// precision, recall, density, log_likelihood (ll), class_kl, conditional_accuracy (accuracy)
    #[arg(long, value_name = "METRIC<VALUE")]
    pub until: Option<Until>,
    /// Everything random comes from it: the same seed gives the same weights [key: seed]
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=MAX_SEED))]
    pub seed: Option<u64>,
    /// Where networks are trained. `flex`, this computer's CPU, is in every build; each other one
    /// is there if gan-train was built with the cargo feature of its name: `ndarray` (the CPU by
    /// another library, slower), `wgpu` (a GPU by whatever driver there is), `vulkan`, `metal`
    /// (Apple), `webgpu`, `cuda[:N]` (NVIDIA's GPU number N, from 0), `cuda:0-3` (four of them,
    /// which share each batch: `--set training.shards=4`). Another device rounds differently, so
    /// the same seed gives other weights there
    #[arg(
        long,
        value_name = "flex|ndarray|wgpu|vulkan|metal|webgpu|cuda[:N[-LAST]]",
        hide_default_value = true,
        default_value_t
    )]
    pub device: DeviceName,
    /// Print the configuration as TOML, with sizes, memory and time as comments, and train nothing
    /// and write nothing. The time is measured by some steps
    #[arg(long)]
    pub dry_run: bool,
    /// Go on with the run in this folder, to the very weights that it would have had without a stop
    /// (unless its length is changed); --data says where its data is now, if it was moved
    #[arg(long, value_name = "RUN", conflicts_with_all = OF_A_NEW_RUN)]
    pub resume: Option<PathBuf>,
}

/// What is written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// The run's folder [default: runs/NUMBER-NAME with the next number, such as runs/0001-digits8]
    #[arg(short, long, value_name = "RUN")]
    pub out: Option<PathBuf>,
    /// Replace a run that is in the --out folder already
    #[arg(long, requires = "out")]
    pub overwrite: bool,
    /// Steps between evaluations: metrics on held-out images, a sample grid, the best checkpoint; 0
    /// for none [key: training.eval_every]
    #[arg(long, value_name = "STEPS")]
    pub eval_every: Option<u64>,
    /// Steps of the classifier that evaluations go by, trained on the data at the start; scores
    /// compare only within one [default: none for MNIST, which has one built in, else 1000]
    #[arg(
        long,
        value_name = "STEPS",
        value_parser = clap::value_parser!(u64).range(1..=MAX_SEED)
    )]
    pub classifier_steps: Option<u64>,
    /// Steps between snapshots of the averaged generator, RUN/snapshots/STEP.safetensors, which
    /// quantize --checkpoint STEP takes; 0 for none [key: training.snapshot_every]
    #[arg(long, value_name = "STEPS")]
    pub snapshot_every: Option<u64>,
    /// Seconds between checkpoints, 0 for one after each step; they change no result
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
    pub fn options(&self, until: Option<Until>, ranks: &Ranks) -> training::Options {
        training::Options {
            checkpoint_every: Duration::try_from_secs_f64(self.checkpoint_every)
                .unwrap_or(Duration::MAX),
            until,
            tensorboard: self.tensorboard,
            ranks: ranks.clone(),
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

/// A key of the configuration and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its dotted path.
    pub key: String,
    /// What it is to be.
    pub value: Value,
}

fn setting(text: &str) -> Result<Setting, String> {
    let (key, text) = text.split_once('=').ok_or("expected KEY=VALUE, such as training.lr=1e-3")?;
    Ok(Setting { key: key.trim().to_owned(), value: value(text.trim()) })
}

/// Sizes of hidden layers: `512-256-128`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden(pub Vec<u16>);

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let sizes: Option<Vec<u16>> = text.split('-').map(|size| size.parse().ok()).collect();
        sizes.map(Self).ok_or("expected sizes up to 65535, such as 512-256-128".into())
    }
}
