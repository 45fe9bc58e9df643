//! The bytes of every file in `tests/vectors`, from the reference. `cargo xtask vectors` writes
//! them, and with `--check` compares them; both take them from [`all`].

mod arithmetic;

use std::fs;
use std::path::{Path, PathBuf};

use crate::job::{Case, Digest};
use crate::reference::write::write;
use crate::reference::{
    Given, Model, Part, Refused, generate, is_float, parse, sampler, transform,
};
use crate::synthetic::{self, SplitMix64, version3};
use crate::vectors::{IMAGES_MAGIC, Images, NO_LABEL, TRANSFORMS_MAGIC, VectorError};

pub use arithmetic::arithmetic;

/// Why the vectors could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MakeError {
    /// A folder or model could not be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path that was to be read.
        path: PathBuf,
        /// Why it could not be read.
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
        /// What is wrong with the images.
        source: VectorError,
    },
    /// A model is not a valid blob.
    #[error("{}: {source}", path.display())]
    Model {
        /// The model's file.
        path: PathBuf,
        /// What is wrong with the model.
        source: Refused,
    },
}

/// Every file that belongs into `tests/vectors`, as (path under `repo_root`, bytes), sorted by
/// path: `arith.bin`, the synthetic blobs `v1-*.gan` to `v3-*.gan`, and an `.images.bin` for each
/// of these and for each of `models/*.gan`. The `.float.bin` of a model cannot be made from its
/// blob, so it is taken as it lies there.
///
/// It writes nothing. A file in `tests/vectors` that is not in the list is stale: a model was
/// removed or renamed.
///
/// # Errors
///
/// A model in `models` cannot be read, or the reference refuses it.
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
        ("v3-tiny", write(&version3::tiny())),
        ("v3-image", write(&version3::enlarge())),
        ("v3-mask", write(&version3::mask())),
        ("v3-latent-image", write(&version3::latent_image())),
        ("v3-numbers", write(&version3::numbers())),
        ("v3-table", write(&version3::table())),
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

    let items: Vec<_> =
        labels.iter().enumerate().map(|(index, &label)| given(&model, index, label)).collect();
    let magic = if model.takes_image() { TRANSFORMS_MAGIC } else { IMAGES_MAGIC };
    let mut out = magic.to_vec();
    out.extend(&owner[owner.len() - 4..]);
    out.extend((items[0].latent.len() as u16).to_le_bytes());
    out.extend((model.pixels_len() as u32).to_le_bytes());
    if model.takes_image() {
        out.extend((items[0].image.len() as u32).to_le_bytes());
        out.extend((items[0].mask.len() as u32).to_le_bytes());
    }
    out.extend(count.to_le_bytes());
    for (index, given) in items.iter().enumerate() {
        out.extend(seed(index).to_le_bytes());
        out.extend(given.label.unwrap_or(NO_LABEL).to_le_bytes());
        out.extend(&given.latent);
        out.extend(&given.image);
        out.extend(&given.mask);
        out.extend(transform(&model, given));
    }
    Ok(out)
}

/// Makes the inputs of a model for item `index` of its images file: the latent of the item's seed,
/// and for an image random bytes, or in every second item strokes, which are more like what a model
/// was trained on. Of the masks the first calls nothing missing, the second everything, and the
/// others each cell at random, with bytes on both sides of the middle.
fn given(model: &Model, index: usize, label: Option<u16>) -> Given {
    let mut given = Given { label, ..Given::default() };
    let mut rng = SplitMix64(seed(index) ^ 0x494D_4147);
    for part in &model.inputs {
        match *part {
            Part::Latent(len) => given.latent = sampler::codes(seed(index), 0, len.into()),
            Part::Image { width, height, channels } => {
                let shape = [width, height, channels.into()].map(usize::from);
                let len = shape.iter().product();
                given.image = if index.is_multiple_of(2) {
                    (0..len).map(|_| rng.range(0, 255) as u8).collect()
                } else {
                    strokes(shape, &mut rng)
                };
            }
            Part::Mask { width, height } => {
                let cell = |_| match index {
                    0 => 0,
                    1 => 255,
                    _ => [0, 255, 127, 128, 1][rng.range(0, 4) as usize],
                };
                given.mask = (0..usize::from(width) * usize::from(height)).map(cell).collect();
            }
        }
    }
    given
}

/// Draws three white strokes on black, a tenth of the image wide, with ends at random places. They
/// are drawn four times as large, and each pixel is the mean of its square. `shape` is width,
/// height, channels.
fn strokes([width, height, channels]: [usize; 3], rng: &mut SplitMix64) -> Vec<u8> {
    const STROKES: usize = 3;
    const LARGER: usize = 4;
    let sizes = [width * LARGER, height * LARGER];
    let side = sizes.map(|size| (size / 10).max(1));
    let steps = sizes[0].max(sizes[1]);
    let mut large = vec![0u32; sizes[0] * sizes[1]];
    for _ in 0..STROKES {
        let mut end =
            || [0, 1].map(|axis| rng.range(0, (sizes[axis] - side[axis]) as i64) as usize);
        let (from, to) = (end(), end());
        for step in 0..=steps {
            let at = |axis: usize| (from[axis] * (steps - step) + to[axis] * step) / steps;
            for y in at(1)..at(1) + side[1] {
                let start = y * sizes[0] + at(0);
                large[start..start + side[0]].fill(255);
            }
        }
    }
    let mean = |x: usize, y: usize| {
        let line = |dy: usize| {
            let start = (y * LARGER + dy) * sizes[0] + x * LARGER;
            large[start..start + LARGER].iter().sum::<u32>()
        };
        ((0..LARGER).map(line).sum::<u32>() / (LARGER * LARGER) as u32) as u8
    };
    (0..width * height).flat_map(|at| vec![mean(at % width, at / width); channels]).collect()
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
/// labels in turn. A float model has none, because its pixels need not be the same to the last bit.
/// A model that takes an image has none, because a board cannot draw that from a seed.
///
/// # Errors
///
/// If the reference refuses the blob.
pub fn cases(blob: &[u8]) -> Result<Vec<Case>, Refused> {
    let model = parse(blob)?;
    if is_float(&model) || model.takes_image() {
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
