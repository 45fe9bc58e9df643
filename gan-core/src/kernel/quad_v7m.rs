//! Four rows of half bytes for Armv7-M and what came after it: every instruction of [`nibbles::pair`](super::nibbles::pair) for two pairs, which share the loads of
//! the codes. 22 instructions for 16 multiply-accumulates, as `AND` shifts its operand and `MLA` adds.

#![allow(unsafe_code)]

use super::nibbles::{LANES, scaled};
use core::arch::asm;

/// Adds up two pairs of rows, as [`pair`](super::nibbles::pair) does with one.
#[inline]
pub fn quad<const WORDS: usize>(
    weights: [&[u32]; 2],
    scales: [&[u8]; 4],
    codes: &[u8],
    corrections: &[u32],
    mut sums: [i32; 4],
) -> [i32; 4] {
    let groups = corrections.len();
    let all_there = weights.iter().all(|weights| weights.len() >= groups * WORDS)
        && codes.len() >= groups * 4 * WORDS
        && WORDS.is_multiple_of(4);
    // decode proves it; repeated here because the assembly relies on it.
    if !all_there {
        return sums;
    }
    let [first, second, third, fourth] = scales;
    let [mut a, mut b] = weights.map(<[u32]>::as_ptr);
    let mut x = codes.as_ptr();
    let scales = first.iter().zip(second).zip(third.iter().zip(fourth));
    for (&correction, ((&first, &second), (&third, &fourth))) in corrections.iter().zip(scales) {
        let (mut upper, mut lower) = (0u32, 0u32);
        for _ in 0..WORDS / 4 {
            // SAFETY: reads four words of each pair and 16 codes and moves the pointers past them, at most `groups * WORDS / 4` times, for which the
            // lengths were compared above.
            unsafe {
                asm!(
                    ".rept 4",
                    "ldr {wa}, [{a}], #4",
                    "ldr {wb}, [{b}], #4",
                    "ldrb {code}, [{x}], #1",
                    "and {t}, {mask}, {wa}",
                    "mla {upper}, {t}, {code}, {upper}",
                    "and {t}, {mask}, {wb}",
                    "mla {lower}, {t}, {code}, {lower}",
                    "ldrb {code}, [{x}], #1",
                    "and {t}, {mask}, {wa}, lsr #4",
                    "mla {upper}, {t}, {code}, {upper}",
                    "and {t}, {mask}, {wb}, lsr #4",
                    "mla {lower}, {t}, {code}, {lower}",
                    "ldrb {code}, [{x}], #1",
                    "and {t}, {mask}, {wa}, lsr #8",
                    "mla {upper}, {t}, {code}, {upper}",
                    "and {t}, {mask}, {wb}, lsr #8",
                    "mla {lower}, {t}, {code}, {lower}",
                    "ldrb {code}, [{x}], #1",
                    "and {t}, {mask}, {wa}, lsr #12",
                    "mla {upper}, {t}, {code}, {upper}",
                    "and {t}, {mask}, {wb}, lsr #12",
                    "mla {lower}, {t}, {code}, {lower}",
                    ".endr",
                    a = inout(reg) a,
                    b = inout(reg) b,
                    x = inout(reg) x,
                    upper = inout(reg) upper,
                    lower = inout(reg) lower,
                    mask = in(reg) LANES,
                    wa = out(reg) _,
                    wb = out(reg) _,
                    code = out(reg) _,
                    t = out(reg) _,
                    options(nostack, readonly, preserves_flags),
                );
            }
        }
        let products = [(first, upper & 0xFFFF), (second, upper >> 16), (third, lower & 0xFFFF), (fourth, lower >> 16)];
        sums.iter_mut().zip(products).for_each(|(acc, (scale, sum))| *acc = scaled(*acc, scale, sum, correction));
    }
    sums
}
