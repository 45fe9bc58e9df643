//! Half bytes on Armv7-M and Armv8-M: [`half_lane`], where `AND` and `SUB` shift their operands and
//! `MLA` adds.
//!
//! Eight instructions make the eight multiply-accumulates of a column by eight rows: a load of the
//! code, three masks and four multiplies. A load of four columns of weights comes on top.

#![allow(unsafe_code)] // assembly

#[path = "half_lane.rs"]
mod half_lane;

use super::{HalfByteKernel, HalfByteRows};
use crate::header::Packing;

pub struct ActiveHalf;

impl HalfByteKernel for ActiveHalf {
    const PACKING: Packing = half_lane::PACKING;
    const ROWS: usize = half_lane::ROWS;
    const EVEN_THEN_ODD: bool = false;
    type Sums = [i32; half_lane::ROWS];

    fn add(rows: &HalfByteRows<'_>, sums: &mut Self::Sums) {
        half_lane::add(rows, sums);
    }
}

assembly!(
    r#"
    .syntax unified
    .thumb

    // A column of eight rows. r4 is of all half bytes, r5 to r7 of rows 2 and 3, 4 and 5, 6 and 7.
    .macro gan_core_half_column weights
    ldrb r0, [r2], #1
    and r12, lr, \weights, lsr #4
    mla r5, r12, r0, r5
    and r12, lr, \weights, lsr #8
    mla r6, r12, r0, r6
    and r12, lr, \weights, lsr #12
    mla r7, r12, r0, r7
    mla r4, \weights, r0, r4
    .endm
    // Both lanes of a sum, which are the next two rows; r0 comes off each.
    .macro gan_core_half_scale lanes, row
    ldrb r8, [r3, #\row]
    ldrb r9, [r3, #\row + 1]
    uxth r10, \lanes
    rsb r11, r0, \lanes, lsr #16
    sub r10, r10, r0
    ldrd \lanes, lr, [r12, #4 * \row]
    mla r10, r10, r8, \lanes
    mla r11, r11, r9, lr
    strd r10, r11, [r12, #4 * \row]
    .endm

    .section .text.gan_core_half_rows, "ax", %progbits
    .p2align 2
    .global gan_core_half_rows
    .type gan_core_half_rows, %function
    .thumb_func
gan_core_half_rows:
    push {{r4-r11, lr}}
    ldm r0, {{r1, r2, r3, r4, r5, r6}}
    push {{r3, r4, r5, r6}}

1:  // A group.
    mov lr, #0x000F000F
    movs r4, #0
    movs r5, #0
    movs r6, #0
    movs r7, #0
    ldr r3, [sp, #8]
2:  .rept 2
    ldm r1!, {{r8-r11}}
    gan_core_half_column r8
    gan_core_half_column r9
    gan_core_half_column r10
    gan_core_half_column r11
    .endr
    subs r3, #1
    bne.w 2b

    sub r4, r4, r5, lsl #4
    sub r4, r4, r6, lsl #8
    sub r4, r4, r7, lsl #12
    ldr r0, [r2], #4
    ldr r3, [sp]
    ldr r12, [sp, #12]
    gan_core_half_scale r4, 0
    gan_core_half_scale r5, 2
    gan_core_half_scale r6, 4
    gan_core_half_scale r7, 6
    adds r3, #8
    str r3, [sp]
    ldr r3, [sp, #4]
    cmp r2, r3
    bne.w 1b

    add sp, #16
    pop {{r4-r11, pc}}
    .size gan_core_half_rows, . - gan_core_half_rows
    .purgem gan_core_half_column
    .purgem gan_core_half_scale
    .text
    "#
);
