//! Folders with the libraries for Arduino, PlatformIO and ESP-IDF, from gan-c/packages.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::{LIBRARY, TARGETS, build, export, scratch};
use crate::setup::Toolchain;
use crate::shell::{self, relative, root};
use crate::tally::Tally;

/// Where Arduino looks for a library that was built before: a folder for what a board's definition
/// calls its core, and for its FPU one within it.
const ARDUINO: [(&str, &str); 9] = [
    ("cortex-m0", "thumbv6m-none-eabi"),
    ("cortex-m0plus", "thumbv6m-none-eabi"),
    ("cortex-m3", "thumbv7m-none-eabi"),
    ("cortex-m4", "thumbv7em-none-eabi"),
    ("cortex-m4/fpv4-sp-d16-hard", "thumbv7em-none-eabihf"),
    ("cortex-m7/fpv4-sp-d16-hard", "thumbv7em-none-eabihf"),
    ("cortex-m33", "thumbv8m.main-none-eabi"),
    ("cortex-m33/fpv5-sp-d16-hard", "thumbv8m.main-none-eabihf"),
    ("esp32c3", "riscv32imc-unknown-none-elf"),
];
/// The packers, from PyPI. They work without a network.
const PACKERS: [&str; 2] = ["platformio==6.2.0", "idf-component-manager==3.1.2"];
/// How a folder that is ours is told from another.
const MARK: &str = ".gan-c-library";

/// Makes the three folders in `out`. What an earlier run made there is replaced, and nothing else.
pub fn make(toolchain: Toolchain, out: &Path) -> Result<[PathBuf; 3]> {
    let mark = out.join(MARK);
    let is_empty = |folder: &Path| fs::read_dir(folder).is_ok_and(|mut all| all.next().is_none());
    ensure!(
        !out.exists() || mark.exists() || is_empty(out),
        "{}: the folder is not empty, and not one of this command",
        relative(out)
    );
    let libraries = TARGETS
        .iter()
        .map(|&target| Ok((target, build(toolchain, Some(target))?)))
        .collect::<Result<Vec<_>>>()?;
    let library = |target: &str| {
        let found = libraries.iter().find(|(name, _)| *name == target);
        found.map(|(_, path)| path).with_context(|| format!("no library for {target}"))
    };
    let folders = ["arduino", "platformio", "esp-idf"].map(|name| out.join(name));
    for folder in folders.iter().filter(|folder| folder.exists()) {
        fs::remove_dir_all(folder).with_context(|| relative(folder))?;
    }
    fs::create_dir_all(out).with_context(|| relative(out))?;
    fs::write(&mark, "")?;
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default();
        template(&root().join("gan-c/packages").join(name), folder)?;
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            copy(&root().join(licence), &folder.join(licence))?;
        }
    }
    let [arduino, platformio, esp_idf] = &folders;
    let header = root().join("gan-c/include/gan.h");
    copy(&header, &arduino.join("src/gan.h"))?;
    for (folder, target) in ARDUINO {
        copy(library(target)?, &arduino.join("src").join(folder).join(LIBRARY))?;
    }
    copy(&header, &platformio.join("include/gan.h"))?;
    copy(&header, &esp_idf.join("include/gan.h"))?;
    for target in TARGETS {
        copy(library(target)?, &platformio.join("lib").join(target).join(LIBRARY))?;
        if target.starts_with("riscv") {
            copy(library(target)?, &esp_idf.join("lib").join(target).join(LIBRARY))?;
        }
    }
    let model = root().join("models/digits8.gan");
    export(&model, "cortex-m4", &arduino.join("examples/Draw"))?;
    let source = platformio.join("examples/draw/src");
    export(&root().join("models/mnist-tiny.gan"), "cortex-m4", &source)?;
    copy(&root().join("gan-c/examples/draw.c"), &source.join("main.c"))?;
    export(&model, "rv32im", &esp_idf.join("examples/draw/main"))?;
    Ok(folders)
}

/// Copies a folder, with the version in the place of `{{version}}`.
fn template(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| relative(to))?;
    for entry in fs::read_dir(from).with_context(|| relative(from))? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            template(&path, &target)?;
        } else {
            let text = fs::read_to_string(&path).with_context(|| relative(&path))?;
            fs::write(&target, text.replace("{{version}}", env!("CARGO_PKG_VERSION")))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).with_context(|| relative(folder))?;
    }
    fs::copy(from, to).map(|_| ()).with_context(|| relative(from))
}

/// Makes the folders and has PlatformIO's and Espressif's own tools pack theirs. Arduino has no
/// such tool in a package registry: of its folder only the example is compiled, as C++.
pub fn check(toolchain: Toolchain, tally: &mut Tally) -> Result<()> {
    let out = scratch("packages")?.join("library");
    let [arduino, platformio, esp_idf] = make(toolchain, &out)?;
    *tally += Tally::one(true);
    sketch(&arduino)?;
    *tally += Tally::one(true);
    let programs = match packers() {
        Ok(programs) => programs,
        Err(error) => {
            println!("SKIPPED pio and compote: {error:#}");
            return Ok(());
        }
    };
    let packed = scratch("packed")?;
    let mut pio = Command::new(programs.join("pio"));
    shell::capture(pio.args(["pkg", "pack", "--output"]).arg(&packed).arg(&platformio))?;
    let mut compote = Command::new(programs.join("compote"));
    compote.args(["component", "pack", "--name", "gan", "--dest-dir"]).arg(&packed);
    shell::capture(compote.current_dir(&esp_idf))?;
    let names: Vec<_> = fs::read_dir(&packed)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    let version = env!("CARGO_PKG_VERSION");
    for start in [format!("gan-{version}.tar"), format!("gan_{version}.tgz")] {
        ensure!(names.iter().any(|name| name.starts_with(&start)), "no {start}: {names:?}");
    }
    println!("packed by pio and compote: {}", names.join(", "));
    *tally += Tally::one(true);
    Ok(())
}

/// Compiles the sketch against a stand-in for Arduino's Serial.
fn sketch(arduino: &Path) -> Result<()> {
    if !shell::available("c++") {
        println!("SKIPPED the sketch: no c++");
        return Ok(());
    }
    let stand_in = scratch("packed")?.join("stand-in.h");
    let text = "#include <stddef.h>\nstruct { void begin(long) {} int read() { return -1; } \
                template <class T> void print(T) {} void println() {} \
                template <class T> void println(T) {} } Serial;\n";
    fs::write(&stand_in, text)?;
    let mut compiler = Command::new("c++");
    compiler.args(["-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++"]);
    compiler.arg("-include").arg(&stand_in).arg("-I").arg(arduino.join("src"));
    let done = shell::run(compiler.arg(arduino.join("examples/Draw/Draw.ino")));
    fs::remove_file(&stand_in)?;
    done
}

/// The folder with pio and compote, in a virtual environment of Python's.
fn packers() -> Result<PathBuf> {
    let folder = scratch("venv")?;
    let programs = folder.join("bin");
    if !programs.join("compote").exists() {
        shell::capture(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let mut pip = Command::new(programs.join("pip"));
        shell::capture(pip.args(["install", "--quiet"]).args(PACKERS))?;
    }
    Ok(programs)
}
