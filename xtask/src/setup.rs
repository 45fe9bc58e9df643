//! What the other tasks need: `setup` and `test` install it where they may, and say exactly what to
//! install where they may not; the others only say what is missing. All this is on standard error,
//! because a task's standard output may be for programs.

mod newer_qemu;

use std::env;
use std::io::stderr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail, ensure};

use crate::boards::{self, Board};
use crate::shell::{available, capture, cargo, root, run as run_command};

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
const DEBIAN_RUST: &[&str] = &["rustc-web", "rust-web-src", "rust-web-llvm", "lld-22"];

/// The compiler in [`DEBIAN_RUST`].
pub const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// What builds the firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Toolchain {
    /// The active toolchain, which has the targets' `core`.
    Rustup,
    /// Debian's compiler; `core` is built from its sources.
    Debian,
}

impl Toolchain {
    /// What its compiler says of itself, as in `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub fn version(self) -> Result<String> {
        let rustc = match self {
            Self::Rustup => "rustc",
            Self::Debian => DEBIAN_RUSTC,
        };
        Ok(capture(Command::new(rustc).arg("--version").current_dir(root()))?.trim().into())
    }
}

/// Whether this process may install something.
static PERMITTED: AtomicBool = AtomicBool::new(false);

/// Has what is missing installed from now on. Only `setup` and `test` do so. Other tasks say what
/// is missing.
pub fn permit() {
    PERMITTED.store(true, Ordering::Relaxed);
}

/// Fails with what is missing, if nothing may be installed.
fn permitted(missing: &str, purpose: &str) -> Result<()> {
    ensure!(
        PERMITTED.load(Ordering::Relaxed),
        "{missing} is missing {purpose}; `cargo xtask setup` installs what is missing"
    );
    Ok(())
}

/// Makes sure of everything and returns what builds the firmware.
pub fn run() -> Result<Toolchain> {
    components()?;
    let toolchain = firmware(&boards::all())?;
    for board in gan_boards::all() {
        qemu(board)?;
    }
    c_compiler()?;
    Ok(toolchain)
}

/// Makes sure of rustfmt and clippy. They are not in rust-toolchain.toml, where rustup would insist
/// on them before any cargo command.
fn components() -> Result<()> {
    for (tool, component, package) in
        [("fmt", "rustfmt", "rustfmt-web"), ("clippy", "clippy", "rust-web-clippy")]
    {
        if capture(cargo(&root()).args([tool, "--version"])).is_ok() {
            continue;
        }
        if available("rustup") {
            rustup_add(&["component", "add", component])?;
        } else {
            apt_install(&[package], "to check the sources")?;
        }
    }
    Ok(())
}

/// Has rustup download something for the active toolchain.
fn rustup_add(arguments: &[&str]) -> Result<()> {
    permitted(&format!("the result of `rustup {}`", arguments.join(" ")), "to build")?;
    eprintln!("setup: rustup {}", arguments.join(" "));
    // The errors of rustup are about the network, where a backtrace says nothing.
    run_command(
        Command::new("rustup")
            .args(arguments)
            .current_dir(root())
            .env_remove("RUST_BACKTRACE")
            .stdout(stderr()),
    )
}

/// The toolchain for the firmware of these boards, and the emulators of those that QEMU emulates,
/// installed if they must and may be. Says which toolchain it is.
pub fn firmware(boards: &[&Board]) -> Result<Toolchain> {
    let rustup = || rustup(boards);
    boards.iter().try_for_each(|board| qemu(board))?;
    let forced = env::var(FORCE).ok();
    let toolchain = match forced.as_deref() {
        Some("rustup") => rustup().map(|()| Toolchain::Rustup)?,
        Some("debian") => debian().map(|()| Toolchain::Debian)?,
        Some(other) => bail!("{FORCE} is `{other}`; it can be `rustup` or `debian`"),
        None => match rustup() {
            Ok(()) => Toolchain::Rustup,
            Err(error) if has_debian() || PERMITTED.load(Ordering::Relaxed) => {
                eprintln!("setup: {error:#}; trying Debian's compiler");
                debian().map(|()| Toolchain::Debian)?
            }
            Err(error) => return Err(error),
        },
    };
    eprintln!(
        "setup: firmware toolchain: {}",
        match toolchain {
            Toolchain::Rustup => "the active one, with its own targets (rustup)",
            Toolchain::Debian => "/usr/bin/rustc, with core built from its sources (Debian)",
        }
    );
    Ok(toolchain)
}

/// Makes sure of the boards' targets for the active toolchain.
fn rustup(boards: &[&Board]) -> Result<()> {
    let mut missing: Vec<_> = boards
        .iter()
        .map(|board| board.target.as_str())
        .filter(|target| !has_target(target))
        .collect();
    missing.sort_unstable();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }
    rustup_add(&[&["target", "add"], missing.as_slice()].concat())
}

/// Makes sure of a target for programs of another Linux machine.
pub fn target(target: &str) -> Result<()> {
    if has_target(target) { Ok(()) } else { rustup_add(&["target", "add", target]) }
}

/// Whether the active toolchain has the target's `core`, wherever it came from.
fn has_target(target: &str) -> bool {
    let query = capture(
        Command::new("rustc")
            .args(["--print", "target-libdir", "--target", target])
            .current_dir(root()),
    );
    query.is_ok_and(|folder| {
        Path::new(folder.trim()).read_dir().is_ok_and(|mut entries| entries.next().is_some())
    })
}

/// Makes sure of Debian's compiler and what it needs.
pub fn debian() -> Result<()> {
    let missing: Vec<_> =
        DEBIAN_RUST.iter().copied().filter(|package| !has_package(package)).collect();
    apt_install(&missing, "to build the firmware (or let `rustup target add` download the targets)")
}

fn has_debian() -> bool {
    DEBIAN_RUST.iter().all(|package| has_package(package))
}

fn has_package(package: &str) -> bool {
    let query = capture(Command::new("dpkg-query").args([
        "--show",
        "--showformat=${db:Status-Status}",
        package,
    ]));
    query.is_ok_and(|status| status == "installed")
}

/// Makes sure of the emulator of a board, if QEMU emulates it, and of a newer one if it lacks the
/// board's machine.
fn qemu(board: &Board) -> Result<()> {
    let Some(program) = board.qemu.as_deref().and_then(|line| line.split(' ').next()) else {
        return Ok(());
    };
    let package = if program == "qemu-system-arm" { program } else { "qemu-system-misc" };
    if !available(program) {
        apt_install(&[package], "to run the firmware without a board")?;
    }
    if PERMITTED.load(Ordering::Relaxed) {
        newer_qemu::unpack_for(board, package);
    }
    Ok(())
}

/// Makes sure of an emulator for programs of another CPU: `qemu-` and its architecture.
pub fn emulator(program: &str) -> Result<()> {
    if available(program) {
        Ok(())
    } else {
        apt_install(&["qemu-user"], "to run the vector kernels of other CPUs")
    }
}

/// Makes sure of a Vulkan driver, for the trainer's device `wgpu`. Where there is none, this is
/// Mesa's, which computes on the CPU.
pub fn vulkan() -> Result<()> {
    let has_driver = ["/etc/vulkan/icd.d", "/usr/share/vulkan/icd.d"].iter().any(|folder| {
        Path::new(folder).read_dir().is_ok_and(|mut drivers| drivers.next().is_some())
    });
    let libraries = capture(Command::new("/sbin/ldconfig").arg("-p")).unwrap_or_default();
    if has_driver && libraries.contains("libvulkan.so.1") {
        return Ok(());
    }
    apt_install(&["mesa-vulkan-drivers", "libvulkan1"], "to train on the device wgpu")
}

/// Makes sure of a browser for the page, and returns its path.
pub fn chromium() -> Result<PathBuf> {
    for program in ["chromium", "chromium-browser", "google-chrome"] {
        if available(program) {
            return Ok(capture(Command::new("which").arg(program))?.trim().into());
        }
    }
    apt_install(&["chromium"], "to check the page in a browser")?;
    Ok("/usr/bin/chromium".into())
}

/// Makes sure of a C compiler and a C library for Arm's microcontrollers.
pub fn arm_gcc() -> Result<()> {
    if available("arm-none-eabi-gcc") {
        return Ok(());
    }
    let packages = ["gcc-arm-none-eabi", "libnewlib-arm-none-eabi"];
    apt_install(&packages, "to compile a C program for a Cortex-M")
}

/// Makes sure of a C compiler, for QEMU's plugin.
pub fn c_compiler() -> Result<()> {
    if available("cc") {
        Ok(())
    } else {
        apt_install(&["gcc", "libc6-dev"], "to compile what counts instructions")
    }
}

/// Installs Debian packages if this user may, or fails with what to install.
fn apt_install(packages: &[&str], purpose: &str) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let packages_line = packages.join(" ");
    permitted(&packages_line, purpose)?;
    let is_root = capture(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    let sudo: &[&str] = if is_root { &[] } else { &["sudo", "-n"] };
    let may = is_root || capture(Command::new("sudo").args(["-n", "true"])).is_ok();
    if !(may && available("apt-get")) {
        bail!(
            "please install {packages_line} {purpose}; \
             on Debian: apt-get update && apt-get install {packages_line}"
        );
    }
    eprintln!("setup: apt-get install {packages_line}");
    let apt_get = |arguments: &[&str]| {
        let all = [
            sudo,
            &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"],
            arguments,
        ]
        .concat();
        run_command(Command::new(all[0]).args(&all[1..]).stdout(stderr()))
    };
    apt_get(&["update"])?;
    apt_get(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}
