//! How good a generator is, measured on images that gan-core made.
//!
//! [`Judge`] scores images beside real ones; [`evaluate()`] has it judge a blob, the float
//! generator that the blob was made of, or any images, and, as the floor that no generator can be
//! expected to pass, real training images.

pub mod agreement;
pub mod audit;
pub mod classifier;
pub mod collapse;
pub mod evaluate;
pub mod evaluations;
pub mod frechet;
pub mod large;
mod learner;
pub mod memorization;
pub mod modes;
pub mod nearest;
pub mod parzen;
pub mod points;
pub mod prdc;
pub mod quick;
pub mod restore;
pub mod scoring;
pub mod source;
pub mod table;
pub mod until;
pub mod utility;

pub use evaluate::{Question, Report, Scores, Subject, evaluate};
pub use quick::Quick;
pub use scoring::Judge;
