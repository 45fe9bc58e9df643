//! Measures the use of the stack: it is filled with a pattern ("painted") at the start, and the
//! words that no longer hold the pattern were used.

use core::arch::asm;

use gan_app::Stack;

/// The word that the stack is painted with. No program writes it there by chance, word after word.
const PAINT: u32 = 0x5AC4_3D19;
/// Bytes below the stack pointer that [`paint`] leaves alone.
const MARGIN: usize = 64;
/// Bytes at the stack's end that are not painted, because esp-hal has its guard there: a word that
/// nothing may write (60 bytes from the end, its setting `stack-guard-offset`).
const GUARDED: usize = if cfg!(target_arch = "riscv32") { 64 } else { 0 };

unsafe extern "C" {
    // Both come from the memory layout. A stack grows from its start down to its end.
    static mut _stack_end: u32;
    static mut _stack_start: u32;
}

/// The lowest address of the stack.
pub fn end() -> usize {
    (&raw const _stack_end).addr()
}

/// The stack pointer.
fn pointer() -> usize {
    let pointer;
    // SAFETY: this only reads a register.
    unsafe {
        #[cfg(target_arch = "arm")]
        asm!("mov {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
        #[cfg(target_arch = "riscv32")]
        asm!("mv {}, sp", out(reg) pointer, options(nomem, nostack, preserves_flags));
    }
    pointer
}

/// Paints the free part of the stack. Call this once, at the start of `main`.
pub fn paint() {
    let end = (&raw mut _stack_end).wrapping_byte_add(GUARDED);
    let words = pointer().saturating_sub(MARGIN).saturating_sub(end.addr()) / size_of::<u32>();
    for index in 0..words {
        // SAFETY: from the stack's end up to MARGIN bytes below the stack pointer is memory,
        // aligned, in which nothing is now. An interrupt's frame may be put there: none is enabled
        // when `main` starts.
        unsafe { end.add(index).write_volatile(PAINT) };
    }
}

/// Returns the largest number of bytes that have been in use since [`paint`].
pub fn measure() -> Stack {
    let (start, end) = (&raw const _stack_start, &raw const _stack_end);
    let size = start.addr().saturating_sub(end.addr());
    let painted = end.wrapping_byte_add(GUARDED);
    let words = size.saturating_sub(GUARDED) / size_of::<u32>();
    // SAFETY: the stack is memory, aligned, from its end to its start.
    let free = (0..words)
        .take_while(|&index| unsafe { painted.add(index).read_volatile() } == PAINT)
        .count();
    let guarded = if free > 0 { GUARDED } else { 0 };
    Stack { used: size - guarded - free * size_of::<u32>(), size }
}
