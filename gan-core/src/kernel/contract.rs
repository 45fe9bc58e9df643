//! What a kernel has to offer: [`PackedKernel`] for layers of bytes that are packed for it, and
//! [`HalfByteKernel`] for layers of half bytes. A build has exactly one of each. Nothing here is
//! called through a pointer, so the traits cost no instruction.
//!
//! # Words
//!
//! A *code* is an input or a hidden output of a layer, a byte within 0..=127. A *row* is one output
//! of a layer with the weights of all its inputs, which are the *columns*. Rows come in *groups* of
//! [`Packing::group`] rows, and the last group is filled up with rows of zeros. Columns are filled
//! up with weights of 0 to a multiple of [`Packing::columns`].
//!
//! # What has been proven before a kernel is called
//!
//! [`decode`](crate::decode) and [`Known`](crate::Known) both prove that the blob begins on a
//! multiple of 16 bytes in memory, that every section does too, and that every section has the
//! length that the header announces. Whole groups keep this on words: a group's weights, biases and
//! factors begin on a multiple of four bytes.
//!
//! Only `decode` looks at the numbers. It proves that weights are within -127..=127 (half bytes:
//! -7..=7), that no partial sum of a row leaves 32 bits when it begins with the bias (in the
//! packing [`PairedHalfword`](Packing::PairedHalfword) 24 bits for even rows), that multipliers are
//! at most 32767 and shifts within 17..=32, and that the numbers of rows of padding are 0.
//!
//! A `Known` blob may have been damaged and given a new CRC. So a kernel must not read or write
//! memory outside the slices that it is given, and must not panic, whatever the numbers are. With
//! numbers beyond their limits it may compute any outputs.

use crate::header::Packing;

/// The multiply-accumulate loops of one instruction set, for layers of bytes.
pub(crate) trait PackedKernel {
    /// The kernel's name, for reports and for `--cfg gan_core_backend="NAME"`.
    const NAME: &'static str;

    /// The packing of the layers that [`run`](Self::run) takes. [`Packing::Rows`] means that the
    /// build has no kernel: nothing here is called then.
    const PACKING: Packing;

    /// Whether [`run_two`](Self::run_two) makes two images at once.
    const TWO_IMAGES: bool = false;

    /// Puts the inputs of a layer where [`run`](Self::run) reads them.
    ///
    /// `codes` are all inputs of the layer, one code each. The first
    /// [`staged_len(codes.len())`](Packing::staged_len) words of `staged` are written, in a form
    /// that is the kernel's own, with zeros for the columns of padding. There have to be so many.
    fn stage(codes: &[u8], staged: &mut [u32]);

    /// Computes whole groups of rows of a layer:
    /// `output = saturate(zero_point + round(sum * factor / 2^32))`, where the sum of a row is its
    /// bias plus all its weights times the codes, [`quant`](crate::quant) says how it is rounded,
    /// and the result is saturated at 0..=127, or at 0..=255 and looked up in the table.
    ///
    /// `staged` is what [`stage`](Self::stage) wrote for a layer of [`RowGroups::columns`] columns.
    /// `outputs` has a byte for each row; its length is a positive multiple of
    /// [`Packing::group`], and `groups` has to [`hold`](RowGroups::hold) so many groups.
    fn run(groups: &RowGroups<'_>, staged: &[u32], outputs: &mut [u8]);

    /// Puts the inputs of one of two images where [`run_two`](Self::run_two) reads them. `image` is
    /// 0 or 1, and `staged` has twice the words of [`stage`](Self::stage). The words of the other
    /// image are left alone.
    fn stage_two(_codes: &[u8], _image: usize, _staged: &mut [u32]) {
        debug_assert!(false, "this kernel makes one image at a time");
    }

    /// Does the same as [`run`](Self::run) for two images, whose `outputs` have the same length.
    /// `second_bias` has the biases of the second image from the same row on, 4 bytes a row: the
    /// first layer has biases for each label.
    fn run_two(
        _groups: &RowGroups<'_>,
        _second_bias: &[u8],
        _staged: &[u32],
        _outputs: [&mut [u8]; 2],
    ) {
        debug_assert!(false, "this kernel makes one image at a time");
    }

    /// Adds weights times inputs of a row that is not packed, to `sum`, for as many columns as the
    /// instruction set takes at a time. Returns the sum, and the weights and the inputs that are
    /// left. `inputs` are codes in their own order. Neither slice has to lie on a word.
    #[inline(always)]
    fn add_row<'w, 'x>(weights: &'w [i8], inputs: &'x [u8], sum: i32) -> (i32, &'w [i8], &'x [u8]) {
        (sum, weights, inputs)
    }

    /// Does the same for a group of four rows in the packing [`ByteLane`](Packing::ByteLane), where
    /// a byte is the weight plus 128: adds bytes times inputs, and takes nothing off for the 128.
    #[inline(always)]
    fn add_byte_lanes<'w, 'x>(
        bytes: &'w [u8],
        inputs: &'x [u8],
        sums: [i32; 4],
    ) -> ([i32; 4], &'w [u8], &'x [u8]) {
        (sums, bytes, inputs)
    }
}

/// Groups of rows of a packed layer, from one on to the end of the layer.
#[cfg_attr(gan_core_kernel = "scalar", allow(dead_code, reason = "no kernel reads them"))]
pub(crate) struct RowGroups<'a> {
    /// The weights in the kernel's packing, a byte for each row and padded column.
    pub weights: &'a [u8],
    /// Number of columns of a row, padding included: a multiple of [`Packing::columns`].
    pub columns: usize,
    /// The bias of each row, an i32 in little-endian bytes, in units of the sum.
    pub bias: &'a [u8],
    /// The factor of each row, a u32 in little-endian bytes, in units of 2^-32. It is less than
    /// 2^30.
    pub factors: &'a [u8],
    /// The factors of rows whose sum is negative, like `factors`. It is `None` if they make no
    /// difference to the outputs; layers with a table never have any.
    pub negative_factors: Option<&'a [u8]>,
    /// The shift of each row, a byte within 17..=32, with which `factor >> (32 - shift)` is the
    /// canonical multiplier. Only kernels without a 64-bit multiply need it.
    #[allow(dead_code, reason = "only such kernels read them")]
    pub shifts: &'a [u8],
    /// The output, or the index of the table, that stands for 0.
    pub zero_point: u8,
    /// The table that maps an index to an output. Without a table, outputs are within 0..=127.
    pub table: Option<&'a [u8; 256]>,
}

impl RowGroups<'_> {
    /// Whether the sections have the numbers of `count` groups of the kernel `K`, there is at least
    /// one group, and the columns are whole. [`decode`](crate::decode) and
    /// [`Known`](crate::Known) have proven it. It is tested again, once for each call of a kernel,
    /// because the kernel's memory accesses rely on it. Alignment is tested with debug assertions
    /// only.
    #[cfg_attr(gan_core_kernel = "scalar", allow(dead_code, reason = "there is no kernel to ask"))]
    pub fn hold<K: PackedKernel>(&self, count: usize) -> bool {
        let rows = K::PACKING.group() * count;
        let fits = |section: &[u8]| {
            debug_assert!(section.as_ptr().cast::<u32>().is_aligned(), "a section is on no word");
            section.len() >= 4 * rows
        };
        debug_assert!(self.weights.as_ptr().cast::<u32>().is_aligned(), "weights are on no word");
        count > 0
            && self.columns > 0
            && self.columns.is_multiple_of(K::PACKING.columns())
            && self.weights.len() >= rows * self.columns
            && fits(self.bias)
            && fits(self.factors)
            && self.shifts.len() >= rows
            && self.negative_factors.is_none_or(fits)
    }
}

/// The multiply-accumulate loops of one instruction set, for layers of half bytes.
pub(crate) trait HalfByteKernel {
    /// The packing of the layers that [`add`](Self::add) takes: [`Packing::Rows`] or
    /// [`Packing::NibbleLane`].
    const PACKING: Packing;

    /// Number of rows that one call computes. A layer's last call may have fewer rows, if the
    /// packing does not fill them up.
    const ROWS: usize;

    /// The order of a group's staged codes: those of even columns before those of odd columns, or
    /// the order of the columns.
    const EVEN_THEN_ODD: bool;

    /// [`ROWS`](Self::ROWS) sums of 32 bits.
    type Sums: Default + AsMut<[i32]>;

    /// Adds to each sum the products of its row: over all groups of columns, the group's scale
    /// times the sum of its weights times its codes.
    fn add(rows: &HalfByteRows<'_>, sums: &mut Self::Sums);
}

/// The rows of a layer of half bytes, beginning with the first that a kernel has to add up.
pub(crate) struct HalfByteRows<'a> {
    /// Half a byte for each row and padded column, the weight plus 8, in the kernel's packing. They
    /// begin on a word.
    pub weights: &'a [u8],
    /// A byte for each row and group of columns, in the kernel's packing.
    pub scales: &'a [u8],
    /// For each group of columns its codes, a byte each and filled up with zeros, and then a word
    /// with 8 times their sum.
    pub staged: &'a [u32],
    /// Columns that share a scale: 16 or 32.
    pub group: usize,
    /// Number of groups of columns in a row.
    pub groups: usize,
}

impl HalfByteRows<'_> {
    /// Number of words from one group's codes to those of the next one.
    pub fn stride(&self) -> usize {
        self.group / 4 + 1
    }

    /// Whether the sections have the numbers of so many rows, and there is at least one group of a
    /// size that kernels know. [`decode`](crate::decode) and [`Known`](crate::Known) have proven
    /// it. It is tested again because the kernel's memory accesses rely on it.
    #[cfg_attr(gan_core_kernel = "scalar", allow(dead_code, reason = "there is no kernel to ask"))]
    pub fn hold(&self, rows: usize) -> bool {
        debug_assert!(self.weights.as_ptr().cast::<u32>().is_aligned(), "weights are on no word");
        let scales = self.groups * rows;
        matches!(self.group, 16 | 32)
            && self.groups > 0
            && self.staged.len() >= self.groups * self.stride()
            && self.scales.len() >= scales
            && self.weights.len() >= scales * self.group / 2
    }
}
