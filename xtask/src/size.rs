//! Flash and RAM of the firmware, from its ELF files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::{Object, ObjectSection, SectionFlags, SectionKind, elf};

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

/// Prints the table of one model.
pub fn run(boards: &[&Board], model: Option<&Path>) -> Result<()> {
    let toolchain = setup::firmware()?;
    let model = match model {
        Some(path) => path.canonicalize().with_context(|| path.display().to_string())?,
        None => vectors::default_model()?,
    };
    let blob = Blob::read(&model)?;
    let images = vectors::images_of(&blob)?;
    let generator = blob.decode()?;
    println!("{}: {} bytes, {} by {} pixels", blob.stem(), blob.bytes().len(), generator.image().width, generator.image().height);
    println!(
        "{:<15} {:<8} {:>8} {:>8} {:>8} {:>6} {:>6} {:>8} {:>6} {:>6}",
        "board", "bin", "blob", "buffers", "text", "data", "bss", "flash", "RAM", "stack"
    );
    for board in boards {
        // The others talk to the host, which hardware does not.
        let bins = if board.qemu.is_some() { &["runtime", "digits", "parity"][..] } else { &["digits"] };
        for &bin in bins {
            let input = Input { vectors: Some(&images), ..Input::model(&model) };
            // gan-core and the start-up code, without an application.
            let source = if bin == "runtime" { "panic_free" } else { bin };
            let size = of(&firmware::build(toolchain, board, source, input)?)?;
            let (Size { text, data, bss }, flash, ram) = (size, size.flash(), size.ram());
            let stack = board.memory()?.stack;
            let Needs { blob, by_lines, whole, .. } = Needs::of(board, &blob)?;
            let (blob, buffers) = match bin {
                "runtime" => (0, 0),
                "digits" => (blob, by_lines),
                _ => (blob, whole),
            };
            println!(
                "{:<15} {bin:<8} {blob:>8} {buffers:>8} {text:>8} {data:>6} {bss:>6} {flash:>8} {ram:>6} {stack:>6}",
                board.name
            );
        }
    }
    Ok(())
}
