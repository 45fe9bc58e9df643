//! The pins of ST's STM32F4 (reference manual RM0090, section 8.4) and L4 (RM0351, section 8.5).

use super::Mmio;

const MODER: usize = 0x00;
const AFRL: usize = 0x20;
const ALTERNATE: u32 = 0b10;

/// Gives a pin of the port at `port` to a device, by the number of the alternate function.
pub fn connect(port: Mmio, pin: usize, function: u32) {
    port.modify(AFRL + pin / 8 * 4, 0b1111 << (pin % 8 * 4), function << (pin % 8 * 4));
    port.modify(MODER, 0b11 << (2 * pin), ALTERNATE << (2 * pin));
}
