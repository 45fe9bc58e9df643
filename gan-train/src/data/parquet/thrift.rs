//! Reads structs of Thrift's compact protocol, whatever their fields are. How it is written is told
//! in [`gan_tools::formats::parquet::thrift`], which writes them.

use anyhow::{Context, Result, bail, ensure};

/// Structs and lists within each other, at most.
const DEPTH: u32 = 16;

/// Values of a struct and of all in it, at most. A footer has some 30 for each column of a row
/// group.
const MOST: u32 = 1_000_000;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value<'a> {
    Bool(bool),
    Integer(i64),
    /// Nothing here asks for one.
    Double,
    Bytes(&'a [u8]),
    List(Vec<Self>),
    Struct(Struct<'a>),
}

/// The fields of a struct with their numbers.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Struct<'a>(Vec<(i16, Value<'a>)>);

impl<'a> Struct<'a> {
    /// Reads a struct at the beginning of `bytes`, and says how many bytes it has.
    ///
    /// # Errors
    ///
    /// Bytes that end too early, or that are no struct.
    pub(super) fn read(bytes: &'a [u8]) -> Result<(Self, usize)> {
        let mut reader = Reader { bytes, at: 0, left: MOST };
        let found = reader.structure(DEPTH)?;
        Ok((found, reader.at))
    }

    fn get(&self, field: i16) -> Option<&Value<'a>> {
        self.0.iter().find(|(number, _)| *number == field).map(|(_, value)| value)
    }

    /// A field that is a whole number; none if the struct does not have it.
    pub(super) fn integer(&self, field: i16) -> Option<i64> {
        match self.get(field) {
            Some(Value::Integer(value)) => Some(*value),
            _ => None,
        }
    }

    /// A field that is a whole number and no size can be below 0.
    ///
    /// # Errors
    ///
    /// Names what is missing, or is below 0.
    pub(super) fn size(&self, field: i16, what: &str) -> Result<usize> {
        let found = self.integer(field).with_context(|| format!("{what} is missing"))?;
        usize::try_from(found).with_context(|| format!("{what} is {found}"))
    }

    /// A field that is true or false.
    pub(super) fn is(&self, field: i16) -> Option<bool> {
        match self.get(field) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// A field that is text.
    pub(super) fn text(&self, field: i16) -> Option<&'a str> {
        match self.get(field) {
            Some(Value::Bytes(bytes)) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// A field that is a struct.
    pub(super) fn structure(&self, field: i16) -> Option<&Self> {
        match self.get(field) {
            Some(Value::Struct(value)) => Some(value),
            _ => None,
        }
    }

    /// The structs of a list.
    pub(super) fn structures(&self, field: i16) -> impl Iterator<Item = &Self> {
        let items = match self.get(field) {
            Some(Value::List(items)) => &items[..],
            _ => &[],
        };
        items.iter().filter_map(|item| match item {
            Value::Struct(value) => Some(value),
            _ => None,
        })
    }

    /// The number of its first field: which of its kinds a union is.
    pub(super) fn first(&self) -> Option<i16> {
        self.0.first().map(|(number, _)| *number)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// How many values may follow.
    left: u32,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let left = &self.bytes[self.at..];
        let taken = left.get(..count).context("it ends in the middle of a field")?;
        self.at += count;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        bail!("a number has over 64 bits")
    }

    fn zigzag(&mut self) -> Result<i64> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    fn structure(&mut self, depth: u32) -> Result<Struct<'a>> {
        let mut fields = Vec::new();
        let mut last = 0i16;
        loop {
            let head = self.byte()?;
            let (distance, kind) = (head >> 4, head & 15);
            if kind == 0 {
                return Ok(Struct(fields));
            }
            self.count()?;
            last = match distance {
                0 => self.zigzag()? as i16,
                _ => last.wrapping_add(distance.into()),
            };
            // In a field, true and false are types of their own.
            let value = match kind {
                1 | 2 => Value::Bool(kind == 1),
                _ => self.value(kind, depth)?,
            };
            fields.push((last, value));
        }
    }

    /// Counts a value.
    fn count(&mut self) -> Result<()> {
        let left = self.left.checked_sub(1);
        self.left = left.with_context(|| format!("over {MOST} values in one struct"))?;
        Ok(())
    }

    /// A value that is no field's true or false.
    fn value(&mut self, kind: u8, depth: u32) -> Result<Value<'a>> {
        ensure!(depth > 0, "over {DEPTH} structs or lists in each other");
        Ok(match kind {
            1 | 2 => Value::Bool(self.byte()? == 1),
            3 => Value::Integer((self.byte()? as i8).into()),
            4..=6 => Value::Integer(self.zigzag()?),
            7 => {
                self.take(8)?;
                Value::Double
            }
            8 => {
                let count = self.number()?;
                Value::Bytes(self.take(usize::try_from(count)?)?)
            }
            9 | 10 => {
                let head = self.byte()?;
                let count = match head >> 4 {
                    15 => self.number()?,
                    count => count.into(),
                };
                // Each item has a byte at least, so this ends.
                let item = |_| {
                    self.count()?;
                    self.value(head & 15, depth - 1)
                };
                Value::List((0..count).map(item).collect::<Result<_>>()?)
            }
            12 => Value::Struct(self.structure(depth - 1)?),
            _ => bail!("a field is of the type {kind}, which Parquet does not use"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gan_tools::formats::parquet::thrift::{Kind, Thrift};

    #[test]
    fn what_was_written_is_read() {
        let mut thrift = Thrift::default();
        thrift.integer(1, Kind::I32, -2);
        thrift.integer(3, Kind::I64, i64::MIN);
        thrift.text(4, "é");
        thrift.list(5, Kind::Structure, 16);
        (0..16).for_each(|at| thrift.element(|item| item.integer(2, Kind::I16, at)));
        thrift.structure(7, |inner| inner.integer(2, Kind::I16, 1));
        let mut bytes = thrift.finish();
        let len = bytes.len();
        bytes.push(99);
        let (found, read) = Struct::read(&bytes).unwrap();
        assert_eq!(read, len);
        assert_eq!((found.integer(1), found.integer(3)), (Some(-2), Some(i64::MIN)));
        assert_eq!((found.text(4), found.integer(2), found.first()), (Some("é"), None, Some(1)));
        let items: Vec<_> = found.structures(5).map(|item| item.integer(2)).collect();
        assert_eq!(items, (0..16).map(Some).collect::<Vec<_>>());
        assert_eq!(found.structure(7).unwrap().integer(2), Some(1));
        assert_eq!(found.size(1, "the length").unwrap_err().to_string(), "the length is -2");
        // Whatever is cut off, it is an error.
        for len in 0..len {
            Struct::read(&bytes[..len]).unwrap_err();
        }
    }

    /// By hand, from the protocol's description: a field 1 that is true, a field 300 in the long
    /// form that is false, and a list of both.
    #[test]
    fn true_and_false_are_types() {
        let bytes = [0x11, 0x02, 0xD8, 0x04, 0x19, 0x21, 1, 2, 0];
        let (found, _) = Struct::read(&bytes).unwrap();
        assert_eq!((found.is(1), found.is(300), found.is(2)), (Some(true), Some(false), None));
        let list = Value::List(vec![Value::Bool(true), Value::Bool(false)]);
        assert_eq!(found.get(301), Some(&list));
    }

    #[test]
    fn deep_and_endless_structs_are_refused() {
        assert!(Struct::read(&[0x1C; 1000]).unwrap_err().to_string().contains("over 16"));
        // A list of 2^63 items.
        let endless = [0x19, 0xFC, 255, 255, 255, 255, 255, 255, 255, 255, 127, 0];
        Struct::read(&endless).unwrap_err();
        Struct::read(&[0x1D, 0]).unwrap_err();
    }
}
