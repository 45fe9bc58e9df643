//! The functions of gan.h. Each checks its pointers before it reads anything.

#![allow(unsafe_code)]

mod transform;

use crate::status::{
    self, GAN_ERROR_LENGTH, GAN_ERROR_NOT_DECODED, GAN_ERROR_NULL, GAN_ERROR_UNALIGNED, GAN_OK,
    Status,
};
use crate::types::{Decoded, GanGenerator, GanInfo, MARK};
use core::ffi::{c_char, c_void};
use gan_core::{Generator, LatentSampler};
pub use transform::{gan_transform, gan_transform_rows};

/// The version of this interface: `GAN_ABI_VERSION` in gan.h. It changes when a program that was
/// compiled with an older gan.h would go wrong.
pub const ABI_VERSION: u32 = 2;

/// Takes a line of an image, or a step of numbers: the caller's context, the line's number from 0,
/// and its bytes, which are valid until it returns.
pub type Sink = unsafe extern "C" fn(context: *mut c_void, y: usize, line: *const u8, len: usize);

/// A pointer that can be read or written as `len` items: not null, aligned, and not longer than
/// memory can be. Of no items, any pointer will do.
fn checked<T>(pointer: *const T, len: usize) -> Result<(), Status> {
    if len == 0 {
        Ok(())
    } else if pointer.is_null() {
        Err(GAN_ERROR_NULL)
    } else if !pointer.is_aligned() {
        Err(GAN_ERROR_UNALIGNED)
    } else if len > isize::MAX as usize / size_of::<T>() {
        Err(GAN_ERROR_LENGTH)
    } else {
        Ok(())
    }
}

/// A slice of the caller's memory.
///
/// # Safety
///
/// If `len` is not 0, `pointer` leads to so many items that nobody writes to while the slice lives.
unsafe fn slice<'a, T>(pointer: *const T, len: usize) -> Result<&'a [T], Status> {
    checked(pointer, len)?;
    if len == 0 {
        return Ok(&[]);
    }
    // SAFETY: `checked` has proven all but what the caller promises.
    Ok(unsafe { core::slice::from_raw_parts(pointer, len) })
}

/// A slice of the caller's memory to write to.
///
/// # Safety
///
/// If `len` is not 0, `pointer` leads to so many items that belong to nobody else while the slice
/// lives.
unsafe fn slice_mut<'a, T>(pointer: *mut T, len: usize) -> Result<&'a mut [T], Status> {
    checked(pointer, len)?;
    if len == 0 {
        return Ok(&mut []);
    }
    // SAFETY: `checked` has proven all but what the caller promises.
    Ok(unsafe { core::slice::from_raw_parts_mut(pointer, len) })
}

/// The generator that [`gan_decode`] made.
///
/// # Safety
///
/// If `generator` is not null, it leads to a `gan_generator` whose memory is initialized, by zeros
/// or by `gan_decode`, and the blob is where it was.
unsafe fn decoded<'a>(generator: *const GanGenerator) -> Result<&'a Generator<'static>, Status> {
    checked(generator, 1)?;
    let decoded = generator.cast::<Decoded>();
    // SAFETY: the memory is as large and as aligned as a `Decoded`, which `types` asserts, and
    // initialized. Only the mark is read, for which any bits are valid.
    if unsafe { (&raw const (*decoded).mark).read() } != MARK {
        return Err(GAN_ERROR_NOT_DECODED);
    }
    // SAFETY: only `gan_decode` writes the mark, after it has written the generator.
    Ok(unsafe { &(*decoded).generator })
}

/// A label as C gives it: below 0 is none.
fn label(label: i32) -> Result<Option<u16>, Status> {
    if label < 0 {
        Ok(None)
    } else {
        u16::try_from(label).map(Some).map_err(|_| status::GAN_ERROR_LABEL)
    }
}

fn status(done: Result<(), Status>) -> Status {
    match done {
        Ok(()) => GAN_OK,
        Err(error) => error,
    }
}

/// The version of the interface that the library has.
#[unsafe(no_mangle)]
pub extern "C" fn gan_abi_version() -> u32 {
    ABI_VERSION
}

/// The text of a status; it lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn gan_error_text(status: Status) -> *const c_char {
    status::pointer_to_text(status)
}

/// Reads a blob, checks all of it, and makes a generator of it in memory of the caller.
///
/// # Safety
///
/// `generator` leads to a `gan_generator` that nobody else uses, and `blob` to `len` bytes that
/// nobody writes to as long as the generator is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gan_decode(
    generator: *mut GanGenerator,
    blob: *const u8,
    len: usize,
) -> Status {
    let decode = || -> Result<(), Status> {
        checked(generator, 1)?;
        let place = generator.cast::<Decoded>();
        // SAFETY: `place` is as large and as aligned as a `Decoded`, which `types` asserts.
        unsafe { (&raw mut (*place).mark).write(0) }
        // SAFETY: the caller promises the bytes.
        let blob: &'static [u8] = unsafe { slice(blob, len)? };
        let generator = gan_core::decode(blob).map_err(status::of_decode)?;
        // SAFETY: as above. What was there before has no destructor.
        unsafe {
            (&raw mut (*place).generator).write(generator);
            (&raw mut (*place).mark).write(MARK);
        }
        Ok(())
    };
    status(decode())
}

/// Says what the model is and how long its buffers are.
///
/// # Safety
///
/// `generator` is one of [`gan_decode`]'s or all zeros, and `info` leads to a `gan_info`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gan_get_info(
    generator: *const GanGenerator,
    info: *mut GanInfo,
) -> Status {
    let get = || -> Result<(), Status> {
        // SAFETY: the caller promises it.
        let generator = unsafe { decoded(generator)? };
        checked(info, 1)?;
        // SAFETY: not null and aligned, and the caller promises the rest.
        unsafe { info.write(GanInfo::of(generator)) }
        Ok(())
    };
    status(get())
}

/// Draws the latent codes of image 0 of a seed.
///
/// # Safety
///
/// `latent` leads to `len` bytes that nobody else uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gan_sample(seed: u64, latent: *mut u8, len: usize) -> Status {
    // SAFETY: the caller promises the same.
    unsafe { gan_sample_at(seed, 0, latent, len) }
}

/// Draws the latent codes of image `index` of a seed.
///
/// # Safety
///
/// `latent` leads to `len` bytes that nobody else uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gan_sample_at(
    seed: u64,
    index: u64,
    latent: *mut u8,
    len: usize,
) -> Status {
    // SAFETY: the caller promises the bytes.
    let latent = unsafe { slice_mut(latent, len) };
    status(latent.map(|latent| {
        let mut sampler = LatentSampler::new(seed);
        sampler.advance(index.wrapping_mul(len as u64));
        sampler.fill(latent);
    }))
}

/// Makes an image.
///
/// # Safety
///
/// `generator` is one of [`gan_decode`]'s or all zeros, and the other pointers lead to as much as
/// the lengths after them say; nobody else uses `scratch` and `pixels`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gan_generate(
    generator: *const GanGenerator,
    latent: *const u8,
    latent_len: usize,
    class: i32,
    scratch: *mut u32,
    scratch_len: usize,
    pixels: *mut u8,
    pixels_len: usize,
) -> Status {
    let generate = || -> Result<(), Status> {
        // SAFETY: the caller promises it.
        let generator = unsafe { decoded(generator)? };
        // SAFETY: the caller promises it of each.
        let (latent, scratch, pixels) = unsafe {
            (
                slice(latent, latent_len)?,
                slice_mut(scratch, scratch_len)?,
                slice_mut(pixels, pixels_len)?,
            )
        };
        generator.generate(latent, label(class)?, scratch, pixels).map_err(status::of_generate)
    };
    status(generate())
}

/// Makes an image line by line.
///
/// # Safety
///
/// As [`gan_generate`]; `sink`, if it is not null, may be called with `context`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gan_generate_rows(
    generator: *const GanGenerator,
    latent: *const u8,
    latent_len: usize,
    class: i32,
    scratch: *mut u32,
    scratch_len: usize,
    line: *mut u8,
    line_len: usize,
    sink: Option<Sink>,
    context: *mut c_void,
) -> Status {
    let generate = || -> Result<(), Status> {
        // SAFETY: the caller promises it.
        let generator = unsafe { decoded(generator)? };
        // SAFETY: the caller promises it of each.
        let (latent, scratch, line) = unsafe {
            (
                slice(latent, latent_len)?,
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
        generator
            .generate_rows(latent, label(class)?, scratch, line, hand_over)
            .map_err(status::of_generate)
    };
    status(generate())
}
