//! What a synthetic data set is worth in the place of real data, and what it gives away of them.
//!
//! docs/synthetic-data.md derives the formulas and states the rules of the verdict.

pub mod attack;
pub mod closest;
pub mod duplicates;
mod verdict;

pub use verdict::Verdict;

use super::classifier::Classifier;
use super::evaluate::{self, Question as Evaluation, Scores, Subject};
use super::utility::{Few, Utility, few};
use crate::data::{Dataset, Split};
use anyhow::{Result, ensure};
use attack::Attack;
use closest::Closest;
use duplicates::Duplicates;
use gan_tools::images::Images;
use serde::Serialize;

/// What is asked of [`audit`].
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// Images of each kind whose nearest neighbours are looked for, at most.
    pub samples: usize,
    /// Classifiers of each kind to train; none leaves utility out.
    pub classifiers: u32,
    /// Real images of somebody who has few; none leaves that out.
    pub few: Option<usize>,
}

/// The three sets.
#[derive(Debug, Clone, Copy)]
pub struct Sets<'a> {
    /// The real images, of which only those to train on count.
    pub real: &'a Dataset,
    /// Real images that the generator did not see, and what they are called.
    pub held_out: (&'a Split, &'a str),
    /// Whether that is known of them.
    pub unseen: bool,
    /// The synthetic images, their labels the real ones', and what they are called.
    pub synthetic: (&'a Split, &'a str),
}

/// What a synthetic set gives away of the records that its generator was trained on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Privacy {
    /// How near the synthetic records are to the training records.
    pub closest: Closest,
    /// Whether the nearest synthetic record tells a training record from a held-out one.
    pub attack: Attack,
    /// The same with real records in the place of the synthetic ones.
    pub control: Attack,
    /// Records that are there twice.
    pub duplicates: Duplicates,
}

impl Privacy {
    /// Measures it, by up to `samples` records of each kind.
    pub fn measure(train: &Split, held_out: &Split, made: &Split, samples: usize) -> Self {
        Self {
            closest: Closest::measure(train, held_out, made, samples),
            attack: Attack::measure(train, held_out, &made.images, samples),
            control: Attack::control(train, held_out, made.images.count, samples),
            duplicates: Duplicates::count(train, held_out, made, samples),
        }
    }
}

/// The data sheet of a synthetic set.
#[derive(Debug, Serialize)]
pub struct Audit {
    /// The name of the synthetic set.
    pub synthetic: String,
    /// The name of the real one.
    pub real: String,
    /// The name of the held-out images.
    pub held_out: String,
    /// Whether the generator is known not to have seen these.
    pub unseen: bool,
    /// Images: synthetic, training, held-out.
    pub images: [usize; 3],
    /// A label's name, its synthetic and its training images; empty without labels.
    pub classes: Vec<(String, u64, u64)>,
    /// What `evaluate` says of the synthetic images, beside the held-out ones.
    pub scores: Scores,
    /// The same of as many training images.
    pub real_scores: Scores,
    /// What classifiers learn from the synthetic images in the place of the real ones.
    pub utility: Option<Utility>,
    /// What they add to few real images.
    pub few: Option<Few>,
    /// What the set gives away.
    #[serde(flatten)]
    pub privacy: Privacy,
    /// What all of it comes to.
    pub verdict: Verdict,
    /// The pictures of the page.
    #[serde(skip)]
    pub pictures: Pictures,
}

/// Images that the page shows.
#[derive(Debug)]
pub struct Pictures {
    /// Some of the synthetic images.
    pub synthetic: Images,
    /// Columns of these.
    pub columns: usize,
    /// The synthetic images that are nearest to a training image, then those training images.
    pub closest: Images,
}

/// Measures everything.
///
/// # Errors
///
/// Images of several sizes, too few of them, or what [`evaluate()`](super::evaluate()) refuses.
pub fn audit(
    sets: Sets<'_>,
    classifier: Option<Classifier>,
    make_classifier: impl FnOnce(&Split) -> Result<Classifier>,
    question: Question,
) -> Result<Audit> {
    let Sets { real, held_out: (held_out, held_out_name), unseen, synthetic: (made, name) } = sets;
    let train = &real.train;
    for (count, what) in [(held_out.images.count, held_out_name), (made.images.count, name)] {
        ensure!(count >= 20, "{what}: {count} images (expected 20 or more)");
    }
    let labelled = [train, held_out, made].iter().all(|split| split.labels.is_some());
    let beside = Dataset { test: Some(held_out.clone()), ..real.clone() };
    let tstr = (labelled && question.classifiers > 0).then_some(question.classifiers);
    let evaluation = Evaluation { tstr, ..Evaluation::default() };
    let subject = Subject::Images(made, name);
    let report = evaluate::evaluate(subject, &beside, classifier, make_classifier, evaluation)?;
    let few_of = |count: usize| few(train, made, held_out, count, question.classifiers);
    let few = match question.few {
        Some(count) if tstr.is_some() && count < train.images.count => Some(few_of(count)?),
        _ => None,
    };
    let scores = report.images.expect("images were judged");

    let privacy = Privacy::measure(train, held_out, made, question.samples);
    let verdict = Verdict::of(&privacy, unseen, (report.utility.as_ref(), few.as_ref()));
    let pictures = Pictures::new(train, made, &privacy.closest);
    Ok(Audit {
        synthetic: name.into(),
        real: real.name.clone(),
        held_out: held_out_name.into(),
        unseen,
        images: [made.images.count, train.images.count, held_out.images.count],
        classes: classes(real, made),
        scores,
        real_scores: report.real,
        utility: report.utility,
        few,
        privacy,
        verdict,
        pictures,
    })
}

/// The images of each label, if both sets have labels.
fn classes(real: &Dataset, made: &Split) -> Vec<(String, u64, u64)> {
    let (mut of_made, of_train) = (made.label_counts(), real.train.label_counts());
    if of_made.is_empty() || of_train.is_empty() {
        return Vec::new();
    }
    of_made.resize(of_train.len(), 0);
    let name = |label: usize| real.label_names.get(label).cloned().unwrap_or(label.to_string());
    let counts = of_made.into_iter().zip(of_train).enumerate();
    counts.map(|(label, (made, train))| (name(label), made, train)).collect()
}

impl Pictures {
    /// Images shown of the set, and columns.
    const SHOWN: (usize, usize) = (100, 20);

    fn new(train: &Split, made: &Split, closest: &Closest) -> Self {
        let (shown, columns) = Self::SHOWN;
        let count = made.images.count.min(shown) as u32;
        let pairs = &closest.pairs;
        let of_made: Vec<u32> = pairs.iter().map(|pair| pair.synthetic as u32).collect();
        let of_train: Vec<u32> = pairs.iter().map(|pair| pair.training as u32).collect();
        let (first, second) = (made.pick(&of_made).images, train.pick(&of_train).images);
        let pixels = [first.pixels, second.pixels].concat();
        Self {
            synthetic: made.pick(&(0..count).collect::<Vec<_>>()).images,
            columns,
            closest: Images { count: 2 * pairs.len(), pixels, ..made.images },
        }
    }
}

#[cfg(test)]
mod tests;
