//! What is not the same in several configurations.

use crate::trainer::checkpoint::RunConfig;
use std::collections::{BTreeMap, BTreeSet};
use toml::Value;

/// The fields whose values differ, each with a value a run; none where a run lacks the field.
pub fn of<'r>(runs: impl Iterator<Item = &'r RunConfig>) -> Vec<(String, Vec<Option<String>>)> {
    let flat = |run: &RunConfig| {
        let mut fields = BTreeMap::new();
        if let Ok(value) = Value::try_from(run) {
            flatten("", &value, &mut fields);
        }
        fields
    };
    let runs: Vec<BTreeMap<String, String>> = runs.map(flat).collect();
    let names: BTreeSet<&String> = runs.iter().flat_map(BTreeMap::keys).collect();
    let values = |name: &String| runs.iter().map(|run| run.get(name).cloned()).collect();
    let rows = names.into_iter().map(|name| (name.clone(), values(name)));
    rows.filter(|(_, values): &(String, Vec<Option<String>>)| values.iter().any(|value| *value != values[0])).collect()
}

/// `training.rate = 0.001` and the like: tables become prefixes. Everything but where the data is lies in `config`, which
/// needs no naming.
fn flatten(prefix: &str, value: &Value, fields: &mut BTreeMap<String, String>) {
    let Value::Table(table) = value else {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        fields.insert(prefix.to_owned(), text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_listed() {
        let text = "data = \"digits\"\n[config]\nname = \"a\"\ngenerator = { latent = 8, hidden = [4, 4] }\n\
                    discriminator = { hidden = [5] }\ntraining = { steps = 10 }\n";
        let a: RunConfig = toml::from_str(text).unwrap();
        let b: RunConfig = toml::from_str(&text.replace("[4, 4]", "[4]").replace("steps = 10", "steps = 20")).unwrap();
        let c: RunConfig = toml::from_str(&text.replace("[config]", "data_dir = \"x\"\n[config]")).unwrap();
        let some = |texts: [&str; 2]| texts.map(|text| Some(text.to_owned())).to_vec();
        let expected = [("generator.hidden", ["[4, 4]", "[4]"]), ("training.steps", ["10", "20"])];
        assert_eq!(of([&a, &b].into_iter()), expected.map(|(name, values)| (name.to_owned(), some(values))));
        assert_eq!(of([&a, &c].into_iter()), [("data_dir".to_owned(), vec![None, Some("x".to_owned())])]);
        assert_eq!(of([&a, &a].into_iter()), []);
    }
}
