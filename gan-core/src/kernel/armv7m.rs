//! Armv7-M: Cortex-M3.

#![allow(unsafe_code)]

use super::Groups;
use super::byte_lane::{self, GROUP};
use super::sums::{self, Sums};
use core::arch::global_asm;

pub use byte_lane::{PACKING, stage};

pub const NAME: &str = "armv7m";

unsafe extern "C" {
    /// Adds the products of four rows to `sums`.
    ///
    /// # Safety
    ///
    /// From `x` to `x_end` are words of inputs, a positive multiple of four; at `weights` twice as many; `x_main` is `x` and as many
    /// times eight words as fit.
    fn gan_core_armv7m_sums(x: *const u32, weights: *const u8, sums: &mut [u32; GROUP], x_main: *const u32, x_end: *const u32);
}

struct Kernel;

impl Sums<1> for Kernel {
    #[inline(always)]
    unsafe fn add(x: *const u32, words: usize, weights: *const u8, _: usize, [sums]: &mut [[u32; GROUP]; 1]) {
        // SAFETY: as promised by the caller; both other pointers are inside or at the end of `x`.
        unsafe { gan_core_armv7m_sums(x, weights, sums, x.add(words - words % 8), x.add(words)) }
    }
}

/// Computes groups of four rows.
pub fn run(groups: &Groups<'_>, staged: &[u32], outputs: &mut [u8]) {
    sums::run::<Kernel, 1>(groups, staged, outputs);
}

global_asm!(
    r#"
    .syntax unified
    .thumb

    // Two columns by two rows, whose sums are first and second.
    .macro gan_core_two_columns weights, x, first, second
    and r12, r2, \weights
    and \weights, r2, \weights, lsr #8
    mul r12, r12, \x
    mul \weights, \weights, \x
    add \first, \first, r12, lsr #16
    add \second, \second, \weights, lsr #16
    .endm
    .macro gan_core_four_columns
    ldm r0!, {{r3, r11}}
    ldm r1!, {{r8, r9, r10, lr}}
    gan_core_two_columns r8, r3, r4, r5
    gan_core_two_columns r9, r3, r6, r7
    gan_core_two_columns r10, r11, r4, r5
    gan_core_two_columns lr, r11, r6, r7
    .endm

    .section .text.gan_core_armv7m_sums, "ax", %progbits
    .p2align 2
    .global gan_core_armv7m_sums
    .type gan_core_armv7m_sums, %function
    .thumb_func
gan_core_armv7m_sums:
    push {{r2-r11, lr}}
    ldm r2, {{r4-r7}}
    mov r2, #0x00FF00FF
    b 2f
1:  .rept 4
    gan_core_four_columns
    .endr
2:  ldr r3, [sp, #4]
    cmp r0, r3
    bne 1b
    b 4f
3:  .rept 2
    gan_core_four_columns
    .endr
4:  ldr r3, [sp, #44]
    cmp r0, r3
    bne 3b
    ldr r2, [sp]
    stm r2, {{r4-r7}}
    pop {{r2-r11, pc}}
    .size gan_core_armv7m_sums, . - gan_core_armv7m_sums
    .purgem gan_core_two_columns
    .purgem gan_core_four_columns
    .text
    "#
);
