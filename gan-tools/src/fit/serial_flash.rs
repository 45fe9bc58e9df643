//! The time that a board's serial flash takes to deliver a model.
//!
//! Chips without flash of their own run code and read the model from a serial flash beside them,
//! through a cache of a few kilobytes. An image needs every weight once, so a model that is larger
//! than the cache comes through the wires for every image, and no kernel is faster than they are.
//!
//! A cache line that is missing takes one transaction. With `fetch` bytes in a transaction, which
//! takes `clocks` clocks of `megahertz`, `bytes` bytes take
//!
//! ```text
//! bytes / fetch * clocks / megahertz   microseconds
//! ```
//!
//! The core waits meanwhile, so this time comes on top of that of the instructions.

/// How a board reads its serial flash.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SerialFlash {
    /// Clock of the flash.
    pub megahertz: f64,
    /// Bytes of a transaction.
    pub fetch: u64,
    /// Clocks of a transaction: command, address, waiting and data.
    pub clocks: u64,
    /// Bytes of the cache.
    pub cache: u64,
}

impl SerialFlash {
    /// Milliseconds that it takes to read a model of so many bytes once. It is 0 for a model that
    /// the cache can hold.
    pub fn milliseconds(&self, bytes: u64) -> f64 {
        if bytes <= self.cache {
            return 0.0;
        }
        let transactions = bytes as f64 / self.fetch as f64;
        transactions * self.clocks as f64 / self.megahertz / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_comes_through_the_wires_unless_the_cache_holds_it() {
        // 31.25 million bytes a second are 62.5 MHz with four wires and nothing but data.
        let flash = SerialFlash { megahertz: 62.5, fetch: 8, clocks: 16, cache: 16384 };
        assert_eq!(flash.milliseconds(16384), 0.0);
        assert!((flash.milliseconds(1_514_932) - 48.478).abs() < 0.001);
    }
}
