//! The serial ports as embedded-io's traits, which the application takes.

/// A UART whose registers take and give one byte at a time.
pub trait Uart {
    /// Whether a byte has come.
    fn is_ready(&self) -> bool;

    /// Takes the byte that has come.
    fn take(&mut self) -> u8;

    /// Sends a byte, and waits until there is room for it.
    fn put(&mut self, byte: u8);

    /// Switches on the interrupt by which the UART tells that a byte has come, if its driver knows
    /// that.
    fn listen(&mut self) {}

    /// Sleeps until an interrupt comes, unless a byte has come. A UART whose bytes come without an
    /// interrupt returns at once, as this does.
    fn sleep(&self) {}
}

/// A [`Uart`] with the traits of embedded-io.
#[derive(Debug)]
pub struct Port<U>(pub U);

impl<U: Uart> embedded_io::ErrorType for Port<U> {
    type Error = core::convert::Infallible;
}

impl<U: Uart> embedded_io::ReadReady for Port<U> {
    fn read_ready(&mut self) -> Result<bool, Self::Error> {
        Ok(self.0.is_ready())
    }
}

impl<U: Uart> embedded_io::Read for Port<U> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Self::Error> {
        let Some(place) = bytes.first_mut() else { return Ok(0) };
        while !self.0.is_ready() {}
        *place = self.0.take();
        Ok(1)
    }
}

impl<U: Uart> embedded_io::Write for Port<U> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        bytes.iter().for_each(|&byte| self.0.put(byte));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}
