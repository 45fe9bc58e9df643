//! I2C, as far as a display needs it: bytes out.

/// Nobody acknowledged, or the bus is stuck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoAnswer;

/// An I2C bus, at 400 kHz.
pub trait Bus {
    /// Sends bytes, at least one, to the device with this address. Does not wait for ever, even if
    /// there is no device and no bus.
    ///
    /// # Errors
    ///
    /// [`NoAnswer`]: not all of them arrived.
    fn send(&mut self, address: u8, bytes: impl Iterator<Item = u8>) -> Result<(), NoAnswer>;
}

/// Waits until `condition`, for as long as a byte can take on the bus and much longer: some 10
/// cycles for each of this many attempts.
pub fn soon(mut condition: impl FnMut() -> bool) -> Result<(), NoAnswer> {
    const ATTEMPTS: u32 = 50_000;
    if (0..ATTEMPTS).any(|_| condition()) { Ok(()) } else { Err(NoAnswer) }
}
