//! Names that keys of `training` had in the version before. This version still reads them from
//! files; the next one will not.

use toml::de::{DeTable, DeValue};

/// Each old name with the new one.
const NAMES: [(&str, &str); 7] = [
    ("held_out", "validation"),
    ("rate", "lr"),
    ("generator_rate", "generator_lr"),
    ("discriminator_rate", "discriminator_lr"),
    ("rate_hold", "lr_hold"),
    ("rate_end", "lr_end"),
    ("clip", "weight_clip"),
];

/// The new name of a key of `training`, if `name` is an old one.
pub(super) fn new_name(name: &str) -> Option<&'static str> {
    NAMES.into_iter().find(|(old, _)| *old == name).map(|(_, new)| new)
}

/// A file's text with the new names for the old ones in the table at `path`, and the pairs that
/// were found. Lines stay lines, so that an error in the new text names the right one. A text that
/// is not TOML stays as it is.
pub(crate) fn with_new_names(
    text: &str,
    path: &[&str],
) -> (String, Vec<(&'static str, &'static str)>) {
    let (mut renamed, mut found) = (text.to_owned(), Vec::new());
    let Ok(root) = DeTable::parse(text) else { return (renamed, found) };
    let mut table = root.get_ref();
    for &name in path {
        match table.get(name).map(|value| value.get_ref()) {
            Some(DeValue::Table(inner)) => table = inner,
            _ => return (renamed, found),
        }
    }
    let mut places: Vec<_> = table
        .keys()
        .filter_map(|key| {
            let names = NAMES.into_iter().find(|(old, _)| *old == key.get_ref().as_ref())?;
            Some((key.span(), names))
        })
        .collect();
    places.sort_by_key(|(span, _)| span.start);
    // From the last on, so that the places before it stay where they are.
    for (span, names) in places.into_iter().rev() {
        renamed.replace_range(span, names.1);
        found.insert(0, names);
    }
    (renamed, found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_names_become_new_ones_wherever_toml_has_them() {
        let path = ["training"];
        let (text, found) = with_new_names(
            "seed = 18446744073709551615 # rate = 1\n[training]\n\
             \"rate\" = 1e-3\nrate_end=0.5\nl1 = 0\n",
            &path,
        );
        let expected =
            "seed = 18446744073709551615 # rate = 1\n[training]\nlr = 1e-3\nlr_end=0.5\nl1 = 0\n";
        assert_eq!(text, expected);
        assert_eq!(found, [("rate", "lr"), ("rate_end", "lr_end")]);
        for (old, new) in [
            (
                "training = { clip = 1, held_out = 0.1 }",
                "training = { weight_clip = 1, validation = 0.1 }",
            ),
            ("training.generator_rate = 2", "training.generator_lr = 2"),
            // In another table they are no old names, and these are no TOML.
            ("rate = 1\n[generator]\nclip = 2", "rate = 1\n[generator]\nclip = 2"),
            ("training = 3", "training = 3"),
            ("[training\nrate = 1", "[training\nrate = 1"),
        ] {
            assert_eq!(with_new_names(old, &path).0, new);
        }
        let run = with_new_names("[config.training]\nrate_hold = 0", &["config", "training"]);
        assert_eq!(run.0, "[config.training]\nlr_hold = 0");
    }
}
