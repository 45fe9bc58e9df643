//! Programs in C on the host and in QEMU: gan-c/examples/draw.c draws, gan-c/qemu/transform.c makes
//! images of images. What they print, what is linked into them, and how long that is.

use gan_tests::reference::{self, sampler};

use super::{build, export, map, scratch, vectors};
use crate::boards;
use crate::prelude::*;
use crate::qemu::{self, End};
use crate::symbols;

const DRAW: &str = "gan-c/examples/draw.c";
const TRANSFORM: &str = "gan-c/qemu/transform.c";
/// The model that draw.c draws.
const MODEL: &str = "models/mnist-tiny.gan";
/// 100 images take two seconds.
const LIMIT: Duration = Duration::from_secs(60);
const WARNINGS: &str = "-std=c11 -Wall -Wextra -pedantic -Werror";

/// A core that programs in C run on.
pub struct Core {
    /// Its name, as `gan export --target` takes it.
    pub name: &'static str,
    /// The target of the library for it.
    pub target: &'static str,
    /// What the C compiler has to know.
    flags: &'static str,
    /// A board of QEMU's with this core.
    pub board: &'static str,
}

pub const CORES: [Core; 3] = [
    Core {
        name: "cortex-m0",
        target: "thumbv6m-none-eabi",
        flags: "-mcpu=cortex-m0",
        board: "an385-m0",
    },
    Core {
        name: "cortex-m4",
        target: "thumbv7em-none-eabi",
        flags: "-mcpu=cortex-m4 -mfloat-abi=soft",
        board: "mps2-an386",
    },
    Core {
        name: "cortex-m4",
        target: "thumbv7em-none-eabihf",
        flags: "-mcpu=cortex-m4 -mfloat-abi=hard -mfpu=fpv4-sp-d16",
        board: "mps2-an386",
    },
];

/// Returns the last line of draw.c by the naive reference, and the line with its first image's
/// CRC-32.
fn expected() -> Result<[String; 2]> {
    let blob = fs::read(root().join(MODEL)).context(MODEL)?;
    let model = reference::parse(&blob).map_err(|error| anyhow!("{MODEL}: {error}"))?;
    let image = |seed: u64, index: u64, label: u16| {
        let len = usize::from(model.latent_len);
        let latent = sampler::codes(seed, index * len as u64, len);
        reference::generate(&model, &latent, Some(label))
    };
    let all: Vec<u8> = (0..10)
        .flat_map(|seed| (0..10).map(move |index| (seed, index)))
        .flat_map(|(seed, index)| image(seed, index, (index % u64::from(model.classes)) as u16))
        .collect();
    Ok([
        format!("image 0 of seed 0: {:08x}", reference::crc32(&image(0, 0, 0))),
        format!("100 images: {:08x}", reference::crc32(&all)),
    ])
}

fn judge(lines: &[String], native: bool) -> Result<()> {
    let said = lines.join("\n");
    for line in expected()? {
        ensure!(lines.contains(&line), "the program did not say {line:?}:\n{said}");
    }
    ensure!(said.contains("native 1") == native, "another kernel than expected:\n{said}");
    Ok(())
}

/// Compiles a program of gan-c with the model's source and the library, by the host's C compiler,
/// and runs it. Returns the lines that it prints.
pub fn on_host(program: &str, folder: &Path, library: &Path) -> Result<Vec<String>> {
    let binary = folder.join("program");
    let mut cc = tool("cc", WARNINGS);
    cc.words("-O2 -I").arg(folder).arg("-I").arg(root().join("gan-c/include"));
    cc.arg(root().join(program)).arg(folder.join("gan_model.c")).arg(library);
    cc.words("-lpthread -ldl -lm -o").arg(&binary).run()?;
    Ok(Command::new(&binary).read()?.lines().map(str::to_owned).collect())
}

/// Compiles the same by arm-none-eabi-gcc and runs it in QEMU. No panic may be linked into it. The
/// linker writes its map to `program.map` in `folder`.
pub fn in_qemu(
    core: &Core,
    program: &str,
    folder: &Path,
    library: &Path,
    limit: Duration,
) -> Result<Vec<String>> {
    let elf = folder.join("program.elf");
    let qemu = root().join("gan-c/qemu");
    let mut gcc = tool("arm-none-eabi-gcc", WARNINGS);
    gcc.words(core.flags).words("-mthumb -Os --specs=rdimon.specs -ffunction-sections");
    gcc.words("-fdata-sections -nostartfiles -Wl,--gc-sections");
    gcc.arg(format!("-Wl,-Map={}", folder.join("program.map").display()));
    gcc.arg("-T").arg(qemu.join("link.ld")).arg("-I").arg(folder);
    gcc.arg("-I").arg(root().join("gan-c/include")).arg(qemu.join("start.c"));
    gcc.arg(root().join(program)).arg(folder.join("gan_model.c")).arg(library).arg("-o").arg(&elf);
    gcc.run()?;
    let found = symbols::panics(&elf)?;
    ensure!(found.is_empty(), "it can panic: {}", found.join(", "));
    let run = qemu::run(boards::select_one(core.board)?, &elf, limit)?;
    ensure!(run.end == End::Exit(0), "{}\n{}", run.end, run.lines.join("\n"));
    Ok(run.lines)
}

/// Has transform.c compare the vectors of models that take an image.
fn transform(
    core: &str,
    folder: &Path,
    run: impl Fn(&Path) -> Result<Vec<String>>,
) -> Result<Vec<String>> {
    let mut said = Vec::new();
    for (model, name) in vectors::MODELS {
        let folder = shell::create(folder.join(name))?;
        export(model, core, &folder)?;
        let count = vectors::write((model, name), &folder)?;
        let lines = run(&folder).with_context(|| model.to_owned())?;
        let last = lines.last().context("no line")?;
        let expected = format!(": {count} images of images, no byte differs");
        ensure!(last.ends_with(&expected), "{model}: {last}");
        said.push(last.clone());
    }
    Ok(said)
}

/// Compiles and runs the program on the host, by its C compiler.
pub fn check_host() -> Result<()> {
    let library = build(Toolchain::Rustup, None)?;
    let folder = scratch("host")?;
    export(MODEL, "any", &folder)?;
    let lines = on_host(DRAW, &folder, &library)?;
    judge(&lines, true)?;
    let made = transform("any", &folder, |folder| on_host(TRANSFORM, folder, &library))?;
    println!("C programs on the host: {}; {}", lines.last().context("no line")?, made.join("; "));
    Ok(())
}

/// Compiles the programs by arm-none-eabi-gcc, and runs them on a Cortex-M0 and a Cortex-M4 in
/// QEMU.
pub fn check_boards(toolchain: Toolchain) -> Result<()> {
    for core in &CORES {
        let Core { name, target, .. } = core;
        let library = build(toolchain, Some(target))?;
        let folder = scratch(target)?;
        export(MODEL, name, &folder)?;
        let run = |program: &str, folder: &Path| {
            in_qemu(core, program, folder, &library, LIMIT).context(*target)
        };
        let lines = run(DRAW, &folder)?;
        judge(&lines, true)?;
        let made = transform(name, &folder, |folder| run(TRANSFORM, folder))?.join("; ");
        let last = lines.last().context("no line")?;
        println!("C programs on a {name} in QEMU ({target}): {last}; {made}");
        map::print(&folder.join("program.map"))?;
    }
    Ok(())
}
