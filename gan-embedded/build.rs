//! Puts the board's memory layout before the linker, and the model into the firmware.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `GAN_MODEL` | the blob to carry | `../models/digits8.gan` |
//! | `GAN_LOAD` | bytes of a model that can be received over the console; needs twice as much RAM | 0: none |
//!
//! The blob is decoded here with the `gan-core` that will run it, so a bad one stops the build, and
//! its header and every buffer's size are constants in the firmware. It is packed for the board's
//! kernel, layer by layer where the packing is exact.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use gan_core::blob::{self, ALIGNMENT};
use gan_core::generator::Layer;
use gan_core::{Generator, Packing};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("cargo::error={message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: run by cargo only")?);
    layout(&board()?, &out)?;

    let model = input("GAN_MODEL").unwrap_or_else(|| "../models/digits8.gan".into());
    fs::write(out.join("model.rs"), model_source(&model, &out)?)
        .map_err(|error| format!("model.rs: {error}"))
}

/// The one board whose feature is on, and that the target can run.
fn board() -> Result<String, String> {
    const BOARDS: &str = "boards.toml";
    println!("cargo::rerun-if-changed={BOARDS}");
    let text = fs::read_to_string(BOARDS).map_err(|error| format!("{BOARDS}: {error}"))?;
    let table: toml::Table = text.parse().map_err(|error| format!("{BOARDS}: {error}"))?;
    let rows = table
        .get("board")
        .and_then(toml::Value::as_array)
        .ok_or(format!("{BOARDS}: no [[board]]"))?;
    let field = |row: &toml::Value, field: &str| {
        row.get(field).and_then(toml::Value::as_str).unwrap_or_default().to_owned()
    };
    let boards: Vec<_> =
        rows.iter().map(|row| (field(row, "name"), field(row, "target"))).collect();
    let feature = |board: &str| format!("CARGO_FEATURE_{}", board.to_uppercase().replace('-', "_"));
    let chosen: Vec<_> =
        boards.iter().filter(|(board, _)| env::var_os(feature(board)).is_some()).collect();
    let &[(board, wanted)] = chosen.as_slice() else {
        let names: Vec<_> = boards.iter().map(|(board, _)| board.as_str()).collect();
        return Err(format!("choose exactly one board with --features: {}", names.join(", ")));
    };
    let target = env::var("TARGET").unwrap_or_default();
    if target != *wanted {
        return Err(format!(
            "board {board} runs code for {wanted}, not for {target}: give --target"
        ));
    }
    // Armv8-M with the main extension has a register for the stack's limit.
    println!("cargo::rustc-check-cfg=cfg(stack_limit)");
    if target.starts_with("thumbv8m.main") {
        println!("cargo::rustc-cfg=stack_limit");
    }
    Ok(board.clone())
}

/// The linker script `memory.x`, and the arguments that use it.
///
/// The arguments are here and not in `.cargo/config.toml` because RUSTFLAGS in the environment
/// would replace those.
fn layout(board: &str, out: &Path) -> Result<(), String> {
    let from = format!("memory/{board}.x");
    println!("cargo::rerun-if-changed={from}");
    fs::copy(&from, out.join("memory.x")).map_err(|error| format!("{from}: {error}"))?;
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    // Where the parity binary finds its job.
    println!("cargo::rerun-if-changed=memory/parity.x");
    println!("cargo::rustc-link-arg-bin=parity=-Tmemory/parity.x");
    // Sections need no page alignment on a device without pages.
    println!("cargo::rustc-link-arg-bins=--nmagic");
    Ok(())
}

/// The path in an environment variable, which a relative path takes from this package's folder.
fn input(variable: &str) -> Option<PathBuf> {
    println!("cargo::rerun-if-env-changed={variable}");
    env::var_os(variable).map(PathBuf::from)
}

/// Rust code with the blob and the numbers that follow from it.
fn model_source(path: &Path, out: &Path) -> Result<String, String> {
    println!("cargo::rerun-if-changed={}", path.display());
    let name = path.display();
    let bytes =
        fs::read(path).map_err(|error| format!("{name}: {error}; GAN_MODEL names another blob"))?;
    let mut buffer = Vec::new();
    let blob = aligned(&mut buffer, bytes.len());
    blob.copy_from_slice(&bytes);
    let generator = gan_core::decode(blob).map_err(|error| format!("{name}: {error}"))?;
    for (feature, needed) in [
        ("float", generator.layers().any(|layer| matches!(layer, Layer::F32 { .. }))),
        ("int4", generator.layers().any(|layer| matches!(layer, Layer::I4(_)))),
    ] {
        if needed && env::var_os(format!("CARGO_FEATURE_{}", feature.to_uppercase())).is_none() {
            return Err(format!("{name}: add `--features {feature}` for this model"));
        }
    }
    let kernel = env::var("DEP_GAN_CORE_KERNEL").unwrap_or_default();
    let packing = Packing::of_kernel(&kernel)
        .ok_or_else(|| format!("gan-core's kernel {kernel:?} has no packing"))?;
    let header = generator.packed_header(packing);
    let len = blob::encoded_len(&header).map_err(|error| format!("{name}: {error}"))?;
    let mut buffer = Vec::new();
    let packed = aligned(&mut buffer, len);
    blob::encode(&header, generator.layers(), packed)
        .map_err(|error| format!("{name}: {error}"))?;
    let packed_generator =
        gan_core::decode(&*packed).map_err(|error| format!("{name}, packed: {error}"))?;
    let source = constants(&packed_generator, generator.crc(), load_len()?)
        .map_err(|error| error.to_string())?;
    fs::write(out.join("model.gan"), &*packed).map_err(|error| format!("model.gan: {error}"))?;
    Ok(source)
}

/// `len` bytes on a multiple of ALIGNMENT, where decode wants a blob and Vec need not put it.
fn aligned(buffer: &mut Vec<u8>, len: usize) -> &mut [u8] {
    buffer.resize(len + ALIGNMENT, 0);
    let start = buffer.as_ptr().align_offset(ALIGNMENT);
    &mut buffer[start..start + len]
}

/// Bytes of a model that the firmware can receive, a multiple of the alignment.
fn load_len() -> Result<usize, String> {
    let Some(text) = input("GAN_LOAD") else { return Ok(0) };
    let len: usize = text
        .to_string_lossy()
        .parse()
        .map_err(|error| format!("GAN_LOAD={}: {error}", text.display()))?;
    Ok(len.next_multiple_of(ALIGNMENT))
}

fn constants(generator: &Generator<'_>, crc: u32, load: usize) -> Result<String, std::fmt::Error> {
    let image = generator.image();
    let mut source = String::from(
        "/// The blob.\n\
         pub static BLOB: &Aligned<[u8]> =\n    \
         &Aligned(*include_bytes!(concat!(env!(\"OUT_DIR\"), \"/model.gan\")));\n",
    );
    let header = generator.header();
    // What Debug says of a layer and of an image's shape is Rust, and a float's digits are all
    // there.
    writeln!(
        source,
        "/// The blob, which was decoded when this was built.\n\
         pub static KNOWN: gan_core::blob::Known<'static> = {{\n\
             use gan_core::blob::{{Activation::*, Element::*, ImageShape}};\n\
             use gan_core::blob::{{LayerSpec, Packing::*}};\n\
             let description = gan_core::blob::Description {{\n\
                 name: {:?}, latent_len: {}, classes: {}, image: {:?}, layers: {:?},\n\
                 encoded_len: {}, crc: {:#010x},\n\
             }};\n\
             gan_core::blob::Known::new(description, &BLOB.0)\n\
         }};",
        header.name,
        header.latent_len,
        header.classes,
        header.image,
        header.layers,
        generator.encoded_len(),
        generator.crc(),
    )?;
    for (name, value, meaning) in [
        ("LATENT_LEN", generator.latent_len(), "Codes in a latent vector."),
        ("SCRATCH_LEN", generator.scratch_len(), "Words of the layers' buffers."),
        ("PIXELS_LEN", generator.pixels_len(), "Bytes of an image."),
        ("LINE_LEN", generator.line_len(), "Bytes of a line of an image."),
        ("WIDTH", image.width.into(), "Pixels in a line."),
        ("HEIGHT", image.height.into(), "Lines of an image."),
        ("CHANNELS", image.channels.into(), "Bytes in a pixel."),
    ] {
        writeln!(source, "/// {meaning}\npub const {name}: usize = {value};")?;
    }
    let rooms = gan_core::memory::Rooms::of(generator, load != 0);
    for (name, value, meaning) in [
        ("LOAD_LEN", load, "Bytes of a model that can come over the console."),
        ("LATENT_ROOM", rooms.latent, "Codes of the largest latent vector."),
        ("SCRATCH_ROOM", rooms.scratch, "Words of the largest buffers."),
        ("LINE_ROOM", rooms.line, "Bytes of the longest line."),
        ("GRID_ROOM", rooms.grid, "Bytes of the largest row of the grid."),
    ] {
        writeln!(source, "/// {meaning}\npub const {name}: usize = {value};")?;
    }
    writeln!(
        source,
        "/// CRC-32 of the blob before it was packed for this board.\n\
         pub const CRC: u32 = {crc:#010x};"
    )?;
    writeln!(
        source,
        "/// Number of labels; 0: the generator takes none.\npub const CLASSES: u16 = {};",
        generator.classes()
    )?;
    Ok(source)
}
