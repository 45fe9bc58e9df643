//! What `decode` takes, every backend of this host draws like the naive reference: the backends'
//! instructions, the scalar loops, a row at a time, two images at a time, in parts.
#![no_main]

use gan_core::host::Backend;
use gan_core::tools::AlignedBytes;
use gan_fuzz::{blobs, judge};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    let blob = AlignedBytes::copy_of(data);
    let Some((model, generator)) = judge::decoded(data, &blob) else { return };
    if !judge::is_small(&generator) {
        return;
    }
    let given = judge::given(&generator, generator.crc().into());
    let pixels = judge::made(&generator, &given);
    if judge::is_exact(&model) {
        assert_eq!(pixels, judge::expected(&model, &given), "scalar");
    }
    for backend in Backend::available() {
        assert_eq!(judge::made_by(&generator, backend, &given), pixels, "{backend}");
    }
    judge::other_ways(&generator, &given, &pixels);
});

fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| {
    blobs::mutate(data, size, room, seed)
});
