//! The registers and the timer of Cortex-M cores.
//!
//! The standard is the Procedure Call Standard for the Arm Architecture (AAPCS32): a function
//! preserves r4 to r11, sp and s16 to s31, and of FPSCR all bits but the results of comparisons
//! and the cumulative ones. An exception puts r0 to r3, r12, lr, pc and xPSR on the stack, and
//! where the floating-point unit is in use also s0 to s15, FPSCR and, with MVE, VPR, so a handler
//! may change those.

use core::arch::global_asm;
use core::mem::offset_of;

use cortex_m::peripheral::{SYST, syst::SystClkSource};

use super::{PERIOD, PLACES, Watch};

/// What is compared, in the order of [`Watch::before`].
pub const NAMES: [&str; 27] = [
    "r4", "r5", "r6", "r7", "r8", "r9", "r10", "r11", "sp", "PRIMASK", "FPSCR", "s16", "s17",
    "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30",
    "s31",
];
/// How many of these there are without floating-point registers.
pub const WITHOUT_FLOATS: usize = 10;
const SP: usize = 8;
const PRIMASK: usize = 9;
const FPSCR: usize = 10;
const FLOATS: usize = 11;

/// The bits that are compared: of FPSCR not N, Z, C, V, QC and the cumulative exceptions.
pub fn mask(index: usize) -> u32 {
    if index == FPSCR { !0xF800_009F } else { !0 }
}

const CPACR: usize = 0xE000_ED88;
/// Full access to coprocessors 10 and 11, which are the floating-point and vector registers.
const FULL: u32 = 0xF << 20;

/// Switches the floating-point registers on, and returns whether there are any. Those of cores
/// without them stay off: the bits of CPACR are 0 there, whatever is written.
pub fn switch_floats_on() -> bool {
    // Armv6-M has neither the unit nor the register.
    if cfg!(armv6m) {
        return false;
    }
    write(CPACR, read(CPACR) | FULL);
    cortex_m::asm::dsb();
    cortex_m::asm::isb();
    read(CPACR) & FULL == FULL
}

/// Starts the interrupts.
pub fn start_timer() {
    let mut timer = timer();
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(PERIOD - 1);
    timer.clear_current();
    timer.enable_interrupt();
    timer.enable_counter();
}

/// Ends them.
pub fn stop_timer() {
    let mut timer = timer();
    timer.disable_counter();
    timer.disable_interrupt();
}

fn timer() -> SYST {
    // SAFETY: nothing else uses the core's timer.
    unsafe { cortex_m::Peripherals::steal() }.SYST
}

fn read(register: usize) -> u32 {
    // SAFETY: the addresses are those of registers of the core, and reading them changes no memory.
    unsafe { core::ptr::with_exposed_provenance::<u32>(register).read_volatile() }
}

fn write(register: usize, value: u32) {
    // SAFETY: as above, and nothing else uses them.
    unsafe { core::ptr::with_exposed_provenance_mut::<u32>(register).write_volatile(value) }
}

/// The place of a value in [`Watch::before`].
const fn before(index: usize) -> usize {
    offset_of!(Watch, before) + 4 * index
}

global_asm!(
    include_str!("arm.s"),
    floats = const if cfg!(armv6m) { 0 } else { 1 },
    calls = const offset_of!(Watch, calls),
    inside = const offset_of!(Watch, inside),
    ticks = const offset_of!(Watch, ticks),
    ticks_inside = const offset_of!(Watch, ticks_inside),
    has_floats = const offset_of!(Watch, has_floats),
    has_dsp = const offset_of!(Watch, has_dsp),
    has_vectors = const offset_of!(Watch, has_vectors),
    kept = const offset_of!(Watch, kept),
    places = const offset_of!(Watch, places),
    place_mask = const 32 * PLACES - 1,
    before = const before(0),
    before_sp = const before(SP),
    before_primask = const before(PRIMASK),
    before_fpscr = const before(FPSCR),
    before_floats = const before(FLOATS),
    after = const offset_of!(Watch, after),
);
