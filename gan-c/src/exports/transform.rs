//! The functions of gan.h that run a generator which takes an image.

use super::{Sink, checked, decoded, label, slice, slice_mut, status};
use crate::status::{GAN_ERROR_NULL, Status, of_generate};
use crate::types::{GanGenerator, GanInput};
use core::ffi::c_void;
use gan_core::TransformInput;

/// What goes in, as gan-core wants it.
///
/// # Safety
///
/// If `input` is not null, it leads to a `gan_input` whose pointers lead to as much as the lengths
/// after them say, and nobody writes to any of it while the result lives.
unsafe fn given<'a>(input: *const GanInput) -> Result<TransformInput<'a>, Status> {
    checked(input, 1)?;
    // SAFETY: not null and aligned, and the caller promises the rest.
    let input = unsafe { *input };
    // SAFETY: the caller promises it of each.
    let (image, mask, latent) = unsafe {
        (
            slice(input.image, input.image_len)?,
            slice(input.mask, input.mask_len)?,
            slice(input.latent, input.latent_len)?,
        )
    };
    let mask = if mask.is_empty() { None } else { Some(mask) };
    Ok(TransformInput { image, mask, latent, label: label(input.label)? })
}

/// Makes an image of an image.
///
/// # Safety
///
/// `generator` is one of `gan_decode`'s or all zeros, `input` leads to a `gan_input`, and all
/// pointers lead to as much as the lengths after them say; nobody else uses `codes`, `scratch` and
/// `pixels`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gan_transform(
    generator: *const GanGenerator,
    input: *const GanInput,
    codes: *mut u8,
    codes_len: usize,
    scratch: *mut u32,
    scratch_len: usize,
    pixels: *mut u8,
    pixels_len: usize,
) -> Status {
    let transform = || -> Result<(), Status> {
        // SAFETY: the caller promises it.
        let generator = unsafe { decoded(generator)? };
        // SAFETY: the caller promises it of each.
        let (input, codes, scratch, pixels) = unsafe {
            (
                given(input)?,
                slice_mut(codes, codes_len)?,
                slice_mut(scratch, scratch_len)?,
                slice_mut(pixels, pixels_len)?,
            )
        };
        generator.transform(&input, codes, scratch, pixels).map_err(of_generate)
    };
    status(transform())
}

/// Makes an image of an image line by line.
///
/// # Safety
///
/// As [`gan_transform`]; `sink`, if it is not null, may be called with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gan_transform_rows(
    generator: *const GanGenerator,
    input: *const GanInput,
    codes: *mut u8,
    codes_len: usize,
    scratch: *mut u32,
    scratch_len: usize,
    line: *mut u8,
    line_len: usize,
    sink: Option<Sink>,
    context: *mut c_void,
) -> Status {
    let transform = || -> Result<(), Status> {
        // SAFETY: the caller promises it.
        let generator = unsafe { decoded(generator)? };
        // SAFETY: the caller promises it of each.
        let (input, codes, scratch, line) = unsafe {
            (
                given(input)?,
                slice_mut(codes, codes_len)?,
                slice_mut(scratch, scratch_len)?,
                slice_mut(line, line_len)?,
            )
        };
        let sink = sink.ok_or(GAN_ERROR_NULL)?;
        let hand_over = |y: usize, line: &[u8]| {
            // SAFETY: the caller promises that `sink` may be called with its context; the line is
            // borrowed while it runs.
            unsafe { sink(context, y, line.as_ptr(), line.len()) }
        };
        generator.transform_rows(&input, codes, scratch, line, hand_over).map_err(of_generate)
    };
    status(transform())
}
