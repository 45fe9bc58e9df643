//! Checks what a call is given, before anything is written.

use super::Generator;
use crate::CODE_MAX;
use crate::error::GenerateError;

impl Generator<'_> {
    /// Checks what an image is made of. Returns the class that the label stands for, and the two
    /// parts of the scratch.
    pub(super) fn prepare<'s>(
        &self,
        latent: &[u8],
        label: Option<u16>,
        scratch: &'s mut [u32],
    ) -> Result<(usize, [&'s mut [u32]; 2]), GenerateError> {
        let class = self.class(label)?;
        self.check_latent(latent)?;
        Ok((class, self.parts(scratch)?))
    }

    /// The two parts of the scratch.
    pub(super) fn parts<'s>(
        &self,
        scratch: &'s mut [u32],
    ) -> Result<[&'s mut [u32]; 2], GenerateError> {
        let too_short = GenerateError::ScratchLen { expected: self.scratch_len() };
        let [first, second] = self.plan.scratch;
        let (first, rest) = scratch.split_at_mut_checked(first).ok_or(too_short)?;
        let second = rest.get_mut(..second).ok_or(too_short)?;
        Ok([first, second])
    }

    /// Refuses a generator that takes an image.
    pub(crate) fn check_draws(&self) -> Result<(), GenerateError> {
        if self.header.inputs.is_latent() { Ok(()) } else { Err(GenerateError::ImageNeeded) }
    }

    /// Checks that a latent has the model's length and nothing but codes.
    pub(super) fn check_latent(&self, latent: &[u8]) -> Result<(), GenerateError> {
        if latent.len() != self.latent_len() {
            return Err(GenerateError::LatentLen { expected: self.latent_len() });
        }
        if latent.iter().any(|&code| code > CODE_MAX) {
            Err(GenerateError::LatentCode)
        } else {
            Ok(())
        }
    }

    /// The row of biases of the first layer that a label stands for.
    pub(super) fn class(&self, label: Option<u16>) -> Result<usize, GenerateError> {
        match (label, self.header.classes) {
            (None, 0) => Ok(0),
            (None, _) => Err(GenerateError::LabelMissing),
            (Some(_), 0) => Err(GenerateError::LabelUnexpected),
            (Some(label), classes) if label < classes => Ok(label.into()),
            (Some(_), classes) => Err(GenerateError::Label { classes }),
        }
    }
}

/// Checks the length of a buffer for a line or an image, in bytes.
pub(super) fn check_output(output: &[u8], expected: usize) -> Result<(), GenerateError> {
    if output.len() == expected { Ok(()) } else { Err(GenerateError::OutputLen { expected }) }
}
