//! Registers that are a table: what was written can be read again, a test says what the chip
//! answers, and every write is kept, in order.
#![allow(dead_code)]

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

/// An address and a value, or an address and bits.
pub type Write = (usize, u32);

/// The chip of this thread's test.
#[derive(Default)]
struct Bus {
    registers: BTreeMap<usize, u32>,
    /// Once the register of the first was written or held, and while it has all these bits, those
    /// of the second read as ones.
    answers: Vec<(Write, Write)>,
    /// The register that gives these bytes one after the other, and the bits of another one that
    /// say that there are some.
    line: (usize, Write, VecDeque<u8>),
    writes: Vec<Write>,
    /// Reads since the last write.
    reads: u32,
}

/// A driver that has read so often without a write waits for a bit that will not come.
const PATIENCE: u32 = 100;

thread_local! {
    static BUS: RefCell<Bus> = RefCell::default();
}

/// Says what a register holds, as after a reset.
pub fn hold((address, value): Write) {
    BUS.with_borrow_mut(|bus| bus.registers.insert(address, value));
}

/// Says that the chip answers by setting bits once a program has set others.
pub fn answer(once: Write, then: Write) {
    BUS.with_borrow_mut(|bus| bus.answers.push((once, then)));
}

/// Sends these bytes to the chip: the register `data` gives them one after the other, and as long
/// as there are some, the bits `came` are set.
pub fn send(data: usize, came: Write, bytes: &[u8]) {
    BUS.with_borrow_mut(|bus| bus.line = (data, came, bytes.iter().copied().collect()));
}

/// Whether all bytes that were sent have been taken.
pub fn is_taken() -> bool {
    BUS.with_borrow(|bus| bus.line.2.is_empty())
}

/// The writes since the last call.
pub fn writes() -> Vec<Write> {
    BUS.with_borrow_mut(|bus| std::mem::take(&mut bus.writes))
}

/// Fails unless these were the writes since the last call.
#[track_caller]
pub fn expect(expected: &[Write]) {
    same(&writes(), expected);
}

/// Fails, with addresses and values in hexadecimal, unless these are the same.
#[track_caller]
pub fn same(got: &[Write], expected: &[Write]) {
    let text = |writes: &[Write]| {
        writes.iter().map(|(at, value)| format!("{at:#010x} = {value:#010x}\n")).collect::<String>()
    };
    let (got, expected) = (text(got), text(expected));
    assert!(got == expected, "the driver wrote\n{got}and the PAC says\n{expected}");
}

/// In place of the driver's own, with the same functions.
#[derive(Debug, Clone, Copy)]
pub struct Mmio(usize);

impl Mmio {
    /// Unsafe like the one that drivers call.
    ///
    /// # Safety
    ///
    /// Always sound: nothing but the table is touched.
    pub const unsafe fn new(base: usize) -> Self {
        Self(base)
    }

    pub fn read(self, offset: usize) -> u32 {
        let address = self.0 + offset;
        BUS.with_borrow_mut(|bus| {
            bus.reads += 1;
            assert!(bus.reads < PATIENCE, "the driver waits for {address:#010x}");
            let (data, (came, bits), bytes) = &mut bus.line;
            if let Some(byte) = (*data == address).then(|| bytes.pop_front()).flatten() {
                bus.reads = 0;
                return byte.into();
            }
            let has_come = *came == address && !bytes.is_empty();
            let came = if has_come { *bits } else { 0 };
            let held = |address| bus.registers.get(&address).copied();
            bus.answers
                .iter()
                .filter(|&&((once, bits), (then, _))| {
                    then == address && held(once).is_some_and(|value| value & bits == bits)
                })
                .fold(held(address).unwrap_or(0) | came, |value, (_, (_, bits))| value | bits)
        })
    }

    pub fn write(self, offset: usize, value: u32) {
        let address = self.0 + offset;
        BUS.with_borrow_mut(|bus| {
            bus.reads = 0;
            bus.registers.insert(address, value);
            bus.writes.push((address, value));
        });
    }

    pub fn modify(self, offset: usize, clear: u32, set: u32) {
        self.write(offset, self.read(offset) & !clear | set);
    }

    pub fn wait(self, offset: usize, bits: u32) {
        while self.read(offset) & bits != bits {}
    }
}
