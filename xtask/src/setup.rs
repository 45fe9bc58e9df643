//! What the other tasks need: `setup` and `test` install it where they may, and say exactly what to
//! install where they may not; the others only say what is missing. All this is on standard error,
//! because a task's standard output may be for programs.

mod newer_qemu;

use std::collections::BTreeSet;
use std::env;
use std::io::stderr;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::boards;
use crate::prelude::*;
use crate::shell::{available, cargo};

/// Names the toolchain that builds the firmware.
const FORCE: &str = "XTASK_FIRMWARE_TOOLCHAIN";

pub const HELP: &str = "\
Environment:
  XTASK_FIRMWARE_TOOLCHAIN  `rustup` or `debian`: builds the firmware with that toolchain and no
                            other. Without it: the active toolchain with targets from `rustup
                            target add`; if they cannot be had, Debian's rustc-web with its
                            sources, from which core is built.
  XTASK_QEMU                `installed` or `newer`. Where the installed QEMU lacks a board, `setup`
                            and `test` unpack a newer one into target/qemu, for that board only;
                            `installed` refuses that, `newer` has all boards run in it.";

/// Debian 12's compiler, its sources and the linker it wants. The compiler is newer than the one
/// named `rustc`.
const DEBIAN_RUST: &str = "rustc-web rust-web-src rust-web-llvm lld-22";

/// Programs that tasks need: the Debian packages that have them, and what they are for.
const PROGRAMS: [(&str, &str, &str); 6] = [
    ("cc", "gcc libc6-dev", "to compile what counts instructions"),
    (
        "arm-none-eabi-gcc",
        "gcc-arm-none-eabi libnewlib-arm-none-eabi",
        "to compile a C program for a Cortex-M",
    ),
    ("qemu-system-arm", "qemu-system-arm", "to run the firmware without a board"),
    ("qemu-system-riscv32", "qemu-system-misc", "to run the firmware without a board"),
    ("qemu-aarch64", "qemu-user", "to run the vector kernels of other CPUs"),
    ("qemu-x86_64", "qemu-user", "to run the vector kernels of other CPUs"),
];

/// Whether this process may install something.
static PERMITTED: AtomicBool = AtomicBool::new(false);

/// Has what is missing installed from now on. Only `setup` and `test` do so. Other tasks say what
/// is missing.
pub fn permit() {
    PERMITTED.store(true, Ordering::Relaxed);
}

fn is_permitted() -> bool {
    PERMITTED.load(Ordering::Relaxed)
}

/// Fails with what is missing, if nothing may be installed.
fn permitted(missing: &str, purpose: &str) -> Result<()> {
    ensure!(
        is_permitted(),
        "{missing} is missing {purpose}; `cargo xtask setup` installs what is missing"
    );
    Ok(())
}

/// Makes sure of everything, and of these targets too, which are no board's.
pub fn with_targets(others: &[&str]) -> Result<()> {
    match run()? {
        Toolchain::Rustup => targets(others.iter().copied()),
        // It has the sources of `core`, and builds it for whatever target.
        Toolchain::Debian => Ok(()),
    }
}

/// Makes sure of what every test needs, and returns what builds the firmware.
pub fn run() -> Result<Toolchain> {
    components()?;
    let toolchain = firmware(&boards::all())?;
    gan_boards::all().iter().try_for_each(qemu)?;
    need("cc")?;
    Ok(toolchain)
}

/// Makes sure of one of [`PROGRAMS`].
pub fn need(program: &str) -> Result<()> {
    let row = PROGRAMS.iter().find(|(name, ..)| *name == program);
    let (_, packages, purpose) = row.with_context(|| format!("{program}: not in PROGRAMS"))?;
    if available(program) { Ok(()) } else { apt_install(packages, purpose) }
}

/// Makes sure of rustfmt and clippy. They are not in rust-toolchain.toml, where rustup would insist
/// on them before any cargo command.
fn components() -> Result<()> {
    for (tool, component, package) in
        [("fmt", "rustfmt", "rustfmt-web"), ("clippy", "clippy", "rust-web-clippy")]
    {
        if cargo(&root()).args([tool, "--version"]).read().is_ok() {
            continue;
        }
        if available("rustup") {
            rustup(&format!("component add {component}"))?;
        } else {
            apt_install(package, "to check the sources")?;
        }
    }
    Ok(())
}

/// Has rustup download something for the active toolchain.
fn rustup(words: &str) -> Result<()> {
    permitted(&format!("the result of `rustup {words}`"), "to build")?;
    eprintln!("setup: rustup {words}");
    // The errors of rustup are about the network, where a backtrace says nothing.
    let mut rustup = tool("rustup", words);
    rustup.current_dir(root()).env_remove("RUST_BACKTRACE").stdout(stderr()).run()
}

/// Makes sure of a toolchain for the firmware of these boards, and of the emulators of those that
/// QEMU emulates. What is missing is installed if it may be. Prints which toolchain it is.
pub fn firmware(boards: &[&Board]) -> Result<Toolchain> {
    let rustup = || targets(boards.iter().map(|board| board.target.as_str()));
    boards.iter().try_for_each(|board| qemu(board))?;
    let forced = env::var(FORCE).ok();
    let toolchain = match forced.as_deref() {
        Some("rustup") => rustup().map(|()| Toolchain::Rustup)?,
        Some("debian") => debian().map(|()| Toolchain::Debian)?,
        Some(other) => bail!("{FORCE} is `{other}`; it can be `rustup` or `debian`"),
        None => match rustup() {
            Ok(()) => Toolchain::Rustup,
            Err(error) if missing_of_debian().is_empty() || is_permitted() => {
                eprintln!("setup: {error:#}; trying Debian's compiler");
                debian().map(|()| Toolchain::Debian)?
            }
            Err(error) => return Err(error),
        },
    };
    let named = match toolchain {
        Toolchain::Rustup => "the active one, with its own targets (rustup)",
        Toolchain::Debian => "/usr/bin/rustc, with core built from its sources (Debian)",
    };
    eprintln!("setup: firmware toolchain: {named}");
    Ok(toolchain)
}

/// Makes sure of targets for the active toolchain.
fn targets<'t>(targets: impl Iterator<Item = &'t str>) -> Result<()> {
    let missing: BTreeSet<_> = targets.filter(|target| !has_target(target)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    rustup(&format!("target add {}", Vec::from_iter(missing).join(" ")))
}

/// Makes sure of one target.
pub fn target(target: &str) -> Result<()> {
    targets([target].into_iter())
}

/// Returns whether the active toolchain has the target's `core`, wherever it came from.
fn has_target(target: &str) -> bool {
    let mut rustc = tool("rustc", "--print target-libdir --target");
    let query = rustc.arg(target).current_dir(root()).read();
    query.is_ok_and(|folder| has_entries(folder.trim()))
}

fn has_entries(folder: &str) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some())
}

/// Makes sure of Debian's compiler and what it needs.
pub fn debian() -> Result<()> {
    let missing = missing_of_debian();
    if missing.is_empty() {
        return Ok(());
    }
    apt_install(
        &missing.join(" "),
        "to build the firmware (or let `rustup target add` download the targets)",
    )
}

/// Those of Debian's packages with a compiler that are not installed.
fn missing_of_debian() -> Vec<&'static str> {
    let is_missing = |package: &&str| {
        let mut query = tool("dpkg-query", "--show --showformat=${db:Status-Status}");
        !query.arg(package).read().is_ok_and(|status| status == "installed")
    };
    DEBIAN_RUST.split(' ').filter(is_missing).collect()
}

/// Makes sure of the emulator of a board, if QEMU emulates it, and of a newer one if it lacks the
/// board's machine.
fn qemu(board: &Board) -> Result<()> {
    let Some((program, _)) = boards::program_and_machine(board) else { return Ok(()) };
    need(program)?;
    if is_permitted() {
        let package = PROGRAMS.iter().find(|(name, ..)| *name == program);
        newer_qemu::unpack_for(board, package.map_or(program, |(_, package, _)| package));
    }
    Ok(())
}

/// Makes sure of a Vulkan driver, for the trainer's device `wgpu`. Where there is none, this is
/// Mesa's, which computes on the CPU.
pub fn vulkan() -> Result<()> {
    let has_driver = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d"].into_iter().any(has_entries);
    let libraries = tool("/sbin/ldconfig", "-p").read().unwrap_or_default();
    if has_driver && libraries.contains("libvulkan.so.1") {
        return Ok(());
    }
    apt_install("mesa-vulkan-drivers libvulkan1", "to train on the device wgpu")
}

/// Makes sure of a browser for the page, and returns its path.
pub fn chromium() -> Result<PathBuf> {
    for program in ["chromium", "chromium-browser", "google-chrome"] {
        if available(program) {
            return Ok(tool("which", program).read()?.trim().into());
        }
    }
    apt_install("chromium", "to check the page in a browser")?;
    Ok("/usr/bin/chromium".into())
}

/// Installs Debian packages if this user may, or fails with what to install.
fn apt_install(packages: &str, purpose: &str) -> Result<()> {
    permitted(packages, purpose)?;
    let is_root = tool("id", "-u").read().is_ok_and(|id| id.trim() == "0");
    let may = is_root || tool("sudo", "-n true").read().is_ok();
    ensure!(
        may && available("apt-get"),
        "please install {packages} {purpose}; \
         on Debian: apt-get update && apt-get install {packages}"
    );
    eprintln!("setup: apt-get install {packages}");
    let apt_get = |words: &str| {
        let mut command = if is_root { Command::new("env") } else { tool("sudo", "-n env") };
        command.words("DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0");
        command.words(words).stdout(stderr()).run()
    };
    apt_get("update")?;
    apt_get(&format!("install --yes --no-install-recommends {packages}"))
}
