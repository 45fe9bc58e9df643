//! Which QEMU emulates a board: the one that is installed, or, where that has no such machine, the
//! newer one that `cargo xtask setup` has unpacked into `target/qemu`.

use std::collections::BTreeMap;
use std::env;
use std::sync::LazyLock;

use crate::prelude::*;

/// The environment variable that chooses between the two: `installed` takes the installed QEMU
/// only, and refuses the download of another; `newer` takes the newer one wherever it is there.
pub const CHOICE: &str = "XTASK_QEMU";

/// Where the machine of a board is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Installed,
    Newer,
    Nowhere,
}

/// Returns where the newer QEMU is unpacked, as under `/`.
pub fn newer_folder() -> PathBuf {
    root().join("target").join("qemu")
}

/// Returns the program of this name of the newer QEMU, if it is there and may be used.
fn newer(program: &str) -> Option<PathBuf> {
    let path = newer_folder().join("usr/bin").join(program);
    (path.exists() && !is_refused()).then_some(path)
}

/// Returns whether the user wants no QEMU but the installed one.
pub fn is_refused() -> bool {
    env::var(CHOICE).is_ok_and(|choice| choice == "installed")
}

/// Returns the program that emulates a board, and its machine.
pub fn program_and_machine(board: &Board) -> Option<(&str, &str)> {
    let (program, rest) = board.qemu.as_deref()?.split_once(" -machine ")?;
    Some((program, rest.split(' ').next()?))
}

/// Returns whether this QEMU has the machine, or `None` if QEMU does not start.
pub fn has_machine(program: impl AsRef<std::ffi::OsStr>, machine: &str) -> Option<bool> {
    let help = Command::new(program).words("-machine help").read().ok()?;
    Some(help.lines().any(|line| line.split(' ').next() == Some(machine)))
}

fn look(board: &Board) -> Place {
    let Some((program, machine)) = program_and_machine(board) else { return Place::Installed };
    let in_newer = newer(program).is_some_and(|newer| has_machine(newer, machine) == Some(true));
    if in_newer && env::var(CHOICE).is_ok_and(|choice| choice == "newer") {
        return Place::Newer;
    }
    match has_machine(program, machine) {
        Some(false) if in_newer => Place::Newer,
        Some(false) => {
            eprintln!(
                "SKIPPED board {}: this {program} has no machine {machine}; `cargo xtask setup` \
                 unpacks a newer one where it can (docs/testing.md)",
                board.name
            );
            Place::Nowhere
        }
        // One that is not installed is told when it is needed.
        Some(true) | None => Place::Installed,
    }
}

fn place(board: &Board) -> Place {
    static PLACES: LazyLock<BTreeMap<&str, Place>> = LazyLock::new(|| {
        gan_boards::all().iter().map(|board| (board.name.as_str(), look(board))).collect()
    });
    PLACES.get(board.name.as_str()).copied().unwrap_or(Place::Nowhere)
}

/// Returns whether no QEMU here has the board's machine.
pub fn is_nowhere(board: &Board) -> bool {
    place(board) == Place::Nowhere
}

/// Returns the QEMU that emulates the board, without arguments.
fn qemu(board: &Board, program: &str) -> Command {
    match newer(program).filter(|_| place(board) == Place::Newer) {
        Some(path) => {
            let mut command = Command::new(path);
            command.arg("-L").arg(newer_folder().join("usr/share/qemu"));
            // It would look for its modules among those of the installed one.
            command.env("QEMU_MODULE_DIR", newer_folder().join("usr/lib/no-modules"));
            command
        }
        None => Command::new(program),
    }
}

/// Returns what the board's QEMU prints with `--version`.
pub fn version(board: &Board) -> Result<String> {
    let program = program_and_machine(board).map_or("", |(program, _)| program);
    qemu(board, program).arg("--version").read()
}

/// Returns the command that runs firmware on a board, up to the firmware's path. `arguments` go
/// first; `serial` is where QEMU connects the serial port.
pub fn emulator(board: &Board, arguments: &[&str], serial: &str) -> Result<Command> {
    let line = board
        .qemu
        .as_deref()
        .with_context(|| format!("{}: QEMU does not emulate it", board.name))?;
    let mut words = line.split(' ');
    let mut command = qemu(board, words.next().unwrap_or_default());
    command.args(arguments).args(words).args(["-display", "none", "-serial", serial]);
    command.words("-semihosting-config enable=on,target=native -kernel");
    Ok(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_what_boards_toml_says() {
        let board = gan_boards::all().iter().find(|board| board.name == "riscv32imc").unwrap();
        assert_eq!(program_and_machine(board), Some(("qemu-system-riscv32", "virt")));
        let command = emulator(board, &["-monitor", "none"], "null").unwrap();
        let said: Vec<_> = command.get_args().map(|word| word.to_str().unwrap()).collect();
        assert!(said.join(" ").contains("-monitor none -machine virt -cpu rv32,a=false"));
        assert!(
            said.join(" ")
                .ends_with("-serial null -semihosting-config enable=on,target=native -kernel")
        );
        let pico = gan_boards::all().iter().find(|board| board.name == "pico").unwrap();
        let error = emulator(pico, &[], "null").unwrap_err();
        assert_eq!(error.to_string(), "pico: QEMU does not emulate it");
    }
}
