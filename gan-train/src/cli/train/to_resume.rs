//! Which options of `train` go with `--resume`.

/// Options that a run takes at its start only, by clap's names for them.
pub const OF_A_NEW_RUN: [&str; 32] = [
    "task",
    "scale",
    "adversarial",
    "targets",
    "label",
    "categories",
    "scaling",
    "points",
    "window",
    "stride",
    "preset",
    "recipe",
    "config",
    "init_from",
    "name",
    "conditional",
    "unconditional",
    "g_hidden",
    "d_hidden",
    "objective",
    "batch",
    "micro_batch",
    "lr",
    "gamma",
    "ema",
    "set",
    "seed",
    "device",
    "dry_run",
    "out",
    "overwrite",
    "classifier_steps",
];

/// Whether `train --resume` takes an option, by its long name.
pub fn is_taken_to_resume(name: &str) -> bool {
    !OF_A_NEW_RUN.contains(&name.replace('-', "_").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::train::options::{Network, Source, Training};
    use crate::cli::train::{table, task};
    use clap::{Args, Command};

    /// What decides networks, recipe or data is in the run's folder: given again, it would have to
    /// be ignored.
    #[test]
    fn what_decides_a_run_is_not_taken_to_resume_it() {
        let command = Source::augment_args(Command::new("train"));
        let command = Network::augment_args(Training::augment_args(command));
        let command = table::Options::augment_args(task::Options::augment_args(command));
        let names: Vec<_> =
            command.get_arguments().filter_map(|option| option.get_long()).collect();
        assert!(names.len() > 20 && names.contains(&"micro-batch"), "{names:?}");
        for name in names {
            assert!(!is_taken_to_resume(name), "{name}");
        }
        for name in ["steps", "tensorboard", "data-dir", "checkpoint-every"] {
            assert!(is_taken_to_resume(name), "{name}");
        }
    }
}
