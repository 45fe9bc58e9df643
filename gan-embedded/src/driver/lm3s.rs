//! Clocks and pins of TI's LM3S microcontrollers (data sheet of the LM3S6965, sections 5 and 8).

use super::Mmio;

/// The core's clock after [`clocks`]: the PLL's 200 MHz by four, the most that it takes.
pub const HERTZ: u32 = 50_000_000;

const RIS: usize = 0x050;
const RCC: usize = 0x060;
const RCGC0: usize = 0x100;
const RCGC1: usize = 0x104;
const RCGC2: usize = 0x108;

const PLLLRIS: u32 = 1 << 6;
const MOSCDIS: u32 = 1;
const OSCSRC_AND_XTAL: u32 = 0b11 << 4 | 0b1111 << 6;
const XTAL_8_MHZ: u32 = 0xE << 6;
const BYPASS: u32 = 1 << 11;
const OEN: u32 = 1 << 12;
const PWRDN: u32 = 1 << 13;
const USESYSDIV: u32 = 1 << 22;
const SYSDIV: u32 = 0b1111 << 23;
const SYSDIV_4: u32 = 3 << 23;

const GPIODIR: usize = 0x400;
const GPIOAFSEL: usize = 0x420;
const GPIODEN: usize = 0x51C;

fn control() -> Mmio {
    // SAFETY: this is the system control block.
    unsafe { Mmio::new(0x400F_E000) }
}

/// Brings the core to [`HERTZ`] from a crystal of 8 MHz, unless it runs from the PLL already.
pub fn clocks() {
    let system = control();
    let clock = system.read(RCC);
    if clock & BYPASS == 0 {
        return;
    }
    let clock = clock & !(USESYSDIV | MOSCDIS);
    system.write(RCC, clock);
    // The crystal starts in under 20 ms, some 300,000 ticks of the oscillator that runs now.
    cortex_m::asm::delay(400_000);
    let clock =
        clock & !(OSCSRC_AND_XTAL | PWRDN | OEN | SYSDIV) | XTAL_8_MHZ | USESYSDIV | SYSDIV_4;
    system.write(RCC, clock);
    while system.read(RIS) & PLLLRIS == 0 {}
    system.write(RCC, clock & !BYPASS);
}

/// Gives devices and ports of pins their clocks: bits of the registers RCGC1 and RCGC2.
pub fn power(devices: u32, ports: u32) {
    open(RCGC1, devices);
    open(RCGC2, ports);
}

/// Sets bits of a register that gives devices their clocks.
fn open(register: usize, bits: u32) {
    control().modify(register, 0, bits);
    // A device takes three ticks to get its clock, in which nothing may be written to it.
    cortex_m::asm::delay(3);
}

/// Gives the watchdog its clock.
pub fn power_watchdog() {
    const WDT: u32 = 1 << 3;
    open(RCGC0, WDT);
}

/// Gives pins of a port to its devices. Each pin is a bit of `pins`.
pub fn connect(port: Mmio, pins: u32) {
    port.write(GPIOAFSEL, port.read(GPIOAFSEL) | pins);
    port.write(GPIODEN, port.read(GPIODEN) | pins);
}

/// Makes pins of a port outputs.
pub fn output(port: Mmio, pins: u32) {
    port.write(GPIODIR, port.read(GPIODIR) | pins);
    port.write(GPIODEN, port.read(GPIODEN) | pins);
}

/// Sets pins of a port to the bits of `levels`. A port's data is at 256 addresses, which say what
/// pins are meant.
pub fn set(port: Mmio, pins: u8, levels: u8) {
    port.write(usize::from(pins) << 2, levels.into());
}
