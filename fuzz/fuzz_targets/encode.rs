//! There and back: what was decoded is encoded to the same bytes; in every packing, `decode` takes
//! it, it draws the same, and packed as it was it is the same file.
#![no_main]

use gan_core::Packing;
use gan_core::tools::AlignedBytes;
use gan_fuzz::{blobs, judge};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

const PACKINGS: [Packing; 6] = [
    Packing::Rows,
    Packing::PairedHalfword,
    Packing::ByteLane,
    Packing::Blocks7x16,
    Packing::Blocks16x4,
    Packing::NibbleLane,
];

fuzz_target!(|data: &[u8]| {
    let blob = AlignedBytes::copy_of(data);
    let Some((_, generator)) = judge::decoded(data, &blob) else { return };
    let mut bytes = vec![0xA5; data.len()];
    assert_eq!(generator.encode(&mut bytes), Ok(data.len()));
    assert_eq!(bytes, data, "the same bytes");
    if !judge::is_small(&generator) {
        return;
    }
    let given = judge::given(&generator, generator.crc().into());
    let pixels = judge::made(&generator, &given);
    let rows = generator.packed(Packing::Rows).expect("it fits");
    for packing in PACKINGS {
        let packed = generator.packed(packing).expect("it fits");
        let other = gan_core::decode(&packed).expect("what was packed is valid");
        assert_eq!(judge::made(&other, &given), pixels, "{packing:?}");
        let back = other.packed(Packing::Rows).expect("it fits");
        assert_eq!(back[..], rows[..], "{packing:?} and back");
        gan_tests::reference::parse(&packed).expect("the reference takes it, too");
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| {
    blobs::mutate(data, size, room, seed)
});
