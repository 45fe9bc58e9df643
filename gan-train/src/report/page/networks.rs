//! The two networks, layer by layer.

use super::super::html::escape;
use super::super::model::Model;
use crate::config::{Config, HiddenActivation, LayerConfig, OutputActivation};
use gan_tools::numbers::thousands;

/// A card a network.
pub fn cards(config: &Config, model: Option<&Model>) -> String {
    let image = model.map(|model| model.generator.image);
    let pixels = image.map_or("pixels".into(), |image| {
        format!("{}", u32::from(image.width) * u32::from(image.height))
    });
    let size =
        image.map_or("image".into(), |image| format!("{}×{} pixels", image.width, image.height));
    let label = match model.map(|model| model.generator.classes) {
        _ if !config.conditional => String::new(),
        Some(classes) if classes > 0 => format!(" + {classes}"),
        _ => " + label".into(),
    };
    let and_label = if config.conditional { ", label" } else { "" };

    let generator = &config.generator;
    let first = (format!("{}{label}", generator.latent), format!("latent{and_label}"));
    let last = (pixels.clone(), format!("{}, {size}", output_name(generator.output)));
    let generator = layers(first, &generator.layers(), false, last);

    let discriminator = &config.discriminator;
    let first = (format!("{pixels}{label}"), format!("{size}{and_label}"));
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
    let cards = card("Generator", &params(0), &generator)
        + &card("Discriminator", &params(1), &discriminator);
    format!("<div class=\"nets\">\n{cards}</div>\n")
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
