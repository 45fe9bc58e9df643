//! `Known` reads a header as `decode` does, and does not look at the numbers of layers: whatever
//! they are, the kernels of this host stay within their buffers and do not panic.
#![no_main]

use gan_core::host::Backend;
use gan_core::tools::AlignedBytes;
use gan_core::{Known, decode};
use gan_fuzz::{blobs, judge};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_target!(|data: &[u8]| {
    let blob = AlignedBytes::copy_of(data);
    let decoded = decode(&blob);
    let known = match Known::read(&blob) {
        Ok(known) => known,
        Err(_) => {
            assert!(decoded.is_err(), "decode takes what Known does not");
            return;
        }
    };
    let generator = match known.check() {
        Ok(generator) => generator,
        Err(_) => {
            assert!(decoded.is_err(), "decode takes what Known does not");
            return;
        }
    };
    if !judge::is_small(generator) {
        return;
    }
    let given = judge::given(generator, generator.crc().into());
    let pixels = judge::made(generator, &given);
    for backend in Backend::available() {
        let other = judge::made_by(generator, backend, &given);
        assert_eq!(other.len(), pixels.len());
        if decoded.is_ok() {
            assert_eq!(other, pixels, "{backend}");
        }
    }
    if let Ok(decoded) = decoded {
        assert_eq!(decoded.header(), generator.header());
        assert_eq!(judge::made(&decoded, &given), pixels);
    }
});

fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| {
    blobs::mutate(data, size, room, seed)
});
