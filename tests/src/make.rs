//! The bytes of every file in `tests/vectors`, from the reference. `cargo xtask vectors` writes
//! them, and with `--check` compares them; both take them from [`all`].

use std::fs;
use std::path::{Path, PathBuf};

use crate::job::{Case, Digest};
use crate::reference::write::write;
use crate::reference::{Model, Refused, generate, is_float, parse, rescale, sampler};
use crate::synthetic::{self, SplitMix64};
use crate::vectors::{
    ARITHMETIC_MAGIC, IMAGES_MAGIC, Images, NO_LABEL, SAMPLER_CODES, VectorError,
};

/// Why the vectors could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeError {
    /// A folder or model could not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// What was to be read.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The float images of a model are of another blob, or cut short.
    #[error(
        "{}: {source}; `cargo xtask models --update NAME --float FLOAT.gan` makes it",
        path.display()
    )]
    Float {
        /// The model's float images.
        path: PathBuf,
        /// What is wrong with them.
        source: VectorError,
    },
    /// A model is not a valid blob.
    #[error("{}: {source}", path.display())]
    Model {
        /// The model's file.
        path: PathBuf,
        /// What is wrong with it.
        source: Refused,
    },
}

/// Every file that belongs into `tests/vectors`, as (path under `repo_root`, bytes), sorted by
/// path: `arith.bin`, the synthetic blobs `v1-*.gan` and `v2-*.gan`, and an `.images.bin` for each
/// of these and for each of `models/*.gan`. The `.float.bin` of a model cannot be made from its
/// blob, so it is taken as it lies there.
///
/// It writes nothing. A file in `tests/vectors` that is not in the list is stale: a model was
/// removed or renamed.
///
/// # Errors
///
/// A model in `models` that cannot be read or that the reference refuses.
pub fn all(repo_root: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, MakeError> {
    let folder = repo_root.join("tests").join("vectors");
    let mut files = vec![(folder.join("arith.bin"), arithmetic())];
    for (stem, blob) in synthetic_blobs() {
        let path = folder.join(format!("{stem}.gan"));
        let images =
            images(&blob).map_err(|source| MakeError::Model { path: path.clone(), source })?;
        files.push((folder.join(format!("{stem}.images.bin")), images));
        files.push((path, blob));
    }
    for path in models(repo_root)? {
        let blob =
            fs::read(&path).map_err(|source| MakeError::Io { path: path.clone(), source })?;
        let images =
            images(&blob).map_err(|source| MakeError::Model { path: path.clone(), source })?;
        let vectors = folder.join(path.file_name().unwrap_or_default());
        files.push((vectors.with_extension("images.bin"), images));
        let path = vectors.with_extension("float.bin");
        let float =
            fs::read(&path).map_err(|source| MakeError::Io { path: path.clone(), source })?;
        Images::read(&float, crc_of(&blob))
            .map_err(|source| MakeError::Float { path: path.clone(), source })?;
        files.push((path, float));
    }
    files.sort();
    Ok(files)
}

/// The CRC that a blob ends with.
fn crc_of(blob: &[u8]) -> u32 {
    blob.last_chunk().map_or(0, |crc| u32::from_le_bytes(*crc))
}

/// The paths of `models/*.gan` under `repo_root`, sorted.
///
/// # Errors
///
/// If the folder cannot be read.
pub fn models(repo_root: &Path) -> Result<Vec<PathBuf>, MakeError> {
    let folder = repo_root.join("models");
    let entries =
        fs::read_dir(&folder).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let mut paths: Vec<PathBuf> =
        entries.map_err(|source| MakeError::Io { path: folder, source })?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "gan"));
    paths.sort();
    Ok(paths)
}

/// File stems and bytes of the blobs that are kept for ever, one of each kind for each version of
/// the format.
#[must_use]
pub fn synthetic_blobs() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("v1-tiny", write(&synthetic::tiny())),
        ("v1-wide-range", write(&synthetic::wide_range())),
        ("v1-float", write(&synthetic::float())),
        ("v2-int4", write(&synthetic::int4())),
        ("v2-packed", write(&synthetic::packed())),
    ]
}

/// The images file of a blob: one image for each label and two more of label 0, or eight of a model
/// without labels.
///
/// # Errors
///
/// If the reference refuses the blob.
pub fn images(blob: &[u8]) -> Result<Vec<u8>, Refused> {
    images_of(blob, blob)
}

/// The images of the float model that an int8 blob was quantized from, on the same latents and
/// labels as the blob's own
/// [`images`]: `<model>.float.bin`, which belongs to the int8 blob.
///
/// # Errors
///
/// If the reference refuses a blob, or the two are not of one model.
pub fn float_images(float: &[u8], int8: &[u8]) -> Result<Vec<u8>, Refused> {
    let shape =
        |blob| parse(blob).map(|model| (model.latent_len, model.classes, model.pixels_len()));
    if shape(float)? != shape(int8)? {
        return Err(Refused(
            "the float and the int8 blob differ in latent, labels or image size".into(),
        ));
    }
    images_of(float, int8)
}

/// The images of `blob`, in a file that belongs to the blob `owner`.
fn images_of(blob: &[u8], owner: &[u8]) -> Result<Vec<u8>, Refused> {
    let model = parse(blob)?;
    let labels = labels(&model);
    let count = u16::try_from(labels.len())
        .map_err(|_| Refused("more labels than an images file holds".into()))?;

    let mut out = IMAGES_MAGIC.to_vec();
    out.extend(&owner[owner.len() - 4..]);
    out.extend(model.latent_len.to_le_bytes());
    out.extend((model.pixels_len() as u32).to_le_bytes());
    out.extend(count.to_le_bytes());
    for (index, &label) in labels.iter().enumerate() {
        let seed = seed(index);
        let latent = sampler::codes(seed, 0, usize::from(model.latent_len));
        out.extend(seed.to_le_bytes());
        out.extend(label.unwrap_or(NO_LABEL).to_le_bytes());
        out.extend(&latent);
        out.extend(generate(&model, &latent, label));
    }
    Ok(out)
}

/// The labels of an images file.
fn labels(model: &Model) -> Vec<Option<u16>> {
    if model.classes == 0 {
        vec![None; 8]
    } else {
        (0..model.classes).chain([0, 0]).map(Some).collect()
    }
}

/// The seed of image `index`: seeds differ in all bits, and the first is 0.
fn seed(index: usize) -> u64 {
    (index as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// How many [`cases`] an integer model has.
pub const CASES: usize = 32;

/// Digests of further images of a blob, of seeds that follow on those of its [`images`] and of all
/// labels in turn. None of a float model: its pixels need not be the same to the last bit.
///
/// # Errors
///
/// If the reference refuses the blob.
pub fn cases(blob: &[u8]) -> Result<Vec<Case>, Refused> {
    let model = parse(blob)?;
    if is_float(&model) {
        return Ok(Vec::new());
    }
    let first = labels(&model).len();
    let case = |index: usize| {
        let seed = seed(first + index);
        let label = (model.classes > 0).then(|| (index % usize::from(model.classes)) as u16);
        let mut digest = Digest::new();
        digest.update(&generate(&model, &sampler::codes(seed, 0, model.latent_len.into()), label));
        Case { seed, label, digest: digest.value() }
    };
    Ok((0..CASES).map(case).collect())
}

/// The arithmetic file.
#[must_use]
pub fn arithmetic() -> Vec<u8> {
    let rescales = rescale_inputs();
    let samplers = sampler_inputs();
    let mut out = ARITHMETIC_MAGIC.to_vec();
    out.extend((rescales.len() as u16).to_le_bytes());
    out.extend((samplers.len() as u16).to_le_bytes());
    for (acc, multiplier, shift) in rescales {
        let expected = rescale(i64::from(acc), multiplier, shift) as i32;
        out.extend(acc.to_le_bytes());
        out.extend(multiplier.to_le_bytes());
        out.push(shift);
        out.extend(expected.to_le_bytes());
    }
    for (seed, skip, truncation) in samplers {
        out.extend(seed.to_le_bytes());
        out.extend(skip.to_le_bytes());
        out.extend(truncation.to_le_bytes());
        let codes = sampler::codes(seed, skip, SAMPLER_CODES);
        out.extend(codes.into_iter().map(|code| sampler::truncated(code, truncation)));
    }
    out
}

/// (accumulator, multiplier, shift): the corners, the neighbours of halves at every shift, and 350
/// random ones.
fn rescale_inputs() -> Vec<(i32, u16, u8)> {
    let mut inputs = Vec::new();
    for acc in [i32::MIN, i32::MIN + 1, -65_537, -65_536, -1, 0, 1, 65_535, 65_536, i32::MAX] {
        for multiplier in [0, 1, 16_384, 32_767] {
            inputs.extend([17, 32, 46].map(|shift| (acc, multiplier, shift)));
        }
    }
    for shift in 17..=46 {
        // acc x multiplier is 2^(shift-1), half a unit, which an i32 reaches with a multiplier of 1
        // or of 2^14.
        let (multiplier, half) =
            if shift <= 31 { (1, 1i64 << (shift - 1)) } else { (16_384, 1i64 << (shift - 15)) };
        let near = [half, half - 1, -half, -half - 1, -half + 1];
        inputs.extend(
            near.into_iter().filter_map(|acc| Some((i32::try_from(acc).ok()?, multiplier, shift))),
        );
    }
    let mut rng = SplitMix64(3);
    for _ in 0..350 {
        // Of any size, so that small results are as common as large ones.
        let acc = rng.range(i64::from(i32::MIN), i64::from(i32::MAX)) as i32 >> rng.range(0, 31);
        inputs.push((acc, rng.range(0, 32_767) as u16, rng.range(17, 46) as u8));
    }
    inputs
}

/// (seed, codes skipped, truncation): near and far, and the outputs that decide between `<=` and
/// `<`; then truncated ones, by 128 with halves on both sides of zero. The generator's period is
/// 2^64, so the last skip is one step back.
fn sampler_inputs() -> Vec<(u64, u64, u16)> {
    const OFF: u16 = 256;
    const SEEDS: [u64; 4] = [0, 1, 0x0123_4567_89AB_CDEF, u64::MAX];
    let mut inputs = Vec::new();
    for seed in SEEDS {
        inputs.extend([0, 1, 10_007, 1 << 32, 1 << 63, u64::MAX].map(|skip| (seed, skip, OFF)));
    }
    inputs.extend(sampler::SEEDS_AT_THRESHOLDS.map(|(seed, _, _)| (seed, 0, OFF)));
    for seed in SEEDS {
        inputs.extend([0, 1, 64, 127, 128, 129, 179, 255].map(|truncation| (seed, 3, truncation)));
    }
    inputs
}
