//! Gives access to the job in flash and to the free RAM, which lie between symbols of `parity.x`.

use core::ptr::{with_exposed_provenance, with_exposed_provenance_mut};
use core::slice;

use static_cell::ConstStaticCell;

// Only the addresses of these symbols mean something.
unsafe extern "C" {
    static _job: u8;
    static _job_end: u8;
    static _free_start: u8;
    static _free_end: u8;
}

/// The job and all the flash behind it.
pub fn job() -> &'static [u8] {
    let (start, end) = ((&raw const _job).addr(), (&raw const _job_end).addr());
    // SAFETY: the symbols are in this order in one memory, which the linker gave to nothing else,
    // since it asserts that the program ends before, and nothing writes to it. Any byte is a valid
    // u8.
    unsafe { slice::from_raw_parts(with_exposed_provenance(start), end.saturating_sub(start)) }
}

/// The RAM that no static takes. It is handed out from the front.
pub struct Free {
    used: usize,
}

/// All of that RAM. There is only one value of the type, so that no byte is handed out twice.
pub static FREE: ConstStaticCell<Free> = ConstStaticCell::new(Free { used: 0 });

impl Free {
    /// Returns `count` zero bytes, or nothing if there is no room for them.
    pub fn bytes(&mut self, count: usize) -> Option<&'static mut [u8]> {
        let start = self.reserve(count)?;
        // SAFETY: `reserve` gives memory that nothing else has or gets; zeros are written before it
        // is read.
        unsafe {
            start.write_bytes(0, count);
            Some(slice::from_raw_parts_mut(start, count))
        }
    }

    /// Returns `count` zero words, or nothing if there is no room for them.
    pub fn words(&mut self, count: usize) -> Option<&'static mut [u32]> {
        let start = self.reserve(count.checked_mul(size_of::<u32>())?)?.cast::<u32>();
        // SAFETY: as above; every reservation begins at a word.
        unsafe {
            start.write_bytes(0, count);
            Some(slice::from_raw_parts_mut(start, count))
        }
    }

    /// The number of bytes that are left.
    pub fn left(&self) -> usize {
        (&raw const _free_end).addr() - (&raw const _free_start).addr() - self.used
    }

    fn reserve(&mut self, bytes: usize) -> Option<*mut u8> {
        let start = (&raw const _free_start).addr() + self.used;
        // The linker puts the symbol on a word; so does this the next one.
        let bytes = bytes
            .checked_next_multiple_of(size_of::<u32>())
            .filter(|&bytes| bytes <= self.left())?;
        self.used += bytes;
        Some(with_exposed_provenance_mut(start))
    }
}
