//! Changing one key of a configuration by its dotted path, as `--set training.lr=1e-3` does it.

use super::{Config, old_names};
use anyhow::{Result, bail, ensure};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The value that a text stands for: a TOML value, any other number, or else the text itself, so
/// that a name needs no quotes. It is not a TOML value in memory, because that holds no seed of
/// 2^63 and more.
pub fn value(text: &str) -> Value {
    let parsed: Option<BTreeMap<String, Value>> = toml::from_str(&format!("value = {text}")).ok();
    let parsed =
        parsed.filter(|table| table.len() == 1).and_then(|mut table| table.remove("value"));
    let number = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::from);
    parsed.or_else(number).unwrap_or_else(|| text.into())
}

impl Config {
    /// Gives the key at a dotted path another value. Call [`check`](Self::check) after the last
    /// one: ranges, and what does not go together, are not looked at here.
    ///
    /// # Errors
    ///
    /// There is no such key, or its values are of another type. Names the key and what was
    /// expected; the configuration stays as it was then.
    pub fn set(&mut self, key: &str, value: Value) -> Result<()> {
        if let Some(new) = key.strip_prefix("training.").and_then(old_names::new_name) {
            bail!("{key}: the key is called training.{new} now");
        }
        // A number that is not finite becomes null in JSON.
        ensure!(!value.is_null(), "{key}: expected a finite number");
        let mut tree = serde_json::to_value(&*self)?;
        *place(&mut tree, key)? = value;
        *self = serde_json::from_value(tree)
            .map_err(|error| anyhow::anyhow!("{}", sentence(key, &error.to_string())))?;
        Ok(())
    }
}

/// Where the value of a key is in a configuration; a key that is not there yet is added, and
/// refused later if it is none.
fn place<'t>(tree: &'t mut Value, key: &str) -> Result<&'t mut Value> {
    let (mut at, mut walked) = (tree, "");
    for part in key.split('.') {
        let Value::Object(table) = at else {
            bail!("{key}: there is no such key ({walked} is no table)");
        };
        at = table.entry(part).or_insert_with(|| json!(Map::new()));
        walked = &key[..walked.len() + usize::from(!walked.is_empty()) + part.len()];
    }
    Ok(at)
}

/// What serde found to be wrong after `key` was set, for people.
fn sentence(key: &str, error: &str) -> String {
    if let Some(rest) = error.strip_prefix("unknown field ") {
        let keys = rest.split_once("expected ").map_or("", |(_, keys)| keys);
        let keys = keys.trim_start_matches("one of ").replace('`', "");
        return format!("{key}: there is no such key (there are: {keys})");
    }
    let expected = [
        ("f64", "a number"),
        ("f32", "a number"),
        ("u8", "a whole number from 0 to 255"),
        ("u16", "a whole number from 0 to 65535"),
        ("u32", "a whole number from 0 to 4294967295"),
        ("u64", "a whole number of 0 or more"),
        ("usize", "a whole number of 0 or more"),
        ("a sequence", "an array, such as [64, 64]"),
    ];
    let with = expected.into_iter().find_map(|(name, words)| {
        Some(format!("{}expected {words}", error.strip_suffix(&format!("expected {name}"))?))
    });
    format!("{key}: {}", with.unwrap_or_else(|| error.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Objective, Recipe};

    fn config() -> Config {
        Config::preset("digits8", Recipe::Default).unwrap()
    }

    #[test]
    fn any_key_can_be_set() {
        let mut config = config();
        let before = config.clone();
        for (key, text) in [
            ("training.lr", "2e-4"),
            ("training.generator_lr", ".5"),
            ("training.objective", "hinge"),
            ("training.select", "\"coverage\""),
            ("generator.slope", "0.1"),
            ("discriminator.hidden", "[32, { size = 16, dropout = 0.5 }]"),
            ("discriminator.spectral_norm", "true"),
            ("seed", "18446744073709551615"),
            ("name", "my model"),
        ] {
            config.set(key, value(text)).unwrap();
        }
        let training = &config.training;
        assert_eq!((training.lr, training.generator_lr), (2e-4, Some(0.5)));
        assert_eq!((training.objective, &*training.select), (Objective::Hinge, "coverage"));
        let sizes: Vec<_> = config.discriminator.layers();
        assert_eq!((sizes[0].size, sizes[1].size, sizes[1].dropout), (32, 16, 0.5));
        assert!(config.discriminator.spectral_norm);
        assert_eq!((config.seed, &*config.name), (u64::MAX, "my model"));
        assert_eq!(config.generator.slope, 0.1);
        // All else is as it was, to the last bit.
        let mut back = config;
        back.training.lr = before.training.lr;
        back.training.generator_lr = None;
        back.training.objective = before.training.objective;
        back.training.select.clone_from(&before.training.select);
        back.generator.slope = before.generator.slope;
        back.discriminator = before.discriminator.clone();
        (back.seed, back.name) = (before.seed, before.name.clone());
        assert_eq!(back, before);
    }

    #[test]
    fn a_wrong_key_or_value_is_named_with_what_was_expected() {
        let before = config();
        for (key, text, expected) in [
            ("training.lrr", "1", "training.lrr: there is no such key (there are: batch, shards, "),
            ("traning.lr", "1", "traning.lr: there is no such key (there are: name, seed, "),
            ("training.lr.x", "1", "training.lr.x: there is no such key (training.lr is no table)"),
            ("", "1", ": there is no such key (there are: name"),
            ("training.rate", "1", "training.rate: the key is called training.lr now"),
            (
                "training.lr",
                "fast",
                "training.lr: invalid type: string \"fast\", expected a number",
            ),
            ("training.lr", "inf", "training.lr: expected a finite number"),
            (
                "training.steps",
                "-1",
                "training.steps: invalid value: integer `-1`, expected a whole number of 0 or more",
            ),
            ("training.weight_bits", "300", "expected a whole number from 0 to 255"),
            ("training.objective", "hing", "unknown variant `hing`, expected one of `minimax`"),
            ("generator.hidden", "64", "expected an array, such as [64, 64]"),
            ("generator.hidden", "[\"64\"]", "a layer's size, or a table"),
            ("conditional", "yes", "expected a boolean"),
        ] {
            let mut config = before.clone();
            let error = config.set(key, value(text)).unwrap_err().to_string();
            assert!(error.contains(expected), "{key}={text}: {error}");
            assert_eq!(config, before);
        }
    }

    /// A text cannot bring another key in.
    #[test]
    fn a_text_of_two_lines_is_one_value() {
        assert_eq!(value("1\nsteps = 2"), Value::from("1\nsteps = 2"));
        assert_eq!(value("[1, 2"), Value::from("[1, 2"));
    }
}
