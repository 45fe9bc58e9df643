//! Folders with the libraries for Arduino, PlatformIO and ESP-IDF, from gan-c/packages.

use super::{LIBRARY, TARGETS, build, export, scratch};
use crate::prelude::*;
use crate::python::Environment;

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
    let is_ours = out.join(MARK).exists();
    let is_empty = fs::read_dir(out).map_or(true, |mut all| all.next().is_none());
    let name = relative(out);
    ensure!(is_ours || is_empty, "{name}: the folder is not empty, and not one of this command");
    // Cargo does nothing for a library that is built.
    let library = |target: &str| build(toolchain, Some(target));
    let folders = ["arduino", "platformio", "esp-idf"].map(|name| out.join(name));
    folders.iter().try_for_each(|folder| shell::remove(folder))?;
    fs::write(shell::create(out.into())?.join(MARK), "")?;
    for folder in &folders {
        let from = root().join("gan-c/packages").join(folder.file_name().unwrap_or_default());
        shell::instantiate(&from, folder, &[("version", env!("CARGO_PKG_VERSION"))])?;
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            copy(&root().join(licence), &folder.join(licence))?;
        }
    }
    let [arduino, platformio, esp_idf] = &folders;
    let header = root().join("gan-c/include/gan.h");
    copy(&header, &arduino.join("src/gan.h"))?;
    for (folder, target) in ARDUINO {
        copy(&library(target)?, &arduino.join("src").join(folder).join(LIBRARY))?;
    }
    copy(&header, &platformio.join("include/gan.h"))?;
    copy(&header, &esp_idf.join("include/gan.h"))?;
    for target in TARGETS {
        let library = library(target)?;
        copy(&library, &platformio.join("lib").join(target).join(LIBRARY))?;
        if target.starts_with("riscv") {
            copy(&library, &esp_idf.join("lib").join(target).join(LIBRARY))?;
        }
    }
    export("models/digits8.gan", "cortex-m4", &arduino.join("examples/Draw"))?;
    let source = platformio.join("examples/draw/src");
    export("models/mnist-tiny.gan", "cortex-m4", &source)?;
    copy(&root().join("gan-c/examples/draw.c"), &source.join("main.c"))?;
    export("models/digits8.gan", "rv32im", &esp_idf.join("examples/draw/main"))?;
    Ok(folders)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    shell::create(to.parent().unwrap_or(to).into())?;
    fs::copy(from, to).map(|_| ()).with_context(|| relative(from))
}

/// Makes the folders and has PlatformIO's and Espressif's own tools pack theirs. Arduino has no
/// such tool in a package registry: of its folder only the example is compiled, as C++.
pub fn check(toolchain: Toolchain, tally: &mut Tally) -> Result<()> {
    let [arduino, platformio, esp_idf] = make(toolchain, &scratch("packages")?.join("library"))?;
    tally.pass();
    sketch(&arduino)?;
    tally.pass();
    let venv = Environment::new(&scratch("venv")?, &PACKERS);
    let Some(venv) = shell::or_skip("pio and compote", venv) else { return Ok(()) };
    let packed = scratch("packed")?;
    let mut pio = venv.program("pio");
    pio.words("pkg pack --output").arg(&packed).arg(&platformio).read()?;
    let mut compote = venv.program("compote");
    compote.words("component pack --name gan --dest-dir").arg(&packed);
    compote.current_dir(&esp_idf).read()?;
    let names: Vec<_> = shell::files(&packed)?.iter().map(|path| relative(path)).collect();
    let version = env!("CARGO_PKG_VERSION");
    for start in [format!("/gan-{version}.tar"), format!("/gan_{version}.tgz")] {
        ensure!(names.iter().any(|name| name.contains(&start)), "no {start}: {names:?}");
    }
    println!("packed by pio and compote: {}", names.join(", "));
    tally.pass();
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
    let mut compiler = tool("c++", "-std=c++17 -Wall -Wextra -Werror -fsyntax-only -x c++");
    compiler.arg("-include").arg(&stand_in).arg("-I").arg(arduino.join("src"));
    let done = compiler.arg(arduino.join("examples/Draw/Draw.ino")).run();
    fs::remove_file(&stand_in)?;
    done
}
