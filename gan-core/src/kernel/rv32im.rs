//! RISC-V with 32-bit registers and the M extension.

#![allow(unsafe_code)]

use super::Groups;
use super::byte_lane::{self, GROUP};
use super::sums::{self, Sums};
use core::arch::global_asm;

pub use byte_lane::{PACKING, stage};

pub const NAME: &str = "rv32im";

unsafe extern "C" {
    /// Adds the products of four rows to the first of `sums`, and those of the four rows `stride` bytes on to the second.
    ///
    /// # Safety
    ///
    /// From `x` to `x_end` are words of inputs, a positive multiple of four; at `weights`, and `stride` bytes on, twice as many.
    fn gan_core_rv32im_sums(x: *const u32, x_end: *const u32, weights: *const u8, stride: usize, sums: &mut [[u32; GROUP]; 2]);
}

struct Kernel;

/// Two groups at a time: there are registers for eight sums, which share the inputs.
impl Sums<2> for Kernel {
    #[inline(always)]
    unsafe fn add(x: *const u32, words: usize, weights: *const u8, stride: usize, sums: &mut [[u32; GROUP]; 2]) {
        // SAFETY: as promised by the caller; the other pointer is at the end of `x`.
        unsafe { gan_core_rv32im_sums(x, x.add(words), weights, stride, sums) }
    }
}

/// Computes groups of four rows.
pub fn run(groups: &Groups<'_>, staged: &[u32], outputs: &mut [u8]) {
    sums::run::<Kernel, 2>(groups, staged, outputs);
}

// With `x << 8` and the odd bytes where they lie, the high half of the product is what the low half would be after a shift of the weights.
global_asm!(
    r#"
    .option push
    .option arch, +m

    // Two columns by two rows, whose sums are first and second.
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
    .macro gan_core_two_columns x, weights
    lw t2, \x(a0)
    slli t3, t2, 8
    gan_core_two_rows \weights, a2, s0, s1
    gan_core_two_rows \weights + 4, a2, s2, s3
    gan_core_two_rows \weights, a3, s4, s5
    gan_core_two_rows \weights + 4, a3, s6, s7
    .endm

    .section .text.gan_core_rv32im_sums, "ax", @progbits
    .p2align 2
    .global gan_core_rv32im_sums
    .type gan_core_rv32im_sums, @function
gan_core_rv32im_sums:
    addi sp, sp, -32
    sw s0, 0(sp)
    sw s1, 4(sp)
    sw s2, 8(sp)
    sw s3, 12(sp)
    sw s4, 16(sp)
    sw s5, 20(sp)
    sw s6, 24(sp)
    sw s7, 28(sp)
    lw s0, 0(a4)
    lw s1, 4(a4)
    lw s2, 8(a4)
    lw s3, 12(a4)
    lw s4, 16(a4)
    lw s5, 20(a4)
    lw s6, 24(a4)
    lw s7, 28(a4)
    add a3, a3, a2
    li t6, 0x00FF00FF
    li t5, 0xFF00FF00
    li t4, 0xFFFF
1:  gan_core_two_columns 0, 0
    gan_core_two_columns 4, 8
    gan_core_two_columns 8, 16
    gan_core_two_columns 12, 24
    addi a0, a0, 16
    addi a2, a2, 32
    addi a3, a3, 32
    bne a0, a1, 1b
    sw s0, 0(a4)
    sw s1, 4(a4)
    sw s2, 8(a4)
    sw s3, 12(a4)
    sw s4, 16(a4)
    sw s5, 20(a4)
    sw s6, 24(a4)
    sw s7, 28(a4)
    lw s0, 0(sp)
    lw s1, 4(sp)
    lw s2, 8(sp)
    lw s3, 12(sp)
    lw s4, 16(sp)
    lw s5, 20(sp)
    lw s6, 24(sp)
    lw s7, 28(sp)
    addi sp, sp, 32
    ret
    .size gan_core_rv32im_sums, . - gan_core_rv32im_sums
    .purgem gan_core_two_rows
    .purgem gan_core_two_columns
    .option pop
    .text
    "#
);
