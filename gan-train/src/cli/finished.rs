//! What a command does when a run has come to its end.

use super::{dataset, thousands};
use anyhow::Result;
use gan_tools::files::atomic;
use gan_tools::picture::grid;
use gan_tools::samples::Samples;
use gan_tools::say;
use gan_train::export;
use gan_train::judge::restore::{Drawing, judged};
use gan_train::report::{folder, page};
use gan_train::train::Trainer;
use gan_train::train::checkpoint::Which;
use gan_train::train::folder::RunConfig;
use std::path::Path;
use std::process::ExitCode;

/// Weights of a generator whose page takes long, as it is drawn by gan-core.
const LARGE: usize = 20_000_000;
/// Width of a task's picture, about.
const WIDTH: usize = 960;

/// Writes the sample grid and the report, and says what comes next.
pub fn finish(folder: &Path, trainer: Trainer) -> Result<ExitCode> {
    let (step, seconds, config) =
        (trainer.state().step, trainer.state().seconds, trainer.config().clone());
    // A network of a gigabyte should not be in memory twice.
    drop(trainer);
    if config.task.is_some() {
        return of_task(folder, step, seconds);
    }
    if config.table.is_some() {
        return of_table(folder, &config.name, step, seconds);
    }
    let (float, _) = export::generator(folder, &config, Which::Best)?;
    let samples = Samples::new(config.seed, 100, float.latent_len, float.classes);
    grid::write(
        &folder.join(folder::SAMPLES),
        &float.images(&samples),
        grid::columns(float.classes),
    )?;
    let weights: usize = float.layers.iter().map(|layer| layer.weights.len()).sum();
    drop(float);
    if weights > LARGE {
        say!(
            "note: no {} yet: gan-train report {} takes minutes for a generator of this size",
            page::FILE,
            folder.display()
        );
    } else if let Err(error) = page::write(folder, &dataset::of_run) {
        // The training is done and saved, whatever becomes of its page.
        say!("warning: no {}: {error:#}", page::FILE);
    }
    let (shown, name) = (folder.display(), &config.name);
    say!(
        "trained {} steps in {seconds:.1} s; next: gan-train quantize {shown} -o {name}.gan",
        thousands(step)
    );
    super::print(&format!("{shown}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// The same for a run with a task: its picture is of the data's images.
fn of_task(folder: &Path, step: u64, seconds: f64) -> Result<ExitCode> {
    let run = RunConfig::read(folder)?;
    let (task, generator, _) = export::task::generator(folder, &run.config, Which::Best)?;
    let dataset = dataset::of_run(&run, folder)?;
    let drawing = Drawing::new(&task, &dataset.train, &judged(&dataset), run.config.seed)?;
    let picture = drawing.picture(generator.images(&drawing.cases.samples()));
    atomic::write(&folder.join(folder::SAMPLES), &picture.enlarged_to(WIDTH).to_png()?)?;
    if let Err(error) = page::write(folder, &|_, _| Ok(dataset.clone())) {
        say!("warning: no {}: {error:#}", page::FILE);
    }
    let shown = folder.display();
    say!(
        "trained {} steps in {seconds:.1} s; next: gan-train evaluate {shown}, and gan-train \
         quantize {shown} -o {}.gan",
        thousands(step),
        run.config.name
    );
    super::print(&format!("{shown}\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// The same for a run of a table, which has no pictures.
fn of_table(folder: &Path, name: &str, step: u64, seconds: f64) -> Result<ExitCode> {
    if let Err(error) = page::write(folder, &dataset::of_run) {
        say!("warning: no {}: {error:#}", page::FILE);
    }
    let shown = folder.display();
    say!(
        "trained {} steps in {seconds:.1} s; next: gan-train synth {shown} --count 1000 \
         --proportions data --report -o {name}-synthetic, and gan-train quantize {shown} -o \
         {name}.gan",
        thousands(step)
    );
    super::print(&format!("{shown}\n"))?;
    Ok(ExitCode::SUCCESS)
}
