//! Writes structs of Thrift's compact protocol, as far as Parquet files need it.
//!
//! A field is a byte with the distance from the number of the field before it in its upper half and
//! its type in its lower one, and the value. Whole numbers are zigzag numbers (0, -1, 1, -2 … are
//! 0, 1, 2, 3 …) in groups of seven bits, the lowest first, each but the last with the eighth bit
//! set; text is its length and its bytes; a list is its length and type, and its items; a struct is
//! its fields and a zero.

/// The types, by their numbers.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// 16 bits.
    I16 = 4,
    /// 32 bits.
    I32 = 5,
    /// 64 bits.
    I64 = 6,
    /// UTF-8.
    Text = 8,
    /// Items of one type.
    List = 9,
    /// Fields.
    Structure = 12,
}

/// A struct that is being written. Its fields are written in the order of their numbers.
#[derive(Debug, Default)]
pub struct Thrift {
    bytes: Vec<u8>,
    /// Number of the last field.
    last: u8,
}

impl Thrift {
    /// A field that is a whole number.
    pub fn integer(&mut self, field: u8, kind: Kind, value: i64) {
        self.field(field, kind);
        self.item(value);
    }

    /// A field that is text.
    pub fn text(&mut self, field: u8, text: &str) {
        self.field(field, Kind::Text);
        self.item_text(text);
    }

    /// A field that is a struct.
    pub fn structure(&mut self, field: u8, write: impl FnOnce(&mut Self)) {
        self.field(field, Kind::Structure);
        self.element(write);
    }

    /// A field that is a list: so many items follow.
    pub fn list(&mut self, field: u8, kind: Kind, len: usize) {
        self.field(field, Kind::List);
        if len < 15 {
            self.bytes.push((len as u8) << 4 | kind as u8);
        } else {
            self.bytes.push(0xF0 | kind as u8);
            self.number(len as u64);
        }
    }

    /// An item of a list of structs.
    pub fn element(&mut self, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.bytes.extend(inner.finish());
    }

    /// An item of a list of whole numbers.
    pub fn item(&mut self, value: i64) {
        self.number((value << 1 ^ value >> 63) as u64);
    }

    /// An item of a list of text.
    pub fn item_text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes.extend(text.as_bytes());
    }

    /// Its bytes.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.push(0);
        self.bytes
    }

    fn field(&mut self, field: u8, kind: Kind) {
        debug_assert!((1..16).contains(&(field - self.last)), "field {field}");
        self.bytes.push((field - self.last) << 4 | kind as u8);
        self.last = field;
    }

    fn number(&mut self, mut value: u64) {
        while value >= 128 {
            self.bytes.push(value as u8 | 128);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand, from the protocol's description.
    #[test]
    fn fields_are_distances_types_and_values() {
        let mut thrift = Thrift::default();
        thrift.integer(1, Kind::I32, -2);
        thrift.integer(3, Kind::I64, 150);
        thrift.text(4, "é");
        thrift.list(5, Kind::I32, 16);
        (0..16).for_each(|_| thrift.item(0));
        thrift.structure(7, |inner| inner.integer(2, Kind::I16, 1));
        let expected = [
            &[0x15, 3, 0x26, 0xAC, 2, 0x18, 2, 0xC3, 0xA9, 0x19, 0xF5, 16][..],
            &[0; 16],
            &[0x2C, 0x24, 2, 0, 0],
        ];
        assert_eq!(thrift.finish(), expected.concat());
    }
}
