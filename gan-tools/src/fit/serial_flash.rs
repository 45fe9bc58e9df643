//! The time that a board's serial flash takes to deliver a model.
//!
//! Chips without flash of their own run code and read the model from a serial flash beside them,
//! through a cache of a few kilobytes. An image needs every weight once, so a model that is larger
//! than the cache comes through the wires for every image, and no kernel is faster than they are.
//!
//! A transaction brings `fetch` bytes, by `wires` wires of a bit a clock each, after `overhead`
//! clocks of command, address and waiting. At a clock of `megahertz`, `bytes` bytes take
//!
//! ```text
//! bytes / fetch * (overhead + 8 * fetch / wires) / megahertz   microseconds
//! ```
//!
//! The core waits meanwhile, so this time comes on top of that of the instructions.

/// How a board reads its serial flash.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SerialFlash {
    /// Clock of the flash.
    pub megahertz: f64,
    /// Wires for data.
    pub wires: u64,
    /// Bytes of a transaction.
    pub fetch: u64,
    /// Clocks of a transaction besides those of its data.
    pub overhead: u64,
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
        let clocks = self.overhead as f64 + 8.0 * self.fetch as f64 / self.wires as f64;
        transactions * clocks / self.megahertz / 1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_comes_through_the_wires_unless_the_cache_holds_it() {
        // 31.25 million bytes a second are 62.5 MHz with four wires and nothing but data.
        let wires = SerialFlash { megahertz: 62.5, wires: 4, fetch: 8, overhead: 0, cache: 16384 };
        assert_eq!(wires.milliseconds(16384), 0.0);
        assert!((wires.milliseconds(1_514_932) - 48.478).abs() < 0.001);
        // 12 clocks before the 16 of the data.
        let flash = SerialFlash { overhead: 12, ..wires };
        let ratio = flash.milliseconds(1_514_932) / wires.milliseconds(1_514_932);
        assert!((ratio - 1.75).abs() < 1e-9, "{ratio}");
    }
}
