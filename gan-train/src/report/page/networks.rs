//! The two networks, layer by layer.

use super::super::html::escape;
use super::super::model::Model;
use crate::config::{Config, HiddenActivation, LayerConfig, OutputActivation, TaskConfig};
use crate::task::inputs_of;
use gan_core::blob::InputPart;
use gan_tools::numbers::thousands;

/// A card a network.
pub fn cards(config: &Config, model: Option<&Model>) -> String {
    let image = model.map(|model| model.generator.image);
    let (one, many) = match config.table {
        Some(_) => ("row", "numbers"),
        None => ("image", "pixels"),
    };
    let pixels = image.map_or(many.into(), |image| {
        format!("{}", u32::from(image.width) * u32::from(image.height))
    });
    let size = image.map_or(one.into(), |image| match (&config.table, image.height) {
        (Some(_), 1) => format!("a row of {} {many}", image.width),
        (Some(_), steps) => format!("{steps} steps of {} {many}", image.width),
        _ => format!("{}×{} {many}", image.width, image.height),
    });
    let label = match model.map(|model| model.generator.classes) {
        _ if !config.conditional => String::new(),
        Some(classes) if classes > 0 => format!(" + {classes}"),
        _ => " + label".into(),
    };
    let and_label = if config.conditional { ", label" } else { "" };

    let generator = &config.generator;
    let (input, generator_latent) = (inputs(config), generator.latent);
    let first = (format!("{}{label}", generator.latent), format!("{input}{and_label}"));
    let last = (pixels.clone(), format!("{}, {size}", output_name(generator.output)));
    let generator = layers(first, &generator.layers(), false, last);

    let discriminator = &config.discriminator;
    // In a task the discriminator sees what went in, too.
    let (codes, input) = match config.task {
        Some(_) => (format!(" + {}", generator_latent), format!(", {input}")),
        None => (String::new(), String::new()),
    };
    let first = (format!("{pixels}{codes}{label}"), format!("{size}{input}{and_label}"));
    let spectral = discriminator.spectral_norm;
    let discriminator =
        layers(first, &discriminator.layers(), spectral, ("1".into(), "logit".into()));

    let params = |index: usize| {
        model.map_or(String::new(), |model| {
            format!("{} parameters", thousands(model.params[index] as u64))
        })
    };
    let card = |title: &str, params: &str, layers: &str| {
        format!(
            "<div class=\"net\"><h3>{title}<small>{params}</small></h3>\n<ol>{layers}</ol></div>\n"
        )
    };
    let mut cards = card("Generator", &params(0), &generator);
    if config.task.as_ref().is_none_or(TaskConfig::is_adversarial) {
        cards.push_str(&card("Discriminator", &params(1), &discriminator));
    }
    format!("<div class=\"nets\">\n{cards}</div>\n")
}

/// What goes into the generator, besides a label.
fn inputs(config: &Config) -> String {
    let part = |part: &InputPart| match part {
        InputPart::Image(image) => format!("image {}×{}", image.width, image.height),
        InputPart::Mask(mask) => format!("mask {}×{}", mask.width, mask.height),
        _ => "latent".into(),
    };
    inputs_of(config).as_slice().iter().map(part).collect::<Vec<_>>().join(", ")
}

/// From the inputs to the outputs: how many numbers, and what makes them.
fn layers(
    first: (String, String),
    hidden: &[LayerConfig],
    spectral: bool,
    last: (String, String),
) -> String {
    let hidden = hidden.iter().map(|layer| {
        let spectral = if spectral { "spectral norm, " } else { "" };
        let norm = if layer.batch_norm { "batch norm, " } else { "" };
        let dropout = if layer.dropout > 0.0 {
            format!(", dropout {}", layer.dropout)
        } else {
            String::new()
        };
        (layer.size.to_string(), format!("{spectral}{norm}{}{dropout}", name(layer)))
    });
    let line = |what: &str| format!("<span>{}</span>", escape(what));
    let layer = |(size, what): (String, String)| {
        format!(
            "<li><b>{}</b>{}</li>",
            escape(&size),
            what.split(", ").map(line).collect::<String>()
        )
    };
    std::iter::once(first).chain(hidden).chain([last]).map(layer).collect()
}

fn name(layer: &LayerConfig) -> String {
    match layer.activation {
        HiddenActivation::Relu => "ReLU".into(),
        HiddenActivation::LeakyRelu => format!("leaky ReLU {}", layer.slope),
        HiddenActivation::Tanh => "tanh".into(),
        HiddenActivation::Sigmoid => "sigmoid".into(),
        HiddenActivation::Elu => "ELU".into(),
        HiddenActivation::Selu => "SELU".into(),
        HiddenActivation::Gelu => "GELU".into(),
        HiddenActivation::Softplus => "softplus".into(),
        HiddenActivation::Silu => "SiLU".into(),
    }
}

fn output_name(output: OutputActivation) -> &'static str {
    match output {
        OutputActivation::Sigmoid => "sigmoid",
        OutputActivation::Tanh => "tanh",
    }
}
