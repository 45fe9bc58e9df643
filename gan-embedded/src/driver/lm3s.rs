//! Clocks and pins of TI's LM3S microcontrollers (data sheet of the LM3S6965, sections 5 and 8).

use super::Mmio;

/// The core's clock after [`clocks`]: the PLL's 200 MHz by four, the most that it takes.
pub const HERTZ: u32 = 50_000_000;

const RAW_INTERRUPTS: usize = 0x050;
const CLOCK: usize = 0x060;
const GATES_DEVICES: usize = 0x104;
const GATES_PORTS: usize = 0x108;

const PLL_LOCKED: u32 = 1 << 6;
const MAIN_OSCILLATOR_OFF: u32 = 1;
const SOURCE_AND_CRYSTAL: u32 = 0b11 << 4 | 0b1111 << 6;
const CRYSTAL_8_MHZ: u32 = 0xE << 6;
const BYPASS: u32 = 1 << 11;
const OUTPUT_OFF: u32 = 1 << 12;
const PLL_OFF: u32 = 1 << 13;
const DIVIDE: u32 = 1 << 22;
const DIVISOR: u32 = 0b1111 << 23;
const BY_4: u32 = 3 << 23;

const DIRECTION: usize = 0x400;
const ALTERNATE: usize = 0x420;
const DIGITAL: usize = 0x51C;

fn control() -> Mmio {
    // SAFETY: the system control block.
    unsafe { Mmio::new(0x400F_E000) }
}

/// Brings the core to [`HERTZ`] from a crystal of 8 MHz, once.
pub fn clocks() {
    let system = control();
    let clock = system.read(CLOCK);
    if clock & BYPASS == 0 {
        return;
    }
    let clock = clock & !(DIVIDE | MAIN_OSCILLATOR_OFF);
    system.write(CLOCK, clock);
    // The crystal starts in under 20 ms, some 300,000 ticks of the oscillator that runs now.
    cortex_m::asm::delay(400_000);
    let clock = clock & !(SOURCE_AND_CRYSTAL | PLL_OFF | OUTPUT_OFF | DIVISOR)
        | CRYSTAL_8_MHZ
        | DIVIDE
        | BY_4;
    system.write(CLOCK, clock);
    while system.read(RAW_INTERRUPTS) & PLL_LOCKED == 0 {}
    system.write(CLOCK, clock & !BYPASS);
}

/// Gives devices and ports of pins their clocks: bits of the registers RCGC1 and RCGC2.
pub fn power(devices: u32, ports: u32) {
    let system = control();
    system.write(GATES_DEVICES, system.read(GATES_DEVICES) | devices);
    system.write(GATES_PORTS, system.read(GATES_PORTS) | ports);
    // They take three ticks, in which nothing may be written there.
    cortex_m::asm::delay(3);
}

/// Gives pins of a port to its devices: one bit for each.
pub fn connect(port: Mmio, pins: u32) {
    port.write(ALTERNATE, port.read(ALTERNATE) | pins);
    port.write(DIGITAL, port.read(DIGITAL) | pins);
}

/// Makes pins of a port outputs.
pub fn output(port: Mmio, pins: u32) {
    port.write(DIRECTION, port.read(DIRECTION) | pins);
    port.write(DIGITAL, port.read(DIGITAL) | pins);
}

/// Sets pins of a port to the bits of `levels`. A port's data is at 256 addresses, which say what
/// pins are meant.
pub fn set(port: Mmio, pins: u8, levels: u8) {
    port.write(usize::from(pins) << 2, levels.into());
}
