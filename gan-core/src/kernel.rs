//! The multiply-accumulate loops, with a file for each instruction set. All give the same bits:
//! those of a plain loop.
//!
//! A kernel takes layers in one packing. Its module has
//!
//! - `NAME`, for reports, and `PACKING`;
//! - `stage(codes, staged)`: puts a layer's inputs into
//!   [`Packing::staged_len`](crate::Packing::staged_len) words, as it reads them;
//! - `run(groups, staged, outputs)`: computes whole groups of rows.
//!
//! Layers in other packings run by `foreign`, and those in rows by `scalar::dot`; cores with DSP or
//! MVE take most of them in assembly.
//!
//! `build.rs` chooses the kernel for the target. `--cfg gan_core_backend="NAME"` forces another
//! one.

pub(crate) mod foreign;
pub(crate) mod scalar;

#[cfg(any(gan_core_kernel = "armv6m", gan_core_kernel = "armv7m", gan_core_kernel = "rv32im"))]
mod byte_lane;
#[cfg(any(
    gan_core_kernel = "armv6m",
    gan_core_kernel = "armv7m",
    gan_core_kernel = "rv32im",
    gan_core_kernel = "dsp"
))]
mod pairs;

#[cfg(gan_core_kernel = "dsp")]
mod dsp_foreign;
#[cfg(gan_core_kernel = "dsp")]
pub(crate) mod dsp_pair;
#[cfg(gan_core_kernel = "mve")]
mod mve_foreign;

#[cfg_attr(gan_core_kernel = "armv6m", path = "kernel/armv6m.rs")]
#[cfg_attr(gan_core_kernel = "armv7m", path = "kernel/armv7m.rs")]
#[cfg_attr(gan_core_kernel = "dsp", path = "kernel/dsp.rs")]
#[cfg_attr(gan_core_kernel = "mve", path = "kernel/mve.rs")]
#[cfg_attr(gan_core_kernel = "rv32im", path = "kernel/rv32im.rs")]
#[cfg_attr(gan_core_kernel = "scalar", path = "kernel/none.rs")]
pub(crate) mod active;

/// Sums of layers of half bytes. Its module has `PACKING`, `ROWS`, `EVEN_THEN_ODD` and `add(block,
/// sums)`.
#[cfg_attr(gan_core_kernel = "armv6m", path = "kernel/half_armv6m.rs")]
#[cfg_attr(
    any(gan_core_kernel = "armv7m", gan_core_kernel = "dsp"),
    path = "kernel/half_armv7m.rs"
)]
#[cfg_attr(gan_core_kernel = "mve", path = "kernel/half_mve.rs")]
#[cfg_attr(gan_core_kernel = "rv32im", path = "kernel/half_rv32im.rs")]
#[cfg_attr(gan_core_kernel = "scalar", path = "kernel/half_scalar.rs")]
pub(crate) mod half;

#[cfg(any(
    gan_core_kernel = "armv6m",
    gan_core_kernel = "armv7m",
    gan_core_kernel = "rv32im",
    gan_core_kernel = "dsp"
))]
mod half_lane;

/// Name of the kernel that this build uses, for reports.
pub const NAME: &str = active::NAME;

/// The packing that the kernel of this build takes. Layers in this packing run fastest.
pub const PACKING: crate::header::Packing = active::PACKING;

/// Groups of rows of a packed layer, from one on to the end of the layer.
#[cfg_attr(gan_core_kernel = "scalar", allow(dead_code, reason = "no kernel reads them"))]
pub(crate) struct Groups<'a> {
    /// In the kernel's packing.
    pub weights: &'a [u8],
    /// Padded inputs.
    pub columns: usize,
    /// i32 each.
    pub bias: &'a [u8],
    /// u32 each, in units of 2^-32.
    pub factors: &'a [u8],
    /// The factors for negative sums. It is `None` if they make no difference to the outputs.
    pub negative_factors: Option<&'a [u8]>,
    /// The shifts of the canonical multipliers, for kernels without a 64-bit multiply.
    #[allow(dead_code, reason = "only such kernels read them")]
    pub shifts: &'a [u8],
    /// Added after requantization.
    pub zero_point: u8,
    /// The table that maps an index to an output. Without a table, outputs are within 0..=127.
    pub table: Option<&'a [u8; 256]>,
}

impl Groups<'_> {
    /// Whether the sections have the numbers of `count` groups, and there is at least one group.
    /// decode proves it. It is checked again because kernels rely on it.
    #[cfg_attr(gan_core_kernel = "scalar", allow(dead_code, reason = "there is no kernel to ask"))]
    pub fn hold(&self, count: usize) -> bool {
        let rows = PACKING.group() * count;
        let fits = |section: &[u8]| section.len() >= 4 * rows;
        count > 0
            && self.columns > 0
            && self.columns.is_multiple_of(PACKING.columns())
            && self.weights.len() >= rows * self.columns
            && fits(self.bias)
            && fits(self.factors)
            && self.shifts.len() >= rows
            && self.negative_factors.is_none_or(fits)
    }
}

/// The rows of a layer of half bytes, beginning with the first that a kernel has to add up.
pub(crate) struct HalfBytes<'a> {
    /// In the kernel's packing.
    pub weights: &'a [u8],
    /// The same.
    pub scales: &'a [u8],
    /// The codes of each group, followed by 8 times their sum.
    pub staged: &'a [u32],
    /// Inputs that share a scale: 16 or 32.
    pub group: usize,
    /// Groups of a row.
    pub groups: usize,
}

impl HalfBytes<'_> {
    /// Number of words from one group's codes to those of the next one.
    pub fn stride(&self) -> usize {
        self.group / 4 + 1
    }

    /// Whether the sections have the numbers of so many rows. decode proves it. It is checked again
    /// because kernels rely on it.
    #[cfg_attr(gan_core_kernel = "scalar", allow(dead_code, reason = "there is no kernel to ask"))]
    pub fn hold(&self, rows: usize) -> bool {
        let scales = self.groups * rows;
        matches!(self.group, 16 | 32)
            && self.groups > 0
            && self.staged.len() >= self.groups * self.stride()
            && self.scales.len() >= scales
            && self.weights.len() >= scales * self.group / 2
    }
}

/// Views the bytes of a blob's weights as signed bytes.
#[allow(unsafe_code)]
pub(crate) fn as_i8(bytes: &[u8]) -> &[i8] {
    // SAFETY: u8 and i8 have the same size and alignment and every bit pattern is valid for both;
    // the length and the lifetime are those of `bytes`.
    unsafe { core::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len()) }
}

/// The bytes of a section as words, in the machine's order. Sections begin on multiples of 16, and
/// rows of packed layers and of half bytes on words. A Cortex-M0 reads four bytes of unknown place
/// one by one.
#[inline(always)]
pub(crate) fn words(bytes: &[u8]) -> &[u32] {
    let (before, words, _) = aligned_words(bytes);
    if before.is_empty() { words } else { &[] }
}

/// The words in bytes of any place, in the machine's order, and what lies before and after them.
#[inline(always)]
#[allow(unsafe_code)]
pub(crate) fn aligned_words(bytes: &[u8]) -> (&[u8], &[u32], &[u8]) {
    // SAFETY: every four bytes are a valid u32.
    unsafe { bytes.align_to() }
}

/// Words as their bytes, in the machine's order.
#[allow(unsafe_code)]
pub(crate) fn bytes(words: &[u32]) -> &[u8] {
    // SAFETY: every bit pattern is a valid u8, which needs no alignment; the memory and the
    // lifetime are those of `words`.
    unsafe { core::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

/// Words as their bytes, in the machine's order.
#[allow(unsafe_code)]
pub(crate) fn bytes_mut(words: &mut [u32]) -> &mut [u8] {
    // SAFETY: as for `bytes`, and every four bytes are a valid u32; the borrow is exclusive.
    unsafe { core::slice::from_raw_parts_mut(words.as_mut_ptr().cast(), size_of_val(words)) }
}
