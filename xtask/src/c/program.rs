//! Programs in C on the host and in QEMU: gan-c/examples/draw.c draws, gan-c/qemu/transform.c makes
//! images of images. What they print, what is linked into them, and how long that is.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use gan_tests::reference::{self, sampler};

use super::{build, export, map, scratch, vectors};
use crate::boards;
use crate::qemu::{self, End};
use crate::setup::Toolchain;
use crate::shell::{self, root};
use crate::symbols;

const DRAW: &str = "gan-c/examples/draw.c";
const TRANSFORM: &str = "gan-c/qemu/transform.c";
/// The model that draw.c draws.
const MODEL: &str = "models/mnist-tiny.gan";
/// 100 images take two seconds.
const LIMIT: Duration = Duration::from_secs(60);
const WARNINGS: [&str; 5] = ["-std=c11", "-Wall", "-Wextra", "-pedantic", "-Werror"];

/// A core with the target that runs on it, the compiler's flags, and a board of QEMU's.
struct Core {
    /// The core's name, as `gan export --target` takes it.
    name: &'static str,
    target: &'static str,
    flags: &'static [&'static str],
    board: &'static str,
}

const CORES: [Core; 3] = [
    Core {
        name: "cortex-m0",
        target: "thumbv6m-none-eabi",
        flags: &["-mcpu=cortex-m0"],
        board: "an385-m0",
    },
    Core {
        name: "cortex-m4",
        target: "thumbv7em-none-eabi",
        flags: &["-mcpu=cortex-m4", "-mfloat-abi=soft"],
        board: "mps2-an386",
    },
    Core {
        name: "cortex-m4",
        target: "thumbv7em-none-eabihf",
        flags: &["-mcpu=cortex-m4", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16"],
        board: "mps2-an386",
    },
];

/// The last line of draw.c by the naive reference, and the line with its first image's CRC-32.
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

/// A program of gan-c, the model's source and its libraries, on the host by its C compiler; returns
/// the lines that it prints.
fn on_host(program: &str, folder: &Path, library: &Path) -> Result<Vec<String>> {
    let binary = folder.join("program");
    let mut cc = Command::new("cc");
    cc.args(WARNINGS).args(["-O2", "-I"]).arg(folder).arg("-I").arg(root().join("gan-c/include"));
    cc.arg(root().join(program)).arg(folder.join("gan_model.c")).arg(library);
    cc.args(["-lpthread", "-ldl", "-lm", "-o"]).arg(&binary);
    shell::run(&mut cc)?;
    let said = shell::capture(&mut Command::new(&binary))?;
    Ok(said.lines().map(str::to_owned).collect())
}

/// The same in QEMU, by arm-none-eabi-gcc. No panic may be linked into it. The linker's map is
/// `program.map` in `folder`.
fn in_qemu(core: &Core, program: &str, folder: &Path, library: &Path) -> Result<Vec<String>> {
    let (elf, map_file) = (folder.join("program.elf"), folder.join("program.map"));
    let qemu = root().join("gan-c/qemu");
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.args(WARNINGS).args(core.flags).args(["-mthumb", "-Os", "--specs=rdimon.specs"]);
    gcc.args(["-ffunction-sections", "-fdata-sections", "-nostartfiles", "-Wl,--gc-sections"]);
    gcc.arg(format!("-Wl,-Map={}", map_file.display()));
    gcc.arg("-T").arg(qemu.join("link.ld")).arg("-I").arg(folder);
    gcc.arg("-I").arg(root().join("gan-c/include")).arg(qemu.join("start.c"));
    gcc.arg(root().join(program)).arg(folder.join("gan_model.c")).arg(library).arg("-o").arg(&elf);
    shell::run(&mut gcc)?;
    let found = symbols::panics(&elf)?;
    ensure!(found.is_empty(), "{}: it can panic: {}", core.target, found.join(", "));
    let board = boards::select_one(core.board).map_err(|error| anyhow!(error))?;
    let run = qemu::run(board, &elf, LIMIT, |_| {})?;
    ensure!(run.end == End::Exit(0), "{}: {}\n{}", core.target, run.end, run.lines.join("\n"));
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
        let folder = folder.join(name);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        export(&root().join(model), core, &folder)?;
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
    export(&root().join(MODEL), "any", &folder)?;
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
        let library = build(toolchain, Some(core.target))?;
        let folder = scratch(core.target)?;
        export(&root().join(MODEL), core.name, &folder)?;
        let lines = in_qemu(core, DRAW, &folder, &library)?;
        judge(&lines, true)?;
        let run = |folder: &Path| in_qemu(core, TRANSFORM, folder, &library);
        let made = transform(core.name, &folder, run)?;
        println!(
            "C programs on a {} in QEMU ({}): {}; {}",
            core.name,
            core.target,
            lines.last().context("no line")?,
            made.join("; ")
        );
        map::print(&folder.join("program.map"))?;
    }
    Ok(())
}
