//! The kernel of Armv8.1-M with MVE (Helium): Cortex-M55 and M85.
//!
//! `VMLADAVA.S8` multiplies 16 weights by 16 codes and adds the products to a sum of 32 bits. Codes
//! are at most 127, so they are the same with and without a sign. The sum begins with the bias, and
//! [`decode`](crate::decode) proves that no partial sum overflows.
//!
//! Seven rows share the inputs, since there are seven even registers for sums. 15 instructions and
//! the end of the loop make the 112 multiply-accumulates of 16 columns by seven rows. Loads and
//! multiply-accumulates alternate, because a Cortex-M55 overlaps them.
//!
//! `VRMULH.S32` requantizes four rows: it computes `floor(acc * factor / 2^32 + 1/2)`. A table is
//! read by a gather load.
//!
//! The program must have enabled the coprocessors 10 and 11 (CPACR) before it runs this kernel.

#![allow(unsafe_code)]

#[path = "mve_rows.rs"]
mod mve_rows;

use super::{PackedKernel, RowGroups};
use crate::CODE_MAX;
use crate::header::Packing;
use core::mem::offset_of;
use core::ptr;

const PACKING: Packing = Packing::Blocks7x16;
const ROWS: usize = PACKING.group();

pub struct Active;

impl PackedKernel for Active {
    const NAME: &'static str = "mve";
    const PACKING: Packing = PACKING;

    fn stage(codes: &[u8], staged: &mut [u32]) {
        let blocks = codes.len().div_ceil(PACKING.columns());
        debug_assert!(blocks > 0 && staged.len() >= PACKING.staged_len(codes.len()));
        if blocks > 0 && staged.len() >= PACKING.staged_len(codes.len()) {
            // SAFETY: the length was compared above, and `staged` is borrowed exclusively.
            unsafe { gan_core_mve_stage(codes.as_ptr(), staged.as_mut_ptr(), codes.len(), blocks) }
        }
    }

    /// Computes groups of seven rows.
    fn run(groups: &RowGroups<'_>, staged: &[u32], outputs: &mut [u8]) {
        let blocks = groups.columns / PACKING.columns();
        let count = outputs.len() / ROWS;
        if staged.len() < groups.columns / 4 || !groups.hold::<Self>(count) {
            debug_assert!(false, "a section or the staged inputs are too short");
            return;
        }
        let start = outputs.as_mut_ptr();
        let call = Call {
            weights: groups.weights.as_ptr(),
            outputs: start,
            bias: groups.bias.as_ptr(),
            factors: groups.factors.as_ptr(),
            blocks,
            x: staged.as_ptr(),
            negative_factors: groups.negative_factors.map_or(ptr::null(), <[u8]>::as_ptr),
            table: groups.table.map_or(ptr::null(), |table| table.as_ptr()),
            outputs_end: start.wrapping_add(count * ROWS),
            zero_point: groups.zero_point.into(),
            top: if groups.table.is_some() { 255 } else { CODE_MAX.into() },
        };
        // SAFETY: `hold` compared the lengths, and sections begin on multiples of 16 as decode
        // proves. The second load of a group's factors reads one word more than the group has,
        // whose result is not stored; after the last factors there is another section of the blob,
        // with the shifts. The table has an entry for every saturated index, and outputs are
        // borrowed exclusively.
        unsafe { gan_core_mve_rows(&call) }
    }

    #[inline(always)]
    fn add_row<'w, 'x>(weights: &'w [i8], inputs: &'x [u8], sum: i32) -> (i32, &'w [i8], &'x [u8]) {
        (mve_rows::row(weights, inputs, sum), &[], &[])
    }
}

/// The arguments of the assembly. It keeps those after `blocks` on its stack, in this order.
#[repr(C)]
struct Call {
    weights: *const u8,
    outputs: *mut u8,
    bias: *const u8,
    factors: *const u8,
    /// Number of blocks of 16 inputs.
    blocks: usize,
    x: *const u32,
    /// Null: none.
    negative_factors: *const u8,
    /// Null: none.
    table: *const u8,
    outputs_end: *mut u8,
    zero_point: u32,
    /// The largest output, or the largest index of the table.
    top: u32,
}

unsafe extern "C" {
    /// # Safety
    ///
    /// The pointers are those of `run`; `outputs` has room for a positive number of whole groups.
    fn gan_core_mve_rows(call: &Call);

    /// Copies codes and adds zeros up to whole blocks of 16.
    ///
    /// # Safety
    ///
    /// `blocks`, at least one, are those of `len` codes, and `staged` has room for them.
    fn gan_core_mve_stage(codes: *const u8, staged: *mut u32, len: usize, blocks: usize);
}

/// Where the assembly keeps a field of [`Call`]: on its stack, without those that stay in
/// registers.
macro_rules! kept_from_x {
    ($field:ident) => {
        offset_of!(Call, $field) - offset_of!(Call, x)
    };
}

assembly!(
    r#"
    .syntax unified
    .thumb

    .section .text.gan_core_mve_rows, "ax", %progbits
    .p2align 2
    .global gan_core_mve_rows
    .type gan_core_mve_rows, %function
    .thumb_func
gan_core_mve_rows:
    push {{r4-r11, lr}}
    vpush {{d8-d15}}
    sub sp, #28
    add r1, r0, #{x_in_call}
    ldm r1, {{r2-r7}}
    stm sp, {{r2-r7}}
    ldr r3, [r0]
    ldr r5, [r0, #{outputs_in_call}]
    ldr r7, [r0, #{bias_in_call}]
    ldr r9, [r0, #{factors_in_call}]
    ldr r11, [r0, #{blocks_in_call}]
    ldr r0, [sp, #{top}]
    vmov.i32 q4, #0
    vdup.32 q5, r0

1:  // A group of seven rows.
    ldm r7!, {{r0, r2, r4, r6, r8, r10, r12}}
    ldr r1, [sp, #{x}]
    dls lr, r11
2:  vldrw.u32 q7, [r1], #16
    vldrw.u32 q0, [r3], #16
    vldrw.u32 q1, [r3], #16
    vmladava.s8 r0, q0, q7
    vldrw.u32 q0, [r3], #16
    vmladava.s8 r2, q1, q7
    vldrw.u32 q1, [r3], #16
    vmladava.s8 r4, q0, q7
    vldrw.u32 q0, [r3], #16
    vmladava.s8 r6, q1, q7
    vldrw.u32 q1, [r3], #16
    vmladava.s8 r8, q0, q7
    vldrw.u32 q0, [r3], #16
    vmladava.s8 r10, q1, q7
    vmladava.s8 r12, q0, q7
    le lr, 2b

    // Rows 0 to 3 are in q0, and rows 4 to 6 are in q1, whose last lane belongs to no row.
    vmov q0[2], q0[0], r0, r4
    vmov q0[3], q0[1], r2, r6
    vmov q1[2], q1[0], r8, r12
    vmov q1[3], q1[1], r10, r12
    vldrw.u32 q2, [r9]
    vldrw.u32 q3, [r9, #16]
    add r9, r9, #28
    ldr r0, [sp, #{negative_factors}]
    cbz r0, 3f
    vldrw.u32 q6, [r0]
    vldrw.u32 q7, [r0, #16]
    add r0, r0, #28
    str r0, [sp, #{negative_factors}]
    vpt.s32 lt, q0, zr
    vmovt q2, q6
    vpt.s32 lt, q1, zr
    vmovt q3, q7
3:  vrmulh.s32 q0, q0, q2
    vrmulh.s32 q1, q1, q3
    ldr r0, [sp, #{zero_point}]
    ldr r2, [sp, #{table}]
    vadd.i32 q0, q0, r0
    vadd.i32 q1, q1, r0
    vmax.s32 q0, q0, q4
    vmax.s32 q1, q1, q4
    vmin.s32 q0, q0, q5
    vmin.s32 q1, q1, q5
    movs r4, #3
    ldr r0, [sp, #{outputs_end}]
    cbz r2, 4f
    vldrb.u32 q2, [r2, q0]
    vldrb.u32 q3, [r2, q1]
    vmov q0, q2
    vmov q1, q3
4:  vstrb.32 q0, [r5], #4
    vctp.32 r4
    vpst
    vstrbt.32 q1, [r5]
    adds r5, #3
    cmp r5, r0
    bne 1b

    add sp, #28
    vpop {{d8-d15}}
    pop {{r4-r11, pc}}
    .size gan_core_mve_rows, . - gan_core_mve_rows

    .section .text.gan_core_mve_stage, "ax", %progbits
    .p2align 2
    .global gan_core_mve_stage
    .type gan_core_mve_stage, %function
    .thumb_func
gan_core_mve_stage:
    push {{r7, lr}}
    dls lr, r3
1:  vctp.8 r2
    vpst
    vldrbt.u8 q0, [r0], #16
    vstrw.32 q0, [r1], #16
    subs r2, #16
    le lr, 1b
    pop {{r7, pc}}
    .size gan_core_mve_stage, . - gan_core_mve_stage
    .text
    "#,
    x_in_call = const offset_of!(Call, x),
    outputs_in_call = const offset_of!(Call, outputs),
    bias_in_call = const offset_of!(Call, bias),
    factors_in_call = const offset_of!(Call, factors),
    blocks_in_call = const offset_of!(Call, blocks),
    x = const kept_from_x!(x),
    negative_factors = const kept_from_x!(negative_factors),
    table = const kept_from_x!(table),
    outputs_end = const kept_from_x!(outputs_end),
    zero_point = const kept_from_x!(zero_point),
    top = const kept_from_x!(top),
);
