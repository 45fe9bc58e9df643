//! Measures the flash of gan-core alone: everything from the blob's bytes to pixels, without an
//! application.

use object::{Object, ObjectSection, ObjectSymbol};

use crate::firmware::{self, Input, Needs};
use crate::prelude::*;
use crate::sections;

/// Sections of vectors and start-up code, of cortex-m-rt and riscv-rt: what a board brings with any
/// program.
const START_UP_SECTIONS: [&str; 2] = [".vector_table", ".init.rust"];
/// The names of functions of start-up code.
const START_UP: &str = "\
    Reset DefaultHandler_ DefaultPreInit HardFault_ _start _abs_start _start_trap \
    _start_trap_rust __post_init _pre_default_start_trap ExceptionHandler DefaultHandler abort";

/// Bytes of an ELF file that are start-up code and vectors. Everything else counts as the runtime:
/// gan-core and its dependencies, and what the compiler adds, core and compiler_builtins.
fn start_up(path: &Path) -> Result<u64> {
    let bytes = shell::read(path)?;
    let file = object::File::parse(&*bytes).with_context(|| relative(path))?;
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
        for symbol in
            file.symbols().filter(|symbol| symbol.section_index() == Some(section.index()))
        {
            let name = symbol.name()?;
            // Names with a dollar mark where code and data begin, those with a dot are of no
            // function.
            if !name.starts_with(['$', '.']) {
                // The lowest bit of a Thumb function's address says that it is one.
                let is_start_up = START_UP.split(' ').any(|start_up| start_up == name);
                symbols.push((symbol.address() & !1, is_start_up, symbol.size()));
            }
        }
        symbols.sort_unstable();
        for same in symbols.chunk_by(|(a, ..), (b, ..)| a == b) {
            let Some(&(_, true, size)) =
                same.iter().max_by_key(|(_, start_up, size)| (*start_up, *size))
            else {
                continue;
            };
            let next = symbols
                .iter()
                .map(|&(address, ..)| address)
                .find(|&address| address > same[0].0)
                .unwrap_or(end);
            // Assembly need not say how long a function is.
            sum += if size > 0 { size } else { next - same[0].0 };
        }
    }
    Ok(sum)
}

/// Returns the largest number of bytes of flash that the runtime may take with a known model in
/// int8. `cargo xtask size` without a model fails if it takes more.
fn limit(board: &Board) -> u64 {
    if board.kernel == "armv6m" { 5 << 10 } else { 6 << 10 }
}

/// The binaries of `gan-embedded` that are nothing but the runtime, start-up code and a blob, and
/// what they are called in the table.
const RUNTIME: [(&str, &str); 2] =
    [("runtime", "panic_free_known"), ("runtime+decode", "panic_free")];

/// Prints a line a board that QEMU emulates: the binaries do not start on others. `limited`: an
/// error if one is larger than [`limit`].
pub fn table(toolchain: Toolchain, boards: &[&Board], model: &Path, limited: bool) -> Result<()> {
    let blob = Blob::read(model)?;
    println!("gan-core alone, bytes of flash, known model: {}", blob.stem());
    println!("{:<15} {:>8} {:>15}", "board", RUNTIME[0].0, RUNTIME[1].0);
    for board in boards.iter().filter(|board| board.qemu.is_some()) {
        let mut sizes = [0; 2];
        for (size, (name, bin)) in sizes.iter_mut().zip(RUNTIME) {
            let elf = firmware::build(toolchain, board, bin, Input::model(model))?;
            let blob = if name == "runtime" { Needs::of(board, &blob)?.blob } else { 0 };
            *size = sections::of(&elf)?.flash().saturating_sub(start_up(&elf)? + blob);
        }
        println!("{:<15} {:>8} {:>15}", board.name, sizes[0], sizes[1]);
        let limit = limit(board);
        ensure!(
            !limited || sizes[0] <= limit,
            "{}: the runtime takes {} bytes of flash, expected at most {limit}",
            board.name,
            sizes[0]
        );
    }
    Ok(())
}
