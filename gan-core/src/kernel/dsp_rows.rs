//! Sums of layers that are not packed for the DSP extension, on cores that have it: of layers in
//! rows, and of those in the byte lanes of cores without SIMD.
//!
//! `SXTB16` and `UXTB16` make two halfwords of every other byte of a word, with and without the
//! sign. `SMLAD` multiplies two pairs of halfwords and adds both products to a sum of 32 bits. A
//! weight of a row has 8 bits with its sign, a byte lane has 8 bits without, and a code has 7, so
//! halfwords hold all of them and products fit 16 bits. Sums wrap around like those of a plain
//! loop.
//!
//! Eight instructions make four multiply-accumulates of a row, and 27 make the 16 of four columns
//! by four rows of byte lanes, whose unpacked inputs serve all rows.

#![allow(unsafe_code)]

unsafe extern "C" {
    /// # Safety
    ///
    /// There are `8 * blocks` weights and inputs, and `blocks` is not 0.
    fn gan_core_dsp_row(weights: *const i8, inputs: *const u8, blocks: usize, sum: i32) -> i32;
    /// # Safety
    ///
    /// There are `16 * blocks` bytes of weights and `4 * blocks` inputs, and `blocks` is not 0.
    fn gan_core_dsp_lanes(
        weights: *const u8,
        inputs: *const u8,
        blocks: usize,
        sums: &mut [i32; 4],
    );
}

/// Adds the products of eight weights and inputs at a time to `sum`, and returns it with the
/// weights and inputs that are left.
pub fn row<'w, 'x>(weights: &'w [i8], inputs: &'x [u8], sum: i32) -> (i32, &'w [i8], &'x [u8]) {
    let blocks = weights.len().min(inputs.len()) / 8;
    let (Some((weights, weights_left)), Some((inputs, inputs_left))) =
        (weights.split_at_checked(8 * blocks), inputs.split_at_checked(8 * blocks))
    else {
        return (sum, weights, inputs);
    };
    let sum = match blocks {
        0 => sum,
        // SAFETY: both slices have so many bytes.
        _ => unsafe { gan_core_dsp_row(weights.as_ptr(), inputs.as_ptr(), blocks, sum) },
    };
    (sum, weights_left, inputs_left)
}

/// Adds the products of four columns at a time to the sums of the four rows of a group. A byte is
/// the weight plus 128, and 128 is not taken away. Returns the sums, and what is left of both.
pub fn byte_lanes<'w, 'x>(
    weights: &'w [u8],
    inputs: &'x [u8],
    mut sums: [i32; 4],
) -> ([i32; 4], &'w [u8], &'x [u8]) {
    let blocks = (weights.len() / 16).min(inputs.len() / 4);
    let (Some((weights, weights_left)), Some((inputs, inputs_left))) =
        (weights.split_at_checked(16 * blocks), inputs.split_at_checked(4 * blocks))
    else {
        return (sums, weights, inputs);
    };
    if blocks > 0 {
        // SAFETY: the slices have so many bytes.
        unsafe { gan_core_dsp_lanes(weights.as_ptr(), inputs.as_ptr(), blocks, &mut sums) };
    }
    (sums, weights_left, inputs_left)
}

assembly!(
    r#"
    .syntax unified
    .thumb

    // Four columns of a row: r3 += weights times inputs.
    .macro gan_core_four_of_row
    ldr r4, [r0], #4
    ldr r5, [r1], #4
    sxtb16 r6, r4
    uxtb16 r7, r5
    smlad r3, r6, r7, r3
    sxtb16 r6, r4, ror #8
    uxtb16 r7, r5, ror #8
    smlad r3, r6, r7, r3
    .endm

    // Two columns of two rows, whose inputs are in `x`, the second one below.
    .macro gan_core_two_of_lanes first, second, x
    ldr r8, [r0], #4
    uxtb16 r10, r8
    smlad \first, r10, \x, \first
    uxtb16 r10, r8, ror #8
    smlad \second, r10, \x, \second
    .endm

    .section .text.gan_core_dsp_row, "ax", %progbits
    .global gan_core_dsp_row
    .type gan_core_dsp_row, %function
    .thumb_func
    .p2align 2
gan_core_dsp_row:
    push {{r4-r7, lr}}
2:  gan_core_four_of_row
    gan_core_four_of_row
    subs r2, #1
    bne 2b
    mov r0, r3
    pop {{r4-r7, pc}}
    .size gan_core_dsp_row, . - gan_core_dsp_row

    .section .text.gan_core_dsp_lanes, "ax", %progbits
    .global gan_core_dsp_lanes
    .type gan_core_dsp_lanes, %function
    .thumb_func
    .p2align 2
gan_core_dsp_lanes:
    push {{r3-r11, lr}}
    ldm r3, {{r4-r7}}
2:  ldr r8, [r1], #4
    uxtb16 r9, r8                   // inputs 0 and 2
    uxtb16 r10, r8, ror #8          // inputs 1 and 3
    pkhbt r11, r10, r9, lsl #16     // 1 below, 0 above
    pkhtb r9, r9, r10, asr #16      // 3 below, 2 above
    gan_core_two_of_lanes r4, r5, r11
    gan_core_two_of_lanes r6, r7, r11
    gan_core_two_of_lanes r4, r5, r9
    gan_core_two_of_lanes r6, r7, r9
    subs r2, #1
    bne 2b
    ldr r3, [sp]
    stm r3, {{r4-r7}}
    pop {{r3-r11, pc}}
    .size gan_core_dsp_lanes, . - gan_core_dsp_lanes
    .purgem gan_core_four_of_row
    .purgem gan_core_two_of_lanes
    .text
    "#,
);
