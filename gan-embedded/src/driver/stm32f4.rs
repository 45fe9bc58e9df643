//! Clocks and pins of ST's STM32F405 and F407 (reference manual RM0090, sections 3.9, 7.3 and 8.4).

use super::Mmio;

/// The core's clock after [`clocks`], the most that it takes.
pub const HERTZ: u32 = 168_000_000;
/// The clock of the faster devices, USART1 among them.
pub const FAST_DEVICES_HERTZ: u32 = HERTZ / 2;

const CONTROL: usize = 0x00;
const PLL: usize = 0x04;
const CLOCK: usize = 0x08;
const GATES_PORTS: usize = 0x30;
const GATES_FAST: usize = 0x44;

const HSI_READY: u32 = 1 << 1;
const PLL_ON: u32 = 1 << 24;
const PLL_READY: u32 = 1 << 25;
const PLL_FIELDS: u32 = 0x0F43_7FFF;
/// 16 MHz of the internal oscillator, by 16, times 336, by 2; by 7 for USB.
const PLL_168_MHZ: u32 = 16 | 336 << 6 | 7 << 24;
/// The slower devices' bus by 4, that of the faster ones by 2.
const BUSES: u32 = 0b101 << 10 | 0b100 << 13;
const FROM_PLL: u32 = 0b10;
const IS_FROM_PLL: u32 = 0b10 << 2;
/// Five wait states of the flash, as 168 MHz at 3.3 V needs, its prefetch and both caches.
const FLASH: u32 = 5 | 0b111 << 8;

const MODE: usize = 0x00;
const FUNCTION: usize = 0x20;
const ALTERNATE: u32 = 0b10;

fn control() -> Mmio {
    // SAFETY: the clocks' control.
    unsafe { Mmio::new(0x4002_3800) }
}

/// Brings the core to [`HERTZ`], once. QEMU's models have no such control: its registers read as
/// zeros, also where the oscillator that every chip starts with would say that it runs.
pub fn clocks() {
    let rcc = control();
    if rcc.read(CONTROL) & HSI_READY == 0 || rcc.read(CLOCK) & IS_FROM_PLL != 0 {
        return;
    }
    // SAFETY: the flash's access control.
    unsafe { Mmio::new(0x4002_3C00) }.write(0, FLASH);
    rcc.write(PLL, rcc.read(PLL) & !PLL_FIELDS | PLL_168_MHZ);
    rcc.write(CONTROL, rcc.read(CONTROL) | PLL_ON);
    while rcc.read(CONTROL) & PLL_READY == 0 {}
    rcc.write(CLOCK, BUSES | FROM_PLL);
    while rcc.read(CLOCK) & IS_FROM_PLL == 0 {}
}

/// Gives ports of pins and faster devices their clocks: bits of the registers AHB1ENR and APB2ENR.
pub fn power(ports: u32, fast_devices: u32) {
    let rcc = control();
    rcc.write(GATES_PORTS, rcc.read(GATES_PORTS) | ports);
    rcc.write(GATES_FAST, rcc.read(GATES_FAST) | fast_devices);
    // A device takes two ticks to wake up; a read waits for the write.
    rcc.read(GATES_FAST);
}

/// Gives a pin of a port to a device, by the number of the alternate function.
pub fn connect(port: Mmio, pin: usize, function: u32) {
    let (register, shift) = (FUNCTION + pin / 8 * 4, pin % 8 * 4);
    port.write(register, port.read(register) & !(0b1111 << shift) | function << shift);
    port.write(MODE, port.read(MODE) & !(0b11 << (2 * pin)) | ALTERNATE << (2 * pin));
}
