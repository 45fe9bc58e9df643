//! A bound on the memory that the messages of a file take when they are read.
//!
//! An operation takes a few hundred bytes of memory, and may have two in the file. So fields are
//! counted before anything is read: a graph of an MLP has a few hundred of them, however large its
//! weights are.

use anyhow::{Context, Result, bail};

/// Fields, at most. Those that take the most memory take some 300 bytes each while a list of them
/// grows: 60 MB in all.
const MOST: u32 = 200_000;

/// A message whose fields are counted, as far as it has messages inside.
#[derive(Debug, Clone, Copy)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    /// A message whose own messages are not counted, because no more than one of each is kept.
    Other,
}

impl Message {
    /// Returns what a field holds, by its number in onnx.proto, if it is a message that is read.
    fn field(self, number: u64) -> Option<Self> {
        match (self, number) {
            (Self::Model, 7) => Some(Self::Graph),
            (Self::Graph, 1) => Some(Self::Node),
            (Self::Node, 5) => Some(Self::Attribute),
            (Self::Model, 8 | 14) | (Self::Graph, 5 | 11 | 12) | (Self::Attribute, 5) => {
                Some(Self::Other)
            }
            _ => None,
        }
    }
}

/// Checks that a file has no more fields than fit into the memory for them.
///
/// # Errors
///
/// There are too many, or the file is none of protobuf's messages.
pub fn check(file: &[u8]) -> Result<()> {
    let mut left = MOST;
    count(Message::Model, file, &mut left)
}

fn count(message: Message, mut bytes: &[u8], left: &mut u32) -> Result<()> {
    while !bytes.is_empty() {
        let less = left.checked_sub(1);
        *left = less.with_context(|| format!("has over {MOST} fields, which no MLP needs"))?;
        let key = varint(&mut bytes)?;
        let len = match key & 7 {
            0 => {
                varint(&mut bytes)?;
                0
            }
            1 => 8,
            2 => usize::try_from(varint(&mut bytes)?)?,
            5 => 4,
            other => bail!("has a field of the wire type {other}"),
        };
        let (field, rest) = bytes.split_at_checked(len).context("ends in the middle of a field")?;
        bytes = rest;
        if let (Some(inner), 2) = (message.field(key >> 3), key & 7) {
            count(inner, field, left)?;
        }
    }
    Ok(())
}

/// Takes a number in groups of seven bits.
fn varint(bytes: &mut &[u8]) -> Result<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first().context("ends in the middle of a number")?;
        *bytes = rest;
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Ok(number);
        }
    }
    bail!("has a number of over 64 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By hand: field 7 (the graph) with field 1 (an operation) that has no bytes, so often.
    fn operations(count: u32) -> Vec<u8> {
        let graph = [0x0A, 0].repeat(count as usize);
        let mut file = vec![0x3A];
        let mut len = graph.len();
        while len > 127 {
            file.push(len as u8 | 128);
            len >>= 7;
        }
        file.push(len as u8);
        [file, graph].concat()
    }

    #[test]
    fn many_small_messages_are_refused() {
        check(&operations(MOST - 1)).unwrap();
        let error = check(&operations(MOST)).unwrap_err().to_string();
        assert_eq!(error, "has over 200000 fields, which no MLP needs");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        for (bytes, expected) in [
            (&[0x0A][..], "ends in the middle of a number"),
            (&[0x0A, 2, 0], "ends in the middle of a field"),
            (&[0x0B], "has a field of the wire type 3"),
            (&[0x80; 12], "has a number of over 64 bits"),
        ] {
            assert_eq!(check(bytes).unwrap_err().to_string(), expected);
        }
        check(&[]).unwrap();
    }
}
