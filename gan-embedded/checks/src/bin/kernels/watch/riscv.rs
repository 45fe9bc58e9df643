//! The registers and the timer of RV32 cores on QEMU's machine `virt`.
//!
//! The standard is the RISC-V integer calling convention: a function preserves s0 to s11 and sp,
//! and leaves gp and tp alone. A trap puts nothing on the stack, so the handler keeps what it
//! changes below sp, where a function may have nothing. The targets here use no registers for
//! floating-point numbers.

use core::arch::{asm, global_asm};
use core::mem::offset_of;
use core::ptr::{with_exposed_provenance, with_exposed_provenance_mut};

use portable_atomic::Ordering;

use super::{PERIOD, PLACES, WATCH, Watch};

/// What is compared, in the order of [`Watch::before`].
pub const NAMES: [&str; 16] = [
    "s0",
    "s1",
    "s2",
    "s3",
    "s4",
    "s5",
    "s6",
    "s7",
    "s8",
    "s9",
    "s10",
    "s11",
    "sp",
    "gp",
    "tp",
    "mstatus.MIE",
];
/// How many of these there are without floating-point registers.
pub const WITHOUT_FLOATS: usize = 16;
const SP: usize = 12;
const GP: usize = 13;
const TP: usize = 14;
const MIE: usize = 15;

/// The bits that are compared.
pub fn mask(_index: usize) -> u32 {
    !0
}

/// The machine timer: RISC-V Privileged Architecture, section 3.2.1; the addresses are QEMU's.
const MTIMECMP: usize = 0x0200_4000;
const MTIME: usize = 0x0200_BFF8;
/// The machine timer's bit of `mie`.
const MTIE: u32 = 1 << 7;
/// The bit of `mstatus` that lets interrupts come.
const INTERRUPTS: u32 = 1 << 3;

/// There are no floating-point registers to compare.
pub fn switch_floats_on() -> bool {
    false
}

unsafe extern "C" {
    /// The handler in `riscv.s`, of which only the address is used.
    ///
    /// # Safety
    ///
    /// Only a trap may begin it.
    fn gan_check_trap();
}

/// Starts the interrupts.
pub fn start_timer() {
    // The lower half of the time is enough: the program has just begun.
    let next = read(MTIME) + PERIOD;
    write(MTIMECMP + 4, !0);
    write(MTIMECMP, next);
    write(MTIMECMP + 4, 0);
    let before: u32;
    // SAFETY: the handler keeps every register, and hands on what is not the timer's interrupt.
    unsafe {
        asm!("csrrw {}, mtvec, {}", out(reg) before, in(reg) gan_check_trap as *const () as usize);
    }
    WATCH.kept.store(before & !3, Ordering::Relaxed);
    // SAFETY: as above.
    unsafe { asm!("csrs mie, {}", "csrs mstatus, {}", in(reg) MTIE, in(reg) INTERRUPTS) };
}

/// Ends them.
pub fn stop_timer() {
    // SAFETY: it only keeps interrupts away.
    unsafe { asm!("csrc mstatus, {}", in(reg) INTERRUPTS) };
}

fn read(register: usize) -> u32 {
    // SAFETY: the addresses are those of registers of the timer, and reading changes no memory.
    unsafe { with_exposed_provenance::<u32>(register).read_volatile() }
}

fn write(register: usize, value: u32) {
    // SAFETY: as above, and nothing else uses it.
    unsafe { with_exposed_provenance_mut::<u32>(register).write_volatile(value) }
}

/// The places of a value in [`Watch::before`] and in [`Watch::after`].
const fn before(index: usize) -> usize {
    offset_of!(Watch, before) + 4 * index
}
const fn after(index: usize) -> usize {
    offset_of!(Watch, after) + 4 * index
}

global_asm!(
    include_str!("riscv.s"),
    calls = const offset_of!(Watch, calls),
    inside = const offset_of!(Watch, inside),
    ticks = const offset_of!(Watch, ticks),
    ticks_inside = const offset_of!(Watch, ticks_inside),
    kept = const offset_of!(Watch, kept),
    places = const offset_of!(Watch, places),
    place_mask = const 32 * PLACES - 1,
    mtimecmp = const MTIMECMP,
    period = const PERIOD,
    before = const before(0),
    before_sp = const before(SP),
    before_gp = const before(GP),
    before_tp = const before(TP),
    before_mie = const before(MIE),
    after = const after(0),
    after_sp = const after(SP),
    after_gp = const after(GP),
    after_tp = const after(TP),
    after_mie = const after(MIE),
);
