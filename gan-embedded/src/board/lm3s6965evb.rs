//! TI's LM3S6965 evaluation kit: what is behind the names is in the LM3S6965's data sheet, sections 5 (system control) and 8 (GPIO).

use gan_app::Board;
use static_cell::ConstStaticCell;

use crate::driver::pl011::Pl011;
use crate::driver::pl022::Pl022;
use crate::driver::ssd0323::{DARK, Link, Shadow, Ssd0323};
use crate::driver::systick::SysTick;
use crate::driver::{Mmio, Serial, Wired};

/// Name of the board: its cargo feature.
pub const NAME: &str = "lm3s6965evb";
/// What computes.
pub const CORE: &str = "Cortex-M3";
/// Only QEMU's model of the board was tried.
pub const EMULATED: bool = true;

/// 200 MHz by four, from the PLL.
const HERTZ: u32 = 50_000_000;
/// The controller of the display takes 4 MHz: HERTZ / 14.
const DISPLAY_DIVISOR: u32 = 14;

mod system {
    pub const RAW_INTERRUPTS: usize = 0x050;
    pub const CLOCK: usize = 0x060;
    pub const GATES_1: usize = 0x104;
    pub const GATES_2: usize = 0x108;

    pub const UART0_AND_SSI0: u32 = 1 | 1 << 4;
    pub const PORTS_A_AND_C: u32 = 1 | 1 << 2;
    pub const PLL_LOCKED: u32 = 1 << 6;

    pub const MAIN_OSCILLATOR_OFF: u32 = 1;
    pub const SOURCE_AND_CRYSTAL: u32 = 0b11 << 4 | 0b1111 << 6;
    pub const CRYSTAL_8_MHZ: u32 = 0xE << 6;
    pub const BYPASS: u32 = 1 << 11;
    pub const OUTPUT_OFF: u32 = 1 << 12;
    pub const PLL_OFF: u32 = 1 << 13;
    pub const DIVIDE: u32 = 1 << 22;
    pub const DIVISOR: u32 = 0b1111 << 23;
    pub const BY_4: u32 = 3 << 23;
}

mod gpio {
    pub const DIRECTION: usize = 0x400;
    pub const ALTERNATE: usize = 0x420;
    pub const DIGITAL: usize = 0x51C;
}

/// D/C of the display: C7.
const DC: u32 = 1 << 7;
/// The data register of a port is at every address: bits 2 to 9 of the address say which pins it reads or writes.
const DC_DATA: usize = (DC as usize) << 2;

/// Clocks for the core and the devices, once.
fn clocks() {
    use system::*;
    // SAFETY: the system control block.
    let system = unsafe { Mmio::new(0x400F_E000) };
    system.write(GATES_1, system.read(GATES_1) | UART0_AND_SSI0);
    system.write(GATES_2, system.read(GATES_2) | PORTS_A_AND_C);
    let clock = system.read(CLOCK);
    if clock & BYPASS == 0 {
        return;
    }
    let clock = clock & !(DIVIDE | MAIN_OSCILLATOR_OFF);
    system.write(CLOCK, clock);
    // The crystal starts in under 20 ms, 240,000 ticks of the clock that runs now.
    cortex_m::asm::delay(400_000);
    let clock = clock & !(SOURCE_AND_CRYSTAL | PLL_OFF | OUTPUT_OFF | DIVISOR) | CRYSTAL_8_MHZ | DIVIDE | BY_4;
    system.write(CLOCK, clock);
    while system.read(RAW_INTERRUPTS) & PLL_LOCKED == 0 {}
    system.write(CLOCK, clock & !BYPASS);
}

/// Gives pins of a port to its devices.
fn connect(port: Mmio, pins: u32) {
    port.write(gpio::ALTERNATE, port.read(gpio::ALTERNATE) | pins);
    port.write(gpio::DIGITAL, port.read(gpio::DIGITAL) | pins);
}

/// Port A, which has the pins of UART0 and SSI0.
fn port_a() -> Mmio {
    // SAFETY: port A, whose clock is on.
    unsafe { Mmio::new(0x4000_4000) }
}

/// UART0, receiving from A0 and sending to A1.
fn serial() -> Pl011 {
    clocks();
    connect(port_a(), 0b11);
    // SAFETY: UART0, whose clock is on.
    Pl011::new(unsafe { Mmio::new(0x4000_C000) }, HERTZ)
}

/// SSI0 with its clock, select and data on A2, A3 and A5, and D/C.
struct Panel {
    port: Pl022,
    dc: Mmio,
}

impl Panel {
    fn connect() -> Self {
        connect(port_a(), 0b10_1100);
        // SAFETY: port C, whose clock is on.
        let dc = unsafe { Mmio::new(0x4000_6000) };
        dc.write(gpio::DIRECTION, dc.read(gpio::DIRECTION) | DC);
        dc.write(gpio::DIGITAL, dc.read(gpio::DIGITAL) | DC);
        // SAFETY: SSI0, whose clock is on.
        Self { port: Pl022::new(unsafe { Mmio::new(0x4000_8000) }, DISPLAY_DIVISOR), dc }
    }

    fn send(&mut self, dc: u32, bytes: &[u8]) {
        self.dc.write(DC_DATA, dc);
        bytes.iter().for_each(|&byte| self.port.send(byte));
    }
}

impl Link for Panel {
    fn command(&mut self, bytes: &[u8]) {
        self.send(0, bytes);
    }

    fn data(&mut self, bytes: &[u8]) {
        self.send(DC, bytes);
    }
}

/// Switches it on. Once.
pub fn start() -> impl Board {
    static SHADOW: ConstStaticCell<Shadow> = ConstStaticCell::new(DARK);
    let serial = serial();
    let display = SHADOW.try_take().map(|shadow| Ssd0323::new(Panel::connect(), shadow));
    // SAFETY: called once, by `main`, and nobody else uses the core's timer.
    let core = unsafe { cortex_m::Peripherals::steal() };
    Wired { serial, clock: SysTick::<HERTZ>::new(core.SYST), display }
}

/// Sends bytes, whatever happened before.
pub fn emergency(bytes: &[u8]) {
    let mut serial = serial();
    bytes.iter().for_each(|&byte| serial.write(byte));
}
