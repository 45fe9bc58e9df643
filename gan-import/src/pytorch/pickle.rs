//! Python's pickles, as far as files of `torch.save` need them, and **nothing of them is run**.
//!
//! A pickle is a program for a stack machine. Most instructions push a value or put values together
//! to a list or a dictionary. `GLOBAL` pushes a function or class by its name, and `REDUCE` calls
//! it: in Python, with whatever a file names. Here a name stays a text, and a call stays a
//! [`Value::Call`] of a name and its arguments. The caller knows a few names and refuses the rest.
//!
//! Instructions that files of `torch.save` do not have are refused. Each makes at most one value,
//! so there are at most as many values as bytes.

mod machine;

use anyhow::{Context, Result, ensure};
use machine::Machine;

/// Bytes of a pickle, at most. The numbers of tensors are in other files, so a hundred tensors take
/// some ten thousand bytes.
const MOST: usize = 1 << 20;

/// The place of a value in [`Values`]. Several values may hold the same one.
pub type Id = usize;

/// A value of Python's.
#[derive(Debug)]
pub enum Value {
    /// `None`, a truth value, a float, bytes: nothing that tensors are told from.
    Other,
    Int(i64),
    Text(String),
    /// A list or a tuple.
    List(Vec<Id>),
    /// Pairs in their order.
    Dict(Vec<(Id, Id)>),
    /// A class or function: `module.name`.
    Name(String),
    /// What calling `name` with `args` would give, with the attributes that it would be given.
    Call {
        name: String,
        args: Id,
        state: Option<Id>,
    },
    /// What lies outside of the pickle, by the values that say where.
    Outside(Id),
}

/// The values of a pickle.
#[derive(Debug)]
pub struct Values {
    all: Vec<Value>,
    /// The one that was pickled.
    pub root: Id,
}

impl Values {
    /// Reads a pickle.
    ///
    /// # Errors
    ///
    /// Names the byte and the instruction there.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        ensure!(bytes.len() <= MOST, "{} bytes: expected at most {MOST}", bytes.len());
        let mut machine = Machine::new(bytes);
        loop {
            let at = machine.at;
            let [code] = machine.array()?;
            match machine.step(code).with_context(|| format!("byte {at}: opcode {code:#04x}"))? {
                Some(root) => return Ok(Self { all: machine.all, root }),
                None => continue,
            }
        }
    }

    pub fn get(&self, id: Id) -> &Value {
        &self.all[id]
    }

    /// The elements of a list or tuple.
    pub fn list(&self, id: Id) -> Option<&[Id]> {
        if let Value::List(items) = self.get(id) { Some(items) } else { None }
    }

    pub fn text(&self, id: Id) -> Option<&str> {
        if let Value::Text(text) = self.get(id) { Some(text) } else { None }
    }

    /// A number that counts something.
    pub fn size(&self, id: Id) -> Option<usize> {
        if let Value::Int(number) = self.get(id) { (*number).try_into().ok() } else { None }
    }

    /// The pairs of a dictionary whose keys are texts. Others, as in lists of numbered things, are
    /// left out.
    pub fn dict(&self, id: Id) -> Option<impl Iterator<Item = (&str, Id)>> {
        let Value::Dict(pairs) = self.get(id) else { return None };
        Some(pairs.iter().filter_map(|&(key, value)| Some((self.text(key)?, value))))
    }
}
