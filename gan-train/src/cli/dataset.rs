//! Opens a data set, with a bar on stderr for what has to be downloaded.

use super::task;
use anyhow::{Context, Result, ensure};
use gan_core::Generator;
use gan_tools::files::labels::LabelNames;
use gan_tools::files::refuse_input;
use gan_tools::progress::{Progress, Unit};
use gan_tools::say;
use gan_train::data::table::{self, is_table};
use gan_train::data::{self, Dataset, Split, stacked};
use gan_train::train::folder::{CONFIG, RunConfig};
use std::path::{Path, PathBuf};

/// Data sets that are no files of people's own.
const BUILT_IN: [&str; 3] = ["digits", "mnist", stacked::NAME];

/// Opens a data set, as [`data::open`] does it, and transposes its images if that is asked for.
pub fn open(name: &str, data_dir: Option<&Path>, transpose: bool) -> Result<Dataset> {
    ensure!(
        !transpose || !BUILT_IN.contains(&name),
        "--transpose: the images of --data {name} are upright"
    );
    ensure!(
        !is_table(name),
        "--data {name}: is a table, and images are expected (train, synth and audit take tables)"
    );
    let dataset = opened(name, data_dir)?;
    if transpose {
        return Ok(dataset.transposed());
    }
    let of_emnist = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("emnist-"))
    };
    if dataset.files.iter().any(of_emnist) {
        say!("note: EMNIST's files have every image transposed: --transpose turns them upright");
    }
    Ok(dataset)
}

fn opened(name: &str, data_dir: Option<&Path>) -> Result<Dataset> {
    // The bar of the file that is being downloaded; the one before goes when it is replaced.
    let mut current: Option<(String, Progress)> = None;
    data::open(name, data_dir, &mut |file, done, whole| match &mut current {
        Some((shown, progress)) if shown == file => progress.show(done, file),
        _ => {
            let whole = (whole > 0).then_some(whole);
            current = Some((file.to_owned(), Progress::new(Unit::Bytes, whole, done)));
        }
    })
}

/// Notes in a run's configuration where its data is, if the command line says so. A folder's path
/// becomes absolute, as a later command may start elsewhere.
pub fn locate(run: &mut RunConfig, data: Option<&str>, data_dir: Option<&Path>) -> Result<()> {
    if let Some(data) = data {
        let stored = stored(data)?;
        if stored != run.data {
            run.data_dir = None;
        }
        run.data = stored;
    }
    if let Some(folder) = data_dir {
        run.data_dir = Some(absolute(folder)?);
    }
    Ok(())
}

/// Opens the data of the run in `folder`.
pub fn of_run(run: &RunConfig, folder: &Path) -> Result<Dataset> {
    let opened = rows_of(run).and_then(|dataset| {
        check_same_names(&dataset, &run.label_names, folder)?;
        Ok(dataset)
    });
    opened.with_context(|| {
        format!(
            "the data of {} ({}); --data says where it is now",
            folder.join(CONFIG).display(),
            run.data
        )
    })
}

/// What a run was trained on.
fn rows_of(run: &RunConfig) -> Result<Dataset> {
    if let Some(columns) = &run.config.table {
        return Ok(table::open(&run.data, columns)?.0);
    }
    let targets = run.targets.as_deref();
    Ok(task::open(&run.data, run.data_dir.as_deref(), run.transpose, targets)?.dataset)
}

/// Refuses data whose labels are called otherwise than those of a blob, as far as a file beside the
/// blob says what its are called: label 0 of the one would be another's of the other.
pub fn check_names(dataset: &Dataset, blob: &Path, generator: &Generator<'_>) -> Result<()> {
    let names = LabelNames::beside(blob, generator.crc(), generator.classes())?;
    if names.is_empty() {
        return Ok(());
    }
    check_same_names(dataset, names.as_slice(), blob)
}

/// Refuses data whose labels are called otherwise than these, of a run or a blob.
pub fn check_same_names(dataset: &Dataset, names: &[String], of: &Path) -> Result<()> {
    ensure!(
        dataset.label_names == names,
        "--data {}: its labels are {}, and those of {} are {}",
        dataset.name,
        shown(&dataset.label_names),
        of.display(),
        shown(names)
    );
    Ok(())
}

/// The names of labels, for messages.
fn shown(names: &[String]) -> String {
    if names.is_empty() { "0, 1, 2 ...".into() } else { names.join(", ") }
}

/// Real images that a generator is not known to have seen, what they are called, and whether it is
/// known not to have: the test images, or else a tenth of the training images, which is taken from
/// them. `hint` is what the note about that ends in.
pub fn take_held_out(real: &mut Dataset, hint: &str) -> (Split, String, bool) {
    if let Some(test) = real.test.take() {
        return (test, "its test images".into(), true);
    }
    say!(
        "note: {} has no test images, so a tenth of it counts as held out: the generator may have \
         seen it{hint}",
        real.name
    );
    let (tenth, others) = real.train.tenth_and_others();
    real.train = others;
    (tenth, "a tenth of them".into(), false)
}

/// Refuses to write a file in the place of one of the data's.
pub fn check_output(dataset: &Dataset, output: &Path) -> Result<()> {
    dataset.files.iter().try_for_each(|file| refuse_input(output, file))
}

/// Refuses a run's folder in which data lies, or that would be data: a run has pictures, and a
/// folder of pictures is a class.
pub fn check_run_folder(dataset: &Dataset, folder: &Path) -> Result<()> {
    // The folder need not be there yet.
    let Some(folder_above) = folder.ancestors().find(|folder| folder.exists()) else {
        return Ok(());
    };
    let above = absolute(folder_above)?;
    let mut folders: Vec<&Path> = dataset.files.iter().filter_map(|file| file.parent()).collect();
    folders.dedup();
    for data in folders {
        let data = absolute(if data == "" { Path::new(".") } else { data })?;
        ensure!(
            above != data || folder_above != folder,
            "--out {}: the data is in it: give another folder",
            folder.display()
        );
    }
    let is_picture = |file: &PathBuf| {
        file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png"))
    };
    let of_pictures = dataset.files.first().is_some_and(is_picture);
    ensure!(
        !of_pictures || !above.starts_with(absolute(Path::new(&dataset.name))?),
        "--out {}: is in the folder of the pictures, where its own would be read as data: give \
         another folder",
        folder.display()
    );
    Ok(())
}

/// What `config.toml` calls a data set: the name of a built-in one or of MNIST, or a folder's or
/// file's absolute path. A file keeps its name, which says what is in it, wherever a link of that
/// name leads.
pub fn stored(data: &str) -> Result<String> {
    let path = Path::new(data);
    Ok(match path.file_name() {
        _ if BUILT_IN.contains(&data) || table::built_in(data).is_some() => data.into(),
        Some(name) if path.is_file() => {
            let folder = path.parent().filter(|folder| *folder != "").unwrap_or(Path::new("."));
            absolute(folder)?.join(name).display().to_string()
        }
        _ => absolute(path)?.display().to_string(),
    })
}

pub fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize().with_context(|| format!("{}: cannot be found", path.display()))
}
