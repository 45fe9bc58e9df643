//! `decode` and the naive reference judge every blob alike, and nothing panics.
#![no_main]

use gan_core::tools::AlignedBytes;
use gan_fuzz::{blobs, judge, memory};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    let blob = AlignedBytes::copy_of(data);
    memory::bounded(data.len(), || judge::decoded(data, &blob));
});

fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| {
    blobs::mutate(data, size, room, seed)
});
