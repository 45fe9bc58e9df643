//! The functions, called as C calls them: golden vectors, and everything that is refused.

use gan_c::exports::{
    gan_abi_version, gan_decode, gan_error_text, gan_generate, gan_generate_rows, gan_get_info,
    gan_sample, gan_sample_at, gan_transform, gan_transform_rows,
};
use gan_c::status::*;
use gan_c::types::{GanGenerator, GanInfo, GanInput};
use gan_tests::vectors::Images;
use std::ffi::{CStr, c_void};
use std::mem::{MaybeUninit, zeroed};
use std::ptr::{null, null_mut};

/// A blob where it must lie.
#[repr(C, align(16))]
struct Aligned<const LEN: usize>([u8; LEN]);

static TINY: Aligned<356> = Aligned(*include_bytes!("../../tests/vectors/v1-tiny.gan"));
static DIGITS: Aligned<18116> = Aligned(*include_bytes!("../../models/digits8.gan"));
static DIGITS_IMAGES: &[u8] = include_bytes!("../../tests/vectors/digits8.images.bin");
static MASK: Aligned<{ include_bytes!("../../tests/vectors/v3-mask.gan").len() }> =
    Aligned(*include_bytes!("../../tests/vectors/v3-mask.gan"));
static BOTH: Aligned<{ include_bytes!("../../tests/vectors/v3-latent-image.gan").len() }> =
    Aligned(*include_bytes!("../../tests/vectors/v3-latent-image.gan"));
static IMAGE: Aligned<7620> = Aligned(*include_bytes!("../../tests/vectors/v3-image.gan"));

fn decode(blob: &[u8]) -> Result<GanGenerator, Status> {
    // SAFETY: a generator that is all zeros is one that was not decoded, and the blob is static.
    unsafe {
        let mut generator: GanGenerator = zeroed();
        match gan_decode(&mut generator, blob.as_ptr(), blob.len()) {
            GAN_OK => Ok(generator),
            status => Err(status),
        }
    }
}

fn info(generator: &GanGenerator) -> Result<GanInfo, Status> {
    let mut info = MaybeUninit::uninit();
    // SAFETY: both pointers lead to what they say.
    unsafe {
        match gan_get_info(generator, info.as_mut_ptr()) {
            GAN_OK => Ok(info.assume_init()),
            status => Err(status),
        }
    }
}

fn generate(
    generator: &GanGenerator,
    latent: &[u8],
    label: i32,
    scratch: &mut [u32],
    pixels: &mut [u8],
) -> Status {
    // SAFETY: the lengths are those of the slices.
    unsafe {
        gan_generate(
            generator,
            latent.as_ptr(),
            latent.len(),
            label,
            scratch.as_mut_ptr(),
            scratch.len(),
            pixels.as_mut_ptr(),
            pixels.len(),
        )
    }
}

unsafe extern "C" fn collect(context: *mut c_void, y: usize, line: *const u8, len: usize) {
    // SAFETY: the context is the vector below, and the line has `len` bytes.
    let (pixels, line) =
        unsafe { (&mut *context.cast::<Vec<u8>>(), std::slice::from_raw_parts(line, len)) };
    assert_eq!(pixels.len(), y * len);
    pixels.extend(line);
}

#[test]
fn golden_vectors() {
    let generator = decode(&DIGITS.0).unwrap();
    let info = info(&generator).unwrap();
    assert_eq!((info.width, info.height, info.channels, info.classes), (8, 8, 1, 10));
    assert_eq!((info.latent_len, info.pixels_len, info.line_len), (16, 64, 8));
    assert_eq!((info.blob_len, info.makes_numbers), (18116, 0));
    assert_eq!((info.image_len, info.mask_len, info.codes_len), (0, 0, 0));
    assert!(info.name.starts_with(b"digits8\0"));
    let images = Images::read(DIGITS_IMAGES, info.crc).unwrap();
    let (mut scratch, mut latent) = (vec![0; info.scratch_len as usize], [0; 16]);
    for item in images.iter() {
        // SAFETY: 16 bytes.
        assert_eq!(unsafe { gan_sample(item.seed, latent.as_mut_ptr(), 16) }, GAN_OK);
        assert_eq!(latent, item.latent);
        let label = item.label.map_or(-1, i32::from);
        let mut pixels = [0; 64];
        assert_eq!(generate(&generator, &latent, label, &mut scratch, &mut pixels), GAN_OK);
        assert_eq!(pixels, item.pixels);
        let (mut line, mut all) = ([0; 8], Vec::new());
        // SAFETY: the lengths are those of the buffers, and `collect` takes this context.
        let status = unsafe {
            gan_generate_rows(
                &generator,
                latent.as_ptr(),
                16,
                label,
                scratch.as_mut_ptr(),
                scratch.len(),
                line.as_mut_ptr(),
                8,
                Some(collect),
                (&raw mut all).cast(),
            )
        };
        assert_eq!((status, &all[..]), (GAN_OK, item.pixels));
    }
    let (mut all, mut third) = ([0; 48], [0; 16]);
    // SAFETY: as many bytes as are said.
    unsafe {
        assert_eq!(gan_sample(42, all.as_mut_ptr(), 48), GAN_OK);
        assert_eq!(gan_sample_at(42, 2, third.as_mut_ptr(), 16), GAN_OK);
    }
    assert_eq!(third, all[32..]);
    assert_eq!(gan_abi_version(), 2);
}

/// Makes the images of a model's vectors, whole and line by line.
fn transforms(blob: &'static [u8], images: &[u8]) {
    let generator = decode(blob).unwrap();
    let info = info(&generator).unwrap();
    let size = |len: u32| len as usize;
    let (mut codes, mut scratch) = (vec![0; size(info.codes_len)], vec![0; size(info.scratch_len)]);
    let (mut pixels, mut line) = (vec![0; size(info.pixels_len)], vec![0; size(info.line_len)]);
    let images = Images::read(images, info.crc).unwrap();
    for item in images.iter() {
        assert_eq!([item.image.len(), item.mask.len()], [info.image_len, info.mask_len].map(size));
        assert_eq!(item.latent.len(), size(info.latent_len));
        let input = GanInput {
            image: item.image.as_ptr(),
            image_len: item.image.len(),
            mask: item.mask.as_ptr(),
            mask_len: item.mask.len(),
            latent: item.latent.as_ptr(),
            latent_len: item.latent.len(),
            label: item.label.map_or(-1, i32::from),
        };
        let mut all: Vec<u8> = Vec::new();
        // SAFETY: the lengths are those of the buffers, and `collect` takes this context.
        let call = |input: &GanInput, codes: &mut [u8], all: Option<&mut Vec<u8>>| unsafe {
            let (codes, codes_len) = (codes.as_mut_ptr(), codes.len());
            let (words, words_len) = (scratch.as_mut_ptr(), scratch.len());
            let Some(all) = all else {
                let (to, len) = (pixels.as_mut_ptr(), pixels.len());
                return gan_transform(
                    &generator, input, codes, codes_len, words, words_len, to, len,
                );
            };
            let (to, len) = (line.as_mut_ptr(), line.len());
            gan_transform_rows(
                &generator,
                input,
                codes,
                codes_len,
                words,
                words_len,
                to,
                len,
                Some(collect),
                (&raw mut *all).cast(),
            )
        };
        let mut call = call;
        assert_eq!(call(&input, &mut codes, Some(&mut all)), GAN_OK);
        assert_eq!(call(&input, &mut codes, None), GAN_OK);
        let short = GanInput { image_len: input.image_len - 1, ..input };
        assert_eq!(call(&short, &mut codes, None), GAN_ERROR_IMAGE_LEN);
        assert_eq!(call(&input, &mut codes[1..], None), GAN_ERROR_CODES_LEN);
        let nothing = GanInput { image: null(), ..input };
        assert_eq!(call(&nothing, &mut codes, None), GAN_ERROR_NULL);
        let other = GanInput { mask_len: if input.mask_len == 0 { 1 } else { 0 }, ..input };
        let expected =
            if input.mask_len == 0 { GAN_ERROR_MASK_UNEXPECTED } else { GAN_ERROR_MASK_MISSING };
        assert_eq!(
            call(&GanInput { mask: item.image.as_ptr(), ..other }, &mut codes, None),
            expected
        );
        assert_eq!((&all[..], &pixels[..]), (item.pixels, item.pixels), "{}", item.seed);
    }
}

#[test]
fn images_of_images() {
    transforms(&IMAGE.0, include_bytes!("../../tests/vectors/v3-image.images.bin"));
    transforms(&MASK.0, include_bytes!("../../tests/vectors/v3-mask.images.bin"));
    transforms(&BOTH.0, include_bytes!("../../tests/vectors/v3-latent-image.images.bin"));
}

#[test]
fn calls_that_are_wrong() {
    let generator = decode(&TINY.0).unwrap();
    let (mut scratch, mut pixels) = ([0; 64], [7; 2]);
    let mut call = |latent: &[u8], label, scratch_len, pixels_len| {
        generate(&generator, latent, label, &mut scratch[..scratch_len], &mut pixels[..pixels_len])
    };
    for (expected, latent, label, scratch_len, pixels_len) in [
        (GAN_ERROR_LATENT_LEN, &[1; 3][..], 1, 64, 2),
        (GAN_ERROR_LATENT_CODE, &[1, 128], 1, 64, 2),
        (GAN_ERROR_LABEL_MISSING, &[1; 2], -1, 64, 2),
        (GAN_ERROR_LABEL, &[1; 2], 1000, 64, 2),
        (GAN_ERROR_LABEL, &[1; 2], i32::MAX, 64, 2),
        (GAN_ERROR_SCRATCH_LEN, &[1; 2], 1, 0, 2),
        (GAN_ERROR_OUTPUT_LEN, &[1; 2], 1, 64, 1),
        (GAN_ERROR_OUTPUT_LEN, &[1; 2], 1, 64, 0),
    ] {
        assert_eq!(call(latent, label, scratch_len, pixels_len), expected);
    }
    assert_eq!(pixels, [7; 2], "nothing is written");
    let image = decode(&IMAGE.0).unwrap();
    assert!(info(&image).unwrap().image_len > 0);
    assert_eq!(generate(&image, &[], -1, &mut [0; 999], &mut pixels), GAN_ERROR_OUTPUT_LEN);
}

/// Pointers that lead nowhere are refused before they are used.
#[test]
fn pointers_that_are_wrong() {
    let mut generator = decode(&TINY.0).unwrap();
    let (latent, mut scratch, mut pixels) = ([1u8; 2], [0u32; 64], [0u8; 2]);
    // SAFETY: null pointers and those off a word are refused; the others lead to what they say.
    unsafe {
        let of = |generator: *const GanGenerator, latent, scratch, pixels| {
            gan_generate(generator, latent, 2, 1, scratch, 60, pixels, 2)
        };
        let (l, s, p) = (latent.as_ptr(), scratch.as_mut_ptr(), pixels.as_mut_ptr());
        assert_eq!(of(&generator, l, s, p), GAN_OK);
        assert_eq!(of(null(), l, s, p), GAN_ERROR_NULL);
        assert_eq!(of(&generator, null(), s, p), GAN_ERROR_NULL);
        assert_eq!(of(&generator, l, null_mut(), p), GAN_ERROR_NULL);
        assert_eq!(of(&generator, l, s, null_mut()), GAN_ERROR_NULL);
        assert_eq!(of(&generator, l, s.byte_add(1), p), GAN_ERROR_UNALIGNED);
        assert_eq!(of((&raw const generator).byte_add(1), l, s, p), GAN_ERROR_UNALIGNED);
        assert_eq!(of(&zeroed(), l, s, p), GAN_ERROR_NOT_DECODED);
        assert_eq!(gan_decode(null_mut(), TINY.0.as_ptr(), 356), GAN_ERROR_NULL);
        assert_eq!(gan_decode(&mut generator, null(), 356), GAN_ERROR_NULL);
        assert_eq!(gan_decode(&mut generator, TINY.0.as_ptr(), usize::MAX), GAN_ERROR_LENGTH);
        // One that failed leaves no generator.
        assert_eq!(of(&generator, l, s, p), GAN_ERROR_NOT_DECODED);
        assert_eq!(gan_decode(&mut generator, null(), 0), GAN_ERROR_BLOB_EMPTY);
        assert_eq!(gan_get_info(&generator, null_mut()), GAN_ERROR_NOT_DECODED);
        assert_eq!(gan_decode(&mut generator, TINY.0.as_ptr(), 356), GAN_OK);
        assert_eq!(gan_get_info(&generator, null_mut()), GAN_ERROR_NULL);
        assert_eq!(gan_sample(1, null_mut(), 2), GAN_ERROR_NULL);
        let rows = gan_generate_rows(&generator, l, 2, 1, s, 60, p, 2, None, null_mut());
        assert_eq!(rows, GAN_ERROR_NULL);
    }
}

/// Whatever byte of a blob is wrong, there is a status with a text of its own, which names the same
/// as gan-core's.
#[test]
fn damaged_blobs() {
    assert_eq!(decode(&TINY.0[1..]).err(), Some(GAN_ERROR_BLOB_MAGIC));
    assert_eq!(decode(&TINY.0[..100]).err(), Some(GAN_ERROR_BLOB_TRUNCATED));
    let mut seen = std::collections::BTreeSet::new();
    for at in 0..TINY.0.len() {
        let mut blob = Aligned(TINY.0);
        blob.0[at] ^= 0x55;
        // With the right CRC, so that the field is found.
        let end = blob.0.len() - 4;
        let crc = gan_tests::reference::crc32(&blob.0[..end]);
        if at < end {
            blob.0[end..].copy_from_slice(&crc.to_le_bytes());
        }
        let Err(status) = decode(&blob.0) else { continue };
        let expected = gan_core::decode(&blob.0).unwrap_err();
        // SAFETY: the text ends with a zero, and lives for ever.
        let text = unsafe { CStr::from_ptr(gan_error_text(status)) }.to_str().unwrap();
        let (code, layer) = (status & 0xFF, status >> LAYER_SHIFT);
        assert_eq!(text, expected.text(), "{at}");
        assert!(ALL.iter().any(|&(_, known)| known == code), "{status}");
        if let gan_core::DecodeError::Layer { index, .. } = expected {
            assert_eq!(layer, i32::from(index));
        } else {
            assert_eq!(layer, 0);
        }
        seen.insert(code);
    }
    assert!(seen.len() > 8, "{seen:?}");
}

#[test]
fn every_code_has_a_text_of_its_own() {
    let texts: std::collections::BTreeSet<_> =
        ALL.iter().map(|&(_, code)| text_of(code).to_str().unwrap()).collect();
    assert_eq!(texts.len(), ALL.len());
    assert!(!texts.contains(text_of(255).to_str().unwrap()));
}
