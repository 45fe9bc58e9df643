//! Reads what an ELF file puts into flash, and writes it as plain binary and as Intel HEX.

use ihex::Record;
use object::elf::{FileHeader32, PT_LOAD};
use object::read::elf::{FileHeader, ProgramHeader};

use crate::prelude::*;

/// Bytes of a line of Intel HEX, as most tools write them.
const LINE: usize = 16;

/// Returns the segments that are loaded, by their addresses in flash. A static of RAM has another
/// address there than when the program runs.
pub fn segments(elf: &[u8]) -> Result<Vec<(u32, &[u8])>> {
    let header =
        FileHeader32::<object::Endianness>::parse(elf).context("no ELF file of 32 bits")?;
    let endian = header.endian()?;
    let mut segments = Vec::new();
    for segment in header.program_headers(endian, elf)? {
        let data = segment.data(endian, elf).ok().context("an ELF file that is cut off")?;
        if segment.p_type(endian) == PT_LOAD && !data.is_empty() {
            segments.push((segment.p_paddr(endian), data));
        }
    }
    ensure!(!segments.is_empty(), "an ELF file with nothing to load");
    segments.sort_unstable_by_key(|&(address, _)| address);
    Ok(segments)
}

/// Returns the first address, and the bytes from there to the last one; gaps are as erased flash.
pub fn flat(elf: &[u8]) -> Result<(u32, Vec<u8>)> {
    let segments = segments(elf)?;
    let start = segments[0].0;
    let mut bytes = Vec::new();
    for (address, data) in segments {
        let at = (address - start) as usize;
        bytes.resize(bytes.len().max(at), 0xFF);
        bytes.splice(at..bytes.len().min(at + data.len()), data.iter().copied());
    }
    Ok((start, bytes))
}

/// Intel HEX with linear addresses of 32 bits.
pub fn hex(elf: &[u8]) -> Result<String> {
    let mut records = Vec::new();
    let mut upper = None;
    for (start, data) in segments(elf)? {
        let mut rest = data;
        let mut address = start;
        while !rest.is_empty() {
            // No record goes over the end of the 64 KB that its upper address is for.
            let room = (0x1_0000 - (address & 0xFFFF)) as usize;
            let (value, after) = rest.split_at(rest.len().min(LINE).min(room));
            if upper.replace(address >> 16) != Some(address >> 16) {
                records.push(Record::ExtendedLinearAddress((address >> 16) as u16));
            }
            records.push(Record::Data { offset: address as u16, value: value.to_vec() });
            (address, rest) = (address + value.len() as u32, after);
        }
    }
    records.push(Record::EndOfFile);
    ihex::create_object_file_representation(&records).context("an ELF file that is too large")
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// An ELF file of 32 bits with these segments: address in RAM, address in flash, bytes.
    pub fn elf(segments: &[(u32, u32, &[u8])]) -> Vec<u8> {
        let word = |value: u32| value.to_le_bytes();
        let half = |value: u16| value.to_le_bytes();
        let mut file = b"\x7fELF\x01\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
        file.extend([half(2), half(40)].concat());
        file.extend([word(1), word(0), word(52), word(0), word(0)].concat());
        file.extend(
            [half(52), half(32), half(segments.len() as u16), half(40), half(0), half(0)].concat(),
        );
        let mut offset = 52 + 32 * segments.len() as u32;
        for &(ram, flash, data) in segments {
            let len = data.len() as u32;
            file.extend(
                [
                    word(1),
                    word(offset),
                    word(ram),
                    word(flash),
                    word(len),
                    word(len + 8),
                    word(4),
                    word(4),
                ]
                .concat(),
            );
            offset += len;
        }
        segments.iter().for_each(|(_, _, data)| file.extend(*data));
        file
    }

    #[test]
    fn gaps_are_erased_flash_and_lines_end_at_64_kilobytes() {
        let segments: [(u32, u32, &[u8]); 2] =
            [(0x0800_FFFE, 0x0800_FFFE, &[1, 2, 3]), (0x2000_0000, 0x0801_0003, &[4])];
        let elf = elf(&segments);
        assert_eq!(flat(&elf).unwrap(), (0x0800_FFFE, vec![1, 2, 3, 0xFF, 0xFF, 4]));
        // By hand: count, address, type, bytes, and what makes the sum of all bytes 0.
        let expected = ":020000040800F2\n:02FFFE000102FE\n:020000040801F1\n:0100000003FC\n\
                        :0100030004F8\n:00000001FF\n";
        assert_eq!(hex(&elf).unwrap(), expected);
    }
}
