//! Checks of the module in Node.js, and of the page in Chromium: everything that is drawn, against
//! golden vectors and the naive reference.

use gan_tests::make;
use gan_tests::reference::Activation;
use gan_tests::reference::write::write;
use gan_tests::synthetic::{ACTIVATIONS, Shape, SplitMix64};
use serde_json::json;

use super::{modules, page, scratch};
use crate::prelude::*;
use crate::setup;

/// The package of npm's that drives the browser.
const PLAYWRIGHT: &str = "playwright-core@1.65.1";
/// What Node.js has to be asked for: the relaxed instructions. Later versions have them anyway, and
/// do not know the flag.
const RELAXED: &str = "--experimental-wasm-relaxed-simd";

/// Runs both checks, as far as the programs for them are installed.
pub fn check(tally: &mut Tally) -> Result<()> {
    if !shell::available("node") {
        println!("SKIPPED: no node, so neither the module nor the page was run");
        return Ok(());
    }
    let shapes = shapes()?;
    check_kernels(&shapes)?;
    tally.pass();
    // The browser and the package that drives it are installed if they are missing.
    let install = || Ok((shell::npm(PLAYWRIGHT)?, setup::chromium()?));
    if let Some((playwright, browser)) = shell::or_skip("the page in a browser", install()) {
        check_page(&playwright.join("node_modules/playwright-core"), &browser, &shapes)?;
        tally.pass();
    }
    Ok(())
}

/// Compares every build of the module with the golden vectors and with models of many sizes, in
/// Node.js, twice: with the relaxed instructions where the version has a flag for them.
fn check_kernels(shapes: &Path) -> Result<()> {
    let modules = modules()?;
    let knows_flag = Command::new("node").args([RELAXED, "--version"]).read().is_ok();
    for flags in [&[][..], &[RELAXED]] {
        if !flags.is_empty() && !knows_flag {
            continue;
        }
        let mut node = Command::new("node");
        node.args(flags).arg(root().join("gan-web/test/kernels.cjs")).arg(&modules);
        node.arg(vectors::folder()).arg(root().join("models")).arg(shapes);
        node.run()?;
    }
    Ok(())
}

/// Writes models whose layers have many sizes, with the images that the naive reference makes of
/// them, and returns their folder.
fn shapes() -> Result<PathBuf> {
    let folder = scratch("shapes")?;
    let mut random = SplitMix64(17);
    // Up to two groups of rows, up to some blocks of columns, odd and prime numbers.
    let sizes: Vec<u16> = (1..=40).chain([47, 61, 64, 97, 127, 128, 211, 257]).collect();
    for (number, &size) in sizes.iter().enumerate() {
        for kind in ["int8", "int4", "packable"] {
            let other = sizes[(number * 7 + 3) % sizes.len()];
            let activation = |at: usize| -> Activation { ACTIVATIONS[at % ACTIVATIONS.len()] };
            let shape = Shape {
                latent_len: size,
                classes: (number % 4) as u16,
                width: other,
                height: 1 + (number % 3) as u16,
                channels: if number % 5 == 0 { 3 } else { 1 },
                hidden: (0..number % 3)
                    .map(|at| (sizes[(number + 11 * at) % 40], activation(at + number)))
                    .collect(),
                last: activation(number / 3),
            };
            let name = format!("{kind}-{size}");
            let model = match kind {
                "int8" => shape.int8(&name, &mut random),
                "int4" => shape.int4(&name, &mut random),
                _ => shape.packable(&name, &mut random),
            };
            let blob = write(&model);
            let images = make::images(&blob).with_context(|| name.clone())?;
            fs::write(folder.join(format!("{name}.gan")), blob)?;
            fs::write(folder.join(format!("{name}.images.bin")), images)?;
        }
    }
    Ok(folder)
}

/// Opens the page in Chromium from disk, and does what a user does: chooses models, drops files,
/// good and bad ones, types seeds, and compares canvases with the golden vectors.
fn check_page(playwright: &Path, browser: &Path, shapes: &Path) -> Result<()> {
    let (page, files) = (page()?, scratch("files")?);
    bad_files(&files)?;
    let mut node = Command::new("node");
    node.arg(root().join("gan-web/test/page.cjs")).arg(playwright).arg(browser);
    node.arg(page).arg(files).arg(shapes).arg(scratch("screens")?).arg(root());
    node.run()
}

/// Writes files that are no models, and `bad.json` with what gan-core says of each.
fn bad_files(folder: &Path) -> Result<()> {
    let model = vectors::default_model()?;
    let blob = shell::read(&model)?;
    let mut flipped = blob.clone();
    flipped[blob.len() / 2] ^= 1;
    let bad: [(&str, Vec<u8>); 5] = [
        ("empty.gan", Vec::new()),
        ("text.gan", b"This is no model.\n".to_vec()),
        ("short.gan", blob[..1000].to_vec()),
        ("flipped.gan", flipped),
        ("long.gan", [&blob[..], &[0; 7]].concat()),
    ];
    let mut errors = Vec::new();
    for (name, bytes) in bad {
        fs::write(folder.join(name), &bytes)?;
        let bytes = gan_core::tools::AlignedBytes::copy_of(&bytes);
        let error = gan_core::decode(&bytes).err().with_context(|| format!("{name} is a model"))?;
        errors.push(json!({ "file": name, "error": error.to_string() }));
    }
    fs::write(folder.join("bad.json"), json!(errors).to_string())?;
    Ok(())
}
