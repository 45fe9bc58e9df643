//! `cargo xtask soak` does what takes too long for the tests. The recipes of the shipped models are
//! trained with several seeds, each model is scored on the test images, and what was found is kept
//! in `models/seeds.jsonl`, a line a model and seed. `cargo xtask tables` makes the table of
//! README.md and models/README.md of these lines, and `cargo xtask models --update` a card's.
//!
//! It can be stopped at any time: a run that is there goes on, and a seed that has its line is not
//! trained again.

mod record;
mod table;

use clap::Args;
use serde_json::Value;

use record::Record;

use crate::claims;
use crate::prelude::*;

/// The file of the records.
const FILE: &str = "models/seeds.jsonl";
/// Classifiers of each kind that a model's images teach. One, as the mean and the spread that count
/// are those over the training seeds, each of which has a classifier of its own.
const CLASSIFIERS: &str = "--tstr=1";

/// A shipped model and how it is made.
struct Recipe {
    /// The model's name, which is that of its file in `models/`.
    model: &'static str,
    preset: &'static str,
    data: &'static str,
    /// The options of `quantize` besides the run.
    quantize: &'static [&'static str],
}

impl Recipe {
    /// Returns a recipe that trains a preset of the model's name and quantizes it to int8.
    const fn of(model: &'static str, data: &'static str) -> Self {
        Self { model, preset: model, data, quantize: &[] }
    }
}

const RECIPES: [Recipe; 6] = [
    Recipe::of("digits8", "digits"),
    Recipe { quantize: &["--bits", "4", "--group", "16"], ..Recipe::of("mnist-nano", "mnist") },
    Recipe::of("mnist-tiny", "mnist"),
    Recipe::of("mnist-small", "mnist"),
    Recipe::of("mnist-large", "mnist"),
    Recipe {
        preset: "mnist-large",
        quantize: &["--bits", "4"],
        ..Recipe::of("mnist-large-int4", "mnist")
    },
];

/// Data sets, and what their real images are called in the table.
const REAL: [(&str, &str); 2] = [("digits", "real 8x8 digits"), ("mnist", "real MNIST")];

/// The options of the command: what to train, and where.
#[derive(Args)]
pub struct Soak {
    /// Models by the name of their file in models/, without `.gan` [default: all]
    #[arg(value_name = "MODEL")]
    models: Vec<String>,
    /// Training seeds 0, 1, 2 ...: so many
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    seeds: u64,
    /// Folder with MNIST's files
    #[arg(long)]
    data_dir: Option<PathBuf>,
    /// Where the runs go
    #[arg(long, default_value = "runs/soak")]
    runs: PathBuf,
    /// Train nothing; print the tables of what is recorded
    #[arg(long)]
    table: bool,
}

/// Trains and scores what has no record yet, and prints the table of models. Without names of
/// models it also prints the table of docs/reliability.md.
pub fn run(soak: &Soak) -> Result<()> {
    let recipes = chosen(&soak.models)?;
    let path = root().join(FILE);
    let mut records = record::read(&path)?;
    if !soak.table {
        for seed in 0..soak.seeds {
            for recipe in &recipes {
                if records.iter().any(|record| record.is_of(recipe.model, seed)) {
                    println!("{} with seed {seed}: recorded in {FILE}", recipe.model);
                    continue;
                }
                records.push(measure(recipe, seed, soak)?);
                records.sort_by(|a, b| (&a.model, a.seed).cmp(&(&b.model, b.seed)));
                record::write(&path, &records)?;
            }
        }
    }
    print!("{}", table::markdown(&records, &recipes));
    if soak.models.is_empty() {
        print!("\n{}", claims::table()?);
    }
    Ok(())
}

/// Returns the table of all that is recorded.
pub fn table() -> Result<String> {
    Ok(table::markdown(&record::read(&root().join(FILE))?, &chosen(&[])?))
}

/// Returns what the card of a model says of its seeds; nothing if none is recorded.
pub fn summary(model: &str) -> Result<toml::Table> {
    Ok(table::summary(&record::read(&root().join(FILE))?, model))
}

/// Returns the recipes of these models, or all recipes if none is named.
fn chosen(models: &[String]) -> Result<Vec<&'static Recipe>> {
    let names = RECIPES.map(|recipe| recipe.model);
    if let Some(wrong) = models.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("{wrong}: expected one of {}", names.join(", "));
    }
    let wanted = |recipe: &&Recipe| models.is_empty() || models.iter().any(|m| m == recipe.model);
    Ok(RECIPES.iter().filter(wanted).collect())
}

/// Trains a recipe with a seed, quantizes the run, and scores the blob on the test images.
fn measure(recipe: &Recipe, seed: u64, soak: &Soak) -> Result<Record> {
    let run = soak.runs.join(format!("{}-{seed}", recipe.preset));
    let blob = run.join(format!("{}.gan", recipe.model));
    let data_dir = soak.data_dir.as_deref().filter(|_| recipe.data == "mnist");
    let with_data = |mut command: Command| {
        if let Some(folder) = data_dir {
            command.arg("--data-dir").arg(folder);
        }
        command
    };
    println!("== {} with seed {seed}, in {}", recipe.model, relative(&run));
    let mut train = if run.join("checkpoint.safetensors").exists() {
        gan_train("train --resume")
    } else {
        let (data, preset) = (recipe.data, recipe.preset);
        gan_train(&format!("train --data {data} --preset {preset} --seed {seed} --out"))
    };
    train.arg(&run);
    with_data(train).run()?;
    let took = seconds(&run)?;
    let mut quantize = gan_train("quantize");
    quantize.arg(&run).args(recipe.quantize).arg("--out").arg(&blob).run()?;
    let mut evaluate = gan_train("evaluate");
    evaluate.arg(&blob).args(["--data", recipe.data, CLASSIFIERS, "--json", "--run"]).arg(&run);
    let report = with_data(evaluate).read()?;
    fs::write(run.join(format!("{}.json", recipe.model)), &report)?;
    let report: Value = serde_json::from_str(&report).context("the report of evaluate")?;
    Record::new(recipe.model, seed, took, &report)
}

/// Seconds of training, by the last line of the run's metrics.
fn seconds(run: &Path) -> Result<f64> {
    let path = run.join("metrics.jsonl");
    let text = shell::text(&path)?;
    let last: Value = serde_json::from_str(text.lines().last().unwrap_or_default())
        .with_context(|| format!("{}: its last line", path.display()))?;
    last["seconds"].as_f64().with_context(|| format!("{}: seconds", path.display()))
}

/// Returns the trainer, built as everything else builds it, with these words.
fn gan_train(words: &str) -> Command {
    let mut gan_train = shell::host("run --release --quiet --package gan-train --");
    gan_train.words(words);
    gan_train
}
