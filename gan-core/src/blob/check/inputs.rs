//! Checks what the header of a blob of version 3 says of its input.

use crate::error::InputsFault;
use crate::header::{InputPart, InputParts};

/// Checks that there are parts, at most one of each kind, that all have sizes, that a mask comes
/// with the image that it is for, and that the codes are `latent_len` together.
pub(super) const fn check(parts: &InputParts, latent_len: u16) -> Result<(), InputsFault> {
    let (mut latents, mut images, mut masks, mut codes) = (0, 0, 0, 0usize);
    let mut left = parts.as_slice();
    if left.is_empty() {
        return Err(InputsFault::Count);
    }
    while let [part, rest @ ..] = left {
        let (count, sized) = match part {
            InputPart::Latent(codes) => (&mut latents, *codes > 0),
            InputPart::Image(shape) => (&mut images, matches!(shape.channels, 1 | 3)),
            InputPart::Mask(_) => (&mut masks, true),
        };
        *count += 1;
        if *count > 1 {
            return Err(InputsFault::Twice);
        }
        if !sized || part.codes() == 0 {
            return Err(InputsFault::Size);
        }
        codes = codes.saturating_add(part.codes());
        left = rest;
    }
    if masks > images {
        Err(InputsFault::MaskAlone)
    } else if codes != latent_len as usize {
        Err(InputsFault::Sum)
    } else {
        Ok(())
    }
}
