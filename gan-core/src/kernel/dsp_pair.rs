//! Computes two images at a time on cores with the DSP extension. Each word of weights is loaded
//! and unpacked once for both.
//!
//! The arithmetic, its proof and the packing are those of [`dsp`](super). The inputs of the two
//! images alternate: a word with two codes of the first image is followed by a word of the second
//! image, with the same columns. 12 instructions, the loads among them, make the 16
//! multiply-accumulates of two columns by four rows for two images.

#![allow(unsafe_code)]

use super::{Active, PACKING};
use crate::kernel::RowGroups;
use core::ptr;

/// Puts an image's codes into every other word, and fills the rest of its words with zeros.
pub fn stage(codes: &[u8], image: usize, staged: &mut [u32]) {
    debug_assert!(staged.len() >= 2 * PACKING.staged_len(codes.len()), "too few words");
    let mut words = staged
        .get_mut(..2 * PACKING.staged_len(codes.len()))
        .unwrap_or_default()
        .iter_mut()
        .skip(image)
        .step_by(2);
    for (pair, word) in codes.chunks(2).zip(&mut words) {
        *word = pair.iter().rev().fold(0, |word, &code| word << 16 | u32::from(code));
    }
    words.for_each(|word| *word = 0);
}

/// The arguments of the assembly. It keeps all but the first on its stack, in this order.
#[repr(C)]
struct Call {
    weights: *const u8,
    x: *const u32,
    /// The end of the part of `x` that is read in blocks of 32 inputs.
    x_main: *const u32,
    x_end: *const u32,
    biases: [*const u8; 2],
    factors: *const u8,
    /// Null: none.
    negative_factors: *const u8,
    /// Null: none.
    table: *const u8,
    outputs: [*mut u8; 2],
    outputs_end: *mut u8,
    zero_point: u32,
}

unsafe extern "C" {
    /// # Safety
    ///
    /// The pointers are those of `run`; both `outputs` have room for the same positive number of
    /// whole groups.
    fn gan_core_dsp_pair(call: &Call);
}

/// Computes groups of four rows of two images. `second_bias` has the biases of the second image.
pub fn run(
    groups: &RowGroups<'_>,
    second_bias: &[u8],
    staged: &[u32],
    [first, second]: [&mut [u8]; 2],
) {
    let words = groups.columns;
    let count = first.len().min(second.len()) / PACKING.group();
    if staged.len() < words || !groups.hold::<Active>(count) || second_bias.len() < 16 * count {
        debug_assert!(false, "a section or the staged inputs are too short");
        return;
    }
    let x = staged.as_ptr();
    let call = Call {
        weights: groups.weights.as_ptr(),
        x,
        // Inside `staged`, which has at least `words` words.
        x_main: x.wrapping_add(words - words % 32),
        x_end: x.wrapping_add(words),
        biases: [groups.bias.as_ptr(), second_bias.as_ptr()],
        factors: groups.factors.as_ptr(),
        negative_factors: groups.negative_factors.map_or(ptr::null(), <[u8]>::as_ptr),
        table: groups.table.map_or(ptr::null(), |table| table.as_ptr()),
        outputs: [first.as_mut_ptr(), second.as_mut_ptr()],
        outputs_end: first.as_mut_ptr().wrapping_add(count * PACKING.group()),
        zero_point: groups.zero_point.into(),
    };
    // SAFETY: `hold` and the line after it compared the lengths, sections begin on multiples of 16
    // as decode proves and groups keep them on words, the table has an entry for every saturated
    // index, and outputs are borrowed exclusively.
    unsafe { gan_core_dsp_pair(&call) }
}

assembly!(
    r#"
    .syntax unified
    .thumb

    // Adds two columns of four rows for two images. For the first two rows, 256 A + B is added to
    // r2 (first image) and r6 (second image), and B to r3 and r7. For the other two rows, 256 A + B
    // is added to r4 and r8, and B to r5 and r9.
    .macro gan_core_pair_two_columns
    ldm r0!, {{r10, r11}}
    ldm r1!, {{r12, lr}}
    smlad r2, r12, r10, r2
    smlad r6, r12, r11, r6
    sxtb16 r12, r12
    smlad r4, lr, r10, r4
    smlad r8, lr, r11, r8
    sxtb16 lr, lr
    smlad r3, r12, r10, r3
    smlad r7, r12, r11, r7
    smlad r5, lr, r10, r5
    smlad r9, lr, r11, r9
    .endm
    // Takes a row's sums of both images, with the factors for their signs. r0 points to the
    // factors, r1 to the negative ones. r10 is the zero point.
    .macro gan_core_pair_rescale row, first, second
    ldr r11, [r0, #4 * \row]
    ldr r12, [r1, #4 * \row]
    cmp \first, #0
    ite mi
    smmlarmi \first, \first, r12, r10
    smmlarpl \first, \first, r11, r10
    cmp \second, #0
    ite mi
    smmlarmi \second, \second, r12, r10
    smmlarpl \second, \second, r11, r10
    .endm

    .section .text.gan_core_dsp_pair, "ax", %progbits
    .p2align 2
    .global gan_core_dsp_pair
    .type gan_core_dsp_pair, %function
    .thumb_func
gan_core_dsp_pair:
    push {{r4-r11, lr}}
    sub sp, #52
    ldm r0!, {{r1-r7}}
    mov r8, sp
    stm r8!, {{r2-r7}}
    ldm r0!, {{r2-r7}}
    stm r8!, {{r2-r7}}

1:  ldr r10, [sp, #{biases}]
    ldr r11, [sp, #{biases} + 4]
    ldm r10!, {{r2-r5}}
    ldm r11!, {{r6-r9}}
    strd r10, r11, [sp, #{biases}]
    add r2, r3, r2, lsl #8
    add r4, r5, r4, lsl #8
    add r6, r7, r6, lsl #8
    add r8, r9, r8, lsl #8
    ldr r0, [sp, #{x}]
    ldr r10, [sp, #{x_main}]
    cmp r0, r10
    beq 3f
2:  .rept 16
    gan_core_pair_two_columns
    .endr
    ldr r10, [sp, #{x_main}]
    cmp r0, r10
    bne 2b
3:  ldr r10, [sp, #{x_end}]
    cmp r0, r10
    beq 5f
4:  .rept 4
    gan_core_pair_two_columns
    .endr
    ldr r10, [sp, #{x_end}]
    cmp r0, r10
    bne 4b

5:  sub r2, r2, r3
    sub r4, r4, r5
    sub r6, r6, r7
    sub r8, r8, r9
    asr r2, r2, #8
    asr r4, r4, #8
    asr r6, r6, #8
    asr r8, r8, #8
    ldr r10, [sp, #{zero_point}]
    ldr r0, [sp, #{negative_factors}]
    cbnz r0, 6f
    ldr r0, [sp, #{factors}]
    ldm r0!, {{r11, r12, lr}}
    smmlar r2, r2, r11, r10
    smmlar r3, r3, r12, r10
    smmlar r4, r4, lr, r10
    smmlar r6, r6, r11, r10
    smmlar r7, r7, r12, r10
    smmlar r8, r8, lr, r10
    ldr r11, [r0], #4
    str r0, [sp, #{factors}]
    smmlar r5, r5, r11, r10
    smmlar r9, r9, r11, r10
    b 7f
6:  mov lr, r1
    mov r1, r0
    ldr r0, [sp, #{factors}]
    gan_core_pair_rescale 0, r2, r6
    gan_core_pair_rescale 1, r3, r7
    gan_core_pair_rescale 2, r4, r8
    gan_core_pair_rescale 3, r5, r9
    add r0, r0, #16
    add r1, r1, #16
    str r0, [sp, #{factors}]
    str r1, [sp, #{negative_factors}]
    mov r1, lr

7:  ldr r0, [sp, #{table}]
    ldrd r10, r11, [sp, #{outputs}]
    cbz r0, 8f
    usat r2, #8, r2
    usat r3, #8, r3
    usat r4, #8, r4
    usat r5, #8, r5
    usat r6, #8, r6
    usat r7, #8, r7
    usat r8, #8, r8
    usat r9, #8, r9
    ldrb r2, [r0, r2]
    ldrb r3, [r0, r3]
    ldrb r4, [r0, r4]
    ldrb r5, [r0, r5]
    ldrb r6, [r0, r6]
    ldrb r7, [r0, r7]
    ldrb r8, [r0, r8]
    ldrb r9, [r0, r9]
    b 9f
8:  usat r2, #7, r2
    usat r3, #7, r3
    usat r4, #7, r4
    usat r5, #7, r5
    usat r6, #7, r6
    usat r7, #7, r7
    usat r8, #7, r8
    usat r9, #7, r9
9:  strb r2, [r10], #1
    strb r3, [r10], #1
    strb r4, [r10], #1
    strb r5, [r10], #1
    strb r6, [r11], #1
    strb r7, [r11], #1
    strb r8, [r11], #1
    strb r9, [r11], #1
    strd r10, r11, [sp, #{outputs}]
    ldr r12, [sp, #{outputs_end}]
    cmp r10, r12
    bne.w 1b

    add sp, #52
    pop {{r4-r11, pc}}
    .size gan_core_dsp_pair, . - gan_core_dsp_pair
    .purgem gan_core_pair_two_columns
    .purgem gan_core_pair_rescale
    .text
    "#,
    x = const kept!(x),
    x_main = const kept!(x_main),
    x_end = const kept!(x_end),
    biases = const kept!(biases),
    factors = const kept!(factors),
    negative_factors = const kept!(negative_factors),
    table = const kept!(table),
    outputs = const kept!(outputs),
    outputs_end = const kept!(outputs_end),
    zero_point = const kept!(zero_point),
);
