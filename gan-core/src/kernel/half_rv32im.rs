//! Half bytes on RISC-V with 32-bit registers and the M extension: [`half_lane`], with the sums of
//! the rows in registers. With the loads, 16 instructions make the eight multiply-accumulates of a
//! column by eight rows.

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
    .macro gan_core_half_pair shift, sum
    srli t2, t0, \shift
    and t2, t2, t6
    mul t2, t2, t1
    add \sum, \sum, t2
    .endm
    // A column of eight rows. t3 is of all half bytes, t4, t5 and a7 of rows 2 and 3, 4 and 5, 6
    // and 7.
    .macro gan_core_half_column column
    lw t0, 4 * \column(a1)
    lbu t1, \column(a2)
    gan_core_half_pair 4, t4
    gan_core_half_pair 8, t5
    gan_core_half_pair 12, a7
    mul t0, t0, t1
    add t3, t3, t0
    .endm
    // Both lanes of a sum; t0 comes off each.
    .macro gan_core_half_scale lanes, row, first, second
    lbu t1, \row(a3)
    lbu t2, \row + 1(a3)
    and ra, \lanes, a0
    srli \lanes, \lanes, 16
    sub ra, ra, t0
    sub \lanes, \lanes, t0
    mul ra, ra, t1
    mul \lanes, \lanes, t2
    add \first, \first, ra
    add \second, \second, \lanes
    .endm

    .section .text.gan_core_half_rows, "ax", @progbits
    .p2align 2
    .global gan_core_half_rows
    .type gan_core_half_rows, @function
gan_core_half_rows:
    addi sp, sp, -48
    sw ra, 0(sp)
    sw s0, 4(sp)
    sw s1, 8(sp)
    sw s2, 12(sp)
    sw s3, 16(sp)
    sw s4, 20(sp)
    sw s5, 24(sp)
    sw s6, 28(sp)
    sw s7, 32(sp)
    lw a1, 0(a0)
    lw a2, 4(a0)
    lw a3, 8(a0)
    lw a4, 12(a0)
    lw a5, 16(a0)
    lw a6, 20(a0)
    lw s0, 0(a6)
    lw s1, 4(a6)
    lw s2, 8(a6)
    lw s3, 12(a6)
    lw s4, 16(a6)
    lw s5, 20(a6)
    lw s6, 24(a6)
    lw s7, 28(a6)
    sw a6, 36(sp)
    slli a5, a5, 3
    li t6, 0x000F000F
    li a0, 0xFFFF

1:  // A group; its codes end at a6.
    add a6, a2, a5
    li t3, 0
    li t4, 0
    li t5, 0
    li a7, 0
2:  gan_core_half_column 0
    gan_core_half_column 1
    gan_core_half_column 2
    gan_core_half_column 3
    gan_core_half_column 4
    gan_core_half_column 5
    gan_core_half_column 6
    gan_core_half_column 7
    addi a1, a1, 32
    addi a2, a2, 8
    bne a2, a6, 2b

    slli t0, t4, 4
    sub t3, t3, t0
    slli t0, t5, 8
    sub t3, t3, t0
    slli t0, a7, 12
    sub t3, t3, t0
    lw t0, 0(a2)
    gan_core_half_scale t3, 0, s0, s1
    gan_core_half_scale t4, 2, s2, s3
    gan_core_half_scale t5, 4, s4, s5
    gan_core_half_scale a7, 6, s6, s7
    addi a2, a2, 4
    addi a3, a3, 8
    bne a2, a4, 1b

    lw a6, 36(sp)
    sw s0, 0(a6)
    sw s1, 4(a6)
    sw s2, 8(a6)
    sw s3, 12(a6)
    sw s4, 16(a6)
    sw s5, 20(a6)
    sw s6, 24(a6)
    sw s7, 28(a6)
    lw ra, 0(sp)
    lw s0, 4(sp)
    lw s1, 8(sp)
    lw s2, 12(sp)
    lw s3, 16(sp)
    lw s4, 20(sp)
    lw s5, 24(sp)
    lw s6, 28(sp)
    lw s7, 32(sp)
    addi sp, sp, 48
    ret
    .size gan_core_half_rows, . - gan_core_half_rows
    .purgem gan_core_half_pair
    .purgem gan_core_half_column
    .purgem gan_core_half_scale
    .text
    "#
);
