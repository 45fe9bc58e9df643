//! Tensors by name as a network.
//!
//! `main.0.weight` is the weight of the layer `main.0`. Layers come in the order of their names,
//! in which numbers count as numbers: `main.2` before `main.10`.

use crate::file::Tensor;
use crate::fold::{self, Step};
use crate::{Activation, Network, Options};
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;

/// What a tensor is called within its layer, by kind: weights, what is added, the mean, the
/// variance.
const KINDS: [&[&str]; 4] = [
    &["weight", "kernel", "kernel:0", "gamma", "gamma:0", "w"],
    &["bias", "bias:0", "beta", "beta:0", "b"],
    &["running_mean", "moving_mean", "moving_mean:0"],
    &["running_var", "moving_variance", "moving_variance:0"],
];

/// A layer's tensors, by kind.
type Parts = [Option<Tensor>; 4];

/// The network of these tensors.
pub fn network(tensors: Vec<Tensor>, options: &Options) -> Result<Network> {
    let mut notes = Vec::new();
    let mut groups: BTreeMap<Vec<Word>, (String, Parts)> = BTreeMap::new();
    for tensor in tensors {
        let name = tensor.name.replace('/', ".");
        let (prefix, last) = name.rsplit_once('.').unwrap_or(("", &name));
        let Some(kind) = KINDS.iter().position(|names| names.contains(&last)) else {
            bail!("{}: expected names that end in weight, bias, running_mean ...", tensor.name)
        };
        let group = groups.entry(words(prefix)).or_default();
        group.0 = prefix.to_owned();
        group.1[kind] = Some(tensor);
    }
    let mut ordered: Vec<(String, Parts)> = groups.into_values().collect();
    if !options.layers.is_empty() {
        ordered = chosen(ordered, &options.layers)?;
    }
    let mut embedding = None;
    let mut parts: Vec<(String, Parts)> = Vec::new();
    for (name, tensors) in ordered {
        let is_embedding = name.to_lowercase().contains("emb")
            && matches!(&tensors, [Some(weight), None, None, None] if weight.shape.len() == 2);
        match tensors {
            [Some(weight), ..] if is_embedding => {
                ensure!(embedding.is_none(), "{name}: a second embedding");
                notes.push(format!("{name} is an embedding of {} labels", weight.shape[0]));
                let rows = weight.values.chunks(weight.shape[1].max(1));
                embedding = Some(rows.map(<[f32]>::to_vec).collect());
            }
            tensors => parts.push((name, tensors)),
        }
    }
    let by_rows = orientation(&parts, &mut notes)?;
    let count = parts.iter().filter(|(_, parts)| is_linear(parts)).count();
    let acts = activations(&options.activations, count)?;
    let mut acts = acts.into_iter();
    let mut steps = Vec::new();
    for (index, (name, tensors)) in parts.iter().enumerate() {
        if is_linear(tensors) {
            steps.push(linear(name, tensors, by_rows)?);
            let act = acts.next().unwrap_or(Activation::Linear);
            let act = Step::Act { name: format!("the activation of {name}"), act };
            match parts.get(index + 1) {
                // A norm that comes right behind its layer is before the activation.
                Some((norm, next)) if !is_linear(next) && follows(name, norm) => {
                    steps.push(affine(norm, next, options.epsilon)?);
                    notes.push(format!("{norm} normalizes {name} before its activation"));
                    steps.push(act);
                }
                _ => steps.push(act),
            }
        } else if index == 0
            || !is_linear(&parts[index - 1].1)
            || !follows(&parts[index - 1].0, name)
        {
            steps.push(affine(name, tensors, options.epsilon)?);
            notes.push(format!("{name} normalizes what comes after an activation"));
        }
    }
    let layers = fold::layers(steps)?;
    let names: Vec<&str> = layers.iter().map(|layer| layer.name.as_str()).collect();
    notes.insert(0, format!("layers, first to last: {}", names.join(", ")));
    Ok(Network { layers, embedding, notes })
}

/// A part of a name, which sorts as people count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Text(String),
    Number(u64),
}

fn words(name: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for character in name.chars() {
        match (character.to_digit(10), words.last_mut()) {
            (Some(digit), Some(Word::Number(number))) => {
                *number = number.saturating_mul(10).saturating_add(digit.into());
            }
            (Some(digit), _) => words.push(Word::Number(digit.into())),
            (None, Some(Word::Text(text))) => text.push(character),
            (None, _) => words.push(Word::Text(character.into())),
        }
    }
    words
}

/// Whether two names differ in their last number alone, by one. In a sequence of modules, that is
/// right behind. Where names are no numbers, a norm belongs to the layer before it.
fn follows(layer: &str, norm: &str) -> bool {
    let (layer, norm) = (words(layer), words(norm));
    match (layer.split_last(), norm.split_last()) {
        (Some((Word::Number(one), before)), Some((Word::Number(two), also))) if before == also => {
            one.checked_add(1) == Some(*two)
        }
        _ => true,
    }
}

/// The layers of these names, in this order.
fn chosen(mut all: Vec<(String, Parts)>, names: &[String]) -> Result<Vec<(String, Parts)>> {
    let found: Vec<String> = all.iter().map(|(name, _)| name.clone()).collect();
    let take = |name: &String| {
        let place = all.iter().position(|(found, _)| found == name);
        let place = place
            .with_context(|| format!("--layers {name}: expected some of {}", found.join(", ")))?;
        Ok(all.remove(place))
    };
    names.iter().map(take).collect()
}

fn is_linear(parts: &Parts) -> bool {
    parts[0].as_ref().is_some_and(|weight| weight.shape.len() == 2)
}

/// Whether weights are `[output][input]`, as PyTorch has them, and not `[input][output]`, as Keras
/// does. A bias has a number for each output; a square layer does not tell.
fn orientation(parts: &[(String, Parts)], notes: &mut Vec<String>) -> Result<bool> {
    let mut told: Option<(bool, &str)> = None;
    for (name, parts) in parts {
        let (Some(weight), Some(bias)) = (&parts[0], &parts[1]) else { continue };
        let [one, two] = weight.shape[..] else { continue };
        let count = bias.values.len();
        ensure!(
            one == count || two == count,
            "{name}: a weight of {one}x{two} with a bias of {count}"
        );
        if one == two {
            continue;
        }
        let rows = one == count;
        if let Some((other, first)) = told {
            ensure!(rows == other, "{name}: its weight lies the other way than that of {first}");
        }
        told = Some((rows, name));
    }
    Ok(match told {
        Some((true, _)) => true,
        Some((false, name)) => {
            notes.push(format!("weights are [input, output], as the bias of {name} shows"));
            false
        }
        None => !parts.iter().any(|(_, parts)| {
            parts[0].as_ref().is_some_and(|weight| weight.name.contains("kernel"))
        }),
    })
}

fn linear(name: &str, parts: &Parts, by_rows: bool) -> Result<Step> {
    let weight = parts[0].as_ref().context("a layer without weights")?;
    let (one, two) = (weight.shape[0], weight.shape[1]);
    let (inputs, outputs) = if by_rows { (two, one) } else { (one, two) };
    ensure!(inputs > 0 && outputs > 0, "{name}: a weight of {one}x{two}");
    let weights = if by_rows {
        let place = |at: usize| weight.values[at % outputs * inputs + at / outputs];
        (0..inputs * outputs).map(place).collect()
    } else {
        weight.values.clone()
    };
    let bias = match &parts[1] {
        Some(bias) => bias.values.clone(),
        None => vec![0.0; outputs],
    };
    ensure!(bias.len() == outputs, "{name}: {} biases for {outputs} outputs", bias.len());
    Ok(Step::Linear { name: name.into(), inputs, outputs, weights, bias })
}

fn affine(name: &str, parts: &Parts, epsilon: f32) -> Result<Step> {
    let [gain, shift, Some(mean), Some(variance)] = parts else {
        bail!("{name}: is neither a fully connected layer nor batch normalization with statistics")
    };
    let count = mean.values.len();
    let (ones, zeros) = (vec![1.0; count], vec![0.0; count]);
    let gain = gain.as_ref().map_or(&ones, |gain| &gain.values);
    let shift = shift.as_ref().map_or(&zeros, |shift| &shift.values);
    ensure!(
        [gain.len(), shift.len(), variance.values.len()] == [count; 3],
        "{name}: numbers of different lengths"
    );
    Ok(Step::norm(name, [gain, shift, &mean.values, &variance.values], epsilon))
}

/// An activation for each of so many layers.
fn activations(given: &[Activation], count: usize) -> Result<Vec<Activation>> {
    match given {
        [] => bail!(
            "the file does not say the activations: give --activations HIDDEN,LAST, as in \
             leaky_relu:0.2,tanh"
        ),
        [hidden, last] if count != 2 && count > 0 => {
            let mut all = vec![*hidden; count - 1];
            all.push(*last);
            Ok(all)
        }
        all if all.len() == count => Ok(all.to_vec()),
        all => bail!(
            "--activations: {} of them for {count} layers (one for each, or HIDDEN,LAST)",
            all.len()
        ),
    }
}
