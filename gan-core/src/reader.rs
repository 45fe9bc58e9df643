//! Reads the fields of a postcard message one after the other, on a device or while a firmware is
//! compiled: those of a blob's header, and those of a table in its metadata.

/// Reads one field after the other. It keeps the first fault, after which nothing is left to read,
/// so that the caller has to ask for a fault only once, at the end. On a device, asking after every
/// field would take more code than reading the fields. `F` names a field.
pub(crate) struct Reader<'a, F> {
    /// What has not been read yet.
    pub rest: &'a [u8],
    /// Whether every number so far was in its shortest form.
    pub canonical: bool,
    /// The first field that cannot be read, and whether the bytes end within it. Otherwise it has a
    /// wrong value.
    pub fault: Option<(F, bool)>,
}

impl<'a, F: Copy> Reader<'a, F> {
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, canonical: true, fault: None }
    }

    pub const fn fail(&mut self, field: F, end: bool) {
        if self.fault.is_none() {
            self.fault = Some((field, end));
        }
        self.rest = &[];
    }

    #[inline(never)]
    pub const fn bytes(&mut self, len: usize, field: F) -> &'a [u8] {
        let Some((bytes, rest)) = self.rest.split_at_checked(len) else {
            self.fail(field, true);
            return &[];
        };
        self.rest = rest;
        bytes
    }

    /// Reads a byte, or 0 if there is none.
    #[inline(never)]
    pub const fn byte(&mut self, field: F) -> u8 {
        let Some((&byte, rest)) = self.rest.split_first() else {
            self.fail(field, true);
            return 0;
        };
        self.rest = rest;
        byte
    }

    /// Reads a LEB128 number of at most `max`. If there is none, this returns some number of at
    /// most `max`.
    #[inline(never)]
    pub const fn varint(&mut self, max: u32, field: F) -> u32 {
        let (mut value, mut shift) = (0u32, 0);
        loop {
            let byte = self.byte(field);
            value |= ((byte & 0x7F) as u32) << shift;
            // There are at most five bytes, and 32 bits have room for four bits of the fifth.
            let beyond = shift == 28 && byte > 0xF;
            if byte < 0x80 || beyond {
                self.canonical &= byte != 0 || shift == 0;
                if value <= max && !beyond {
                    return value;
                }
                self.fail(field, false);
                return 0;
            }
            shift += 7;
        }
    }

    pub const fn u16(&mut self, field: F) -> u16 {
        self.varint(u16::MAX as u32, field) as u16
    }

    /// Reads UTF-8 after its length.
    pub const fn text(&mut self, field: F) -> &'a str {
        let len = self.varint(u32::MAX, field) as usize;
        match core::str::from_utf8(self.bytes(len, field)) {
            Ok(text) => text,
            Err(_) => {
                self.fail(field, false);
                ""
            }
        }
    }
}
