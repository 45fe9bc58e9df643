//! Half bytes on Armv8.1-M with MVE (Helium), in rows: two rows share the loads of the codes.
//!
//! The bytes of a group of columns are one vector (of halfwords for groups of 16). A mask leaves
//! its even columns, and a shift leaves the odd ones, each weight `w` as `n = w + 8`. `VMLADAV`
//! adds up the products with the codes, which were staged in the same order: at most
//! `32 * 15 * 127 = 60,960`. The group's sum of `w x` is that of `n x`, less 8 times the sum of
//! `x`. The latter is the same in all rows, and is staged with the codes. The group's sum times its
//! scale is added to the sum of the row, which [`decode`](crate::decode) proves to have 32 bits.
//!
//! 20 instructions, the loads among them, make the 64 (or 32) multiply-accumulates of a group of
//! columns by two rows.

#![allow(unsafe_code)]

use super::{HalfByteKernel, HalfByteRows};
use crate::header::Packing;

const ROWS: usize = 8;

pub struct ActiveHalf;

impl HalfByteKernel for ActiveHalf {
    const PACKING: Packing = Packing::Rows;
    const ROWS: usize = ROWS;
    const EVEN_THEN_ODD: bool = true;
    type Sums = [i32; ROWS];

    /// Adds the products of eight rows, or of as many as are left, to `sums`.
    fn add(block: &HalfByteRows<'_>, sums: &mut [i32; ROWS]) {
        let rows = (block.scales.len() / block.groups.max(1)).min(ROWS);
        if rows == 0 || !block.hold(rows) {
            debug_assert!(false, "a section or the staged inputs are too short");
            return;
        }
        let call = Call {
            weights: block.weights.as_ptr(),
            staged: block.staged.as_ptr(),
            groups: block.groups,
            scales: block.scales.as_ptr(),
            row: block.groups * block.group / 2,
            rows,
            sums: sums.as_mut_ptr(),
        };
        // SAFETY: `hold` compared the lengths; a row that there is not is read as the one before.
        // `sums` are borrowed exclusively, and even in number, so that there is one for a pair's
        // second row.
        unsafe {
            if block.group == 16 {
                gan_core_half_rows_16(&call)
            } else {
                gan_core_half_rows_32(&call)
            }
        }
    }
}

/// The arguments of the assembly.
#[repr(C)]
struct Call {
    weights: *const u8,
    staged: *const u32,
    groups: usize,
    scales: *const u8,
    /// Number of bytes of a row's weights.
    row: usize,
    /// Number of rows, at most [`ROWS`].
    rows: usize,
    sums: *mut i32,
}

unsafe extern "C" {
    /// # Safety
    ///
    /// The pointers are those of `add`, to as many rows and groups of 16 as it says, one at least
    /// of each.
    fn gan_core_half_rows_16(call: &Call);

    /// # Safety
    ///
    /// The same of groups of 32.
    fn gan_core_half_rows_32(call: &Call);
}

assembly!(
    r#"
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
    push {{r1, r2, r4, r5}}
    vmov.i8 q4, #15
    // Two rows: weights in r0 and r1, scales in r3 and r4, sums in r7 and r12. Each ends where the
    // next one begins.
1:  ldrd r2, r5, [sp]
    ldrd r9, r10, [sp, #8]
    mov r1, r0
    mov r4, r3
    cmp r10, #1
    itt ne
    addne r1, r0, r9
    addne r4, r3, r5
    ldrd r7, r12, [r6]
    dls lr, r5
2:  vldrb.\width q0, [r2], #\bytes
    vldrb.\width q1, [r2], #\bytes
    ldr r5, [r2], #4
    gan_core_half_row \width, \bytes, r0, r3, r7
    gan_core_half_row \width, \bytes, r1, r4, r12
    le lr, 2b
    strd r7, r12, [r6], #8
    mov r0, r1
    mov r3, r4
    subs r10, #2
    str r10, [sp, #12]
    bgt 1b
    add sp, #16
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
