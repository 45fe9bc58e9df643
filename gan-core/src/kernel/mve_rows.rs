//! Sums of layers in rows on cores with MVE.
//!
//! `VMLADAVA.S8` adds the 16 products of weights and codes to a sum of 32 bits: four instructions
//! for 16 multiply-accumulates, with the loads and the end of the loop. The loop's tail predication
//! leaves out what lies after the row, so no row has to be padded.

#![allow(unsafe_code)]

unsafe extern "C" {
    /// # Safety
    ///
    /// There are `count` weights and inputs, and `count` is not 0.
    fn gan_core_mve_row(weights: *const i8, inputs: *const u8, count: usize, sum: i32) -> i32;
}

/// Adds the products of weights and inputs, which are codes within 0..=127, to `sum`.
pub fn row(weights: &[i8], inputs: &[u8], sum: i32) -> i32 {
    match weights.len().min(inputs.len()) {
        0 => sum,
        // SAFETY: both slices have so many bytes.
        count => unsafe { gan_core_mve_row(weights.as_ptr(), inputs.as_ptr(), count, sum) },
    }
}

assembly!(
    r#"
    .syntax unified
    .thumb
    .section .text.gan_core_mve_row, "ax", %progbits
    .global gan_core_mve_row
    .type gan_core_mve_row, %function
    .thumb_func
    .p2align 2
gan_core_mve_row:
    push {{r4, lr}}
    mov r4, r3                      // VMLADAVA adds to even registers only
    wlstp.8 lr, r2, 3f
2:  vldrb.s8 q0, [r0], #16
    vldrb.s8 q1, [r1], #16
    vmladava.s8 r4, q0, q1
    letp lr, 2b
3:  mov r0, r4
    pop {{r4, pc}}
    .size gan_core_mve_row, . - gan_core_mve_row
    .text
    "#,
);
