//! Whether a stack that overflows is noticed, from a program's ELF file.

use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, elf};

use crate::prelude::*;

/// The bytes below the stack that a region of the memory protection unit makes inaccessible.
const GUARD: u64 = 64 << 10;
/// The register TYPE of the memory protection unit, by which `gan_guard_stack` finds it.
const MPU_TYPE: u32 = 0xE000_ED90;
/// Bytes of a function that are looked at: the longest one here is half as long.
const LOOKED_AT: usize = 128;
/// Where esp-hal has a word that must not be written, from the end of the stack.
const ESP_HAL_GUARD: u64 = 60;

/// Checks that the stack of a board's application does not run into statics unnoticed.
pub fn check(board: &Board, elf: &Path) -> Result<()> {
    let bytes = shell::read(elf)?;
    let file = object::File::parse(&*bytes).with_context(|| relative(elf))?;
    let symbol = |name: &str| {
        let address = file.symbol_by_name(name).map(|symbol| symbol.address());
        address.with_context(|| format!("{}: no symbol {name}", relative(elf)))
    };
    let (end, start) = (symbol("_stack_end")?, symbol("_stack_start")?);
    ensure!(start - end >= board.stack.length, "{}: a stack of {} bytes", board.name, start - end);
    if board.target.starts_with("riscv") {
        let word = symbol("__stack_chk_guard")?;
        ensure!(word == end + ESP_HAL_GUARD, "esp-hal's guard of the stack is at {word:#x}");
        return Ok(());
    }
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        let is_there = sh_flags & u64::from(elf::SHF_ALLOC) != 0 && section.size() > 0;
        let (from, to) = (section.address(), section.address() + section.size());
        ensure!(
            !is_there || to <= end.saturating_sub(GUARD) || from >= start,
            "{}: {} lies where the stack may run over",
            board.name,
            section.name().unwrap_or_default()
        );
    }
    let code = |name: &str| -> Result<Vec<u8>> {
        // The lowest bit says that it is Thumb code.
        let at = symbol(name)? & !1;
        let section = file
            .sections()
            .find(|section| (section.address()..section.address() + section.size()).contains(&at));
        let section = section.with_context(|| format!("{name} lies in no section"))?;
        let from = (at - section.address()) as usize;
        let data = section.data()?;
        Ok(data[from..data.len().min(from + LOOKED_AT)].to_vec())
    };
    if board.target.starts_with("thumbv8m.main") {
        ensure!(sets_limit(&code("Reset")?), "{}: Reset does not set MSPLIM", board.name);
        return Ok(());
    }
    let guard = code("gan_guard_stack")?;
    for word in [MPU_TYPE, (end - GUARD) as u32] {
        ensure!(has_word(&guard, word), "{}: gan_guard_stack lacks {word:#010x}", board.name);
    }
    Ok(())
}

/// Returns whether Thumb code has `MSR MSPLIM, Rn` (Armv8-M Architecture Reference Manual, C2.4).
fn sets_limit(code: &[u8]) -> bool {
    code.windows(4).step_by(2).any(|bytes| {
        let [first, second] = [[bytes[0], bytes[1]], [bytes[2], bytes[3]]].map(u16::from_le_bytes);
        first & 0xFFF0 == 0xF380 && second == 0x880A
    })
}

/// Returns whether a constant lies among the code.
fn has_word(code: &[u8], word: u32) -> bool {
    code.windows(4).step_by(2).any(|bytes| bytes == word.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_found_in_code() {
        // movw r0, #0; msr msplim, r0; bx lr, and the same with msp.
        let code = |register: u8| [0x40, 0xF2, 0, 0, 0x80, 0xF3, register, 0x88, 0x70, 0x47];
        assert!(sets_limit(&code(0x0A)));
        assert!(!sets_limit(&code(0x08)));
        assert!(has_word(&[0, 0, 0x90, 0xED, 0, 0xE0], MPU_TYPE));
        assert!(!has_word(&[0, 0x90, 0xED, 0, 0xE0, 0], MPU_TYPE));
    }
}
