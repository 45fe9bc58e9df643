//! What is not the same in several configurations.

use crate::train::folder::RunConfig;
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The fields whose values differ, each with a value a run; none where a run lacks the field.
///
/// # Errors
///
/// A path that is not UTF-8.
pub fn of<'r>(
    runs: impl Iterator<Item = &'r RunConfig>,
) -> Result<Vec<(String, Vec<Option<String>>)>> {
    let flat = |run: &RunConfig| {
        let mut fields = BTreeMap::new();
        // Not a TOML value, which holds no seeds of 2^63 and more, though TOML's text does.
        let value = serde_json::to_value(run)
            .with_context(|| format!("{}: its configuration cannot be shown", run.config.name))?;
        flatten("", &value, &mut fields);
        Ok(fields)
    };
    let runs: Vec<BTreeMap<String, String>> = runs.map(flat).collect::<Result<_>>()?;
    let names: BTreeSet<&String> = runs.iter().flat_map(BTreeMap::keys).collect();
    let values = |name: &String| runs.iter().map(|run| run.get(name).cloned()).collect();
    let rows = names.into_iter().map(|name| (name.clone(), values(name)));
    Ok(rows
        .filter(|(_, values): &(String, Vec<Option<String>>)| {
            values.iter().any(|value| *value != values[0])
        })
        .collect())
}

/// `training.lr = 0.001` and the like: tables become prefixes. Everything but where the data is
/// lies in `config`, which needs no naming.
fn flatten(prefix: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    let Value::Object(table) = value else {
        fields.insert(prefix.to_owned(), text(value));
        return;
    };
    for (name, value) in table {
        let name = match prefix {
            "" | "config" => name.clone(),
            prefix => format!("{prefix}.{name}"),
        };
        flatten(&name, value, fields);
    }
}

/// About as in the file.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            format!("[{}]", values.iter().map(text).collect::<Vec<_>>().join(", "))
        }
        Value::Object(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|(name, value)| format!("{name} = {}", text(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_listed() {
        let text = "data = \"digits\"\n[config]\nname = \"a\"\n\
                    generator = { latent = 8, hidden = [4, 4] }\n\
                    discriminator = { hidden = [5] }\ntraining = { steps = 10 }\n";
        let a: RunConfig = toml::from_str(text).unwrap();
        let b: RunConfig =
            toml::from_str(&text.replace("[4, 4]", "[4]").replace("steps = 10", "steps = 20"))
                .unwrap();
        let c: RunConfig =
            toml::from_str(&text.replace("[config]", "data_dir = \"x\"\n[config]")).unwrap();
        let some = |texts: [&str; 2]| texts.map(|text| Some(text.to_owned())).to_vec();
        let expected = [("generator.hidden", ["[4, 4]", "[4]"]), ("training.steps", ["10", "20"])];
        assert_eq!(
            of([&a, &b].into_iter()).unwrap(),
            expected.map(|(name, values)| (name.to_owned(), some(values)))
        );
        assert_eq!(
            of([&a, &c].into_iter()).unwrap(),
            [("data_dir".to_owned(), vec![None, Some("x".to_owned())])]
        );
        assert_eq!(of([&a, &a].into_iter()).unwrap(), []);

        // A seed that TOML's text holds, but not its value.
        let seed = text.replace("[config]", "[config]\nseed = 18446744073709551615");
        let d: RunConfig =
            toml::from_str(&seed.replace("[4, 4]", "[{ size = 4, dropout = 0.5 }]")).unwrap();
        let hidden =
            ("generator.hidden".to_owned(), some(["[4, 4]", "[{ dropout = 0.5, size = 4 }]"]));
        assert_eq!(
            of([&a, &d].into_iter()).unwrap(),
            [hidden, ("seed".to_owned(), some(["0", "18446744073709551615"]))]
        );
    }
}
