//! What a classifier is trained on.

use crate::data::Split;
use anyhow::Result;
use std::borrow::Cow;

/// The images of each epoch, with labels. All epochs have as many, of one size.
#[derive(Clone, Copy)]
pub enum Source<'a> {
    /// The same in every epoch.
    Same(&'a Split),
    /// Those that the function gives for an epoch, from 0.
    Fresh(&'a dyn Fn(u64) -> Result<Split>),
}

impl<'a> Source<'a> {
    /// The images of an epoch.
    ///
    /// # Errors
    ///
    /// Those of the function.
    pub fn epoch(&self, epoch: u64) -> Result<Cow<'a, Split>> {
        match self {
            Self::Same(split) => Ok(Cow::Borrowed(split)),
            Self::Fresh(make) => make(epoch).map(Cow::Owned),
        }
    }
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Same(_) => "Same",
            Self::Fresh(_) => "Fresh",
        })
    }
}
