//! The Pico 2's serial flash, read at half of the core's clock in place of a third.
//!
//! The boot ROM leaves window 0 of the QMI, from which the program runs, with CLKDIV 3 and RXDELAY
//! 2 where the flash answers quad reads (RP2350 datasheet, section 5.2.7): 50 MHz. Raspberry Pi's
//! SDK (`PICO_FLASH_SPI_CLKDIV` and `PICO_FLASH_SPI_RXDELAY` for this board) and MicroPython have
//! CLKDIV 2 and RXDELAY 2: 75 MHz. So only CLKDIV has to change, and that is the one field of
//! M0_TIMING that may change while the QMI reads (description of the register, section 12.14).
//!
//! 75 MHz is within the limits of both chips. Winbond's data sheets of the W25Q32 allow at least
//! 104 MHz for the command EBh. From the falling edge of SCK, at which the flash puts out its bits,
//! to the moment at which they are sampled there is half a period of SCK and RXDELAY half periods
//! of the core's clock, 6.7 + 6.7 = 13.3 ns. Needed are 10 ns at most: 2.5 from the core's clock to
//! the pad, 6 in the flash, and 1.5 from the pad to the core's clock (RP2350 datasheet, table of
//! the QSPI pads' delays).
//!
//! A board whose flash fails nevertheless would run wrong code. So the change is made by code in
//! RAM, which reads a part of the flash before and after it, and takes the change back where they
//! differ.

use embassy_rp::clocks::clk_sys_freq;
use embassy_rp::pac::QMI;
use embassy_rp::pac::qmi::vals::DataWidth;

/// Divides the core's clock for SCK as the boot ROM leaves it.
const DIVISOR_OF_BOOT_ROM: u8 = 3;
/// Divides the core's clock for SCK from now on.
const DIVISOR: u8 = 2;
/// Half clocks of the core after an edge of SCK, when a bit is sampled.
const RXDELAY: u8 = 2;
/// The core's clock in Hz for which these numbers are right.
const CORE: u32 = 150_000_000;
/// The flash, past the cache (RP2350 datasheet, section 4.4.1: XIP_NOCACHE_NOALLOC).
const UNCACHED: usize = 0x1400_0000;
/// Words of the flash that are read before and after: 16 KB.
const COMPARED: usize = 4096;

/// Halves the core's clock for the flash, if the boot ROM has found that quad reads work at a
/// third. A slower flash, and another clock of the core, leave it as it is.
pub fn quicken() {
    let window = QMI.mem(0);
    let timing = window.timing().read();
    if clk_sys_freq() != CORE
        || window.rfmt().read().data_width() != DataWidth::Q
        || (timing.clkdiv(), timing.rxdelay()) != (DIVISOR_OF_BOOT_ROM, RXDELAY)
    {
        return;
    }
    cortex_m::interrupt::free(|_| {
        // SAFETY: with interrupts off, only this core's own code can read the flash while its clock
        // is not yet proven: the other core waits in the boot ROM, and no DMA runs.
        unsafe { divide_by_two_if_right() }
    });
}

/// Runs from RAM, and calls nothing that does not.
///
/// # Safety
///
/// Nothing else may read the flash meanwhile.
#[unsafe(link_section = ".data.ram_func")]
#[inline(never)]
unsafe fn divide_by_two_if_right() {
    // SAFETY: 16 KB at the start of the flash, which nothing writes.
    let before = unsafe { sum_of_flash() };
    set_divisor(DIVISOR);
    // SAFETY: as before.
    let after = unsafe { sum_of_flash() };
    if before != after {
        set_divisor(DIVISOR_OF_BOOT_ROM);
        // A read that is not in the cache: the QMI takes the divisor by the next transaction.
        // SAFETY: the first word of the flash.
        unsafe { (UNCACHED as *const u32).read_volatile() };
    }
}

#[inline(always)]
fn set_divisor(divisor: u8) {
    QMI.mem(0).timing().modify(|timing| timing.set_clkdiv(divisor));
}

/// A sum of the first words of the flash, in which the place of each word counts.
///
/// # Safety
///
/// The flash has to be mapped.
#[inline(always)]
unsafe fn sum_of_flash() -> u32 {
    let mut sum = 0_u32;
    let mut place = UNCACHED as *const u32;
    let end = place.wrapping_add(COMPARED);
    while place < end {
        // SAFETY: `place` is in the flash.
        sum = sum.rotate_left(1) ^ unsafe { place.read_volatile() };
        place = place.wrapping_add(1);
    }
    sum
}
