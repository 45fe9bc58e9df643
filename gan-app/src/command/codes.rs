//! Parses the codes of a latent in a line of the console.

use core::str::SplitAsciiWhitespace;

use gan_core::CODE_MAX;
use gan_core::memory::TERMINAL;

use super::{number, short};

/// The most codes that a line has room for: each takes a blank and a digit at least.
const MOST_CODES: usize = (TERMINAL - "latent".len()) / 2;

/// Codes of a latent that stand on one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codes {
    /// The place of the first one in the latent.
    pub first: u16,
    codes: [u8; MOST_CODES],
    len: u8,
}

impl Codes {
    /// The codes, each of which is 0 to 127.
    pub fn as_slice(&self) -> &[u8] {
        self.codes.get(..self.len.into()).unwrap_or_default()
    }

    /// Reads `FIRST: CODE CODE` and so on. Without `FIRST:` they begin with the first code of the
    /// latent.
    pub(super) fn parse(words: SplitAsciiWhitespace<'_>) -> Option<Self> {
        let mut codes = Self { first: 0, codes: [0; MOST_CODES], len: 0 };
        for (place, word) in words.enumerate() {
            match word.strip_suffix(':') {
                Some(first) if place == 0 => codes.first = short(first)?,
                _ => {
                    let code = number(word)?.try_into().ok().filter(|&code| code <= CODE_MAX)?;
                    *codes.codes.get_mut(usize::from(codes.len))? = code;
                    codes.len += 1;
                }
            }
        }
        (codes.len > 0).then_some(codes)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;
    use std::{format, vec};

    use super::*;
    use crate::command::Command;

    #[test]
    fn codes_of_a_latent() {
        let codes = |line: &str| match Command::parse(line) {
            Ok(Command::Latent(codes)) => {
                codes.map(|codes: Codes| (codes.first, Vec::from(codes.as_slice())))
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(codes("latent 40 63"), Some((0, vec![40, 63])));
        assert_eq!(codes("latent 65535: 0 127"), Some((65535, vec![0, 127])));
        for line in
            ["latent", "latent 3:", "latent 1 128", "latent -1", "latent 1 x", "latent 1 2:"]
        {
            assert_eq!(codes(line), None, "{line}");
        }
        let line = |count| format!("latent{}", " 1".repeat(count));
        assert_eq!(codes(&line(MOST_CODES)), Some((0, vec![1; MOST_CODES])));
        assert_eq!(codes(&line(MOST_CODES + 1)), None);
    }
}
