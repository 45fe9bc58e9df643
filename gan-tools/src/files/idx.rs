//! The IDX format of MNIST's files: two zero bytes, type (8: u8), number of dimensions, sizes (u32,
//! big-endian), then the data. gan-train's `data` module reads it.

/// Name of a file of images.
pub const IMAGES: &str = "images-idx3-ubyte";
/// Name of a file of labels.
pub const LABELS: &str = "labels-idx1-ubyte";

/// The names that [`IMAGES`] or [`LABELS`] may have in a folder, in the order in which they are
/// looked for: behind a prefix such as `train-`, with a dot in place of the dash, and compressed.
pub fn names(prefix: &str, kind: &str) -> [String; 4] {
    let dotted = kind.replacen('-', ".", 1);
    [
        format!("{prefix}{kind}"),
        format!("{prefix}{kind}.gz"),
        format!("{prefix}{dotted}"),
        format!("{prefix}{dotted}.gz"),
    ]
}

/// What an images file begins with; the pixels follow, image after image.
pub fn images_header(count: u32, height: u32, width: u32) -> Vec<u8> {
    header([count, height, width])
}

/// What a labels file begins with; the labels follow.
pub fn labels_header(count: u32) -> Vec<u8> {
    header([count])
}

fn header<const D: usize>(sizes: [u32; D]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, D as u8];
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    bytes
}
