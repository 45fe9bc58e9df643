//! The kernel of RISC-V with 32-bit registers and the M extension.
//!
//! The multiply-accumulates are those of [`byte_lane`], eight rows at a time: there are registers
//! for their sums, and they share the inputs. The bytes of every other row are not shifted down:
//! they are `2^8 u`. With the inputs shifted up, `2^8 x`, the product is `2^16 x u`, and the high
//! word that `MULHU` computes is `x u >> 16`. It needs a mask for `2^16 x1 u0`, and no shift of the
//! weights. `2^8 x` fits 32 bits, because codes have seven. Nine instructions make four
//! multiply-accumulates, and with the inputs 38 make the 16 of two columns by eight rows.
//!
//! Sums are requantized as `zero_point + mulh(acc, factor) + (mul(acc, factor) >> 31)`. The upper
//! bit of the product's low word is worth one half in units of the high word, so adding it rounds
//! to nearest, halves up.

#![allow(unsafe_code)]

#[path = "byte_lane.rs"]
mod byte_lane;

use super::{PackedKernel, RowGroups};
use crate::header::Packing;
use byte_lane::Call;
use core::mem::offset_of;

pub struct Active;

impl PackedKernel for Active {
    const NAME: &'static str = "rv32im";
    const PACKING: Packing = byte_lane::PACKING;

    fn stage(codes: &[u8], staged: &mut [u32]) {
        byte_lane::stage(codes, staged);
    }

    /// Computes groups of four rows.
    fn run(groups: &RowGroups<'_>, staged: &[u32], outputs: &mut [u8]) {
        if let Some(call) = Call::new(groups, staged, outputs) {
            // SAFETY: as `Call::new` says.
            unsafe { gan_core_rv32im_rows(&call) }
        }
    }
}

unsafe extern "C" {
    /// # Safety
    ///
    /// The call is as [`Call::new`] makes it.
    fn gan_core_rv32im_rows(call: &Call);
}

assembly!(
    r#"
    // Adds two columns of two rows, whose sums are in first and second.
    .macro gan_core_two_rows offset, weights, first, second
    lw t0, \offset(\weights)
    and t1, t0, t6
    and t0, t0, t5
    mul t1, t1, t2
    mulhu t0, t0, t3
    srli t1, t1, 16
    and t0, t0, t4
    add \first, \first, t1
    add \second, \second, t0
    .endm
    // Two columns by eight rows.
    .macro gan_core_two_columns x, weights
    lw t2, \x(a0)
    slli t3, t2, 8
    gan_core_two_rows \weights, a1, s0, s1
    gan_core_two_rows \weights + 4, a1, s2, s3
    gan_core_two_rows \weights, ra, s4, s5
    gan_core_two_rows \weights + 4, ra, s6, s7
    .endm
    // Turns a sum into an output in t1, saturated at t2. s10 is the zero point.
    .macro gan_core_rescale sum
    mulh t1, \sum, t0
    mul t0, \sum, t0
    srli t0, t0, 31
    add t1, t1, s10
    add t1, t1, t0
    bgez t1, 91f
    li t1, 0
91: bge t2, t1, 92f
    mv t1, t2
92:
    .endm
    .macro gan_core_code row, sum
    lw t0, 4 * \row(a5)
    bgez \sum, 90f
    lw t0, 4 * \row(a6)
90: gan_core_rescale \sum
    sb t1, \row(s8)
    .endm
    .macro gan_core_pixel row, sum
    lw t0, 4 * \row(a5)
    gan_core_rescale \sum
    add t1, t1, a7
    lbu t1, 0(t1)
    sb t1, \row(s8)
    .endm

    .section .text.gan_core_rv32im_rows, "ax", @progbits
    .p2align 2
    .global gan_core_rv32im_rows
    .type gan_core_rv32im_rows, @function
gan_core_rv32im_rows:
    addi sp, sp, -64
    sw ra, 0(sp)
    sw s0, 4(sp)
    sw s1, 8(sp)
    sw s2, 12(sp)
    sw s3, 16(sp)
    sw s4, 20(sp)
    sw s5, 24(sp)
    sw s6, 28(sp)
    sw s7, 32(sp)
    sw s8, 36(sp)
    sw s9, 40(sp)
    sw s10, 44(sp)
    sw s11, 48(sp)
    lw a1, {weights}(a0)
    lw a2, {x}(a0)
    lw a3, {x_end}(a0)
    lw a4, {bias}(a0)
    lw a5, {factors}(a0)
    lw a6, {negative_factors}(a0)
    lw a7, {table}(a0)
    lw s8, {outputs}(a0)
    lw s9, {outputs_end}(a0)
    lw s10, {zero_point}(a0)
    lw s11, {correction}(a0)
    li t6, 0x00FF00FF
    li t5, 0xFF00FF00
    li t4, 0xFFFF

    // Two groups: their weights are at a1 and ra, their sums in s0 to s7. Where only one group is
    // left, it is computed twice.
1:
    lw s0, 0(a4)
    lw s1, 4(a4)
    lw s2, 8(a4)
    lw s3, 12(a4)
    mv ra, a1
    addi t0, s8, 4
    beq t0, s9, 2f
    sub t0, a3, a2
    slli t0, t0, 1
    add ra, a1, t0
    lw s4, 16(a4)
    lw s5, 20(a4)
    lw s6, 24(a4)
    lw s7, 28(a4)
2:  sub s0, s0, s11
    sub s1, s1, s11
    sub s2, s2, s11
    sub s3, s3, s11
    sub s4, s4, s11
    sub s5, s5, s11
    sub s6, s6, s11
    sub s7, s7, s11
    mv a0, a2
3:  gan_core_two_columns 0, 0
    gan_core_two_columns 4, 8
    gan_core_two_columns 8, 16
    gan_core_two_columns 12, 24
    addi a0, a0, 16
    addi a1, a1, 32
    addi ra, ra, 32
    bne a0, a3, 3b
    // The second group ends where the next one begins.
    mv a1, ra

    addi a4, a4, 32
    addi a0, s8, 4
    beqz a7, 4f
    li t2, 255
    gan_core_pixel 0, s0
    gan_core_pixel 1, s1
    gan_core_pixel 2, s2
    gan_core_pixel 3, s3
    beq a0, s9, 6f
    gan_core_pixel 4, s4
    gan_core_pixel 5, s5
    gan_core_pixel 6, s6
    gan_core_pixel 7, s7
    j 5f
4:  li t2, 127
    gan_core_code 0, s0
    gan_core_code 1, s1
    gan_core_code 2, s2
    gan_core_code 3, s3
    beq a0, s9, 6f
    gan_core_code 4, s4
    gan_core_code 5, s5
    gan_core_code 6, s6
    gan_core_code 7, s7
5:  addi a5, a5, 32
    addi a6, a6, 32
    addi s8, s8, 8
    bne s8, s9, 1b

6:  lw ra, 0(sp)
    lw s0, 4(sp)
    lw s1, 8(sp)
    lw s2, 12(sp)
    lw s3, 16(sp)
    lw s4, 20(sp)
    lw s5, 24(sp)
    lw s6, 28(sp)
    lw s7, 32(sp)
    lw s8, 36(sp)
    lw s9, 40(sp)
    lw s10, 44(sp)
    lw s11, 48(sp)
    addi sp, sp, 64
    ret
    .size gan_core_rv32im_rows, . - gan_core_rv32im_rows
    .purgem gan_core_two_rows
    .purgem gan_core_two_columns
    .purgem gan_core_rescale
    .purgem gan_core_code
    .purgem gan_core_pixel
    .text
    "#,
    weights = const offset_of!(Call, weights),
    x = const offset_of!(Call, x),
    x_end = const offset_of!(Call, x_end),
    bias = const offset_of!(Call, bias),
    factors = const offset_of!(Call, factors),
    negative_factors = const offset_of!(Call, negative_factors),
    table = const offset_of!(Call, table),
    outputs = const offset_of!(Call, outputs),
    outputs_end = const offset_of!(Call, outputs_end),
    zero_point = const offset_of!(Call, zero_point),
    correction = const offset_of!(Call, correction),
);
