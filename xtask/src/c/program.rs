//! gan-c/examples/draw.c on the host and in QEMU: what it prints, what is linked into it, and how
//! long that is.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use gan_tests::reference::{self, sampler};

use super::{build, export, map, scratch};
use crate::boards;
use crate::qemu::{self, End};
use crate::setup::Toolchain;
use crate::shell::{self, root};
use crate::symbols;

/// The model that the program draws.
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
    let blob = std::fs::read(root().join(MODEL)).context(MODEL)?;
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

/// The program's sources.
fn sources(model: &Path) -> [PathBuf; 2] {
    [root().join("gan-c/examples/draw.c"), model.join("gan_model.c")]
}

/// Compiles and runs the program on the host, by its C compiler.
pub fn check_host() -> Result<()> {
    let library = build(Toolchain::Rustup, None)?;
    let folder = scratch("host")?;
    export(&root().join(MODEL), "any", &folder)?;
    let program = folder.join("draw");
    let mut cc = Command::new("cc");
    cc.args(WARNINGS).args(["-O2", "-I"]).arg(&folder).arg("-I").arg(root().join("gan-c/include"));
    cc.args(sources(&folder)).arg(library).args(["-lpthread", "-ldl", "-lm", "-o"]).arg(&program);
    shell::run(&mut cc)?;
    let said = shell::capture(&mut Command::new(&program))?;
    let lines: Vec<String> = said.lines().map(str::to_owned).collect();
    judge(&lines, true)?;
    println!("C program on the host: {}", lines.last().context("no line")?);
    Ok(())
}

/// Compiles the program by arm-none-eabi-gcc, and runs it on a Cortex-M0 and a Cortex-M4 in QEMU.
pub fn check_boards(toolchain: Toolchain) -> Result<()> {
    for core in &CORES {
        let library = build(toolchain, Some(core.target))?;
        let folder = scratch(core.target)?;
        export(&root().join(MODEL), core.name, &folder)?;
        let (elf, map_file) = (folder.join("draw.elf"), folder.join("draw.map"));
        let qemu = root().join("gan-c/qemu");
        let mut gcc = Command::new("arm-none-eabi-gcc");
        gcc.args(WARNINGS).args(core.flags).args(["-mthumb", "-Os", "--specs=rdimon.specs"]);
        gcc.args(["-ffunction-sections", "-fdata-sections", "-nostartfiles", "-Wl,--gc-sections"]);
        gcc.arg(format!("-Wl,-Map={}", map_file.display()));
        gcc.arg("-T").arg(qemu.join("link.ld")).arg("-I").arg(&folder);
        gcc.arg("-I").arg(root().join("gan-c/include")).arg(qemu.join("start.c"));
        gcc.args(sources(&folder)).arg(&library).arg("-o").arg(&elf);
        shell::run(&mut gcc)?;
        let found = symbols::panics(&elf)?;
        ensure!(found.is_empty(), "{}: it can panic: {}", core.target, found.join(", "));
        let board = boards::select_one(core.board).map_err(|error| anyhow!(error))?;
        let run = qemu::run(board, &elf, LIMIT, |_| {})?;
        ensure!(run.end == End::Exit(0), "{}: {}\n{}", core.target, run.end, run.lines.join("\n"));
        judge(&run.lines, true)?;
        println!(
            "C program on a {} in QEMU ({}): {}",
            core.name,
            core.target,
            run.lines.last().context("no line")?
        );
        map::print(&map_file)?;
    }
    Ok(())
}
