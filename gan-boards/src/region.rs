//! Pieces of memory, whose sizes are written as `"12K"` or `"4M"`.

use serde::Deserialize;

/// A piece of memory.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its first address.
    pub origin: u32,
    /// Its size in bytes.
    #[serde(deserialize_with = "size")]
    pub length: u64,
}

/// Reads a size such as `"12K"` or `"4M"`, or a number of bytes.
fn size<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let text = String::deserialize(deserializer)?;
    bytes(&text).ok_or_else(|| {
        serde::de::Error::custom(format!("expected a size such as \"12K\" or \"4M\", not {text:?}"))
    })
}

fn bytes(text: &str) -> Option<u64> {
    let digits = text.trim_end_matches(['K', 'M']);
    let unit = match &text[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        assert_eq!(bytes("256K"), Some(256 << 10));
        assert_eq!(bytes("4M"), Some(4 << 20));
        assert_eq!(bytes("100"), Some(100));
        for wrong in ["", "K", "4G", "1KM", "-1K"] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
