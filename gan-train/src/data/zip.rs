//! Members of a ZIP archive: NumPy's `.npz` files are such archives. Stored and deflated ones are
//! read. [`gan_tools::formats::npz`] writes stored ones.
//!
//! What is read of a member is checked by its CRC-32. Archives over 4 GB and encrypted ones are
//! refused.

use super::bound::Bounded;
use anyhow::{Context, Result, ensure};
use flate2::{Crc, read::DeflateDecoder};
use gan_tools::files;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// Bytes of the record at an archive's end, without its comment.
const END: usize = 22;
/// Bytes of a member's record in the directory, and before its content, without names.
const ENTRY: usize = 46;
const LOCAL: usize = 30;
/// The methods of packing.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// A ZIP archive.
#[derive(Debug)]
pub(super) struct Archive {
    file: File,
    members: Vec<Member>,
}

/// A member as the directory has it.
#[derive(Debug, Clone)]
struct Member {
    name: String,
    method: u16,
    encrypted: bool,
    crc: u32,
    packed: u32,
    offset: u32,
}

impl Archive {
    /// Opens an archive and reads its directory.
    ///
    /// # Errors
    ///
    /// It is no ZIP archive, or one that is not read here. Does not name the file.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = files::open(path)?;
        let members = directory(&mut file)?;
        Ok(Self { file, members })
    }

    /// The members' names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.name.as_str())
    }

    /// A member's content; at its end, reading fails if the checksum is wrong.
    ///
    /// # Errors
    ///
    /// It is packed in a way that is not read here, or the archive is cut short.
    pub fn read(&mut self, name: &str) -> Result<impl Read> {
        let member = self.members.iter().find(|member| member.name == name);
        let member = member.with_context(|| format!("no {name}"))?.clone();
        ensure!(!member.encrypted, "{name}: is encrypted");
        let (method, crc) = (member.method, member.crc);
        ensure!(
            [STORED, DEFLATED].contains(&method),
            "{name}: is packed by method {method} (expected {STORED}, stored, or {DEFLATED}, \
             deflated)"
        );
        let mut local = [0; LOCAL];
        self.file.seek(SeekFrom::Start(member.offset.into()))?;
        self.file.read_exact(&mut local).context("the archive is cut short")?;
        ensure!(local.starts_with(b"PK\x03\x04"), "{name}: is not where the directory says");
        let skipped = i64::from(u16_at(&local, 26)) + i64::from(u16_at(&local, 28));
        self.file.seek(SeekFrom::Current(skipped))?;
        let packed = BufReader::new((&self.file).take(member.packed.into()));
        let content: Box<dyn Read + '_> = match method {
            STORED => Box::new(packed),
            _ => Box::new(Bounded::new(DeflateDecoder::new(packed), member.packed.into())),
        };
        Ok(Checked { content, expected: crc, found: Crc::new() })
    }
}

/// Reads the directory, which the record at the end leads to.
fn directory(file: &mut File) -> Result<Vec<Member>> {
    const CUT: &str = "is no ZIP archive, or cut short";
    let len = file.metadata()?.len();
    // A comment of up to 65,535 bytes may follow the record.
    let tail_len = len.min((END + usize::from(u16::MAX)) as u64);
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(len - tail_len))?;
    file.take(tail_len).read_to_end(&mut tail)?;
    let at = (0..=tail.len().saturating_sub(END)).rev();
    let end = at.map(|at| &tail[at..]).find(|end| end.starts_with(b"PK\x05\x06")).context(CUT)?;
    ensure!(end.len() >= END, CUT);
    let (count, size, offset) = (u16_at(end, 10), u32_at(end, 12), u32_at(end, 16));
    let whole = count < u16::MAX && size < u32::MAX && offset < u32::MAX;
    ensure!(whole, "is an archive of the format for over 4 GB, which is not read");
    ensure!(u64::from(offset) + u64::from(size) <= len, CUT);
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(offset.into()))?;
    file.take(size.into()).read_to_end(&mut bytes)?;
    let (mut rest, mut members) = (&bytes[..], Vec::new());
    for _ in 0..count {
        ensure!(rest.len() >= ENTRY && rest.starts_with(b"PK\x01\x02"), CUT);
        let name_len = usize::from(u16_at(rest, 28));
        let entry =
            ENTRY + name_len + usize::from(u16_at(rest, 30)) + usize::from(u16_at(rest, 32));
        ensure!(rest.len() >= entry, CUT);
        let name = String::from_utf8_lossy(&rest[ENTRY..ENTRY + name_len]).into_owned();
        let (packed, unpacked, offset) = (u32_at(rest, 20), u32_at(rest, 24), u32_at(rest, 42));
        ensure!(
            [packed, unpacked, offset].iter().all(|&number| number < u32::MAX),
            "{name}: is over 4 GB, which is not read"
        );
        members.push(Member {
            name,
            method: u16_at(rest, 10),
            encrypted: u16_at(rest, 8) & 1 != 0,
            crc: u32_at(rest, 16),
            packed,
            offset,
        });
        rest = &rest[entry..];
    }
    Ok(members)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

/// Content whose checksum is known.
struct Checked<R> {
    content: R,
    expected: u32,
    found: Crc,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.content.read(buffer)?;
        self.found.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() && self.found.sum() != self.expected {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the checksum is wrong"));
        }
        Ok(count)
    }
}
