//! Files of `torch.save`: a state dict, one in a dict with other things, or a whole module.
//!
//! Such a file is a zip. `data.pkl` in it is a pickle of names and of calls that would make
//! tensors, and `data/0`, `data/1` and so on hold the numbers. Nothing is called: the pickle is
//! read as data ([`pickle`]), in which this file knows the few calls that tensors are made by.

mod pickle;

use crate::file::{self, Kind, Tensor};
use crate::zip::Zip;
use anyhow::{Context, Result, bail, ensure};
use pickle::{Id, Value, Values};
use std::path::Path;

/// How deep modules lie in each other, at most.
const DEPTH: usize = 32;
/// Values that are looked at, at most: one that holds another twice shows it twice.
const LOOKS: usize = 100_000;
/// Numbers of all tensors, at most, as a tensor may repeat its numbers without storing them.
const NUMBERS: usize = 1 << 26;

/// The tensors of numbers, of all the file or of what is under a key, and what was chosen.
pub fn read(path: &Path, key: Option<&str>) -> Result<(Vec<Tensor>, Option<String>)> {
    let bytes = file::read(path)?;
    ensure!(
        bytes.starts_with(b"PK"),
        "is no file of torch.save since PyTorch 1.6; in Python, torch.save(torch.load(OLD), NEW) \
         makes one of an older one"
    );
    let zip = Zip::open(&bytes)?;
    let pickle = zip.names().find_map(|name| name.strip_suffix("data.pkl"));
    let folder = pickle.context("is no file of torch.save: it has no data.pkl")?.to_owned();
    let get = |name: &str| zip.get(&format!("{folder}{name}"));
    ensure!(
        get("constants.pkl").is_none(),
        "is a program (TorchScript): save model.state_dict() instead"
    );
    ensure!(get("byteorder").is_none_or(|order| order == b"little"), "is big-endian");
    let values = Values::read(get("data.pkl").unwrap_or_default()).context("data.pkl")?;
    let (root, note) = choose(&values, key)?;
    let mut found = Found { values: &values, data: &get, looks: 0, numbers: 0, tensors: vec![] };
    found.collect(root, "", 0)?;
    ensure!(!found.tensors.is_empty(), "holds no tensors of f32, f64 or bf16");
    Ok((found.tensors, note))
}

/// What the tensors are taken from: what is under `key`, or the only thing in the file that holds
/// some.
fn choose(values: &Values, key: Option<&str>) -> Result<(Id, Option<String>)> {
    let root = values.root;
    let is_tensors = |&(_, id): &(&str, Id)| match values.get(id) {
        Value::Dict(_) => {
            values.dict(id).into_iter().flatten().any(|(_, id)| is_tensor(values, id))
        }
        Value::Call { .. } => module(values, id).is_some(),
        _ => false,
    };
    let things: Vec<(&str, Id)> = values.dict(root).into_iter().flatten().collect();
    let named = |things: &[(&str, Id)]| -> String {
        things.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    if let Some(key) = key {
        let found = things.iter().find(|(name, _)| *name == key);
        let (_, id) =
            found.with_context(|| format!("--key {key}: expected one of {}", named(&things)))?;
        return Ok((*id, None));
    }
    if things.iter().any(|&(_, id)| is_tensor(values, id)) {
        return Ok((root, None));
    }
    let candidates: Vec<(&str, Id)> = things.into_iter().filter(is_tensors).collect();
    match candidates[..] {
        [] => Ok((root, None)),
        [(name, id)] => Ok((id, Some(format!("the tensors are those of {name}")))),
        _ => bail!("holds several things: give --key, one of {}", named(&candidates)),
    }
}

fn is_tensor(values: &Values, id: Id) -> bool {
    matches!(values.get(id), Value::Call { name, .. } if name.starts_with("torch._utils._rebuild_"))
}

/// The attributes of a value that is a module.
fn module(values: &Values, id: Id) -> Option<[Id; 3]> {
    let Value::Call { state: Some(state), .. } = values.get(id) else { return None };
    let attribute = |wanted| values.dict(*state)?.find(|(name, _)| *name == wanted);
    let parts = ["_parameters", "_buffers", "_modules"].map(attribute);
    let [Some((_, parameters)), Some((_, buffers)), Some((_, modules))] = parts else {
        return None;
    };
    Some([parameters, buffers, modules])
}

/// The tensors that were found.
struct Found<'v, 'b> {
    values: &'v Values,
    data: &'v dyn Fn(&str) -> Option<&'b [u8]>,
    looks: usize,
    numbers: usize,
    tensors: Vec<Tensor>,
}

impl Found<'_, '_> {
    /// Adds the tensors of a dictionary or a module, whose names begin with `prefix`.
    fn collect(&mut self, id: Id, prefix: &str, depth: usize) -> Result<()> {
        self.looks += 1;
        ensure!(depth <= DEPTH && self.looks <= LOOKS, "{prefix}: modules without an end");
        let values = self.values;
        let named = |name: &str| match prefix {
            "" => name.to_owned(),
            _ => format!("{prefix}.{name}"),
        };
        match values.get(id) {
            Value::Other | Value::Int(_) | Value::Text(_) | Value::List(_) => Ok(()),
            Value::Dict(_) => {
                let pairs = values.dict(id).into_iter().flatten();
                pairs
                    .into_iter()
                    .try_for_each(|(name, id)| self.collect(id, &named(name), depth + 1))
            }
            Value::Call { name, args, .. } => match (name.as_str(), module(values, id)) {
                ("torch._utils._rebuild_tensor_v2", _) => self.tensor(prefix, *args),
                ("torch._utils._rebuild_parameter", _) => {
                    let data = values.list(*args).and_then(|args| args.first());
                    let data = data.with_context(|| format!("{prefix}: a parameter of nothing"))?;
                    self.collect(*data, prefix, depth + 1)
                }
                (_, Some(parts)) => {
                    parts.into_iter().try_for_each(|part| self.collect(part, prefix, depth + 1))
                }
                _ => bail!("{prefix}: is a {name}, expected a tensor or a module"),
            },
            Value::Name(name) => bail!("{prefix}: is {name}, expected a tensor or a module"),
            Value::Outside(_) => bail!("{prefix}: is a storage, expected a tensor"),
        }
    }

    /// Adds a tensor: the storage, where in it the tensor begins, sizes, and how far apart numbers
    /// are in each dimension.
    fn tensor(&mut self, name: &str, args: Id) -> Result<()> {
        let values = self.values;
        let parse = || {
            let &[storage, start, sizes, strides, ..] = values.list(args)? else { return None };
            let Value::Outside(storage) = values.get(storage) else { return None };
            let &[_, class, file, _, _] = values.list(*storage)? else { return None };
            let Value::Name(class) = values.get(class) else { return None };
            let numbers = |id| -> Option<Vec<usize>> {
                values.list(id)?.iter().map(|&id| values.size(id)).collect()
            };
            let (sizes, strides) = (numbers(sizes)?, numbers(strides)?);
            (sizes.len() == strides.len()).then_some(())?;
            Some((class, values.text(file)?, values.size(start)?, sizes, strides))
        };
        let parsed =
            parse().with_context(|| format!("{name}: is no tensor as torch.save writes"))?;
        let (class, file, start, sizes, strides) = parsed;
        let (kind, width) = match class.as_str() {
            "torch.DoubleStorage" => (Kind::F64, 8),
            "torch.FloatStorage" => (Kind::F32, 4),
            "torch.BFloat16Storage" => (Kind::Bf16, 2),
            // Numbers of steps and the like.
            "torch.LongStorage" | "torch.IntStorage" | "torch.ShortStorage"
            | "torch.CharStorage" | "torch.ByteStorage" | "torch.BoolStorage" => return Ok(()),
            other => bail!("{name}: is of {other}, expected f32, f64 or bf16"),
        };
        let count = sizes.iter().try_fold(1usize, |all, &size| all.checked_mul(size));
        let total = count.and_then(|count| self.numbers.checked_add(count));
        self.numbers = total.filter(|&total| total <= NUMBERS).with_context(|| {
            format!("{name}: with it the tensors have more than {NUMBERS} numbers")
        })?;
        let data = (self.data)(&format!("data/{file}"));
        let data = data.with_context(|| format!("{name}: data/{file} is missing"))?;
        let mut bytes = Vec::new();
        for index in 0..count.unwrap_or_default() {
            // Counted from the last dimension, whose numbers follow each other.
            let (mut rest, mut place) = (index, start);
            for (size, stride) in sizes.iter().zip(&strides).rev() {
                place = place.saturating_add((rest % size).saturating_mul(*stride));
                rest /= size;
            }
            let number = place.checked_mul(width).and_then(|at| data.get(at..)?.get(..width));
            bytes.extend(number.with_context(|| format!("{name}: ends behind data/{file}"))?);
        }
        self.tensors.push(Tensor::new(name.to_owned(), sizes, kind, &bytes)?);
        Ok(())
    }
}
