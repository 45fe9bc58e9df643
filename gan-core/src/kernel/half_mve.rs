//! Half bytes on Armv8.1-M with MVE (Helium), in rows: two rows share the loads of the codes.
//!
//! A group's bytes are one vector (of halfwords for groups of 16): a mask leaves its even columns, a shift the odd ones, each weight `w` as
//! `n = w + 8`, and `VMLADAV` adds up the products with codes that were staged in the same order. The group's sum of `w x` is that of `n x` less
//! `8 sum of x`, which is the same in all rows and staged with the codes.

#![allow(unsafe_code)]

use super::HalfBytes;
use crate::blob::Packing;
use core::arch::global_asm;

pub const PACKING: Packing = Packing::Rows;
pub const ROWS: usize = 2;
/// A group's codes are those of even columns, then those of odd ones.
pub const EVEN_THEN_ODD: bool = true;

/// What the assembly gets.
#[repr(C)]
struct Call {
    weights: [*const u8; 2],
    staged: *const u32,
    scales: [*const u8; 2],
    groups: usize,
    sums: *mut i32,
}

unsafe extern "C" {
    /// # Safety
    ///
    /// The pointers are those of `add`, to as many groups of 16 as `groups` says, one at least.
    fn gan_core_half_rows_16(call: &Call);

    /// # Safety
    ///
    /// The same of groups of 32.
    fn gan_core_half_rows_32(call: &Call);
}

/// Adds up two rows, onto `sums`, or the last one alone.
pub fn add(block: &HalfBytes<'_>, sums: &mut [i32; ROWS]) {
    // A row that there is not is the first one again.
    let second = usize::from(block.hold(2));
    if !block.hold(1) {
        return;
    }
    let row = |bytes: &[u8], len: usize| [bytes.as_ptr(), bytes.as_ptr().wrapping_add(second * len)];
    let call = Call {
        weights: row(block.weights, block.groups * block.group / 2),
        staged: block.staged.as_ptr(),
        scales: row(block.scales, block.groups),
        groups: block.groups,
        sums: sums.as_mut_ptr(),
    };
    // SAFETY: `hold` compared the lengths for each row that is read; sections begin on multiples of 16 as decode proves, and rows on words, as groups
    // are multiples of eight bytes. `sums` are borrowed exclusively.
    unsafe { if block.group == 16 { gan_core_half_rows_16(&call) } else { gan_core_half_rows_32(&call) } }
}

global_asm!(
    r#"
    .cpu cortex-m55
    .syntax unified
    .thumb

    // A group of a row, whose sum is acc.
    .macro gan_core_half_row width, bytes, weights, scales, acc
    vldrb.\width q2, [\weights], #\bytes
    vand q3, q2, q4
    vmladav.\width r8, q3, q0
    vshr.\width q2, q2, #4
    vmladava.\width r8, q2, q1
    ldrb r9, [\scales], #1
    sub r8, r8, r5
    mla \acc, r8, r9, \acc
    .endm

    .macro gan_core_half_rows name, width, bytes
    .section .text.\name, "ax", %progbits
    .p2align 2
    .global \name
    .type \name, %function
    .thumb_func
\name:
    push {{r4-r11, lr}}
    vpush {{d8-d9}}
    ldm r0, {{r0-r6}}
    vmov.i8 q4, #15
    ldr r7, [r6]
    ldr r12, [r6, #4]
    dls lr, r5
1:  vldrb.\width q0, [r2], #\bytes
    vldrb.\width q1, [r2], #\bytes
    ldr r5, [r2], #4
    gan_core_half_row \width, \bytes, r0, r3, r7
    gan_core_half_row \width, \bytes, r1, r4, r12
    le lr, 1b
    str r7, [r6]
    str r12, [r6, #4]
    vpop {{d8-d9}}
    pop {{r4-r11, pc}}
    .size \name, . - \name
    .endm

    gan_core_half_rows gan_core_half_rows_16, u16, 8
    gan_core_half_rows gan_core_half_rows_32, u8, 16
    .purgem gan_core_half_row
    .purgem gan_core_half_rows
    .text
    "#
);
