//! The kernel of Armv6-M and Armv8-M Baseline: Cortex-M0, M0+ and M23.
//!
//! The multiply-accumulates are those of [`byte_lane`]: nine instructions make four, and with the
//! loads 39 make the 16 of four columns by four rows. The sums are in the upper registers, which
//! `ADD` reaches.
//!
//! There is no 64-bit multiply, so a sum is requantized by the canonical multiplier and shift, in
//! two 32-bit multiplies, as [`quant`](crate::quant) derives: with `v = h m + floor(l m / 2^16)`,
//!
//! ```text
//! zero_point + ((v + 2^n) >> (n + 1))  =  ((v >> n) + 1 + 2 zero_point) >> 1,   n = s - 17
//! ```
//!
//! Both sides round `(v / 2^n + 1) / 2 + zero_point` down. So no power of two has to be made for
//! each row, and one addition serves the rounding and the zero point.

#![allow(unsafe_code)]

#[path = "byte_lane.rs"]
mod byte_lane;

use super::{PackedKernel, RowGroups};
use crate::header::Packing;
use byte_lane::Call;

pub struct Active;

impl PackedKernel for Active {
    const NAME: &'static str = "armv6m";
    const PACKING: Packing = byte_lane::PACKING;

    fn stage(codes: &[u8], staged: &mut [u32]) {
        byte_lane::stage(codes, staged);
    }

    /// Computes groups of four rows.
    fn run(groups: &RowGroups<'_>, staged: &[u32], outputs: &mut [u8]) {
        if let Some(call) = Call::new(groups, staged, outputs) {
            // SAFETY: as `Call::new` says.
            unsafe { gan_core_armv6m_rows(&call) }
        }
    }
}

unsafe extern "C" {
    /// # Safety
    ///
    /// The call is as [`Call::new`] makes it.
    fn gan_core_armv6m_rows(call: &Call);
}

assembly!(
    r#"
    .syntax unified
    .thumb

    // Adds two columns of two rows, whose sums are in first and second.
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
    // From the sum in r0 and the factor in r1 to the output before saturation, not below 0, in r0.
    // r4 is the rounding, r6 the shifts.
    .macro gan_core_rescale row
    ldrb r2, [r6, #\row]
    movs r3, #32
    subs r3, r3, r2
    lsrs r1, r3
    asrs r3, r0, #16
    muls r3, r1
    uxth r0, r0
    muls r0, r1
    lsrs r0, r0, #16
    adds r0, r0, r3
    subs r2, #17
    asrs r0, r2
    adds r0, r0, r4
    asrs r0, r0, #1
    asrs r3, r0, #31
    bics r0, r3
    .endm
    .macro gan_core_code row, sum
    ldr r1, [r7, #4 * \row]
    mov r0, \sum
    cmp r0, #0
    bge 1f
    ldr r1, [sp, #{negative_factors}]
    ldr r1, [r1, #4 * \row]
1:  gan_core_rescale \row
    cmp r0, #127
    ble 1f
    movs r0, #127
1:  strb r0, [r5, #\row]
    .endm
    .macro gan_core_pixel row, sum
    ldr r1, [r7, #4 * \row]
    mov r0, \sum
    gan_core_rescale \row
    cmp r0, #255
    ble 1f
    movs r0, #255
1:  ldr r1, [sp, #{table}]
    ldrb r0, [r1, r0]
    strb r0, [r5, #\row]
    .endm

    .section .text.gan_core_armv6m_rows, "ax", %progbits
    .p2align 2
    .global gan_core_armv6m_rows
    .type gan_core_armv6m_rows, %function
    .thumb_func
gan_core_armv6m_rows:
    push {{r4-r7, lr}}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {{r4-r7}}
    sub sp, #48
    ldm r0!, {{r1}}
    mov r2, sp
    ldm r0!, {{r3-r6}}
    stm r2!, {{r3-r6}}
    ldm r0!, {{r3-r6}}
    stm r2!, {{r3-r6}}
    ldm r0!, {{r3-r6}}
    stm r2!, {{r3-r6}}

10: // A group: its sums are in r8 to r11.
    ldr r0, [sp, #{bias}]
    ldm r0!, {{r4-r7}}
    str r0, [sp, #{bias}]
    ldr r2, [sp, #{correction}]
    subs r4, r4, r2
    subs r5, r5, r2
    subs r6, r6, r2
    subs r7, r7, r2
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    ldr r0, [sp, #{x}]
    ldr r3, [sp, #{x_main}]
    mov r12, r3
    ldr r2, ={mask}
    b 12f
11: .rept 4
    gan_core_four_columns
    .endr
12: cmp r0, r12
    // The target is too far away for a conditional branch.
    beq 13f
    b 11b
13: ldr r3, [sp, #{x_end}]
    mov r12, r3
    b 15f
14: .rept 2
    gan_core_four_columns
    .endr
15: cmp r0, r12
    bne 14b

    mov r12, r1
    // This is twice the zero point, and one more for rounding.
    ldr r4, [sp, #{zero_point}]
    lsls r4, r4, #1
    adds r4, #1
    ldr r5, [sp, #{outputs}]
    ldr r6, [sp, #{shifts}]
    ldr r7, [sp, #{factors}]
    ldr r0, [sp, #{table}]
    cmp r0, #0
    bne 16f
    gan_core_code 0, r8
    gan_core_code 1, r9
    gan_core_code 2, r10
    gan_core_code 3, r11
    ldr r0, [sp, #{negative_factors}]
    adds r0, #16
    str r0, [sp, #{negative_factors}]
    b 17f
16: gan_core_pixel 0, r8
    gan_core_pixel 1, r9
    gan_core_pixel 2, r10
    gan_core_pixel 3, r11
17: adds r7, #16
    str r7, [sp, #{factors}]
    adds r6, #4
    str r6, [sp, #{shifts}]
    adds r5, #4
    str r5, [sp, #{outputs}]
    mov r1, r12
    ldr r0, [sp, #{outputs_end}]
    cmp r5, r0
    beq 18f
    b 10b

18: add sp, #48
    pop {{r4-r7}}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {{r4-r7, pc}}
    .ltorg
    .size gan_core_armv6m_rows, . - gan_core_armv6m_rows
    .purgem gan_core_two_columns
    .purgem gan_core_four_columns
    .purgem gan_core_rescale
    .purgem gan_core_code
    .purgem gan_core_pixel
    .text
    "#,
    mask = const 0x00FF_00FF_u32,
    x = const kept!(x),
    x_main = const kept!(x_main),
    x_end = const kept!(x_end),
    bias = const kept!(bias),
    factors = const kept!(factors),
    negative_factors = const kept!(negative_factors),
    shifts = const kept!(shifts),
    table = const kept!(table),
    outputs = const kept!(outputs),
    outputs_end = const kept!(outputs_end),
    zero_point = const kept!(zero_point),
    correction = const kept!(correction),
);
