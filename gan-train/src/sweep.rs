//! Sweeps: many runs of one recipe that differ in some keys of the configuration, as a file lists
//! them.
//!
//! | module | owns |
//! |---|---|
//! | this one | the file, and which runs it means |
//! | [`summary`] | what the runs came to: means and spreads over seeds, and the best |

pub mod summary;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The sweeps that come with the program, for `--preset`: name and file.
pub const BUILT_IN: [(&str, &str); 2] = [
    ("seeds", include_str!("../sweeps/seeds.toml")),
    ("objectives", include_str!("../sweeps/objectives.toml")),
];

/// The key by which runs of one recipe differ.
pub const SEED: &str = "seed";

/// The most runs of a sweep. A grid that has more is likely a mistake.
pub const MAX_RUNS: usize = 100_000;

/// Options of `train` that would make the runs' folders others than the sweep's, or their lengths
/// depend on chance.
const REFUSED: [&str; 7] = ["out", "overwrite", "resume", "dry-run", "until", "minutes", "seed"];

/// Keys of the configuration and their values, in the order of their names.
pub type Overrides = BTreeMap<String, Value>;

/// A sweep's file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// Options of `gan-train train` that all runs have, by their long names; `true` stands for one
    /// that takes no value.
    train: BTreeMap<String, Value>,
    /// Values to try, by the configuration's key. Every combination is a run.
    #[serde(default)]
    grid: BTreeMap<String, Vec<Value>>,
    /// Sets of keys. Each is combined with the whole grid; none stands for one that changes
    /// nothing.
    #[serde(default)]
    runs: Vec<Overrides>,
}

impl Sweep {
    /// Reads a sweep. `from` names it in errors; paths in it are from the working folder, as on the
    /// command line. What its runs ask of `train` is not looked at.
    ///
    /// # Errors
    ///
    /// Names the file, and the field that is wrong.
    pub fn parse(text: &str, from: &str) -> Result<Self> {
        let sweep: Self = toml::from_str(text).with_context(|| from.to_owned())?;
        sweep.check().with_context(|| from.to_owned())?;
        Ok(sweep)
    }

    fn check(&self) -> Result<()> {
        for name in self.train.keys() {
            ensure!(
                !REFUSED.contains(&name.as_str()),
                "train.{name}: a sweep decides this for each run itself"
            );
        }
        ensure!(self.train.contains_key("data"), "train.data: expected what the runs train on");
        for (key, values) in &self.grid {
            ensure!(!values.is_empty(), "grid.{key}: expected at least one value");
        }
        let sets = self.runs.len().max(1);
        let count = self.grid.values().try_fold(sets, |count, values| {
            count.checked_mul(values.len()).filter(|&count| count <= MAX_RUNS)
        });
        ensure!(count.is_some(), "expected at most {MAX_RUNS} runs");
        for (index, set) in self.runs.iter().enumerate() {
            let both = set.keys().find(|&key| self.grid.contains_key(key));
            if let Some(key) = both {
                bail!("runs: set {index} has {key}, and so has the grid: give it in one of them");
            }
        }
        let mut seen = BTreeSet::new();
        for (index, overrides) in self.list().iter().enumerate() {
            let described = described(overrides);
            ensure!(
                seen.insert(described.clone()),
                "run {index} ({described}): another run is the same, and would have its weights"
            );
        }
        Ok(())
    }

    /// What each run changes, by the run's index. The last key of the grid changes fastest.
    pub fn list(&self) -> Vec<Overrides> {
        let mut list =
            if self.runs.is_empty() { vec![Overrides::new()] } else { self.runs.clone() };
        for (key, values) in &self.grid {
            let with = |overrides: &Overrides| {
                let overrides = overrides.clone();
                values.iter().map(move |value| {
                    let mut overrides = overrides.clone();
                    overrides.insert(key.clone(), value.clone());
                    overrides
                })
            };
            list = list.iter().flat_map(with).collect();
        }
        list
    }

    /// Takes the data from a folder, whatever the file says.
    pub fn take_data_from(&mut self, folder: &Path) {
        self.train.insert("data-dir".into(), Value::String(folder.display().to_string()));
    }

    /// The arguments of `gan-train` that train a run into a folder.
    pub fn arguments(&self, overrides: &Overrides, folder: &Path) -> Vec<String> {
        let mut arguments = vec!["train".to_owned()];
        arguments.extend(self.options(|_| true));
        for (key, value) in overrides {
            arguments.push("--set".into());
            arguments.push(format!("{key}={value}"));
        }
        arguments.push(format!("--out={}", folder.display()));
        arguments
    }

    /// The arguments that go on with a run in a folder: with those options that `is_taken` says are
    /// taken for that, by their long names.
    pub fn to_resume(&self, folder: &Path, is_taken: impl Fn(&str) -> bool) -> Vec<String> {
        let mut arguments = vec!["train".to_owned(), format!("--resume={}", folder.display())];
        arguments.extend(self.options(is_taken));
        arguments
    }

    /// The options of `[train]` whose long names are `wanted`, as arguments.
    fn options(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
        let options = self.train.iter().filter(move |(name, _)| wanted(name));
        options.filter_map(|(name, value)| match value {
            Value::Bool(false) => None,
            Value::Bool(true) => Some(format!("--{name}")),
            value => Some(format!("--{name}={}", word(value))),
        })
    }
}

/// The folder of a run in that of its sweep.
pub fn folder(sweep: &Path, index: usize) -> PathBuf {
    sweep.join(format!("{index:04}"))
}

/// Overrides without the keys whose value all runs share, which tell no run from another.
pub fn differing(list: &[Overrides]) -> Vec<Overrides> {
    let shared =
        |key: &String, value: &Value| list.iter().all(|other| other.get(key) == Some(value));
    let own = |overrides: &Overrides| {
        let own = overrides.iter().filter(|(key, value)| !shared(key, value));
        own.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    list.iter().map(own).collect()
}

/// Overrides as a person reads them: `seed 3, training.lr 0.001`.
pub fn described(overrides: &Overrides) -> String {
    if overrides.is_empty() {
        return "as it is".into();
    }
    let parts: Vec<String> =
        overrides.iter().map(|(key, value)| format!("{key} {}", word(value))).collect();
    parts.join(", ")
}

/// A value without a text's quotes.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const HEAD: &str = "[train]\ndata = \"digits\"\npreset = \"digits8\"\n";

    fn sweep(rest: &str) -> Result<Sweep> {
        Sweep::parse(&format!("{HEAD}{rest}"), "s.toml")
    }

    #[test]
    fn a_grid_is_every_combination() {
        let text = "[grid]\nseed = [0, 1]\n\"training.lr\" = [1e-3, 2e-3, 4e-3]\n";
        let list = sweep(text).unwrap().list();
        assert_eq!(list.len(), 6);
        assert_eq!(described(&list[0]), "seed 0, training.lr 0.001");
        assert_eq!(described(&list[1]), "seed 0, training.lr 0.002");
        assert_eq!(described(&list[5]), "seed 1, training.lr 0.004");
    }

    #[test]
    fn a_list_is_combined_with_the_grid() {
        let text = "[grid]\nseed = [7, 8]\n\
                    [[runs]]\nname = \"narrow\"\n\"generator.hidden\" = [16]\n[[runs]]\n";
        let list = sweep(text).unwrap().list();
        let described: Vec<String> = list.iter().map(described).collect();
        assert_eq!(
            described,
            [
                "generator.hidden [16], name narrow, seed 7",
                "generator.hidden [16], name narrow, seed 8",
                "seed 7",
                "seed 8"
            ]
        );
    }

    #[test]
    fn keys_that_all_runs_share_are_left_out() {
        let text = "[grid]\nseed = [1, 2]\n\"training.steps\" = [5]\n\
                    [[runs]]\nname = \"x\"\n[[runs]]\n";
        let list = sweep(text).unwrap().list();
        let described: Vec<String> = differing(&list).iter().map(described).collect();
        assert_eq!(described, ["name x, seed 1", "name x, seed 2", "seed 1", "seed 2"]);
    }

    #[test]
    fn a_sweep_without_keys_is_one_run() {
        assert_eq!(sweep("").unwrap().list(), [Overrides::new()]);
        assert_eq!(described(&Overrides::new()), "as it is");
    }

    #[test]
    fn arguments_of_a_run() {
        let text = "steps = 10\nconditional = true\ntensorboard = false\n[grid]\nseed = [3]\n\
                    name = [\"x\"]\n\"generator.hidden\" = [[64, 32]]\n";
        let sweep = sweep(text).unwrap();
        let arguments = sweep.arguments(&sweep.list()[0], Path::new("o/0000"));
        let expected = "train --conditional --data=digits --preset=digits8 --steps=10 \
                        --set generator.hidden=[64,32] --set name=\"x\" --set seed=3 --out=o/0000";
        assert_eq!(arguments.join(" "), expected);
        let arguments = sweep.to_resume(Path::new("o/0000"), |name| name != "conditional");
        let expected = "train --resume=o/0000 --data=digits --preset=digits8 --steps=10";
        assert_eq!(arguments.join(" "), expected);
    }

    #[test]
    fn built_in_sweeps_are_what_their_names_say() {
        let [seeds, objectives] = BUILT_IN.map(|(name, text)| Sweep::parse(text, name).unwrap());
        let list = seeds.list();
        let found: Vec<&Value> = list.iter().map(|overrides| &overrides[SEED]).collect();
        assert_eq!(json!(found), json!([0, 1, 2, 3, 4, 5, 6, 7]));
        let mut list = objectives.list();
        let names: Vec<Value> = list.iter_mut().filter_map(|run| run.remove("name")).collect();
        assert_eq!(json!(names[..2]), json!(["default recipe", "minimax"]));
        // No two runs are one recipe under two names.
        assert!(list.iter().enumerate().all(|(at, run)| !list[..at].contains(run)));
    }

    #[test]
    fn errors_name_the_field() {
        for (text, expected) in [
            ("out = \"x\"\n", "s.toml: train.out: a sweep decides this for each run itself"),
            ("until = \"fd<1\"\n", "s.toml: train.until: a sweep decides this"),
            ("[grid]\nseed = []\n", "s.toml: grid.seed: expected at least one value"),
            ("[grid]\nseed = [0, 1]\n[[runs]]\nseed = 5\n", "s.toml: runs: set 0 has seed, and so"),
            ("[grid]\nseed = [0, 1, 0]\n", "s.toml: run 2 (seed 0): another run is the same"),
            ("[[runs]]\n[[runs]]\n", "s.toml: run 1 (as it is): another run is the same"),
            ("[other]\n", "unknown field `other`"),
            ("[grid]\nseed = 3\n", "invalid type: integer `3`, expected a sequence"),
        ] {
            let error = format!("{:#}", sweep(text).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
        let many = format!("{:?}", (0..400).collect::<Vec<u32>>());
        let text = format!("[grid]\nseed = {many}\n\"training.steps\" = {many}\n");
        let error = format!("{:#}", sweep(&text).unwrap_err());
        assert!(error.contains("expected at most 100000 runs"), "{error}");
    }
}
