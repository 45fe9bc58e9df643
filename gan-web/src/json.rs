//! Texts and lists as JSON, which the page parses.

use alloc::string::String;
use core::fmt::{self, Display, Write as _};

/// A text as a JSON string.
#[derive(Debug, Clone, Copy)]
pub struct Text<T>(pub T);

impl<T: Display> Display for Text<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        write!(Escaped(f), "{}", self.0)?;
        f.write_char('"')
    }
}

/// Writes what it is given with the characters escaped that a JSON string may not have.
struct Escaped<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '"' | '\\' => write!(self.0, "\\{character}")?,
                '\0'..=' ' if character != ' ' => {
                    write!(self.0, "\\u{:04x}", u32::from(character))?
                }
                _ => self.0.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// Items as a JSON list; each one is JSON already.
pub fn list(items: impl Iterator<Item = impl Display>) -> String {
    let mut list = String::from("[");
    for (index, item) in items.enumerate() {
        let comma = if index > 0 { "," } else { "" };
        // Nothing can go wrong where a string grows.
        let _ = write!(list, "{comma}{item}");
    }
    list.push(']');
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_back() {
        let text = "a \"quoted\" \\ back\u{1}\u{1f}\n\t\u{0} \u{e9}\u{1f600} </script>";
        let back: String = serde_json::from_str(&Text(text).to_string()).unwrap();
        assert_eq!(back, text);
        let items = ["x", "y\"z"];
        let back: Vec<String> = serde_json::from_str(&list(items.iter().map(Text))).unwrap();
        assert_eq!(back, items);
        assert_eq!(list(core::iter::empty::<u8>()), "[]");
    }
}
