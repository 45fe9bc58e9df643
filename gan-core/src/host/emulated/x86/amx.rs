//! The instructions of AMX, and the few others of the loop around them, as an interpreter of the
//! text that the real build hands to the assembler.

use super::lanes::{Vector, dot_bytes};
use core::cell::RefCell;
use std::collections::HashMap;
use std::vec::Vec;

/// A register of the assembly, which has a name in its text.
pub(in super::super) struct Operand {
    pub name: &'static str,
    pub value: usize,
}

/// Number of rows of a tile, and of bytes in a row, in palette 1.
const ROWS: usize = 16;
const ROW_BYTES: usize = 64;
const TILES: usize = 8;

/// What the CPU holds between two blocks of assembly.
#[derive(Default)]
struct Tiles {
    /// Rows and bytes in a row of each tile. It is `None` before `LDTILECFG` and after
    /// `TILERELEASE`.
    shapes: Option<[(usize, usize); TILES]>,
    rows: [[Vector<ROW_BYTES>; ROWS]; TILES],
}

impl Default for Vector<ROW_BYTES> {
    fn default() -> Self {
        Self([0; ROW_BYTES])
    }
}

std::thread_local! {
    static THREAD: RefCell<Tiles> = RefCell::default();
}

/// Executes lines of assembly in Intel's syntax. Their memory is that of this process, so they must
/// be right about it, as real assembly must.
pub(in super::super) fn execute(lines: &[&str], operands: &mut [Operand]) {
    let mut registers: HashMap<&str, usize> =
        operands.iter().map(|operand| (operand.name, operand.value)).collect();
    THREAD.with_borrow_mut(|tiles| {
        let (mut next, mut zero_flag) = (0, false);
        while let Some(line) = lines.get(next) {
            next += 1;
            let (name, operands) = line.split_once(' ').unwrap_or((line, ""));
            let operands: Vec<&str> = operands.split(", ").collect();
            let tile = |index: usize| -> usize {
                let number = operands[index].strip_prefix("tmm").and_then(|n| n.parse().ok());
                number.unwrap_or_else(|| panic!("{line}: operand {index} is no tile"))
            };
            match name {
                "ldtilecfg" => tiles.configure(memory(address(operands[0], &registers).0)),
                "tilerelease" => tiles.shapes = None,
                "tilezero" => tiles.zero(tile(0)),
                "tileloadd" => tiles.load(tile(0), address(operands[1], &registers)),
                "tilestored" => tiles.store(address(operands[0], &registers), tile(1)),
                "tdpbusd" => tiles.multiply([tile(0), tile(1), tile(2)]),
                "add" | "dec" => {
                    let register = registers.get_mut(operands[0].trim_matches(['{', '}']));
                    let register = register.expect("the register is an operand");
                    *register = match name {
                        "add" => *register + operands[1].parse::<usize>().expect("a number"),
                        _ => *register - 1,
                    };
                    zero_flag = *register == 0;
                }
                "jnz" => {
                    // `2b` is the label `2:` backwards from here.
                    let label = operands[0].strip_suffix('b').expect("a jump backwards");
                    let found =
                        lines[..next].iter().rposition(|l| l.strip_suffix(':') == Some(label));
                    next = if zero_flag { next } else { found.expect("the label is there") };
                }
                _ => assert!(name.ends_with(':'), "no model of `{line}`"),
            }
        }
    });
}

/// What an address in brackets, `[{base} + {index} + displacement]`, stands for: base and
/// displacement, and the index, which is the distance of two rows.
fn address(text: &str, registers: &HashMap<&str, usize>) -> (usize, usize) {
    let parts = text.trim_matches(['[', ']']).split(" + ");
    let (mut start, mut stride) = (0, 0);
    for (position, part) in parts.enumerate() {
        let value = match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(name) => registers[name],
            None => part.parse().expect("a register or a number"),
        };
        if position == 1 { stride = value } else { start += value }
    }
    (start, stride)
}

/// `N` bytes of memory.
fn memory<const N: usize>(address: usize) -> [u8; N] {
    // SAFETY: the assembly says that these bytes can be read.
    unsafe { core::ptr::with_exposed_provenance::<[u8; N]>(address).read_unaligned() }
}

impl Tiles {
    /// `LDTILECFG`: byte 0 is the palette, byte 1 the row to start with; words from byte 16 on are
    /// the bytes in a row of each tile, and bytes from 48 on are the rows. All others are 0.
    fn configure(&mut self, bytes: [u8; 64]) {
        let shape = |tile: usize| {
            let row_bytes = u16::from_le_bytes([bytes[16 + 2 * tile], bytes[17 + 2 * tile]]);
            (usize::from(bytes[48 + tile]), usize::from(row_bytes))
        };
        let shapes: [(usize, usize); TILES] = core::array::from_fn(shape);
        assert!(bytes[0] == 1, "#GP: palette {}", bytes[0]);
        let reserved = bytes[1..16].iter().chain(&bytes[32..48]).chain(&bytes[56..]);
        assert!(reserved.copied().all(|byte| byte == 0), "#GP: a reserved byte is not 0");
        let fits = |&(rows, row_bytes)| rows <= ROWS && row_bytes <= ROW_BYTES;
        assert!(shapes.iter().all(fits), "#GP: a tile is too large: {shapes:?}");
        *self = Self { shapes: Some(shapes), ..Self::default() };
    }

    fn shape(&self, tile: usize) -> (usize, usize) {
        self.shapes.expect("#UD: no tile is configured")[tile]
    }

    fn zero(&mut self, tile: usize) {
        self.shape(tile);
        self.rows[tile] = Default::default();
    }

    /// `TILELOADD`: row `r` is `colsb` bytes of memory from `base + r * stride` on; the rest of the
    /// tile becomes 0.
    fn load(&mut self, tile: usize, (base, stride): (usize, usize)) {
        let (rows, row_bytes) = self.shape(tile);
        self.zero(tile);
        for (row, vector) in self.rows[tile][..rows].iter_mut().enumerate() {
            for (byte, to) in vector.0[..row_bytes].iter_mut().enumerate() {
                [*to] = memory(base + row * stride + byte);
            }
        }
    }

    /// `TILESTORED`: the same the other way round.
    fn store(&self, (base, stride): (usize, usize), tile: usize) {
        let (rows, row_bytes) = self.shape(tile);
        for (row, vector) in self.rows[tile][..rows].iter().enumerate() {
            for (byte, from) in vector.0[..row_bytes].iter().enumerate() {
                let to = core::ptr::with_exposed_provenance_mut(base + row * stride + byte);
                // SAFETY: the assembly says that this byte can be written.
                unsafe { *to = *from }
            }
        }
    }

    /// `TDPBUSD tsrcdest, tsrc1, tsrc2`:
    ///
    /// ```text
    /// FOR m := 0 TO tsrcdest.rows - 1
    ///     FOR k := 0 TO tsrc1.colsb / 4 - 1
    ///         FOR n := 0 TO tsrcdest.colsb / 4 - 1
    ///             DPBD(tsrcdest.row[m].dword[n], tsrc1.row[m].dword[k], tsrc2.row[k].dword[n])
    /// ```
    ///
    /// `DPBD` adds the products of four bytes, as `VPDPBUSD` does: those of `tsrc1` have no sign,
    /// those of `tsrc2` have one.
    fn multiply(&mut self, tiles: [usize; 3]) {
        let [sums, a, b] = tiles;
        let [(rows, row_bytes), (a_rows, a_bytes), (b_rows, b_bytes)] =
            tiles.map(|tile| self.shape(tile));
        assert!(sums != a && sums != b && a != b, "#UD: a tile is used twice");
        assert!(
            a_rows == rows && b_bytes == row_bytes && b_rows * 4 == a_bytes,
            "#UD: shapes that do not go together"
        );
        for m in 0..rows {
            for k in 0..a_bytes / 4 {
                let four: u32 = self.rows[a][m].lane(k);
                let repeated = Vector::of(|_| four);
                // Lanes past `row_bytes` are 0 in `tsrc2`, so they stay as they are.
                self.rows[sums][m] = dot_bytes(self.rows[sums][m], repeated, self.rows[b][k]);
            }
        }
    }
}
