//! Checks that boards which receive by an interrupt do so while they draw, and sleep while nothing
//! comes.
//!
//! An emulator gives a UART the next byte only when it has taken the one before, so that nothing is
//! ever lost there. What shows that a board receives is the pipe of bytes that are typed: a board
//! that is asked for bytes between two commands leaves them there until it is done.

/// The boards with a UART whose interrupt receives.
pub const BOARDS: &[&str] = &["microbit", "netduinoplus2", "stm32vldiscovery", "b-l475e-iot01a"];

#[cfg(target_os = "linux")]
pub use linux::check;

/// Says that it needs Linux.
#[cfg(not(target_os = "linux"))]
pub fn check(board: &super::Board, _: &super::Path) -> super::Result<()> {
    println!("console {}: SKIPPED whether it sleeps: /proc of Linux says so", board.name);
    Ok(())
}

#[cfg(target_os = "linux")]
mod linux {
    use std::os::fd::{AsFd, OwnedFd};
    use std::thread;

    use rustix::io::ioctl_fionread;

    use crate::console::{Session, session};
    use crate::prelude::*;

    /// How long the processor time is measured. The board draws by itself after ten seconds.
    const QUIET: Duration = Duration::from_secs(2);
    /// The share of it that an emulator may take whose core sleeps: one that does not takes all
    /// that it is given, a quarter on a machine with four times as much to do.
    const MOST: f64 = 0.1;
    /// How many images the board draws while it is typed at: more if it was done before the
    /// emulator had handed on all bytes. On three of the boards that takes 3 to 6 ms. On
    /// b-l475e-iot01a it takes some 60 ms a byte, and the board draws 4000 images in 1.5 s.
    const IMAGES: [usize; 3] = [4_000, 16_000, 64_000];
    /// What is typed while the board draws, how often, and what it answers.
    const TYPED: (&str, usize, &[u8]) = ("99\r", 10, b"99\r\nlabels are 0 to 9\r\n> ");

    /// Checks a board with the model digits8.
    pub fn check(board: &Board, elf: &Path) -> Result<()> {
        let emulator = session::emulator(board, elf, &[])?;
        let (mut session, (id, pipe)) = session::attach_with(emulator, |qemu| {
            (qemu.id(), qemu.stdin.as_ref().map(|pipe| pipe.as_fd().try_clone_to_owned()))
        })?;
        let pipe = pipe.context("no pipe to the emulator")??;
        session.greeting()?;
        session.ask("7")?;
        let before = processor_time(id)?;
        thread::sleep(QUIET);
        let share = (processor_time(id)? - before) / QUIET.as_secs_f64();
        ensure!(share < MOST, "idle, the emulator takes {:.0} % of a processor", 100.0 * share);
        receives(&mut session, &pipe)?;
        println!(
            "console {}: receives while it draws, and sleeps at {:.1} % of a processor",
            board.name,
            100.0 * share
        );
        Ok(())
    }

    /// Types commands while the board draws thousands of images, and checks that it receives all of
    /// them before it has drawn the last one.
    fn receives(session: &mut Session, pipe: &OwnedFd) -> Result<()> {
        let mut waited = Vec::new();
        for images in IMAGES {
            let left = left_when_drawn(session, pipe, images)?;
            if left == 0 {
                return Ok(());
            }
            waited.push(format!("{left} while it drew {images} images"));
        }
        bail!("bytes that were typed waited until it had drawn: {}", waited.join(", "));
    }

    /// Types commands while the board draws so many images. Returns 0 if it had received all bytes
    /// before it drew the last image, and otherwise how many it had not. It has to answer each
    /// command afterwards.
    fn left_when_drawn(session: &mut Session, pipe: &OwnedFd, images: usize) -> Result<u64> {
        let (line, count, answer) = TYPED;
        let end_of = format!(" of {images}\r\n");
        session.send(format!("morph 3 8 {images}\r").as_bytes())?;
        session.until(end_of.as_bytes())?;
        session.send(line.repeat(count).as_bytes())?;
        session.set_limit(Duration::ZERO);
        let mut drawn = 1;
        let left = loop {
            let left = ioctl_fionread(pipe)?;
            while drawn < images && session.until(end_of.as_bytes()).is_ok() {
                drawn += 1;
            }
            if left == 0 || drawn == images {
                break left;
            }
            thread::sleep(Duration::from_millis(1));
        };
        session.set_limit(Duration::from_secs(60));
        // If the last image has come, bytes may have been left when it was drawn that are not now.
        let waited = if drawn == images { left.max(1) } else { 0 };
        for _ in drawn..images {
            session.until(end_of.as_bytes())?;
        }
        session.until(b"> ")?;
        for number in 1..=count {
            let before = session.until(answer).with_context(|| format!("answer {number}"))?;
            ensure!(before.is_empty(), "before answer {number}: {before:?}");
        }
        Ok(waited)
    }

    /// Returns the seconds of processor time that a process has used: utime and stime of its stat
    /// file, which follow the twelfth space after its name in parentheses (proc(5)).
    fn processor_time(id: u32) -> Result<f64> {
        let stat = shell::read(format!("/proc/{id}/stat"))?;
        let stat = String::from_utf8_lossy(&stat);
        let fields = stat.rsplit_once(") ").context("no name in the stat file")?.1;
        let ticks: Vec<u64> = fields.split(' ').skip(11).take(2).flat_map(str::parse).collect();
        ensure!(ticks.len() == 2, "the stat file of a process: {stat}");
        Ok(ticks.iter().sum::<u64>() as f64 / rustix::param::clock_ticks_per_second() as f64)
    }
}
