//! The loops for x86-64 with AMX, which adds 64 columns for 16 images by 16 rows of a layer in one
//! instruction. They are for batches. A few images run with AVX-512 VNNI.
//!
//! AMX has eight registers of two dimensions, its tiles, here 16 rows of 64 bytes each. A row of a
//! tile is not a row of the layer, so the three kinds of tiles are, with the dimensions of the
//! generator:
//!
//! | tile | a row of the tile | what the row holds |
//! |---|---|---|
//! | codes | an image | the codes of 64 columns, a byte each, without a sign |
//! | weights | a block | 16 rows of the layer by four columns, a byte each, with a sign |
//! | sums | an image | the sums of 16 rows of the layer, 32 bits each |
//!
//! `tdpbusd sums, codes, weights` adds for each image `m` and each row `n` of the group
//!
//! ```text
//! sums[m][n] += codes[m][4 k + c] * weights[k][4 n + c]    over k in 0..16, c in 0..4
//! ```
//!
//! modulo 2^32. Block `k` of a group has columns `4 k` to `4 k + 3`, with the four of row `n` from
//! byte `4 n` on, so a group's blocks already lie in memory as the tile of weights wants them, 64
//! bytes apart. Images lie `stride` bytes apart.
//!
//! Four tiles hold the sums of 32 images by two groups, two hold codes of 16 images each, and two
//! hold weights of a group each. So four products need four loads.

#![allow(unsafe_code)]

use super::avx512vnni::Avx512Vnni;
use super::network::{COLUMNS, GROUP, Layer, Network, Work};
use super::nibbles;
use super::tile::{self, Isa, Loops};
use super::x86::{_mm512_add_epi32, asm, enable, has_amx};
use std::sync::OnceLock;

/// Number of images that run together, which fill two tiles of AMX.
const IMAGES: usize = 32;
/// Number of blocks in a tile of weights. The blocks of a group are padded with zeros to whole
/// tiles, so that what is read of the codes past the last column does not matter.
const BLOCKS: usize = 16;
/// Number of images that run together in a layer of half bytes, which AVX-512 VNNI adds up.
const NIBBLE_IMAGES: usize = 4;
/// If there are fewer images than this, they take less time without AMX, whose tiles would be
/// nearly empty.
const FEW: usize = 8;

/// A value of this type proves that the CPU has AMX-INT8 and AVX-512 VNNI, and that the system lets
/// this process use AMX. Only [`new`](Self::new) makes one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amx(Avx512Vnni);

impl Loops for Amx {
    const IMAGES: usize = IMAGES;
    const BLOCKS: usize = BLOCKS;

    fn new() -> Option<Self> {
        static USABLE: OnceLock<bool> = OnceLock::new();
        let vnni = Avx512Vnni::new()?;
        USABLE.get_or_init(has_amx).then_some(Self(vnni))
    }

    fn run(self, network: &Network, work: &mut Work) {
        if work.images < FEW {
            return self.0.run(network, work);
        }
        // SAFETY: `new` made this value, so the CPU has AVX-512F and AVX-512 VNNI.
        unsafe { run(self, network, work) }
    }
}

/// What `ldtilecfg` reads: the shapes of the tiles. The eight that exist have 16 rows of 64 bytes
/// each. The numbers from the ninth tile on are reserved, and 0.
#[repr(C, align(64))]
struct Shapes {
    palette: u8,
    zeros: [u8; 15],
    row_bytes: [u16; 16],
    rows: [u8; 16],
}

static SHAPES: Shapes = {
    let (mut row_bytes, mut rows) = ([0; 16], [0; 16]);
    let mut tile = 0;
    while tile < 8 {
        (row_bytes[tile], rows[tile]) = (64, 16);
        tile += 1;
    }
    Shapes { palette: 1, zeros: [0; 15], row_bytes, rows }
};

/// The sums of 32 images and two groups, in the order of the tiles `tmm0` to `tmm3`: `[half of the
/// images][group][image][row]`.
#[repr(C, align(64))]
struct Sums([[[[i32; GROUP]; IMAGES / 2]; 2]; 2]);

enable! {
    "avx512f,avx512vnni":
    fn run(isa: Amx, network: &Network, work: &mut Work) {
        layers(isa, network, work);
    }
}

/// Runs the layers. This is inlined into `run`, for which AVX-512 is enabled. It stands by itself
/// because rustfmt leaves a macro's text alone.
#[inline(always)]
fn layers(isa: Amx, network: &Network, work: &mut Work) {
    // SAFETY: AMX as `new` made `isa`; this reads the 64 bytes of `SHAPES`. The compiler itself
    // never uses tiles, so they stay as they are until `tilerelease`.
    unsafe {
        asm!(
            "ldtilecfg [{shapes}]",
            shapes = in(reg) &raw const SHAPES,
            options(nostack, readonly, preserves_flags)
        )
    }
    for (index, layer) in network.layers.iter().enumerate() {
        if let Some(weights) = &layer.nibbles {
            // AMX would not help here: the parts would have to leave the tiles to be multiplied by
            // their scales.
            nibbles::run::<_, NIBBLE_IMAGES, 2, 1>(isa.0, layer, weights, work);
        } else {
            for group in (0..layer.groups()).step_by(2) {
                for first in (0..work.images).step_by(IMAGES) {
                    tile(isa, layer, work, group, first);
                }
            }
        }
        tile::next_layer(network, index, work);
    }
    // SAFETY: AMX as `new` made `isa`; the tiles' contents are not needed any more.
    unsafe { asm!("tilerelease", options(nomem, nostack, preserves_flags)) }
}

/// Computes two groups, or only the last one if no other is left, for 32 images.
#[inline(always)]
fn tile(isa: Amx, layer: &Layer, work: &mut Work, group: usize, image: usize) {
    let groups = layer.groups().min(group + 2) - group;
    // If there is no second group, the first one is added up twice.
    let weights = [layer.weights(group), layer.weights(group + groups - 1)];
    let steps = weights[0].len() / BLOCKS;
    let codes = &work.codes[image * work.stride..][..IMAGES * work.stride];
    assert!(steps > 0 && weights.iter().all(|weights| weights.len() == steps * BLOCKS));
    assert!(steps * BLOCKS * COLUMNS <= work.stride);
    let mut sums = Sums([[[[0; GROUP]; IMAGES / 2]; 2]; 2]);
    // SAFETY: AMX as `new` made `isa`, and `run` has given all tiles 16 rows of 64 bytes. Step `s`
    // reads, as asserted above, blocks 16 s to 16 s + 15 of both groups, and bytes 64 s to 64 s +
    // 63 of the codes of 32 images, `stride` bytes apart. The stores are of the four KB of `sums`.
    unsafe {
        asm!(
            "tilezero tmm0",
            "tilezero tmm1",
            "tilezero tmm2",
            "tilezero tmm3",
            "2:",
            "tileloadd tmm4, [{codes_0} + {stride}]",
            "tileloadd tmm6, [{weights_0} + {row}]",
            "tdpbusd tmm0, tmm4, tmm6",
            "tileloadd tmm7, [{weights_1} + {row}]",
            "tdpbusd tmm1, tmm4, tmm7",
            "tileloadd tmm5, [{codes_1} + {stride}]",
            "tdpbusd tmm2, tmm5, tmm6",
            "tdpbusd tmm3, tmm5, tmm7",
            "add {codes_0}, 64",
            "add {codes_1}, 64",
            "add {weights_0}, 1024",
            "add {weights_1}, 1024",
            "dec {steps}",
            "jnz 2b",
            "tilestored [{sums} + {row}], tmm0",
            "tilestored [{sums} + {row} + 1024], tmm1",
            "tilestored [{sums} + {row} + 2048], tmm2",
            "tilestored [{sums} + {row} + 3072], tmm3",
            codes_0 = inout(reg) codes.as_ptr() => _,
            codes_1 = inout(reg) codes[IMAGES / 2 * work.stride..].as_ptr() => _,
            weights_0 = inout(reg) weights[0].as_ptr() => _,
            weights_1 = inout(reg) weights[1].as_ptr() => _,
            steps = inout(reg) steps => _,
            stride = in(reg) work.stride,
            row = in(reg) 64usize,
            sums = in(reg) &raw mut sums,
            out("tmm0") _, out("tmm1") _, out("tmm2") _, out("tmm3") _,
            out("tmm4") _, out("tmm5") _, out("tmm6") _, out("tmm7") _,
            options(nostack),
        );
    }
    for (half, sums) in sums.0.iter().enumerate() {
        for (group, sums) in (group..group + groups).zip(sums) {
            for (image, sums) in (image + half * (IMAGES / 2)..).zip(sums) {
                let bias = isa.0.sums(layer.bias(work.classes[image], group));
                // SAFETY: AVX-512F as `isa` proves.
                let sums = unsafe { _mm512_add_epi32(isa.0.sums(sums), bias) };
                let outputs = &mut work.outputs[image * work.stride + group * GROUP..][..GROUP];
                outputs.copy_from_slice(&tile::requantize(isa.0, layer, group, sums));
            }
        }
    }
}

const _: () = assert!(
    IMAGES >= (FEW - 1).next_multiple_of(Avx512Vnni::IMAGES)
        && size_of::<Shapes>() == 64
        && size_of::<Sums>() == 4096
);
const _: () = assert!(IMAGES.is_multiple_of(NIBBLE_IMAGES));
