//! The registers of a device.

use core::ptr;

/// A block of registers at a fixed address.
#[derive(Debug, Clone, Copy)]
pub struct Mmio(usize);

impl Mmio {
    /// The block that begins at `base`.
    ///
    /// # Safety
    ///
    /// From there on lie the registers of a device, all those that [`read`](Self::read) and
    /// [`write`](Self::write) will be given the offset of, and using them does nothing to memory.
    pub const unsafe fn new(base: usize) -> Self {
        Self(base)
    }

    /// Reads a register of 32 bits.
    pub fn read(self, offset: usize) -> u32 {
        // SAFETY: this is a register of the device, as `new` demands.
        unsafe { ptr::with_exposed_provenance::<u32>(self.0 + offset).read_volatile() }
    }

    /// Writes a register of 32 bits.
    pub fn write(self, offset: usize, value: u32) {
        // SAFETY: as above.
        unsafe { ptr::with_exposed_provenance_mut::<u32>(self.0 + offset).write_volatile(value) }
    }

    /// Clears and then sets bits of a register of 32 bits.
    pub fn modify(self, offset: usize, clear: u32, set: u32) {
        self.write(offset, self.read(offset) & !clear | set);
    }

    /// Waits until all these bits of a register of 32 bits are set.
    pub fn wait(self, offset: usize, bits: u32) {
        while self.read(offset) & bits != bits {}
    }

    /// Reads a register of 8 bits.
    pub fn read_byte(self, offset: usize) -> u8 {
        // SAFETY: as above.
        unsafe { ptr::with_exposed_provenance::<u8>(self.0 + offset).read_volatile() }
    }

    /// Writes a register of 8 bits.
    pub fn write_byte(self, offset: usize, value: u8) {
        // SAFETY: as above.
        unsafe { ptr::with_exposed_provenance_mut::<u8>(self.0 + offset).write_volatile(value) }
    }
}
