//! Estimates cycles from the instructions that ran, for cores whose manual has a cost for each
//! instruction. `cargo xtask count --probe` puts the cycles that a real board counts beside it.
//!
//! Sources: the Technical Reference Manuals of the Cortex-M0 (r0p0, table 3-1), M3 (r2p1, table
//! 3-1) and M4 (r0p1, table 3-1), memory without wait states. Where a manual gives a range, its
//! middle. What a manual does not say is left out: that is an estimate, not a measurement. Cores
//! with caches or two pipelines have no such tables, so they have no estimate.

use object::{Object, ObjectSection, SectionKind};

use super::plugin::Block;
use super::thumb::{Class, class};
use crate::prelude::*;

/// A core with a table of costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// A Cortex-M0 with the multiplier that takes one cycle.
    M0,
    M3,
    M4,
}

/// The cycles that a jump takes besides those of its instruction, because the pipeline is filled
/// anew. On M3 and M4 these are 1 to 3.
const JUMP: u64 = 2;

impl Core {
    /// Returns the core whose code a board runs, if it has a table.
    pub fn of(board: &Board) -> Option<Self> {
        match board.core.split(' ').next()? {
            "Cortex-M0" => Some(Self::M0),
            "Cortex-M3" => Some(Self::M3),
            "Cortex-M4" => Some(Self::M4),
            _ => None,
        }
    }

    /// Half cycles of an instruction; `after_load` if the one before was a load of one register.
    fn half_cycles(self, class: Class, after_load: bool) -> u64 {
        let small = self == Self::M0;
        match class {
            // Consecutive loads overlap.
            Class::Load => 2 * if after_load && !small { 1 } else { 2 },
            Class::Store => 2 * if small { 2 } else { 1 },
            Class::Multiple(registers) => 2 * (1 + u64::from(registers)),
            Class::MultiplyAdd => 2 * if self == Self::M3 { 2 } else { 1 },
            // The M3 takes 3 to 5 cycles, and 4 to 7 with an addition.
            Class::LongMultiply => 2 * if self == Self::M3 { 4 } else { 1 },
            Class::LongMultiplyAdd => {
                if self == Self::M3 {
                    11
                } else {
                    2
                }
            }
            // It takes 2 to 12 cycles.
            Class::Divide => 2 * 7,
            Class::Call => 2 * if small { 2 } else { 1 },
            Class::Other => 2,
        }
    }
}

/// Estimates the cycles of everything that ran.
pub fn estimate(core: Core, elf: &[u8], blocks: &[Block]) -> Result<u64> {
    Code::read(elf)?.cycles(core, blocks)
}

/// The sections of an ELF file, by address.
struct Code<'a>(Vec<(u64, &'a [u8])>);

impl<'a> Code<'a> {
    fn read(elf: &'a [u8]) -> Result<Self> {
        let file = object::File::parse(elf)?;
        let code = file.sections().filter(|section| section.kind() == SectionKind::Text);
        Ok(Self(
            code.map(|section| Ok((section.address(), section.data()?))).collect::<Result<_>>()?,
        ))
    }

    fn cycles(&self, core: Core, blocks: &[Block]) -> Result<u64> {
        let mut half_cycles = 0;
        for block in blocks {
            let mut cost = 0;
            let mut after_load = false;
            for &address in &block.addresses {
                let (first, second) = self
                    .at(address)
                    .with_context(|| format!("{address:#x}: ran, but is not in the ELF file"))?;
                let class = class(first, second);
                cost += core.half_cycles(class, after_load);
                after_load = class == Class::Load;
            }
            half_cycles += block.runs * cost + block.taken * 2 * JUMP;
        }
        Ok(half_cycles / 2)
    }

    /// Returns the halfword at an address and the one behind it, or 0 where the code ends.
    fn at(&self, address: u64) -> Option<(u16, u16)> {
        self.0.iter().find_map(|&(start, bytes)| {
            let mut halfwords =
                bytes.get(usize::try_from(address.checked_sub(start)?).ok()?..)?.chunks_exact(2);
            let mut next = || halfwords.next().map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
            Some((next()?, next().unwrap_or(0)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The costs of a loop that is known: `ldrb, ldrb, mla, subs, bne`, 10 times.
    #[test]
    fn a_loop() {
        let code: Vec<u8> = [0x7801u16, 0x7842, 0xFB01, 0x3302, 0x3C01, 0xD1F9]
            .iter()
            .flat_map(|half| half.to_le_bytes())
            .collect();
        let code = Code(vec![(0x100, &code)]);
        let block =
            Block { runs: 10, taken: 9, addresses: vec![0x100, 0x102, 0x104, 0x108, 0x10A] };
        for (core, expected) in [
            (Core::M4, 10 * (2 + 1 + 1 + 1 + 1) + 9 * 2),
            (Core::M3, 10 * (2 + 1 + 2 + 1 + 1) + 9 * 2),
        ] {
            assert_eq!(code.cycles(core, std::slice::from_ref(&block)).unwrap(), expected);
        }
        let outside = Block { runs: 1, taken: 0, addresses: vec![0x10C] };
        assert!(code.cycles(Core::M0, &[outside]).is_err());
    }
}
