//! Packs blobs.

use gan_core::{Generator, Packing, blob};

/// Returns the blob of a generator in another packing.
pub fn packed(generator: &Generator<'_>, packing: Packing) -> Vec<u8> {
    let header = generator.packed_header(packing);
    let mut bytes = vec![0xA5; blob::encoded_len(&header).expect("the sizes fit")];
    blob::encode(&header, generator.layers(), &mut bytes).expect("the layers fit");
    bytes
}
