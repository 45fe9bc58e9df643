//! The page: HTML, style, scripts, the modules and some models in one text.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use gan_tests::vectors::Images;
use serde_json::{Value, json};

use super::KERNELS;
use crate::prelude::*;

/// Models of models/ that the page brings along: small ones of each kind. The first one
/// is shown, and its digits are what models begin with that take an image.
const MODELS: [&str; 6] = ["mnist-tiny", "digits8", "stylize", "inpaint", "wine", "motion"];
/// The number of known answers for each of these models that draws from latents.
const ANSWERS: usize = 3;

/// Returns the text of the page. The folder `modules` has `KERNEL.wasm` for each kernel.
pub fn text(modules: &Path) -> Result<String> {
    let source = |name: &str| shell::text(root().join("gan-web/page").join(name));
    let builds = KERNELS
        .iter()
        .map(|(kernel, _)| {
            let path = modules.join(format!("{kernel}.wasm"));
            Ok(json!([kernel, encode(&shell::read(&path)?)]))
        })
        .collect::<Result<Vec<_>>>()?;
    let models = MODELS.iter().map(|name| model(name)).collect::<Result<Vec<_>>>()?;
    let data = json!({ "builds": builds, "models": models }).to_string();
    let mut page = source("index.html")?;
    let mut put = |name: &str, text: &str| -> Result<()> {
        let place = format!("{{{{{name}}}}}");
        ensure!(page.matches(&place).count() == 1, "index.html: expected {place} once");
        page = page.replace(&place, text);
        Ok(())
    };
    put("style", &source("style.css")?)?;
    for script in ["gan", "canvas", "latent", "numbers", "transform", "app"] {
        put(script, source(&format!("{script}.js"))?.trim_end())?;
    }
    // The end of a script cannot be in its text. Last, because it is no text that has places.
    put("data", &format!("const DATA = {};", data.replace("</", "<\\/")))?;
    Ok(page)
}

fn encode(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// Returns a model with what its labels are called, and known answers if it draws from latents.
fn model(name: &str) -> Result<Value> {
    let path = root().join("models").join(format!("{name}.gan"));
    let blob = Blob::read(&path)?;
    let generator = blob.decode()?;
    let file = fs::read(vectors::images_of(&blob)?)?;
    let images =
        Images::read(&file, generator.crc()).map_err(|error| anyhow::anyhow!("{name}: {error}"))?;
    let takes_image = generator.inputs().image().is_some();
    let answers: Vec<_> = images
        .iter()
        .take(if takes_image { 0 } else { ANSWERS })
        .map(|item| {
            json!({
                "label": item.label,
                "latent": encode(item.latent),
                "pixels": encode(item.pixels),
            })
        })
        .collect();
    Ok(json!({
        "name": name,
        "file": encode(blob.bytes()),
        "names": names(&path)?,
        "answers": answers,
    }))
}

/// Returns the lines of `MODEL.gan.labels`, if there is such a file.
fn names(model: &Path) -> Result<Option<Vec<String>>> {
    let path = model.with_extension("gan.labels");
    if !path.exists() {
        return Ok(None);
    }
    let text = shell::text(&path)?;
    Ok(Some(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()))
}
