//! What `evaluate` found.

use crate::judge::Quick;
use crate::judge::agreement::Agreement;
use crate::judge::classifier::Card;
use crate::judge::large::LargeDistance;
use crate::judge::memorization::Memorization;
use crate::judge::utility::Utility;
use serde::Serialize;

/// What `evaluate` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The model's name, or the folder's.
    pub model: String,
    /// Its images are judged beside these.
    pub data: String,
    /// What the data calls the labels 0, 1, 2 …; none where each is called by its own number.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub label_names: Vec<String>,
    /// Seed of the latents.
    pub seed: u64,
    /// What the images to judge by are.
    pub judged_by: JudgedBy,
    /// Real images to judge by, which neither training nor the classifier saw.
    pub reference: usize,
    /// Training images.
    pub training: usize,
    /// The classifier.
    pub classifier: Card,
    /// Fraction of the real images that the classifier gets right; none without labels.
    pub classifier_accuracy: Option<f64>,
    /// int8 against float, if the run is there.
    pub agreement: Option<Agreement>,
    /// The blob's images; of a blob of floats they are in `float`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub int8: Option<Scores>,
    /// The float generator's images, of the same latents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub float: Option<Scores>,
    /// The images of a folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<Scores>,
    /// As many real training images in the generator's place; their accuracy and memorization are
    /// those of the images to judge by.
    pub real: Scores,
    /// What classifiers learn from the images, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utility: Option<Utility>,
}

/// Where the images to judge by are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgedBy {
    /// The data's test images.
    Test,
    /// Those training images that the run held out, to choose recipes by.
    HeldOut,
    /// A tenth of the training images, because the data has no test images.
    Tenth,
}

/// How good images are.
#[derive(Debug, Clone, Serialize)]
pub struct Scores {
    /// How many.
    pub samples: usize,
    /// Beside the images to judge by.
    #[serde(flatten)]
    pub quick: Quick,
    /// Beside half of the training images, in larger numbers; none if there are too few.
    pub large: Option<LargeDistance>,
    /// Beside the training images.
    pub memorization: Memorization,
}
