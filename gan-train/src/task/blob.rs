//! The task of a blob, as far as its header and the names of its labels say it.

use super::{Task, damage};
use crate::config::{Style, TaskConfig, TaskKind};
use anyhow::{Context, Result, ensure};
use gan_core::Header;
use gan_core::blob::{ImageShape, OutputKind};

/// The kind of task that a blob was trained for: one with a mask paints in, one whose images become
/// a whole number of times larger enlarges, and one whose labels are called as styles draws in
/// them. None if it may be several.
pub fn kind_of(header: &Header<'_>, label_names: &[String]) -> Option<TaskKind> {
    let [input, target] = [header.inputs.image()?, header.image];
    if header.inputs.mask().is_some() {
        return Some(TaskKind::Inpaint);
    }
    if input == target {
        return styles(label_names).map(|_| TaskKind::Stylize);
    }
    scale(input, target).filter(|_| header.classes == 0).map(|_| TaskKind::SuperRes)
}

/// Puts into a task what the blob's header says: its mask, how much it enlarges, its styles.
pub fn complete(task: &mut TaskConfig, header: &Header<'_>, label_names: &[String]) {
    if let Some(mask) = header.inputs.mask() {
        task.mask = mask.width;
    }
    if let Some(scale) = header.inputs.image().and_then(|input| scale(input, header.image)) {
        task.scale = scale;
    }
    if let Some(styles) = styles(label_names) {
        task.styles = styles;
    }
}

/// The task of a blob, of this configuration and the blob's sizes.
///
/// # Errors
///
/// A blob that takes or makes something else than the task has.
pub fn of_blob(task: &TaskConfig, header: &Header<'_>) -> Result<Task> {
    let (kind, input) = (task.kind.name(), header.inputs.image());
    let input =
        input.with_context(|| format!("the task {kind} takes images, and it takes none"))?;
    let mut config = task.clone();
    for (field, size, found) in [
        ("input_size", &mut config.input_size, input),
        ("target_size", &mut config.target_size, header.image),
    ] {
        let [width, height] = *size;
        ensure!(
            *size == [0, 0] || *size == [found.width, found.height],
            "task.{field}: {width}x{height}, but the model's is {}x{}",
            found.width,
            found.height
        );
        *size = [found.width, found.height];
    }
    if config.kind == TaskKind::Inpaint {
        damage::check(&config, config.target_size)?;
    }
    let task = Task::new(&config)?;
    ensure!(
        header.image.channels == 1 && header.outputs == OutputKind::Image,
        "does not make grey images, as models of the task {kind} do"
    );
    ensure!(
        task.inputs() == header.inputs,
        "{} numbers go into it, and {} into models of the task {kind}",
        header.inputs.as_slice().iter().map(|part| part.codes()).sum::<usize>(),
        task.codes()
    );
    let (found, styles) = (header.classes, task.styles());
    ensure!(
        task.config.kind == TaskKind::Pairs || found == styles.unwrap_or(0),
        "has {found} labels, and models of the task {kind} have {}",
        styles.unwrap_or(0)
    );
    Ok(task)
}

/// How many times larger images become, if they do by a whole number.
fn scale(input: ImageShape, target: ImageShape) -> Option<u16> {
    let scale = target.width / input.width.max(1);
    let enlarged = [input.width.checked_mul(scale)?, input.height.checked_mul(scale)?];
    (scale > 1 && enlarged == [target.width, target.height]).then_some(scale)
}

/// The styles of these names, if all of them are called as styles.
fn styles(names: &[String]) -> Option<Vec<Style>> {
    let style = |name: &String| Style::ALL.into_iter().find(|style| style.name() == name);
    names.iter().map(style).collect::<Option<Vec<_>>>().filter(|styles| !styles.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Recipe};
    use gan_core::blob::{InputPart, InputParts, LayerSpecs, MaskShape};

    fn header(
        input: [u16; 2],
        mask: Option<[u16; 2]>,
        classes: u16,
        out: [u16; 2],
    ) -> Header<'static> {
        let shape = |[width, height]: [u16; 2]| ImageShape { width, height, channels: 1 };
        let image = InputPart::Image(shape(input));
        let mask = mask.map(|[width, height]| InputPart::Mask(MaskShape { width, height }));
        let parts: Vec<_> = [Some(image), mask].into_iter().flatten().collect();
        let codes = parts.iter().map(|part| part.codes()).sum::<usize>() as u16;
        let mut header = Header::new("test", codes, classes, shape(out), LayerSpecs::new());
        header.inputs = InputParts::from_slice(&parts).unwrap();
        header
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_header_says_the_kind_where_only_one_suits() {
        let styles = names(&["slant", "bold"]);
        let letters = names(&["a", "b"]);
        for (header, names, kind) in [
            (header([28, 28], Some([7, 7]), 0, [28, 28]), &[][..], Some(TaskKind::Inpaint)),
            (header([7, 5], None, 0, [28, 20]), &[], Some(TaskKind::SuperRes)),
            (header([7, 5], None, 0, [28, 15]), &[], None),
            (header([28, 28], None, 2, [28, 28]), &styles, Some(TaskKind::Stylize)),
            (header([28, 28], None, 2, [28, 28]), &letters, None),
            (header([28, 28], None, 0, [28, 28]), &[], None),
        ] {
            assert_eq!(kind_of(&header, names), kind, "{:?}", header.inputs);
        }
    }

    #[test]
    fn a_task_is_completed_by_the_header_and_checked_against_it() {
        let task = |name: &str| Config::preset(name, Recipe::Default).unwrap().task.unwrap();
        let error = |task: &TaskConfig, header| of_blob(task, &header).unwrap_err().to_string();

        let mut inpaint = task("inpaint");
        let small = header([8, 8], Some([4, 4]), 0, [8, 8]);
        let refused = error(&inpaint, small.clone());
        assert!(refused.starts_with("80 numbers go into it, and 113"), "{refused}");
        complete(&mut inpaint, &small, &[]);
        let found = of_blob(&inpaint, &small).unwrap();
        assert_eq!((found.config().mask, found.codes()), (4, 64 + 16));
        let narrow = header([8, 8], Some([4, 2]), 0, [8, 8]);
        assert!(error(&inpaint, narrow).starts_with("72 numbers go into it, and 80"));

        let mut enlarge = task("super-res-7");
        let twice = header([14, 14], None, 0, [28, 28]);
        assert_eq!(error(&enlarge, twice.clone()), "task.input_size: 14x14 (expected 7x7)");
        complete(&mut enlarge, &twice, &[]);
        assert_eq!(of_blob(&enlarge, &twice).unwrap().config().scale, 2);

        let mut stylize = task("stylize");
        let two = header([28, 28], None, 2, [28, 28]);
        assert_eq!(
            error(&stylize, two.clone()),
            "has 2 labels, and models of the task stylize have 3"
        );
        complete(&mut stylize, &two, &names(&["slant", "bold"]));
        assert_eq!(of_blob(&stylize, &two).unwrap().config().styles, [Style::Slant, Style::Bold]);
    }
}
