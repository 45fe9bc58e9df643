//! Runs programs that talk to the host, in QEMU or on a real board behind a debug probe.

use crate::prelude::*;
use crate::qemu::{self, Run};
use crate::tools::Tools;

/// Where programs run.
#[derive(Debug)]
pub enum Runner {
    /// Programs run in QEMU.
    Qemu,
    /// Programs run on the board behind a probe, by `probe-rs run` with these arguments besides.
    Probe(Tools, Vec<String>),
}

impl Runner {
    /// Returns whether the exit code of a run is the program's own. probe-rs has one code for all
    /// failures.
    pub fn tells_exit_codes(&self) -> bool {
        matches!(self, Self::Qemu)
    }

    /// Runs a program that interrupts come to. QEMU's clock counts instructions, one a nanosecond:
    /// interrupts come between any two, not only where a block of QEMU's code begins, and every run
    /// is the same.
    pub fn run_interrupted(&self, board: &Board, elf: &Path, limit: Duration) -> Result<Run> {
        match self {
            Self::Qemu => {
                let clock = ["-icount", "shift=0,sleep=off"];
                qemu::run_with(&clock, board, elf, limit)
            }
            Self::Probe(..) => self.run(board, elf, None, limit),
        }
    }

    /// Runs a program for at most `limit`. `data` is put into flash before, at an address, by a
    /// file of its own.
    pub fn run(
        &self,
        board: &Board,
        elf: &Path,
        data: Option<(u64, &Path)>,
        limit: Duration,
    ) -> Result<Run> {
        match (self, data) {
            (Self::Qemu, None) => qemu::run(board, elf, limit),
            (Self::Qemu, Some((address, file))) => {
                // QEMU's own loader of files does not know the memories of every machine.
                let address = u32::try_from(address).context("an address of 32 bits")?;
                let whole = with_segment(&shell::read(elf)?, address, &shell::read(file)?)?;
                let path = file.with_extension("elf");
                fs::write(&path, whole).with_context(|| relative(&path))?;
                qemu::run(board, &path, limit)
            }
            (Self::Probe(tools, arguments), data) => {
                if let Some((address, file)) = data {
                    tools.write(board, address, file, arguments)?;
                }
                let mut run = tools.probe_rs("run", board)?;
                // Neither of the two may erase the other, where both lie in one sector.
                run.arg("--restore-unwritten").args(arguments).arg(elf);
                qemu::run_command(run, limit)
            }
        }
    }
}

/// Returns an ELF file of 32 bits with one segment more. Its table of segments moves to the end.
pub fn with_segment(elf: &[u8], address: u32, data: &[u8]) -> Result<Vec<u8>> {
    const HEADER: usize = 32;
    let word = |at: usize| -> Result<usize> {
        let bytes =
            elf.get(at..).and_then(|rest| rest.first_chunk()).context("a short ELF file")?;
        Ok(u32::from_le_bytes(*bytes) as usize)
    };
    ensure!(elf.starts_with(b"\x7fELF\x01\x01"), "no ELF file of 32 bits, little-endian");
    let (table, count) = (word(28)?, word(44)? & 0xFFFF);
    let old = elf.get(table..table + count * HEADER).context("an ELF file that is cut off")?;
    let mut whole = elf.to_vec();
    whole.resize(whole.len().next_multiple_of(16), 0);
    let (begin, len) = (whole.len() as u32, data.len() as u32);
    whole.extend(data);
    whole.resize(whole.len().next_multiple_of(4), 0);
    let table = whole.len() as u32;
    whole.extend(old);
    // PT_LOAD, to be read; from where in the file, to which addresses, how much.
    let segment = [1, begin, address, address, len, len, 4, 4];
    whole.extend(segment.into_iter().flat_map(u32::to_le_bytes));
    whole[28..32].copy_from_slice(&table.to_le_bytes());
    whole[44..46].copy_from_slice(&(count as u16 + 1).to_le_bytes());
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::{segments, tests::elf};

    #[test]
    fn a_segment_is_added_and_the_others_stay() {
        let old = elf(&[(0x0800_0000, 0x0800_0000, &[1; 100]), (0x2000_0000, 0x0800_0064, &[2])]);
        let new = with_segment(&old, 0x0801_0000, b"job").unwrap();
        let expected: [(u32, &[u8]); 3] =
            [(0x0800_0000, &[1; 100]), (0x0800_0064, &[2]), (0x0801_0000, b"job")];
        assert_eq!(segments(&new).unwrap(), expected);
        assert!(with_segment(b"no ELF file", 0, b"").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_probe_puts_data_and_program_on_the_board_and_hands_on_what_is_said() {
        use crate::tools::tests::Fake;

        let fake = Fake::new(&["probe-rs"], "[ $1 = download ] || { echo parity: 1; exit 1; }");
        let log = fake.log.clone();
        let runner = Runner::Probe(fake.tools(), vec!["--probe".into(), "1:2".into()]);
        let board = crate::boards::select_one("nucleo-h743zi").unwrap();
        let (elf, job) = (Path::new("parity.elf"), Path::new("tiny.job"));
        let run = runner.run(board, elf, Some((0x0801_0000, job)), Duration::from_secs(60));
        let run = run.unwrap();
        assert_eq!((run.end, run.lines), (qemu::End::Exit(1), vec!["parity: 1".to_owned()]));
        assert!(!runner.tells_exit_codes());
        assert_eq!(
            fs::read_to_string(log).unwrap(),
            "probe-rs download --chip STM32H743ZITx --binary-format bin --restore-unwritten \
             --base-address 0x8010000 --probe 1:2 tiny.job\n\
             probe-rs run --chip STM32H743ZITx --restore-unwritten --probe 1:2 parity.elf\n"
        );
    }
}
