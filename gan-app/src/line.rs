//! The line that is being typed.

/// Longest line. A longer one is no command, whatever it begins with.
const LONGEST: usize = 32;
const BACKSPACE: u8 = 8;
const DELETE: u8 = 127;

/// What a byte did to the line.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// It is part of the line now: echo it.
    Echo(u8),
    /// It took the last one back.
    Erased,
    /// It ended the line.
    Ended,
    /// Nothing.
    Ignored,
}

/// Bytes since the last line's end.
#[derive(Debug, Default)]
pub struct Line {
    bytes: [u8; LONGEST],
    len: usize,
    /// The last byte was a carriage return: a line feed right after it ends the same line.
    returned: bool,
}

impl Line {
    /// Takes a byte that was typed.
    pub fn take(&mut self, byte: u8) -> Typed {
        let returned = core::mem::replace(&mut self.returned, byte == b'\r');
        match byte {
            b'\n' if returned => Typed::Ignored,
            b'\r' | b'\n' => Typed::Ended,
            BACKSPACE | DELETE if self.len > 0 => {
                self.len -= 1;
                Typed::Erased
            }
            b' '..=b'~' => {
                // What is too long is counted, so that it is known to be; only its start is kept.
                if let Some(place) = self.bytes.get_mut(self.len) {
                    *place = byte;
                }
                self.len = self.len.saturating_add(1);
                Typed::Echo(byte)
            }
            _ => Typed::Ignored,
        }
    }

    /// The line; nothing if it is too long.
    pub fn text(&self) -> Option<&str> {
        core::str::from_utf8(self.bytes.get(..self.len)?).ok()
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Begins the next line.
    pub fn clear(&mut self) {
        self.len = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_once_and_erases() {
        let mut line = Line::default();
        let ends = b"sex\x7fed 1\x08\r\n\n"
            .iter()
            .filter(|&&byte| line.take(byte) == Typed::Ended)
            .count();
        assert_eq!((ends, line.text()), (2, Some("seed ")));
        line.clear();
        assert_eq!(
            (line.take(DELETE), line.take(0), line.text()),
            (Typed::Ignored, Typed::Ignored, Some(""))
        );
    }

    #[test]
    fn too_long_is_no_line_until_erased() {
        let mut line = Line::default();
        for _ in 0..=LONGEST {
            assert_eq!(line.take(b'1'), Typed::Echo(b'1'));
        }
        assert_eq!(line.text(), None);
        line.take(DELETE);
        assert_eq!(line.text().map(str::len), Some(LONGEST));
    }
}
