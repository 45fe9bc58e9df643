//! Armv6-M and Armv8-M Baseline: Cortex-M0, M0+, M23.

#![allow(unsafe_code)]

use super::Groups;
use super::byte_lane::{self, GROUP};
use crate::quant::{Rescale, SHIFT_MIN};
use core::arch::global_asm;

pub use byte_lane::{PACKING, stage};

pub const NAME: &str = "armv6m";

unsafe extern "C" {
    /// Adds the products of four rows to `sums`.
    ///
    /// # Safety
    ///
    /// From `x` to `x_end` are words of inputs, a positive multiple of four; at `weights` twice as many; `x_main` is `x` and as many
    /// times eight words as fit.
    fn gan_core_armv6m_sums(x: *const u32, weights: *const u32, sums: &mut [u32; GROUP], x_main: *const u32, x_end: *const u32);
}

/// Computes groups of four rows.
pub fn run(groups: &Groups<'_>, staged: &[u32], outputs: &mut [u8]) {
    let sums = |x: &[u32], weights: &[u32], [sums]: &mut [[u32; GROUP]; 1]| {
        if x.is_empty() || !x.len().is_multiple_of(4) || weights.len() < 2 * x.len() {
            return;
        }
        let start = x.as_ptr();
        // SAFETY: the lengths were compared above; both other pointers are inside or at the end of `x`.
        unsafe {
            gan_core_armv6m_sums(start, weights.as_ptr(), sums, start.add(x.len() - x.len() % 8), start.add(x.len()));
        }
    };
    // There is no 64-bit multiply; the canonical multiplier and shift need none.
    let rescale = |acc: i32, factor: u32, row: usize| {
        Rescale::from_fixed(factor, groups.shifts.get(row).copied().unwrap_or(SHIFT_MIN)).apply(acc)
    };
    byte_lane::run(groups, staged, outputs, sums, rescale);
}

global_asm!(
    r#"
    .syntax unified
    .thumb

    // Two columns by two rows, whose sums are first and second.
    .macro gan_core_two_columns weights, x, first, second
    lsrs r6, \weights, #8
    ands \weights, r2
    ands r6, r2
    muls \weights, \x
    muls r6, \x
    lsrs \weights, \weights, #16
    lsrs r6, r6, #16
    add \first, \weights
    add \second, r6
    .endm
    .macro gan_core_four_columns
    ldm r0!, {{r3, r7}}
    ldm r1!, {{r4, r5}}
    gan_core_two_columns r4, r3, r8, r9
    gan_core_two_columns r5, r3, r10, r11
    ldm r1!, {{r4, r5}}
    gan_core_two_columns r4, r7, r8, r9
    gan_core_two_columns r5, r7, r10, r11
    .endm

    .section .text.gan_core_armv6m_sums, "ax", %progbits
    .p2align 2
    .global gan_core_armv6m_sums
    .type gan_core_armv6m_sums, %function
    .thumb_func
gan_core_armv6m_sums:
    push {{r2-r7, lr}}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {{r4-r7}}
    ldm r2!, {{r4-r7}}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    mov r12, r3
    ldr r2, ={mask}
    b 2f
1:  .rept 4
    gan_core_four_columns
    .endr
2:  cmp r0, r12
    // Too far for a conditional branch.
    beq 3f
    b 1b
3:  ldr r3, [sp, #44]
    mov r12, r3
    b 5f
4:  .rept 2
    gan_core_four_columns
    .endr
5:  cmp r0, r12
    bne 4b
    ldr r2, [sp, #16]
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    stm r2!, {{r4-r7}}
    pop {{r4-r7}}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {{r2-r7, pc}}
    .ltorg
    .size gan_core_armv6m_sums, . - gan_core_armv6m_sums
    .purgem gan_core_two_columns
    .purgem gan_core_four_columns
    .text
    "#,
    mask = const 0x00FF_00FF_u32,
);
