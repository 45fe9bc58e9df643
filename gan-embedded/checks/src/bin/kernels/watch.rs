//! Watches every call of a kernel's assembly while a timer interrupts it.
//!
//! The linker puts `__wrap_NAME` in place of each function `NAME` of the assembly (`--wrap`,
//! `build.rs`). It gives every register that the procedure call standard has a function preserve
//! a known value, calls the function, and notes what the registers hold then; [`gan_check_compare`]
//! compares. No function of the assembly takes arguments on the stack, and the wrapper hands back
//! r0 or a0 alone. The stack pointer has to be where it was, and what masks interrupts as it was.
//! The flags N, Z, C, V, Q and GE are for a function to change, in both standards.
//!
//! The timer's period is a prime number of its ticks, so that its interrupts come everywhere in the
//! loops. Its handler leaves other values in all registers that it may change, and notes where it
//! was. That the outputs stay right is what the checks of the layers compare.

#[cfg(target_arch = "arm")]
#[path = "watch/arm.rs"]
mod arch;
#[cfg(target_arch = "riscv32")]
#[path = "watch/riscv.rs"]
mod arch;

use core::fmt::{self, Write as _};

use gan_core::kernel;
use gan_embedded::about;
use gan_embedded::console::Console;
use portable_atomic::{AtomicU32, Ordering};

use crate::buffers::WEIGHTS;

/// Ticks from one interrupt to the next: a prime number, a smaller one where the memory holds few
/// and small layers only.
const PERIOD: u32 = if WEIGHTS < 10_000 { 31 } else { 1009 };
/// Fewer interrupts inside of the assembly, and fewer places there, would show nothing. Where the
/// memory holds tiny layers only, the assembly runs for a moment in all.
const ENOUGH: u32 = if WEIGHTS < 1000 { 20 } else { 100 };
const ENOUGH_PLACES: u32 = 15;
/// Words of the bits for places in the assembly: one for every two bytes, and over again for what
/// is longer.
const PLACES: usize = 32;

/// What the assembly and the handler write, at these offsets. Only the handler writes `ticks`,
/// `ticks_inside` and `places`.
#[repr(C)]
struct Watch {
    /// Calls of the kernel's assembly.
    calls: AtomicU32,
    /// Whether such a call is under way: 0 or 1.
    inside: AtomicU32,
    /// Interrupts, and those of them while a call was under way.
    ticks: AtomicU32,
    ticks_inside: AtomicU32,
    /// Whether the core has floating-point registers that are switched on: 0 or 1.
    has_floats: AtomicU32,
    /// Whether it has the DSP extension, and vector registers: 0 or 1.
    has_dsp: AtomicU32,
    has_vectors: AtomicU32,
    /// What the assembly keeps for itself.
    kept: AtomicU32,
    /// What is compared, before a call and after it.
    before: [AtomicU32; arch::NAMES.len()],
    after: [AtomicU32; arch::NAMES.len()],
    /// A bit for each place that was interrupted.
    places: [AtomicU32; PLACES],
}

// SAFETY: no other symbol has this name. The handler and the wrappers find it by that.
#[unsafe(export_name = "gan_check_watch")]
static WATCH: Watch = Watch {
    calls: AtomicU32::new(0),
    inside: AtomicU32::new(0),
    ticks: AtomicU32::new(0),
    ticks_inside: AtomicU32::new(0),
    has_floats: AtomicU32::new(0),
    has_dsp: AtomicU32::new(0),
    has_vectors: AtomicU32::new(0),
    kept: AtomicU32::new(0),
    before: [const { AtomicU32::new(0) }; arch::NAMES.len()],
    after: [const { AtomicU32::new(0) }; arch::NAMES.len()],
    places: [const { AtomicU32::new(0) }; PLACES],
};

/// The calls that lost a register, and the registers, a bit each in the order of `arch::NAMES`.
static LOSSES: AtomicU32 = AtomicU32::new(0);
static LOST: AtomicU32 = AtomicU32::new(0);

/// Compares the registers after a call with those before.
// SAFETY: no other function has this name.
#[unsafe(no_mangle)]
extern "C" fn gan_check_compare() {
    let count = match WATCH.has_floats.load(Ordering::Relaxed) {
        0 => arch::WITHOUT_FLOATS,
        _ => arch::NAMES.len(),
    };
    let pairs = WATCH.before.iter().zip(&WATCH.after).take(count);
    let lost = pairs.enumerate().filter(|(index, (before, after))| {
        let mask = arch::mask(*index);
        (before.load(Ordering::Relaxed) ^ after.load(Ordering::Relaxed)) & mask != 0
    });
    let lost = lost.fold(0, |lost, (index, _)| lost | 1 << index);
    if lost != 0 {
        LOSSES.store(LOSSES.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        LOST.store(LOST.load(Ordering::Relaxed) | lost, Ordering::Relaxed);
    }
}

/// Starts the interrupts.
pub fn start() {
    // Any numbers: all different, and with bits of both values at both ends.
    for (index, value) in (0..).zip(&WATCH.before) {
        value.store(0xC35A_0F69 ^ (index * 0x0101_0101), Ordering::Relaxed);
    }
    WATCH.has_floats.store(arch::switch_floats_on().into(), Ordering::Relaxed);
    WATCH.has_dsp.store(matches!(kernel::NAME, "dsp" | "mve").into(), Ordering::Relaxed);
    WATCH.has_vectors.store((kernel::NAME == "mve").into(), Ordering::Relaxed);
    arch::start_timer();
}

/// Says what was seen, and returns whether all is well.
pub fn report(console: &mut Console) -> Result<bool, fmt::Error> {
    arch::stop_timer();
    let read = |number: &AtomicU32| number.load(Ordering::Relaxed);
    let (calls, losses, lost) = (read(&WATCH.calls), read(&LOSSES), read(&LOST));
    let floats = if read(&WATCH.has_floats) == 0 { "" } else { ", floating-point registers too" };
    write!(console, "registers: {calls} calls{floats}, ")?;
    match losses {
        0 => writeln!(console, "all kept")?,
        _ => {
            write!(console, "{losses} of them lost")?;
            for (index, name) in arch::NAMES.iter().enumerate() {
                if lost & 1 << index != 0 {
                    write!(console, " {name}")?;
                }
            }
            writeln!(console)?;
        }
    }
    let (ticks, inside) = (read(&WATCH.ticks), read(&WATCH.ticks_inside));
    let places: u32 = WATCH.places.iter().map(|bits| read(bits).count_ones()).sum();
    writeln!(console, "interrupts: {ticks}, {inside} of them in assembly, at {places} places")?;
    let mut enough = inside >= ENOUGH && places >= ENOUGH_PLACES;
    if !enough && ticks == 0 && !about::EMULATED {
        writeln!(console, "SKIPPED interrupts: this chip's core has no such timer")?;
        enough = true;
    }
    Ok(calls > 0 && losses == 0 && enough)
}
