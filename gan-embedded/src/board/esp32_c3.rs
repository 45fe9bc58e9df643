use core::arch::{asm, global_asm};

use gan_app::Board;

use crate::driver::esp32c3::{Ports, SystemTimer, start_clocks, stop_watchdogs};
use crate::driver::{Serial, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "esp32-c3";
/// What computes.
pub const CORE: &str = "RV32IMC";
/// A board.
pub const EMULATED: bool = false;

/// Switches it on. Once.
pub fn start() -> impl Board {
    stop_watchdogs();
    start_clocks();
    Wired::new(Ports::new(), SystemTimer::new())
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    stop_watchdogs();
    let mut serial = Ports::new();
    bytes.iter().for_each(|&byte| serial.write(byte));
    serial.flush();
}

/// `esp_app_desc_t` of ESP-IDF 5, by which the boot loader and `espflash` know a program. 256
/// bytes: 0 stands for no version, no name, any revision of the chip.
#[repr(C)]
struct Description {
    magic: u32,
    _version: [u32; 3],
    _names: [u8; 128],
    /// `espflash` writes the ELF file's hash here.
    _hash: [u8; 32],
    _least_revision: u16,
    greatest_revision: u16,
    /// The flash is mapped in pages of 2 to the power of this.
    page_bits: u8,
    _reserved: [u8; 75],
}

const _: () = assert!(size_of::<Description>() == 256);

// SAFETY: nothing else is in that section.
#[unsafe(link_section = ".flash.appdesc")]
#[unsafe(export_name = "esp_app_desc")]
#[used]
static DESCRIPTION: Description = Description {
    magic: 0xABCD_5432,
    _version: [0; 3],
    _names: [0; 128],
    _hash: [0; 32],
    _least_revision: 0,
    greatest_revision: u16::MAX,
    page_bits: 16,
    _reserved: [0; 75],
};

// The core knows no other traps than vectored ones, to a multiple of 256 bytes (Technical Reference
// Manual 1.3, section 1.4). Exceptions go to its start, and interrupts, of which none is enabled,
// behind it.
global_asm!(
    ".section .trap.vectors, \"ax\"",
    ".balign 256",
    ".option push",
    ".option norvc",
    ".global _esp32c3_vectors",
    "_esp32c3_vectors:",
    ".rept 32",
    "j _start_trap",
    ".endr",
    ".option pop",
);

/// Before `main`, instead of riscv-rt's own. Interrupts go off by mstatus, because there is no mie
/// to clear.
// SAFETY: the name is the one that riscv-rt calls, and nothing else has it.
#[unsafe(no_mangle)]
extern "C" fn _setup_interrupts(_hart: usize) {
    // SAFETY: the table above.
    unsafe {
        asm!(
            "csrci mstatus, 8",
            "la {0}, _esp32c3_vectors",
            "ori {0}, {0}, 1",
            "csrw mtvec, {0}",
            out(reg) _,
            options(nostack)
        )
    };
}
