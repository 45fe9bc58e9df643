//! Half bytes on Armv6-M and Armv8-M Baseline: [`half_lane`] with the sums in the upper registers,
//! which `ADD` reaches. With the loads, 31 instructions make the 16 multiply-accumulates of two
//! columns by eight rows.

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

    .macro gan_core_half_pair weights, shift, sum
    lsrs r6, \weights, #\shift
    ands r6, r2
    muls r6, r3
    add \sum, r6
    .endm
    // A column of eight rows. r8 is of all half bytes, r9 to r11 of rows 2 and 3, 4 and 5, 6 and 7.
    .macro gan_core_half_column weights, column
    ldrb r3, [r1, #\column]
    gan_core_half_pair \weights, 4, r9
    gan_core_half_pair \weights, 8, r10
    gan_core_half_pair \weights, 12, r11
    muls \weights, r3
    add r8, \weights
    .endm
    .macro gan_core_half_two_columns column
    ldm r0!, {{r4, r5}}
    gan_core_half_column r4, \column
    gan_core_half_column r5, \column + 1
    .endm
    // Both lanes of a sum, which are the next two rows; r2 comes off each.
    .macro gan_core_half_scale lanes, row
    mov r3, \lanes
    uxth r4, r3
    lsrs r3, r3, #16
    subs r4, r4, r2
    subs r3, r3, r2
    ldrb r5, [r7, #\row]
    muls r4, r5
    ldrb r5, [r7, #\row + 1]
    muls r3, r5
    ldr r0, [r6]
    ldr r1, [r6, #4]
    adds r0, r0, r4
    adds r1, r1, r3
    stm r6!, {{r0, r1}}
    .endm

    .section .text.gan_core_half_rows, "ax", %progbits
    .p2align 2
    .global gan_core_half_rows
    .type gan_core_half_rows, %function
    .thumb_func
gan_core_half_rows:
    push {{r4-r7, lr}}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {{r4-r7}}
    ldm r0!, {{r1, r2, r3, r4, r5, r6}}
    push {{r3, r4, r5, r6}}
    mov r0, r1
    mov r1, r2

1:  // A group.
    movs r3, #0
    mov r8, r3
    mov r9, r3
    mov r10, r3
    mov r11, r3
    ldr r2, =0x000F000F
    ldr r7, [sp, #8]
2:  gan_core_half_two_columns 0
    gan_core_half_two_columns 2
    gan_core_half_two_columns 4
    gan_core_half_two_columns 6
    adds r1, #8
    subs r7, #1
    bne 2b

    mov r3, r8
    mov r4, r9
    lsls r4, r4, #4
    subs r3, r3, r4
    mov r4, r10
    lsls r4, r4, #8
    subs r3, r3, r4
    mov r4, r11
    lsls r4, r4, #12
    subs r3, r3, r4
    mov r8, r3
    ldm r1!, {{r2}}
    ldr r6, [sp, #12]
    ldr r7, [sp]
    mov r12, r0
    mov lr, r1
    gan_core_half_scale r8, 0
    gan_core_half_scale r9, 2
    gan_core_half_scale r10, 4
    gan_core_half_scale r11, 6
    mov r0, r12
    mov r1, lr
    adds r7, #8
    str r7, [sp]
    ldr r3, [sp, #4]
    cmp r1, r3
    beq 3f
    b 1b

3:  add sp, #16
    pop {{r4-r7}}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {{r4-r7, pc}}
    .ltorg
    .size gan_core_half_rows, . - gan_core_half_rows
    .purgem gan_core_half_pair
    .purgem gan_core_half_column
    .purgem gan_core_half_two_columns
    .purgem gan_core_half_scale
    .text
    "#
);
