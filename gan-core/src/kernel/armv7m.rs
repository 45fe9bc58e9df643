//! The kernel of Armv7-M: Cortex-M3.
//!
//! The multiply-accumulates are those of [`byte_lane`], with shifts that `AND` and `ADD` do on the
//! way: six instructions make four, and with the loads 26 make the 16 of four columns by four rows.
//!
//! `SMLAL` requantizes. It adds the product of the sum and the factor to a 64-bit number, whose
//! upper word is the zero point and whose lower word is 2^31, one half in units of 2^-32. So the
//! upper word becomes `zero_point + floor(acc * factor / 2^32 + 1/2)`.

#![allow(unsafe_code)]

#[path = "byte_lane.rs"]
mod byte_lane;

use super::{PackedKernel, RowGroups};
use crate::header::Packing;
use byte_lane::Call;

pub struct Active;

impl PackedKernel for Active {
    const NAME: &'static str = "armv7m";
    const PACKING: Packing = byte_lane::PACKING;

    fn stage(codes: &[u8], staged: &mut [u32]) {
        byte_lane::stage(codes, staged);
    }

    /// Computes groups of four rows.
    fn run(groups: &RowGroups<'_>, staged: &[u32], outputs: &mut [u8]) {
        if let Some(call) = Call::new(groups, staged, outputs) {
            // SAFETY: as `Call::new` says.
            unsafe { gan_core_armv7m_rows(&call) }
        }
    }
}

unsafe extern "C" {
    /// # Safety
    ///
    /// The call is as [`Call::new`] makes it.
    fn gan_core_armv7m_rows(call: &Call);
}

assembly!(
    r#"
    .syntax unified
    .thumb

    // Adds two columns of two rows, whose sums are in first and second.
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
    .macro gan_core_if_negative sum, factor
    ldr r3, [r0], #4
    cmp \sum, #0
    it mi
    movmi \factor, r3
    .endm
    // lr is the zero point.
    .macro gan_core_rescale sum, factor
    mov r3, #0x80000000
    mov r12, lr
    smlal r3, r12, \sum, \factor
    usat \sum, #8, r12
    .endm

    .section .text.gan_core_armv7m_rows, "ax", %progbits
    .p2align 2
    .global gan_core_armv7m_rows
    .type gan_core_armv7m_rows, %function
    .thumb_func
gan_core_armv7m_rows:
    push {{r4-r11, lr}}
    sub sp, #52
    ldm r0!, {{r1-r7}}
    mov r8, sp
    stm r8!, {{r2-r7}}
    ldm r0!, {{r2-r7}}
    stm r8!, {{r2-r7}}
    mov r2, #0x00FF00FF

1:  // A group: its sums are r4 to r7.
    ldr r0, [sp, #{bias}]
    ldr r12, [sp, #{correction}]
    ldm r0!, {{r4-r7}}
    str r0, [sp, #{bias}]
    sub r4, r4, r12
    sub r5, r5, r12
    sub r6, r6, r12
    sub r7, r7, r12
    ldr r0, [sp, #{x}]
    ldr r3, [sp, #{x_main}]
    cmp r0, r3
    beq 3f
2:  .rept 4
    gan_core_four_columns
    .endr
    ldr r3, [sp, #{x_main}]
    cmp r0, r3
    bne 2b
3:  ldr r3, [sp, #{x_end}]
    cmp r0, r3
    beq 5f
4:  .rept 2
    gan_core_four_columns
    .endr
    ldr r3, [sp, #{x_end}]
    cmp r0, r3
    bne 4b

5:  ldr r12, [sp, #{factors}]
    ldr lr, [sp, #{zero_point}]
    ldm r12!, {{r8-r11}}
    str r12, [sp, #{factors}]
    ldr r12, [sp, #{table}]
    cmp r12, #0
    bne 6f
    ldr r0, [sp, #{negative_factors}]
    gan_core_if_negative r4, r8
    gan_core_if_negative r5, r9
    gan_core_if_negative r6, r10
    gan_core_if_negative r7, r11
    str r0, [sp, #{negative_factors}]
6:  gan_core_rescale r4, r8
    gan_core_rescale r5, r9
    gan_core_rescale r6, r10
    gan_core_rescale r7, r11
    ldr r0, [sp, #{table}]
    ldr r3, [sp, #{outputs}]
    cbz r0, 7f
    ldrb r4, [r0, r4]
    ldrb r5, [r0, r5]
    ldrb r6, [r0, r6]
    ldrb r7, [r0, r7]
    b 8f
7:  usat r4, #7, r4
    usat r5, #7, r5
    usat r6, #7, r6
    usat r7, #7, r7
8:  strb r4, [r3], #1
    strb r5, [r3], #1
    strb r6, [r3], #1
    strb r7, [r3], #1
    str r3, [sp, #{outputs}]
    ldr r0, [sp, #{outputs_end}]
    cmp r3, r0
    bne.w 1b

    add sp, #52
    pop {{r4-r11, pc}}
    .size gan_core_armv7m_rows, . - gan_core_armv7m_rows
    .purgem gan_core_two_columns
    .purgem gan_core_four_columns
    .purgem gan_core_if_negative
    .purgem gan_core_rescale
    .text
    "#,
    x = const kept!(x),
    x_main = const kept!(x_main),
    x_end = const kept!(x_end),
    bias = const kept!(bias),
    factors = const kept!(factors),
    negative_factors = const kept!(negative_factors),
    table = const kept!(table),
    outputs = const kept!(outputs),
    outputs_end = const kept!(outputs_end),
    zero_point = const kept!(zero_point),
    correction = const kept!(correction),
);
