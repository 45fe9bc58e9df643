//! Files of Keras: `.keras`, which is a zip of a configuration and of weights in HDF5, `.h5` of a
//! whole model, which has the configuration as an attribute, and `.weights.h5` with the weights
//! alone.
//!
//! A configuration lists the layers with their activations, so that nothing has to be guessed.

mod config;
mod hdf5;

use crate::file::{self, Tensor};
use crate::fold::{self, Step};
use crate::zip::Zip;
use crate::{Network, Options, names};
use anyhow::{Context, Result, bail, ensure};
use config::Part;
use hdf5::Hdf5;
use std::collections::HashMap;
use std::path::Path;

/// The network of a file.
pub fn network(path: &Path, options: &Options) -> Result<Network> {
    let bytes = file::read(path)?;
    if bytes.starts_with(b"PK") {
        let zip = Zip::open(&bytes)?;
        let get = |name: &str| zip.get(name).with_context(|| format!("is no model: no {name}"));
        let config = std::str::from_utf8(get("config.json")?).context("config.json")?;
        let mut weights = Hdf5::open(get("model.weights.h5")?).context("model.weights.h5")?;
        let layers = by_number(&mut weights).context("model.weights.h5")?;
        return configured(config, layers, options);
    }
    let mut file = Hdf5::open(&bytes)?;
    match file.text("model_config")? {
        Some(config) => {
            let layers = by_name(&mut file)?;
            configured(&config, layers, options)
        }
        None => named(by_number(&mut file)?, options),
    }
}

/// The tensors of each layer, by the layer's name.
type Layers = HashMap<String, Vec<Tensor>>;

/// The layers of a `model.weights.h5`: `layers/dense_1/vars/0`, where `vars` has the name that the
/// layer has in the configuration as an attribute.
fn by_number(file: &mut Hdf5) -> Result<Layers> {
    let all = file.group("layers").context("has no weights: no group layers")?;
    let mut layers = Layers::new();
    for group in all.groups()? {
        let vars = all.group(&group)?.group("vars").with_context(|| group.clone())?;
        let name = hdf5::text(&vars, "name")?.unwrap_or_else(|| group.clone());
        let mut tensors = file.tensors(&vars).with_context(|| name.clone())?;
        // Numbers count as numbers: 10 is behind 2.
        tensors.sort_by_key(|tensor| tensor.name.parse::<u64>().unwrap_or(u64::MAX));
        layers.insert(name, tensors);
    }
    Ok(layers)
}

/// The layers of an `.h5` of a whole model: `model_weights/dense_1/.../kernel`. The tensors get the
/// order that the other files have.
fn by_name(file: &mut Hdf5) -> Result<Layers> {
    const ORDER: [&str; 6] = ["kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"];
    let all = file.group("model_weights").context("has no weights: no group model_weights")?;
    let mut layers = Layers::new();
    for name in all.groups()? {
        let group = all.group(&name)?;
        let mut tensors = file.tensors(&group).with_context(|| name.clone())?;
        tensors.sort_by_key(|tensor| ORDER.iter().position(|kind| *kind == tensor.name));
        layers.insert(name, tensors);
    }
    Ok(layers)
}

/// A network whose configuration is there.
fn configured(config: &str, mut layers: Layers, options: &Options) -> Result<Network> {
    ensure!(
        options.activations.is_empty() && options.layers.is_empty(),
        "the file says its layers and activations: leave out --layers and --activations"
    );
    let mut steps = Vec::new();
    for (name, part) in config::parts(config)? {
        let tensors = layers.remove(&name).unwrap_or_default();
        add(&mut steps, &name, part, tensors).with_context(|| name.clone())?;
    }
    Ok(Network { layers: fold::layers(steps)?, embedding: None, notes: Vec::new() })
}

/// Adds the steps that a layer is.
fn add(steps: &mut Vec<Step>, name: &str, part: Part, tensors: Vec<Tensor>) -> Result<()> {
    let count = tensors.len();
    let mut tensors = tensors.into_iter();
    let mut next = || tensors.next().with_context(|| format!("only {count} tensors"));
    match part {
        Part::Dense { has_bias, act } => {
            let kernel = next()?;
            let [inputs, outputs] = kernel.shape[..] else {
                bail!("a kernel of {:?}: expected two dimensions", kernel.shape)
            };
            let bias = if has_bias { next()?.values } else { vec![0.0; outputs] };
            ensure!(inputs > 0 && outputs > 0, "a kernel of {inputs}x{outputs}");
            ensure!(bias.len() == outputs, "{} biases for {outputs} outputs", bias.len());
            let weights = kernel.values;
            steps.push(Step::Linear { name: name.into(), inputs, outputs, weights, bias });
            steps.push(Step::Act { name: format!("the activation of {name}"), act });
        }
        Part::Norm { epsilon, has_gain, has_shift } => {
            let gain = has_gain.then(&mut next).transpose()?;
            let shift = has_shift.then(&mut next).transpose()?;
            let (mean, variance) = (next()?.values, next()?.values);
            let of = |tensor: Option<Tensor>, value| {
                tensor.map_or_else(|| vec![value; mean.len()], |tensor| tensor.values)
            };
            let (gain, shift) = (of(gain, 1.0), of(shift, 0.0));
            ensure!(
                [gain.len(), shift.len(), variance.len()] == [mean.len(); 3],
                "tensors of different lengths"
            );
            steps.push(Step::norm(name, [&gain, &shift, &mean, &variance], epsilon));
        }
        Part::Act(act) => steps.push(Step::Act { name: name.into(), act }),
    }
    ensure!(tensors.next().is_none(), "{count} tensors, which are too many");
    Ok(())
}

/// A network of weights alone, of which the caller knows the activations. Where normalization is,
/// before an activation or after it, only a configuration says.
fn named(layers: Layers, options: &Options) -> Result<Network> {
    let mut all = Vec::new();
    for (layer, tensors) in layers.into_iter().filter(|(_, tensors)| !tensors.is_empty()) {
        ensure!(
            tensors[0].shape.len() == 2 && tensors.len() <= 2,
            "{layer}: is no fully connected layer, and the weights alone do not say where it \
             stands: save the whole model, as .keras"
        );
        for (tensor, kind) in tensors.into_iter().zip(["kernel", "bias"]) {
            all.push(Tensor { name: format!("{layer}.{kind}"), ..tensor });
        }
    }
    names::network(all, options)
}
