//! The stack machine that a pickle is a program for.

use super::{Id, Value};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;

/// The stack machine.
#[derive(Debug, Default)]
pub struct Machine<'b> {
    bytes: &'b [u8],
    pub at: usize,
    pub all: Vec<Value>,
    stack: Vec<Id>,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    /// Values that come again.
    memo: BTreeMap<u64, Id>,
}

impl<'b> Machine<'b> {
    /// At the beginning of a pickle.
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, ..Self::default() }
    }

    fn take(&mut self, count: usize) -> Result<&'b [u8]> {
        let taken = self.bytes.get(self.at..).and_then(|rest| rest.get(..count));
        self.at += count;
        taken.context("the pickle ends too early")
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.take(N)?.try_into().expect("N bytes were taken"))
    }

    /// A number of `count` bytes without a sign.
    fn unsigned(&mut self, count: usize) -> Result<u64> {
        let mut wide = [0; 8];
        wide[..count].copy_from_slice(self.take(count)?);
        Ok(u64::from_le_bytes(wide))
    }

    /// A text whose length stands before it, in `count` bytes.
    fn text(&mut self, count: usize) -> Result<String> {
        let len = self.unsigned(count)?;
        let bytes = self.take(len.try_into()?)?;
        Ok(std::str::from_utf8(bytes).context("a text that is no UTF-8")?.to_owned())
    }

    fn line(&mut self) -> Result<String> {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let len = rest.iter().position(|&byte| byte == b'\n').context("a line without an end")?;
        let line = std::str::from_utf8(&rest[..len]).context("a name that is no UTF-8")?;
        self.at += len + 1;
        Ok(line.to_owned())
    }

    fn push(&mut self, value: Value) {
        self.stack.push(self.all.len());
        self.all.push(value);
    }

    /// Takes the uppermost value, which has to be above the last mark.
    fn pop(&mut self) -> Result<Id> {
        let floor = self.marks.last().copied().unwrap_or_default();
        ensure!(self.stack.len() > floor, "no value is left");
        Ok(self.stack.pop().expect("the stack is higher than its floor"))
    }

    fn top(&self) -> Result<Id> {
        self.stack.last().copied().context("no value is left")
    }

    /// The values above the last mark.
    fn pop_mark(&mut self) -> Result<Vec<Id>> {
        let mark = self.marks.pop().context("no mark is left")?;
        Ok(self.stack.split_off(mark))
    }

    fn tuple(&mut self, len: usize) -> Result<()> {
        let mut items = (0..len).map(|_| self.pop()).collect::<Result<Vec<Id>>>()?;
        items.reverse();
        self.push(Value::List(items));
        Ok(())
    }

    fn append(&mut self, items: Vec<Id>) -> Result<()> {
        let list = self.top()?;
        let Value::List(list) = &mut self.all[list] else { bail!("appends to no list") };
        list.extend(items);
        Ok(())
    }

    fn set_items(&mut self, items: &[Id]) -> Result<()> {
        let dict = self.top()?;
        let Value::Dict(pairs) = &mut self.all[dict] else { bail!("sets items of no dictionary") };
        let (chunks, rest) = items.as_chunks();
        ensure!(rest.is_empty(), "a key without a value");
        pairs.extend(chunks.iter().map(|&[key, value]| (key, value)));
        Ok(())
    }

    /// Keeps a call as what it is, but for that of the one class that is a dictionary.
    fn call(&mut self) -> Result<()> {
        let (args, function) = (self.pop()?, self.pop()?);
        let Value::Name(name) = &self.all[function] else { bail!("calls what is no function") };
        let Value::List(items) = &self.all[args] else { bail!("a call without arguments") };
        self.push(if name == "collections.OrderedDict" && items.is_empty() {
            Value::Dict(Vec::new())
        } else {
            Value::Call { name: name.clone(), args, state: None }
        });
        Ok(())
    }

    /// Gives a value attributes. Those of a dictionary are versions of modules.
    fn build(&mut self) -> Result<()> {
        let attributes = self.pop()?;
        let built = self.top()?;
        match &mut self.all[built] {
            Value::Call { state, .. } => *state = Some(attributes),
            Value::Dict(_) => {}
            _ => bail!("gives attributes to what has none"),
        }
        Ok(())
    }

    /// Runs an instruction; the last one gives the value that was pickled.
    pub fn step(&mut self, code: u8) -> Result<Option<Id>> {
        match code {
            0x80 => {
                let [version] = self.array()?;
                ensure!((2..=5).contains(&version), "protocol {version}: expected 2 to 5");
            }
            // The length of what follows, which is no different then.
            0x95 => _ = self.unsigned(8)?,
            b'(' => self.marks.push(self.stack.len()),
            b'N' | 0x88 | 0x89 => self.push(Value::Other),
            b'G' => {
                self.take(8)?;
                self.push(Value::Other);
            }
            // Bytes, whose length stands before them.
            b'C' | b'B' => {
                let len = self.unsigned(if code == b'C' { 1 } else { 4 })?;
                self.take(len.try_into()?)?;
                self.push(Value::Other);
            }
            b'K' | b'M' => {
                let number = self.unsigned(if code == b'K' { 1 } else { 2 })?;
                self.push(Value::Int(number.cast_signed()));
            }
            b'J' => {
                let number = i32::from_le_bytes(self.array()?);
                self.push(Value::Int(number.into()));
            }
            0x8A => {
                let [count] = self.array()?;
                ensure!(count <= 8, "a number of {count} bytes");
                let number = self.unsigned(count.into())?;
                // The highest of its bits is the sign.
                let above = 64 - 8 * u32::from(count);
                let number = number.checked_shl(above).unwrap_or_default().cast_signed();
                self.push(Value::Int(number.checked_shr(above).unwrap_or_default()));
            }
            b'X' | 0x8C => {
                let text = self.text(if code == b'X' { 4 } else { 1 })?;
                self.push(Value::Text(text));
            }
            b')' | b']' | 0x8F => self.push(Value::List(Vec::new())),
            b'}' => self.push(Value::Dict(Vec::new())),
            0x85..=0x87 => self.tuple(usize::from(code - 0x84))?,
            b't' => {
                let items = self.pop_mark()?;
                self.push(Value::List(items));
            }
            b'a' => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            b'e' | 0x90 => {
                let items = self.pop_mark()?;
                self.append(items)?;
            }
            b's' => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set_items(&[key, value])?;
            }
            b'u' => {
                let items = self.pop_mark()?;
                self.set_items(&items)?;
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Value::Name(format!("{module}.{name}")));
            }
            0x93 => {
                let (name, module) = (self.pop()?, self.pop()?);
                let (Value::Text(module), Value::Text(name)) = (&self.all[module], &self.all[name])
                else {
                    bail!("a name that is no text")
                };
                self.push(Value::Name(format!("{module}.{name}")));
            }
            b'R' | 0x81 => self.call()?,
            b'b' => self.build()?,
            b'Q' => {
                let place = self.pop()?;
                self.push(Value::Outside(place));
            }
            b'q' | b'r' => {
                let place = self.unsigned(if code == b'q' { 1 } else { 4 })?;
                self.memo.insert(place, self.top()?);
            }
            0x94 => _ = self.memo.insert(self.memo.len() as u64, self.top()?),
            b'h' | b'j' => {
                let place = self.unsigned(if code == b'h' { 1 } else { 4 })?;
                let id = self.memo.get(&place).with_context(|| format!("no value {place}"))?;
                self.stack.push(*id);
            }
            b'.' => return self.pop().map(Some),
            _ => bail!("is in no file of tensors"),
        }
        Ok(None)
    }
}
