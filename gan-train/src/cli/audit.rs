//! `gan-train audit`, and the data sheet of `gan-train synth --report`.

pub mod table;
mod text;

pub use text::{of_rows, text};

use super::classifier::ToJudgeBy;
use super::dataset;
use anyhow::{Context, Result, ensure};
use clap::{Args, value_parser};
use gan_tools::files::atomic;
use gan_tools::images::Images;
use gan_tools::say;
use gan_train::data::{Dataset, Split};
use gan_train::judge::audit::{Audit as DataSheet, Question, Sets, audit};
use gan_train::judge::scoring::crop;
use gan_train::report;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Measure what a synthetic data set is worth in the place of real data, and what it gives away of
/// them
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan-train audit mnist synthetic -o audit.html
  gan-train audit real synthetic --held-out kept --few 1000 --json
  gan-train audit real.csv synthetic.csv --label class -o audit.html

REAL is what the generator was trained on; its test images are the held-out ones unless others are
given. docs/synthetic-data.md says what the numbers mean, and what they do not promise.")]
pub struct Audit {
    /// What the generator was trained on: `digits`, `mnist`, a folder or file of images, or a
    /// table, which is a CSV file or a built-in one
    #[arg(value_name = "REAL")]
    real: String,
    /// The synthetic images or rows: a folder or file, by whatever made them
    #[arg(value_name = "SYNTHETIC")]
    synthetic: String,
    /// Folder with MNIST's four files
    #[arg(long)]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    table: table::Options,
    #[command(flatten)]
    sheet: Sheet,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Also write a page
    #[arg(short, long, value_name = "FILE.html")]
    out: Option<PathBuf>,
}

/// How a data sheet is made.
#[derive(Debug, Args)]
#[command(next_help_heading = "Data sheet")]
pub struct Sheet {
    /// Real images that the generator did not see [default: the test images, else a tenth of the
    /// real ones, which it may have seen]
    #[arg(long, value_name = "REAL2")]
    held_out: Option<String>,
    /// Images of each kind whose nearest neighbours are looked for
    #[arg(long, default_value_t = 5000, value_parser = value_parser!(u32).range(20..=1_000_000))]
    samples: u32,
    /// Classifiers of each kind that are trained for TSTR, TRTS and --few, some minutes for each;
    /// 0 leaves them out
    #[arg(
        long,
        value_name = "CLASSIFIERS",
        default_value_t = 3,
        value_parser = value_parser!(u32).range(0..=100)
    )]
    tstr: u32,
    /// Also train classifiers on so many real images alone, and on these with the synthetic ones;
    /// 0 leaves that out
    #[arg(long, value_name = "IMAGES", default_value_t = 1000)]
    few: u32,
    #[command(flatten)]
    classifier: ToJudgeBy,
}

impl Audit {
    pub fn run(self) -> Result<ExitCode> {
        if let Some(out) = &self.out {
            report::folder::check_output(out)?;
        }
        if let Some((real, made, sheet)) = self.of_tables()? {
            self.check_output(&real, &made)?;
            let page = report::audit::rows::page(&sheet);
            return self.write(&page, &sheet, &of_rows(&sheet));
        }
        let real = dataset::open(&self.real, self.data_dir.as_deref(), false)?;
        let made = dataset::open(&self.synthetic, None, false)?;
        self.check_output(&real, &made)?;
        let names = (self.synthetic.as_str(), &made.label_names[..]);
        let sheet = self.sheet.measure(&real, names, made.train)?;
        self.write(&report::audit::page(&sheet)?, &sheet, &text(&sheet))
    }

    /// Refuses to write the page in the place of one of the data's files.
    fn check_output(&self, real: &Dataset, made: &Dataset) -> Result<()> {
        let out = self.out.iter();
        out.flat_map(|out| [(real, out), (made, out)])
            .try_for_each(|(data, out)| dataset::check_output(data, out))
    }

    /// Writes the page, if that was asked for, and prints the sheet.
    fn write(&self, page: &str, sheet: &impl Serialize, text: &str) -> Result<ExitCode> {
        if let Some(out) = &self.out {
            atomic::write(out, page.as_bytes())?;
            say!("{}: the data sheet of {}", out.display(), self.synthetic);
        }
        match self.json {
            true => super::print(&(serde_json::to_string_pretty(sheet)? + "\n"))?,
            false => super::print(text)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Sheet {
    /// Measures a synthetic set, of this name, whose labels are called so.
    pub fn measure(
        &self,
        real: &Dataset,
        (name, label_names): (&str, &[String]),
        made: Split,
    ) -> Result<DataSheet> {
        let made = Split {
            labels: same_labels(made.labels, label_names, real).with_context(|| name.to_owned())?,
            images: of_size(&made.images, real).with_context(|| name.to_owned())?,
        };
        let mut real = real.clone();
        let (held_out, held_out_name, unseen) = match &self.held_out {
            Some(path) => {
                let set = dataset::open(path, None, false)?;
                let named = || format!("--held-out {path}");
                let split = set.train;
                let labels = same_labels(split.labels.clone(), &set.label_names, &real);
                let labels = labels.with_context(named)?;
                let images = of_size(&split.images, &real).with_context(named)?;
                (Split { images, labels }, path.clone(), true)
            }
            None => dataset::take_held_out(&mut real, " (--held-out)"),
        };
        let classifier = self.classifier.read(&real)?;
        let sets = Sets {
            real: &real,
            held_out: (&held_out, &held_out_name),
            unseen,
            synthetic: (&made, name),
        };
        let question = Question {
            samples: self.samples as usize,
            classifiers: self.tstr,
            few: (self.few > 0).then_some(self.few as usize),
        };
        audit(sets, classifier, self.classifier.train(), question)
    }
}

/// The images, of the real ones' size: a border of the generator's is cut off.
fn of_size(images: &Images, real: &Dataset) -> Result<Images> {
    let like = &real.train.images;
    Ok(crop(images, like.width, like.height)?.into_owned())
}

/// The labels as the real images have them: those of the same names.
fn same_labels(
    labels: Option<Vec<u8>>,
    names: &[String],
    real: &Dataset,
) -> Result<Option<Vec<u8>>> {
    let Some(labels) = labels else { return Ok(None) };
    let classes = real.train.classes();
    if classes == 0 {
        return Ok(None);
    }
    let name =
        |names: &[String], label: usize| names.get(label).cloned().unwrap_or(label.to_string());
    let known: Vec<String> =
        (0..classes.into()).map(|label| name(&real.label_names, label)).collect();
    let most = labels.iter().copied().max().map_or(0, |most| usize::from(most) + 1);
    let places: Vec<Option<u8>> = (0..most)
        .map(|label| {
            let wanted = name(names, label);
            known.iter().position(|known| *known == wanted).map(|place| place as u8)
        })
        .collect();
    let label = |&label: &u8| {
        places[usize::from(label)].with_context(|| {
            format!(
                "label {}: {} has none of that name (it has {})",
                name(names, label.into()),
                real.name,
                known.join(", ")
            )
        })
    };
    let labels = labels.iter().map(label).collect::<Result<Vec<u8>>>()?;
    ensure!(!labels.is_empty(), "there are no labels");
    Ok(Some(labels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_train::data::digits;

    #[test]
    fn labels_go_by_their_names() {
        let mut real = digits().unwrap();
        let same = |labels: &[u8], names: &[&str], real: &Dataset| {
            let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
            same_labels(Some(labels.to_vec()), &names, real)
        };
        assert_eq!(same(&[9, 0], &[], &real).unwrap(), Some(vec![9, 0]));
        // A set without zeros: its first label is called 1.
        assert_eq!(same(&[0, 1], &["1", "3"], &real).unwrap(), Some(vec![1, 3]));
        real.label_names = "abcdefghij".chars().map(String::from).collect();
        assert_eq!(same(&[1, 0], &["j", "b"], &real).unwrap(), Some(vec![1, 9]));
        let error = same(&[0], &["z"], &real).unwrap_err().to_string();
        assert!(error.starts_with("label z: digits has none of that name"), "{error}");
        assert_eq!(same_labels(None, &[], &real).unwrap(), None);
    }
}
