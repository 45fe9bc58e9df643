//! The layers of a header, in an array of fixed size so that a constant can hold a header.

use super::{Activation, Element, LayerSpec, MAX_LAYERS};
use core::fmt;
use core::ops::{Deref, DerefMut};

/// The layers of a header, first to last: a slice of at most [`MAX_LAYERS`] [`LayerSpec`]s.
///
/// ```
/// use gan_core::blob::{LayerSpecs, MAX_LAYERS};
/// assert!(LayerSpecs::new().is_empty());
/// use gan_core::{Activation, Element, LayerSpec};
/// let spec = LayerSpec::new(2, 2, Element::I8, Activation::Relu);
/// assert_eq!(LayerSpecs::from_slice(&[spec; 3]).map(|layers| layers.len()), Some(3));
/// assert!(LayerSpecs::from_slice(&[spec; MAX_LAYERS + 1]).is_none());
/// ```
#[derive(Clone, Copy)]
pub struct LayerSpecs {
    /// Those from `len` on mean nothing.
    specs: [LayerSpec; MAX_LAYERS],
    len: usize,
}

impl LayerSpecs {
    /// No layers.
    pub const fn new() -> Self {
        const NONE: LayerSpec = LayerSpec::new(0, 0, Element::I8, Activation::Linear);
        Self { specs: [NONE; MAX_LAYERS], len: 0 }
    }

    /// These layers; `None` if there are more than [`MAX_LAYERS`].
    pub const fn from_slice(mut specs: &[LayerSpec]) -> Option<Self> {
        let mut all = Self::new();
        while let [spec, rest @ ..] = specs {
            if !all.push(*spec) {
                return None;
            }
            specs = rest;
        }
        Some(all)
    }

    /// Appends a layer. It returns `false`, and changes nothing, if there are [`MAX_LAYERS`]
    /// already.
    #[must_use = "there may be no room"]
    pub const fn push(&mut self, spec: LayerSpec) -> bool {
        match self.specs.split_at_mut_checked(self.len) {
            Some((_, [next, ..])) => {
                *next = spec;
                self.len += 1;
                true
            }
            _ => false,
        }
    }

    /// Leaves the first `len` layers, or all if there are not so many.
    pub const fn truncate(&mut self, len: usize) {
        if len < self.len {
            self.len = len;
        }
    }

    /// The layers as a slice.
    pub const fn as_slice(&self) -> &[LayerSpec] {
        // The length is never more than the array's, which the compiler need not see.
        match self.specs.split_at_checked(self.len) {
            Some((specs, _)) => specs,
            None => &[],
        }
    }
}

impl Default for LayerSpecs {
    fn default() -> Self {
        Self::new()
    }
}

impl Deref for LayerSpecs {
    type Target = [LayerSpec];

    fn deref(&self) -> &[LayerSpec] {
        self.as_slice()
    }
}

impl DerefMut for LayerSpecs {
    fn deref_mut(&mut self) -> &mut [LayerSpec] {
        self.specs.get_mut(..self.len).unwrap_or_default()
    }
}

impl<'s> IntoIterator for &'s LayerSpecs {
    type Item = &'s LayerSpec;
    type IntoIter = core::slice::Iter<'s, LayerSpec>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for LayerSpecs {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl fmt::Debug for LayerSpecs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "encode")]
impl serde::Serialize for LayerSpecs {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
