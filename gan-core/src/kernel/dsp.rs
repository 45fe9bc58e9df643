//! The kernel of Armv7E-M and Armv8-M with the DSP extension: Cortex-M4, M7 and M33.
//!
//! # Two rows in a halfword
//!
//! A halfword holds `h = 256 a + b`, with the weights `a` and `b` of two rows in the same column.
//! Both are within -127..=127, so `|h| <= 257 * 127 = 32,639 < 2^15` fits. A word has the halfwords
//! of two columns, and a word of staged inputs has the codes of the same two columns. `SMLAD` adds
//! both products to a sum `S`. Over all columns, and beginning with the biases,
//!
//! ```text
//! S = 256 A + B  mod 2^32
//! ```
//!
//! where `A` and `B` are the sums of the two rows. `SXTB16` extends the low byte of both halfwords,
//! which leaves the two `b` in the word, and a second `SMLAD` adds up `B` alone. At the end
//! `(S - B) >> 8` is `A`, with an arithmetic shift: `S - B = 256 A mod 2^32`, and this is `256 A`
//! itself if `A` has 24 bits with its sign. [`decode`](crate::decode) proves that it has. Where `S`
//! itself overflows, nothing is lost.
//!
//! Three instructions make four multiply-accumulates. With the loads, 27 instructions make the 32
//! of eight columns by four rows.
//!
//! # Requantization
//!
//! `SMMLAR` multiplies to 64 bits, adds `2^32 zero_point + 2^31`, and keeps the upper word:
//! `zero_point + floor(acc * factor / 2^32 + 1/2)`, which [`quant`](crate::quant) asks for.

#![allow(unsafe_code)]

#[path = "dsp_pair.rs"]
mod dsp_pair;
#[path = "dsp_rows.rs"]
mod dsp_rows;
#[path = "halfword_inputs.rs"]
mod halfword_inputs;

use super::{PackedKernel, RowGroups};
use crate::header::Packing;
use core::ptr;

const PACKING: Packing = Packing::PairedHalfword;

pub struct Active;

impl PackedKernel for Active {
    const NAME: &'static str = "dsp";
    const PACKING: Packing = PACKING;
    const TWO_IMAGES: bool = true;

    fn stage(codes: &[u8], staged: &mut [u32]) {
        debug_assert!(staged.len() >= PACKING.staged_len(codes.len()), "too few words");
        let words = staged.get_mut(..PACKING.staged_len(codes.len())).unwrap_or_default();
        halfword_inputs::stage(codes, words);
    }

    /// Computes groups of four rows.
    fn run(groups: &RowGroups<'_>, staged: &[u32], outputs: &mut [u8]) {
        ask_for_dsp();
        let words = groups.columns / 2;
        let count = outputs.len() / PACKING.group();
        if staged.len() < words || !groups.hold::<Self>(count) {
            debug_assert!(false, "a section or the staged inputs are too short");
            return;
        }
        let x = staged.as_ptr_range();
        let call = Call {
            weights: groups.weights.as_ptr(),
            x: x.start,
            // Inside `staged`, which has `words` words.
            x_main: x.start.wrapping_add(words - words % 16),
            x_end: x.start.wrapping_add(words),
            bias: groups.bias.as_ptr(),
            factors: groups.factors.as_ptr(),
            negative_factors: groups.negative_factors.map_or(ptr::null(), <[u8]>::as_ptr),
            table: groups.table.map_or(ptr::null(), |table| table.as_ptr()),
            outputs: outputs.as_mut_ptr(),
            outputs_end: outputs.as_mut_ptr().wrapping_add(count * PACKING.group()),
            zero_point: groups.zero_point.into(),
        };
        // SAFETY: `hold` compared the lengths, sections begin on multiples of 16 as decode proves
        // and groups keep them on words, the table has an entry for every saturated index, and
        // outputs are borrowed exclusively.
        unsafe { gan_core_dsp_rows(&call) }
    }

    fn stage_two(codes: &[u8], image: usize, staged: &mut [u32]) {
        dsp_pair::stage(codes, image, staged);
    }

    fn run_two(
        groups: &RowGroups<'_>,
        second_bias: &[u8],
        staged: &[u32],
        outputs: [&mut [u8]; 2],
    ) {
        ask_for_dsp();
        dsp_pair::run(groups, second_bias, staged, outputs);
    }

    #[inline(always)]
    fn add_row<'w, 'x>(weights: &'w [i8], inputs: &'x [u8], sum: i32) -> (i32, &'w [i8], &'x [u8]) {
        ask_for_dsp();
        dsp_rows::row(weights, inputs, sum)
    }

    #[inline(always)]
    fn add_byte_lanes<'w, 'x>(
        bytes: &'w [u8],
        inputs: &'x [u8],
        sums: [i32; 4],
    ) -> ([i32; 4], &'w [u8], &'x [u8]) {
        ask_for_dsp();
        dsp_rows::byte_lanes(bytes, inputs, sums)
    }
}

/// Ends a build with debug assertions on a core that lacks the instructions of this kernel.
#[inline(always)]
fn ask_for_dsp() {
    debug_assert!(has_dsp(), "no DSP extension: build with --cfg gan_core_backend=\"armv7m\"");
}

/// Whether the core has the DSP extension. Armv7E-M implies it. A Cortex-M33 may lack it, and
/// `SMLAD` is a fault there; the field SIMD of ID_ISAR3 is 3 if it has it (Armv8-M Architecture
/// Reference Manual).
fn has_dsp() -> bool {
    /// The assembler of Armv8-M has to be told of the extension, that of Armv7E-M knows it.
    const IS_IMPLIED: bool = env!("GAN_CORE_BEFORE_ASSEMBLY").is_empty();
    const ID_ISAR3: *const u32 = 0xE000_ED6C as *const u32;
    if IS_IMPLIED {
        return true;
    }
    // SAFETY: every core that this kernel is built for has this register. Reading it changes
    // nothing. It is a fault in unprivileged code, as the first page of the crate says.
    let register = unsafe { ID_ISAR3.read_volatile() };
    (register >> 4) & 15 >= 3
}

/// The arguments of the assembly. It keeps all but the first on its stack, in this order, because
/// every register is in use.
#[repr(C)]
struct Call {
    weights: *const u8,
    x: *const u32,
    /// Where the part of `x` that is read in blocks of 32 inputs ends.
    x_main: *const u32,
    x_end: *const u32,
    bias: *const u8,
    factors: *const u8,
    /// Null: none.
    negative_factors: *const u8,
    /// Null: none.
    table: *const u8,
    outputs: *mut u8,
    outputs_end: *mut u8,
    zero_point: u32,
}

unsafe extern "C" {
    /// # Safety
    ///
    /// The pointers are those of `run`; `outputs` has room for a positive number of whole groups.
    fn gan_core_dsp_rows(call: &Call);
}

assembly!(
    r#"
    .syntax unified
    .thumb

    // Two columns by four rows: r2 += 256 A + B and r3 += B of the first two rows, r4 and r5 of the
    // others.
    .macro gan_core_two_columns x, first, second
    smlad r2, \first, \x, r2
    smlad r4, \second, \x, r4
    sxtb16 \first, \first
    sxtb16 \second, \second
    smlad r3, \first, \x, r3
    smlad r5, \second, \x, r5
    .endm
    .macro gan_core_eight_columns
    ldm r0!, {{r6-r9}}
    ldm r1!, {{r10, r11, r12, lr}}
    gan_core_two_columns r6, r10, r11
    gan_core_two_columns r7, r12, lr
    ldm r1!, {{r10, r11, r12, lr}}
    gan_core_two_columns r8, r10, r11
    gan_core_two_columns r9, r12, lr
    .endm
    .macro gan_core_if_negative sum, factor, negative
    cmp \sum, #0
    it mi
    movmi \factor, \negative
    .endm

    .section .text.gan_core_dsp_rows, "ax", %progbits
    .p2align 2
    .global gan_core_dsp_rows
    .type gan_core_dsp_rows, %function
    .thumb_func
gan_core_dsp_rows:
    push {{r4-r11, lr}}
    sub sp, #44
    ldm r0, {{r1-r11}}
    stm sp, {{r2-r11}}

1:  // A group: r2-r5 are 256 A + B and B of two pairs of rows.
    ldr r6, [sp, #{bias}]
    ldm r6!, {{r2-r5}}
    str r6, [sp, #{bias}]
    add r2, r3, r2, lsl #8
    add r4, r5, r4, lsl #8
    ldr r0, [sp, #{x}]
    ldr r6, [sp, #{x_main}]
    cmp r0, r6
    beq 3f
2:  .rept 4
    gan_core_eight_columns
    .endr
    ldr r6, [sp, #{x_main}]
    cmp r0, r6
    bne 2b
3:  ldr r6, [sp, #{x_end}]
    cmp r0, r6
    beq 5f
4:  gan_core_eight_columns
    ldr r6, [sp, #{x_end}]
    cmp r0, r6
    bne 4b

5:  sub r2, r2, r3
    sub r4, r4, r5
    asr r2, r2, #8
    asr r4, r4, #8
    ldr r10, [sp, #{factors}]
    ldr r0, [sp, #{negative_factors}]
    ldm r10!, {{r6-r9}}
    str r10, [sp, #{factors}]
    ldr r10, [sp, #{zero_point}]
    cbz r0, 6f
    ldm r0!, {{r11, r12, lr}}
    gan_core_if_negative r2, r6, r11
    gan_core_if_negative r3, r7, r12
    gan_core_if_negative r4, r8, lr
    ldr r11, [r0], #4
    gan_core_if_negative r5, r9, r11
    str r0, [sp, #{negative_factors}]
6:  smmlar r2, r2, r6, r10
    smmlar r3, r3, r7, r10
    smmlar r4, r4, r8, r10
    smmlar r5, r5, r9, r10
    ldr r0, [sp, #{table}]
    ldr r6, [sp, #{outputs}]
    cbz r0, 7f
    usat r2, #8, r2
    usat r3, #8, r3
    usat r4, #8, r4
    usat r5, #8, r5
    ldrb r2, [r0, r2]
    ldrb r3, [r0, r3]
    ldrb r4, [r0, r4]
    ldrb r5, [r0, r5]
    b 8f
7:  usat r2, #7, r2
    usat r3, #7, r3
    usat r4, #7, r4
    usat r5, #7, r5
8:  strb r2, [r6], #1
    strb r3, [r6], #1
    strb r4, [r6], #1
    strb r5, [r6], #1
    str r6, [sp, #{outputs}]
    ldr r7, [sp, #{outputs_end}]
    cmp r6, r7
    bne.w 1b

    add sp, #44
    pop {{r4-r11, pc}}
    .size gan_core_dsp_rows, . - gan_core_dsp_rows
    .purgem gan_core_two_columns
    .purgem gan_core_eight_columns
    .purgem gan_core_if_negative
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
);
