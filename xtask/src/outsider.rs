//! An outsider's firmware: a crate that has README.md's lines and what any firmware has, and
//! nothing else of this repository. It must draw the host's picture, with as many instructions as
//! the firmware here takes: so the kernel is the native one, and the model is packed for it.

mod package;
mod readme;

use crate::boards;
use crate::firmware::Needs;
use crate::prelude::*;
use crate::setup;
use crate::{count, sections};
use package::{Package, Route};
use readme::Readme;

/// Boards of three targets, all emulated by QEMU.
const BOARDS: [&str; 3] = ["an385-m0", "mps2-an386", "riscv32imc"];
/// The board that has the core for which README.md packs by hand.
const BY_HAND: &str = "mps2-an386";
/// What `gan pack` calls a model that is packed for no core.
const UNPACKED: &str = "any";
/// Bytes of the header of an IDX file of images.
const IDX_HEADER: usize = 16;

/// Makes sure of the tools, and runs the check.
pub fn run() -> Result<Tally> {
    let mut tally = Tally::default();
    check(setup::run()?, &mut tally)?;
    Ok(tally)
}

/// Builds and runs the outsider's crate for each target, and prints a table.
pub fn check(toolchain: Toolchain, tally: &mut Tally) -> Result<()> {
    if toolchain != Toolchain::Rustup {
        println!("SKIPPED: an outsider's crate is built with rustup's targets only");
        return Ok(());
    }
    let readme = Readme::read()?;
    let package = Package::new()?;
    let what = "the crates that any firmware has cannot be had";
    if shell::or_skip(what, package.fetch()).is_none() {
        return Ok(());
    }
    println!("bytes; buffers are on the stack; lines: of README.md, and around them");
    println!(
        "{:<28} model by       flash statics buffers instructions own firmware's   lines",
        "target"
    );
    for name in BOARDS {
        same(made(toolchain, &readme, &package, name, Route::BuildScript)?).context(name)?;
        tally.pass();
    }
    same(made(toolchain, &readme, &package, BY_HAND, Route::Pack(None))?).context("gan pack")?;
    tally.pass();
    // The picture alone would not tell this one from the others.
    let unpacked = made(toolchain, &readme, &package, BY_HAND, Route::Pack(Some(UNPACKED)))?;
    ensure!(same(unpacked).is_err(), "a model that is not packed was not found to be slower");
    println!("the last one, whose model is not packed, was found out");
    tally.pass();
    Ok(())
}

/// Instructions for one image, of the outsider's program and of the firmware here.
#[derive(Debug, Clone, Copy)]
struct Instructions {
    outsider: u64,
    own: u64,
}

/// An error unless the two are within 2 %.
fn same(Instructions { outsider, own }: Instructions) -> Result<()> {
    ensure!(
        outsider.abs_diff(own) * 100 <= own * 2,
        "{outsider} instructions, and the firmware here takes {own}: more than 2 % apart"
    );
    Ok(())
}

/// Builds it, runs it, compares its picture with the host's and prints a line of the table.
fn made(
    toolchain: Toolchain,
    readme: &Readme,
    package: &Package,
    board: &str,
    route: Route,
) -> Result<Instructions> {
    let board = boards::select_one(board)?;
    package.follow(readme, route)?;
    let elf = package.build(board).with_context(|| board.target.clone())?;
    let (outsider, said) = count::program(board, &elf)?;
    picture(readme, package, &said).with_context(|| board.target.clone())?;
    let path = package.path(&readme.model).canonicalize().context("README.md: the model")?;
    let blob = Blob::read(&path)?;
    let own = count::own_image(toolchain, board, &blob)?;
    print(board, readme, route, sections::of(&elf)?, &blob, Instructions { outsider, own })?;
    Ok(Instructions { outsider, own })
}

fn print(
    board: &Board,
    readme: &Readme,
    route: Route,
    size: sections::Size,
    blob: &Blob,
    Instructions { outsider, own }: Instructions,
) -> Result<()> {
    // Those of two images.
    let buffers = Needs::of(board, blob)?.buffers / 2;
    let by = match route {
        Route::BuildScript => "build.rs",
        Route::Pack(None) => "gan pack",
        Route::Pack(Some(_)) => "not packed",
    };
    let (of_readme, around) = package::lines(readme, route);
    println!(
        "{:<28} {by:<12} {:>7} {:>7} {buffers:>7} {outsider:>12} {own:>14} {:>7}",
        board.target,
        size.flash(),
        size.ram(),
        format!("{of_readme} + {around}")
    );
    Ok(())
}

/// Returns an error unless the program has drawn what `gan generate` draws, as text and in bytes.
fn picture(readme: &Readme, package: &Package, said: &[String]) -> Result<()> {
    let of = |what: &str| {
        let lines = said.iter().filter_map(|line| line.strip_prefix(what));
        lines.map(|line| line.trim_end().to_owned()).collect::<Vec<_>>()
    };
    let (seed, label) = (of("seed ").concat(), readme.label.to_string());
    let generate = format!("generate {} --label {label} --seed {seed} --count 1", readme.model);
    let generate = format!("{generate} --ascii --overwrite --idx host");
    let text = package.gan(&generate.split(' ').collect::<Vec<_>>())?;
    let bytes = fs::read(package.path("host/images-idx3-ubyte"))?;
    let bytes = shell::hex(bytes.get(IDX_HEADER..).context("the host's image has no header")?);
    for (what, expected, got) in [
        ("text", text.trim_end(), of("text ").join("\n").trim_end()),
        ("bytes", &bytes, &of("bytes ").concat()),
    ] {
        ensure!(
            !expected.is_empty() && got == expected,
            "the {what} of label {label}, seed {seed}: expected\n{expected}\ngot\n{got}"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_percent_either_way_are_the_same() {
        for (outsider, is_same) in [(980, true), (1020, true), (979, false), (1021, false)] {
            assert_eq!(same(Instructions { outsider, own: 1000 }).is_ok(), is_same, "{outsider}");
        }
    }
}
