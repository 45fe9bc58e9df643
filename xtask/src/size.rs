//! Flash and RAM of the firmware, from its ELF files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use object::{Object, ObjectSection, ObjectSymbol, SectionFlags, SectionKind, elf};

use crate::blob::Blob;
use crate::boards::Board;
use crate::firmware::{self, Input, Needs};
use crate::setup;
use crate::{shell, vectors};

/// Bytes of an ELF file's sections, as the device has them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Code and constants, blob included: flash only.
    pub text: u64,
    /// Statics with a value: in flash and in RAM.
    pub data: u64,
    /// Statics that begin as zeros: RAM only.
    pub bss: u64,
}

impl Size {
    /// All that is in flash.
    pub fn flash(self) -> u64 {
        self.text + self.data
    }

    /// All that is in RAM, but for the stack.
    pub fn ram(self) -> u64 {
        self.data + self.bss
    }
}

/// Measures an ELF file.
pub fn of(path: &Path) -> Result<Size> {
    let bytes = fs::read(path).with_context(|| shell::relative(path))?;
    let file = object::File::parse(&*bytes).with_context(|| shell::relative(path))?;
    let mut size = Size::default();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags } = section.flags() else { continue };
        // The linker scripts reserve heap and stack as sections: no static is in them.
        if sh_flags & u64::from(elf::SHF_ALLOC) == 0 || matches!(section.name(), Ok(".stack" | ".heap")) {
            continue;
        }
        match section.kind() {
            SectionKind::UninitializedData => size.bss += section.size(),
            SectionKind::Data => size.data += section.size(),
            _ => size.text += section.size(),
        }
    }
    Ok(size)
}

/// Sections of vectors and start-up code, of cortex-m-rt and riscv-rt: what a board brings with any program.
const START_UP_SECTIONS: [&str; 2] = [".vector_table", ".init.rust"];
/// The names of their functions.
const START_UP: [&str; 13] = [
    "Reset",
    "DefaultHandler_",
    "DefaultPreInit",
    "HardFault_",
    "_start",
    "_abs_start",
    "_start_trap",
    "_start_trap_rust",
    "__post_init",
    "_pre_default_start_trap",
    "ExceptionHandler",
    "DefaultHandler",
    "abort",
];

/// Bytes of an ELF file that are start-up code and vectors. Everything else counts as the runtime: gan-core and its dependencies, and what
/// the compiler adds, core and compiler_builtins.
fn start_up(path: &Path) -> Result<u64> {
    let bytes = fs::read(path).with_context(|| shell::relative(path))?;
    let file = object::File::parse(&*bytes).with_context(|| shell::relative(path))?;
    let mut sum = 0;
    for section in file.sections() {
        let name = section.name()?;
        if START_UP_SECTIONS.contains(&name) {
            sum += section.size();
        }
        if name != ".text" {
            continue;
        }
        let end = section.address() + section.size();
        let mut symbols = Vec::new();
        for symbol in file.symbols().filter(|symbol| symbol.section_index() == Some(section.index())) {
            let name = symbol.name()?;
            // Names with a dollar mark where code and data begin, those with a dot are of no function.
            if !name.starts_with(['$', '.']) {
                // The lowest bit of a Thumb function's address says that it is one.
                symbols.push((symbol.address() & !1, START_UP.contains(&name), symbol.size()));
            }
        }
        symbols.sort_unstable();
        for same in symbols.chunk_by(|(a, ..), (b, ..)| a == b) {
            let Some(&(_, true, size)) = same.iter().max_by_key(|(_, start_up, size)| (*start_up, *size)) else { continue };
            let next = symbols.iter().map(|&(address, ..)| address).find(|&address| address > same[0].0).unwrap_or(end);
            // Assembly need not say how long a function is.
            sum += if size > 0 { size } else { next - same[0].0 };
        }
    }
    Ok(sum)
}

/// Most bytes of flash that the runtime takes with a known model in int8; `cargo xtask size` without a model fails if there are more.
fn limit(board: &Board) -> u64 {
    if board.kernel == "armv6m" { 5 << 10 } else { 6 << 10 }
}

/// The runtime without an application, start-up code and blob: the binary of `gan-embedded` that is nothing else.
const RUNTIME: [(&str, &str); 2] = [("runtime", "panic_free_known"), ("runtime+decode", "panic_free")];

/// Prints the table of one model.
pub fn run(boards: &[&Board], model: Option<&Path>) -> Result<()> {
    let toolchain = setup::firmware()?;
    let limited = model.is_none();
    let model = match model {
        Some(path) => path.canonicalize().with_context(|| path.display().to_string())?,
        None => vectors::default_model()?,
    };
    let blob = Blob::read(&model)?;
    let generator = blob.decode()?;
    println!("{}: {} bytes, {} by {} pixels", blob.stem(), blob.bytes().len(), generator.image().width, generator.image().height);
    println!(
        "{:<15} {:<14} {:>8} {:>8} {:>8} {:>6} {:>6} {:>8} {:>6} {:>6}",
        "board", "bin", "blob", "buffers", "text", "data", "bss", "flash", "RAM", "stack"
    );
    for board in boards {
        let Needs { blob, by_lines, .. } = Needs::of(board, &blob)?;
        let input = Input::model(&model);
        // The others talk to the host, or are started by QEMU only.
        for (name, bin) in RUNTIME.into_iter().filter(|_| board.qemu.is_some()) {
            let elf = firmware::build(toolchain, board, bin, input)?;
            let mut size = of(&elf)?;
            let blob = if name == "runtime" { blob } else { 0 };
            size.text = size.text.saturating_sub(start_up(&elf)? + blob);
            print(board, name, [0, 0], size)?;
            let limit = limit(board);
            ensure!(
                !limited || name != "runtime" || size.flash() <= limit,
                "{}: the runtime takes {} bytes of flash, expected at most {limit}",
                board.name,
                size.flash()
            );
        }
        print(board, "digits", [blob, by_lines], of(&firmware::build(toolchain, board, "digits", input)?)?)?;
    }
    Ok(())
}

fn print(board: &Board, name: &str, [blob, buffers]: [u64; 2], size: Size) -> Result<()> {
    let (Size { text, data, bss }, flash, ram, stack) = (size, size.flash(), size.ram(), board.memory()?.stack);
    println!("{:<15} {name:<14} {blob:>8} {buffers:>8} {text:>8} {data:>6} {bss:>6} {flash:>8} {ram:>6} {stack:>6}", board.name);
    Ok(())
}
