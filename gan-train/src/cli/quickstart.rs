//! `gan-train quickstart`: the whole way on the built-in digits.

use super::thousands;
use super::training::{self, Ended, Options, Prepared};
use anyhow::{Result, ensure};
use clap::Args;
use gan_tools::blob_file;
use gan_tools::files::atomic;
use gan_tools::generate::{generate, write_grid};
use gan_tools::inspect;
use gan_tools::layers::Bits;
use gan_tools::picture::ascii;
use gan_tools::samples::Samples;
use gan_tools::say;
use gan_train::config::{Config, MAX_SEED, Recipe};
use gan_train::export;
use gan_train::export::float::FloatGenerator;
use gan_train::export::quantize::quantize;
use gan_train::nn::device::DeviceName;
use gan_train::report::folder;
use gan_train::train::folder::RunConfig;
use gan_train::{data, train::State, train::run::End, train::splits::Splits};
use std::path::PathBuf;
use std::process::ExitCode;

/// Mean difference of a pixel (of 255) between int8 and float that is still fine. 1.69 was measured
/// with seed 0; a fault in the quantizer, such as a wrong zero point, costs tens.
const AGREEMENT_BOUND: f64 = 4.0;

/// Train, quantize and generate on the built-in 8x8 digits, in about a minute
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  gan-train quickstart --out runs/my-first --seed 1")]
pub struct Quickstart {
    /// Folder for everything that is made
    #[arg(short, long, value_name = "RUN", default_value = "runs/quickstart")]
    out: PathBuf,
    /// Everything random comes from it: the same seed gives the same files
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=MAX_SEED))]
    seed: u64,
    /// Where it is trained: see gan-train train --help
    #[arg(long, value_name = "DEVICE", default_value_t, hide_default_value = true)]
    device: DeviceName,
    /// Steps of training, if not the preset's
    #[arg(long, hide = true)]
    steps: Option<u64>,
}

impl Quickstart {
    /// Whether the folder holds no run, or an earlier quickstart's.
    fn replaceable(&self, run: &RunConfig) -> Result<bool> {
        let is_run = folder::look(&self.out)? == folder::Found::Run;
        let same = |old: RunConfig| old.data == run.data && old.config.name == run.config.name;
        Ok(!is_run || RunConfig::read(&self.out).is_ok_and(same))
    }

    pub fn run(self) -> Result<ExitCode> {
        let mut config = Config::preset("digits8", Recipe::Default)?;
        config.name = "digits".into();
        config.seed = self.seed;
        config.training.steps = self.steps.unwrap_or(config.training.steps);
        config.check()?;
        let folder = &self.out;
        let run = RunConfig {
            targets: None,
            data: "digits".into(),
            data_dir: None,
            transpose: false,
            label_names: Vec::new(),
            classifier_steps: None,
            init_from: None,
            device: self.device,
            config,
        };
        training::check_free(folder, true)?;
        ensure!(
            self.replaceable(&run)?,
            "{shown}: there is another run in it: give another --out, or remove it",
            shown = folder.display()
        );
        let dataset = data::digits()?;
        say!(
            "training {} on {} built-in 8x8 digits, seed {}",
            run.config.name,
            dataset.train.images.count,
            self.seed
        );
        let splits = Splits::new(&run.config, dataset)?;
        let device = run.device.open()?;
        let state = State::new(&run.config, splits.shape, &device);
        let prepared = Prepared::new(run, splits, &device, state, Options::default())?;
        // An earlier quickstart's run may go.
        let Ended { trainer, end, lock: _lock } = prepared.begin(folder, true)?;
        if end == End::Interrupted {
            return Ok(training::interrupted(folder));
        }
        let state = trainer.state();
        say!("trained {} steps in {:.1} s", thousands(state.step), state.seconds);

        let float = FloatGenerator::of(&trainer);
        let path = folder.join(folder::QUICKSTART_BLOB);
        atomic::write(&path, &quantize(&float, Bits::Eight)?)?;
        let file = blob_file::read(&path)?;
        let generator = file.generator();
        let agreement = export::agreement(&generator, &float, self.seed)?;
        ensure!(
            agreement.mean <= AGREEMENT_BOUND,
            "{}: the int8 model's pixels differ from the float model's by {:.2} of 255 on average \
             (expected at most {AGREEMENT_BOUND})",
            path.display(),
            agreement.mean
        );
        write_grid(&generator, &folder.join(folder::SAMPLES), self.seed, 100)?;

        let digits = generate(
            &generator,
            &Samples::new(self.seed, 10, generator.latent_len() as u16, generator.classes()),
        )?;
        let (drawn, sizes, shown) =
            (ascii::draw(&digits, 5), inspect::summary(&generator), folder.display());
        super::print(&format!(
            "{drawn}{sizes}\
int8 against float: pixels differ by {mean:.2} of 255 on average (seed {seed}, 1,000 images)

In {shown}: samples.png  digits.gan  checkpoint.safetensors  config.toml  metrics.jsonl

Try next (gan-train is: cargo run --release -p gan-train --):
  gan-train generate {shown}/digits.gan --label 7 --count 5 --ascii
  gan-train inspect {shown}/digits.gan
  gan-train evaluate {shown}/digits.gan --data digits
  cargo xtask parity --board microbit --model {shown}/digits.gan     the same pixels on a Cortex-M0
",
            mean = agreement.mean,
            seed = self.seed,
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}
