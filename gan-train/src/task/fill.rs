//! The sizes of a task's images, which come from the data.

use super::{Task, damage};
use crate::config::{Config, TaskKind};
use anyhow::{Result, bail, ensure};

/// Completes a configuration's task with the sizes of the data's images, where they are open: those
/// that go in and those that come out, of pairs; else all images are of `target`. Without a task
/// nothing happens.
///
/// # Errors
///
/// Images that the task cannot be made of.
pub fn fill(config: &mut Config, input: Option<[usize; 2]>, target: [usize; 2]) -> Result<()> {
    let Some(task) = &mut config.task else {
        ensure!(input.is_none(), "--targets: goes with --task pairs");
        return Ok(());
    };
    let size = |[width, height]: [usize; 2]| -> Result<[u16; 2]> {
        let [Ok(width), Ok(height)] = [width, height].map(u16::try_from) else {
            bail!("images of {width}x{height} are too large");
        };
        Ok([width, height])
    };
    let target = size(target)?;
    let input = match (task.kind, input) {
        (TaskKind::Pairs, Some(input)) => size(input)?,
        (TaskKind::Pairs, None) => bail!("--targets: --task pairs needs it: the images to make"),
        (kind, Some(_)) => bail!("--targets: goes with --task pairs, not with {}", kind.name()),
        (TaskKind::SuperRes, None) => {
            let scale = task.scale;
            ensure!(
                target.iter().all(|side| side % scale == 0),
                "task.scale: {scale} does not divide the images' {}x{}",
                target[0],
                target[1]
            );
            target.map(|side| side / scale)
        }
        (TaskKind::Inpaint | TaskKind::Stylize, None) => target,
    };
    if task.kind == TaskKind::Inpaint {
        damage::check(task, target)?;
    }
    for (field, kept, found) in [
        ("input_size", &mut task.input_size, input),
        ("target_size", &mut task.target_size, target),
    ] {
        ensure!(
            *kept == [0, 0] || *kept == found,
            "task.{field}: {}x{}, but the data's images make it {}x{}",
            kept[0],
            kept[1],
            found[0],
            found[1]
        );
        *kept = found;
    }
    if config.generator.latent == 0 {
        config.generator.latent = Task::new(task)?.codes() as u16;
    }
    Task::of(config).map(|_| ())
}
