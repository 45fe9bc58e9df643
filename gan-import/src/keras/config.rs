//! Keras's configuration of a model: the layers, in the order in which numbers go through them.

use crate::Activation;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// What a layer does to the numbers.
pub enum Part {
    /// Sums, and an activation.
    Dense { has_bias: bool, act: Activation },
    /// Batch normalization.
    Norm { epsilon: f32, has_gain: bool, has_shift: bool },
    /// An activation that is a layer.
    Act(Activation),
}

/// The layers with their names. Layers that do nothing to the numbers when images are drawn, such
/// as dropout and reshaping, are left out.
pub fn parts(text: &str) -> Result<Vec<(String, Part)>> {
    let model: Value = serde_json::from_str(text).context("the configuration")?;
    let class = model["class_name"].as_str().unwrap_or_default();
    ensure!(
        ["Sequential", "Functional", "Model"].contains(&class),
        "is a {class}: expected a Sequential or a functional model; model.export(\"x.onnx\", \
         format=\"onnx\") writes other models"
    );
    // Old versions wrote the list itself.
    let config = &model["config"];
    let layers = config["layers"].as_array().or_else(|| config.as_array());
    let layers = layers.context("the configuration has no layers")?;
    let names: Vec<&str> = layers.iter().map(name).collect();
    let mut last = Vec::new();
    mentioned(&config["output_layers"], &names, &mut last);
    ensure!(
        last.is_empty() || names.last().is_some_and(|name| last == [*name]),
        "gives {}: expected the results of the last layer alone",
        last.join(" and ")
    );
    let mut parts = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let name = names[index];
        let mut before = Vec::new();
        mentioned(&layer["inbound_nodes"], &names, &mut before);
        // Without such a list, layers follow each other as they are listed.
        let follows = index > 0 && before.iter().all(|&found| found == names[index - 1]);
        ensure!(
            before.is_empty() || follows,
            "{name}: takes {}: expected layers one after the other; model.export(\"x.onnx\", \
             format=\"onnx\") writes other models",
            before.join(" and ")
        );
        if let Some(part) = part(layer).with_context(|| name.to_owned())? {
            parts.push((name.to_owned(), part));
        }
    }
    Ok(parts)
}

fn name(layer: &Value) -> &str {
    let inner = layer["config"]["name"].as_str();
    inner.or_else(|| layer["name"].as_str()).unwrap_or("a layer without a name")
}

/// The layers that a value names anywhere: each version of Keras nests them in another way.
fn mentioned<'n>(value: &Value, names: &[&'n str], found: &mut Vec<&'n str>) {
    match value {
        Value::String(text) => found.extend(names.iter().filter(|name| **name == text)),
        Value::Array(values) => values.iter().for_each(|value| mentioned(value, names, found)),
        Value::Object(map) => map.values().for_each(|value| mentioned(value, names, found)),
        _ => {}
    }
}

/// What a layer does; none if it does nothing.
fn part(layer: &Value) -> Result<Option<Part>> {
    let config = &layer["config"];
    let flag = |field: &str| config[field].as_bool().unwrap_or(true);
    let number = |fields: &[&str], default: f64| {
        fields.iter().find_map(|field| config[*field].as_f64()).unwrap_or(default)
    };
    let class = layer["class_name"].as_str().unwrap_or_default();
    Ok(Some(match class {
        "InputLayer" | "Dropout" | "AlphaDropout" | "GaussianDropout" | "GaussianNoise"
        | "Flatten" | "Reshape" => return Ok(None),
        "Dense" => {
            ensure!(config["lora_rank"].is_null(), "has a LoRA beside its kernel");
            Part::Dense { has_bias: flag("use_bias"), act: activation(&config["activation"])? }
        }
        "BatchNormalization" => {
            let epsilon = number(&["epsilon"], 1e-3) as f32;
            Part::Norm { epsilon, has_gain: flag("scale"), has_shift: flag("center") }
        }
        "Activation" => Part::Act(activation(&config["activation"])?),
        // Keras 2 calls the slope alpha.
        "LeakyReLU" => {
            Part::Act(Activation::LeakyRelu(number(&["negative_slope", "alpha"], 0.3) as f32))
        }
        "ReLU" => {
            let plain = config["max_value"].is_null() && number(&["threshold"], 0.0) == 0.0;
            ensure!(plain, "has a largest value or a threshold");
            Part::Act(match number(&["negative_slope"], 0.0) as f32 {
                0.0 => Activation::Relu,
                slope => Activation::LeakyRelu(slope),
            })
        }
        "ELU" => {
            ensure!(number(&["alpha"], 1.0) == 1.0, "has an alpha that is not 1");
            Part::Act(Activation::Elu)
        }
        _ => bail!(
            "is a {class}: expected Dense, BatchNormalization, Activation, LeakyReLU, ReLU, ELU, \
             Dropout, Reshape or Flatten"
        ),
    }))
}

/// An activation by its name, or by what Keras writes for one with parameters.
fn activation(value: &Value) -> Result<Activation> {
    if let Some(class) = value["class_name"].as_str() {
        return match (class, part(value)?) {
            ("function", _) => activation(&value["config"]),
            (_, Some(Part::Act(act))) => Ok(act),
            _ => bail!("{class}: is no activation"),
        };
    }
    Ok(match value.as_str().unwrap_or("linear") {
        "leaky_relu" => Activation::LeakyRelu(0.2),
        "swish" => Activation::Silu,
        name => Activation::parse(name).with_context(|| format!("the activation {name}"))?,
    })
}
