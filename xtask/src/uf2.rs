//! UF2 files: firmware as it is copied to the drive that a Pico in its boot loader shows.
//!
//! The format is Microsoft's (<https://github.com/microsoft/uf2>): blocks of 512 bytes, each of
//! which says where its payload goes.

use crate::image::segments;
use crate::prelude::*;

const MAGIC: [u32; 2] = [0x0A32_4655, 0x9E5D_5157];
const MAGIC_END: u32 = 0x0AB1_6F30;
/// The word after the payload's is the family.
const HAS_FAMILY: u32 = 0x2000;
const BLOCK: usize = 512;
const HEADER: usize = 32;
/// Bytes of flash that a block fills, and whose multiple its address is: what the boot loaders of
/// the RP2040 and RP2350 take.
const PAGE: u32 = 256;

/// Returns the blocks of what an ELF file puts into flash, for a family of chips.
pub fn of_elf(elf: &[u8], family: u32) -> Result<Vec<u8>> {
    of_segments(&segments(elf)?, family)
}

/// Returns the blocks of bytes at addresses, in their order.
pub fn of_segments(segments: &[(u32, &[u8])], family: u32) -> Result<Vec<u8>> {
    let pages = pages(segments);
    let count = u32::try_from(pages.len()).context("too many blocks")?;
    let mut file = Vec::with_capacity(pages.len() * BLOCK);
    for (number, (address, page)) in (0..).zip(&pages) {
        let header = [MAGIC[0], MAGIC[1], HAS_FAMILY, *address, PAGE, number, count, family];
        file.extend(header.into_iter().flat_map(u32::to_le_bytes));
        file.extend(page);
        file.resize(file.len().next_multiple_of(BLOCK) - size_of_val(&MAGIC_END), 0);
        file.extend(MAGIC_END.to_le_bytes());
    }
    Ok(file)
}

/// Returns the pages that segments, in order of their addresses, lie in. What no segment has is as
/// erased.
fn pages(segments: &[(u32, &[u8])]) -> Vec<(u32, [u8; PAGE as usize])> {
    let mut pages: Vec<(u32, [u8; PAGE as usize])> = Vec::new();
    for &(start, data) in segments {
        for (address, &byte) in (start..).zip(data) {
            let page = address - address % PAGE;
            if pages.last().is_none_or(|&(last, _)| last != page) {
                pages.push((page, [0xFF; PAGE as usize]));
            }
            if let Some((_, bytes)) = pages.last_mut() {
                bytes[(address % PAGE) as usize] = byte;
            }
        }
    }
    pages
}

/// Checks that a UF2 file puts everything of an ELF file where the ELF file says. It reads the file
/// as a boot loader does, block by block.
pub fn check(file: &[u8], elf: &[u8], family: u32) -> Result<()> {
    let mut flash = std::collections::BTreeMap::new();
    ensure!(file.len().is_multiple_of(BLOCK), "{} bytes are no whole blocks", file.len());
    let count = file.len() / BLOCK;
    for (number, block) in file.chunks_exact(BLOCK).enumerate() {
        let word =
            |at: usize| block[at..].first_chunk().map_or(0, |&bytes| u32::from_le_bytes(bytes));
        ensure!(
            block.starts_with(b"UF2\n") && word(4) == 0x9E5D_5157 && word(508) == 0x0AB1_6F30,
            "block {number}: no block"
        );
        ensure!(
            word(8) == 0x2000 && word(28) == family,
            "block {number}: not for family {family:#x}"
        );
        ensure!(
            word(20) as usize == number && word(24) as usize == count,
            "block {number}: not {number} of {count}"
        );
        ensure!(word(16) == 256 && word(12) % 256 == 0, "block {number}: no page");
        for (address, &byte) in (word(12)..).zip(&block[HEADER..HEADER + 256]) {
            ensure!(flash.insert(address, byte).is_none(), "block {number}: {address:#x} twice");
        }
    }
    for (start, data) in segments(elf)? {
        for (address, byte) in (start..).zip(data) {
            ensure!(flash.get(&address) == Some(byte), "{address:#x} is not as in the ELF file");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::tests::elf;

    #[test]
    fn blocks_hold_what_the_elf_file_holds() {
        let (code, data): (Vec<_>, Vec<_>) =
            ((0..700).map(|index| index as u8).collect(), vec![7; 10]);
        // The second begins in the last page of the first; the third is zeros in RAM and takes no
        // flash.
        let segments = [
            (0x1000_0000, 0x1000_0000, &*code),
            (0x2000_0000, 0x1000_02BC, &*data),
            (0x2000_0100, 0x1000_0400, &[]),
        ];
        let elf = elf(&segments);
        let file = of_elf(&elf, 0xE48B_FF56).unwrap();
        assert_eq!(file.len(), 3 * 512);
        check(&file, &elf, 0xE48B_FF56).unwrap();
        // By hand, from the specification's table: the last block.
        let block = &file[1024..];
        let expected: Vec<u8> =
            [0x0A32_4655, 0x9E5D_5157, 0x2000, 0x1000_0200, 256, 2, 3, 0xE48B_FF56_u32]
                .into_iter()
                .flat_map(u32::to_le_bytes)
                .collect();
        assert_eq!(block[..32], expected);
        assert_eq!(block[32 + 187..32 + 199], [187, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 0xFF]);
        assert_eq!(block[288..508], [0; 220]);
        assert_eq!(block[508..], [0x30, 0x6F, 0xB1, 0x0A]);
    }

    #[test]
    fn a_wrong_file_is_noticed() {
        let elf = elf(&[(0x1000_0000, 0x1000_0000, &[1; 300])]);
        let file = of_elf(&elf, 1).unwrap();
        assert!(check(&file, &elf, 2).is_err());
        assert!(check(&file[..512], &elf, 1).is_err());
        for byte in [0, 5, 9, 13, 17, 21, 25, 29, 32, 511, 512 + 32 + 43] {
            let mut wrong = file.clone();
            wrong[byte] ^= 1;
            assert!(check(&wrong, &elf, 1).is_err(), "byte {byte}");
        }
        assert!(of_elf(b"no ELF file", 1).is_err());
    }
}
