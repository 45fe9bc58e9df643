//! JSON text, for `--json`: fields stay in the order in which they are given here, and serde_json's
//! own values have them by the alphabet.

use std::fmt::{self, Display, Formatter, Write};

/// A value. It is displayed over several lines, indented by two blanks.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// No value.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// As its digits.
    Number(String),
    /// Text.
    Text(String),
    /// Values in order.
    List(Vec<Json>),
    /// Fields in order.
    Object(Vec<(&'static str, Json)>),
}

impl Json {
    fn write(&self, text: &mut Formatter<'_>, indent: usize) -> fmt::Result {
        let line = |text: &mut Formatter<'_>, indent: usize| {
            write!(text, "\n{:width$}", "", width = 2 * indent)
        };
        match self {
            Self::Null => text.write_str("null"),
            Self::Bool(value) => write!(text, "{value}"),
            Self::Number(digits) => text.write_str(digits),
            Self::Text(value) => quoted(text, value),
            Self::List(values) if values.is_empty() => text.write_str("[]"),
            Self::Object(fields) if fields.is_empty() => text.write_str("{}"),
            Self::List(values) => {
                for (index, value) in values.iter().enumerate() {
                    text.write_char(if index == 0 { '[' } else { ',' })?;
                    line(text, indent + 1)?;
                    value.write(text, indent + 1)?;
                }
                line(text, indent)?;
                text.write_char(']')
            }
            Self::Object(fields) => {
                for (index, (name, value)) in fields.iter().enumerate() {
                    text.write_char(if index == 0 { '{' } else { ',' })?;
                    line(text, indent + 1)?;
                    quoted(text, name)?;
                    text.write_str(": ")?;
                    value.write(text, indent + 1)?;
                }
                line(text, indent)?;
                text.write_char('}')
            }
        }
    }
}

impl Display for Json {
    fn fmt(&self, text: &mut Formatter<'_>) -> fmt::Result {
        self.write(text, 0)
    }
}

fn quoted(text: &mut Formatter<'_>, value: &str) -> fmt::Result {
    text.write_char('"')?;
    for character in value.chars() {
        match character {
            '"' | '\\' => write!(text, "\\{character}")?,
            '\0'..='\x1F' => write!(text, "\\u{:04x}", u32::from(character))?,
            _ => text.write_char(character)?,
        }
    }
    text.write_char('"')
}

macro_rules! whole_numbers {
    ($($number:ty)*) => {$(
        impl From<$number> for Json {
            fn from(number: $number) -> Self {
                Self::Number(number.to_string())
            }
        }
    )*};
}
whole_numbers!(u8 u16 u64 i64 usize);

/// Null if it is not finite: JSON has no such numbers.
impl From<f64> for Json {
    fn from(number: f64) -> Self {
        // With a point or an exponent, by which readers know a real number.
        if number.is_finite() { Self::Number(format!("{number:?}")) } else { Self::Null }
    }
}

impl From<bool> for Json {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<V: Into<Json>> From<Option<V>> for Json {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn another_reader_reads_what_was_meant() {
        let json = Json::Object(vec![
            ("text", "a \"b\" \\ \u{1} \n é 🦀".into()),
            ("empty", Json::List(vec![])),
            ("none", Json::from(None::<u64>)),
            ("numbers", Json::List(vec![u64::MAX.into(), (-3i64).into(), 0.1.into(), 1e-9.into()])),
            ("whole", 2.0.into()),
            ("infinite", f64::INFINITY.into()),
            ("inner", Json::Object(vec![("yes", true.into()), ("fields", Json::Object(vec![]))])),
        ]);
        let expected = serde_json::json!({
            "text": "a \"b\" \\ \u{1} \n é 🦀",
            "empty": [],
            "none": null,
            "numbers": [u64::MAX, -3, 0.1, 1e-9],
            "whole": 2.0,
            "infinite": null,
            "inner": { "yes": true, "fields": {} },
        });
        assert_eq!(serde_json::from_str::<Value>(&json.to_string()).unwrap(), expected);
    }

    #[test]
    fn lines_are_indented() {
        let json = Json::List(vec![Json::Object(vec![("a", 1u64.into()), ("b", "c".into())])]);
        assert_eq!(json.to_string(), "[\n  {\n    \"a\": 1,\n    \"b\": \"c\"\n  }\n]");
    }
}
