//! Collects the bytes of the line that is being typed.

use gan_core::memory::TERMINAL;
use heapless::Vec;

/// The longest line, in bytes. A longer line is no command, whatever it begins with.
const LONGEST: usize = TERMINAL;
const BACKSPACE: u8 = 8;
const DELETE: u8 = 127;

/// The effect of a byte that was typed.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// The byte is part of the line now. The caller echoes it.
    Echo(u8),
    /// The byte erased the one before it.
    Erased,
    /// The byte ended the line.
    Ended,
    /// The byte changed nothing.
    Ignored,
}

/// The bytes that were typed since the end of the line before.
#[derive(Debug, Default)]
pub struct Line {
    /// The first bytes of the line.
    start: Vec<u8, LONGEST>,
    /// The number of bytes that had no room. They are counted because a line that is too long stays
    /// too long until enough of it has been erased.
    surplus: usize,
    /// Whether the last byte was a carriage return. A line feed right after it belongs to the same
    /// line end.
    returned: bool,
}

impl Line {
    /// Takes a byte that was typed.
    pub fn take(&mut self, byte: u8) -> Typed {
        let returned = core::mem::replace(&mut self.returned, byte == b'\r');
        match byte {
            b'\n' if returned => Typed::Ignored,
            b'\r' | b'\n' => Typed::Ended,
            BACKSPACE | DELETE if !self.is_empty() => {
                if self.surplus > 0 {
                    self.surplus -= 1;
                } else {
                    self.start.pop();
                }
                Typed::Erased
            }
            b' '..=b'~' => {
                if self.start.push(byte).is_err() {
                    self.surplus = self.surplus.saturating_add(1);
                }
                Typed::Echo(byte)
            }
            _ => Typed::Ignored,
        }
    }

    /// The line, or `None` if it is too long.
    pub fn text(&self) -> Option<&str> {
        if self.surplus > 0 { None } else { core::str::from_utf8(&self.start).ok() }
    }

    /// Whether the line is these bytes.
    pub fn is(&self, bytes: &[u8]) -> bool {
        self.surplus == 0 && self.start == *bytes
    }

    /// Whether the line has no bytes.
    pub fn is_empty(&self) -> bool {
        self.start.is_empty()
    }

    /// Begins the next line.
    pub fn clear(&mut self) {
        self.start.clear();
        self.surplus = 0;
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
