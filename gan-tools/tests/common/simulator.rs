//! The firmware's application in a thread, behind a pseudo terminal: a serial port as far as a host
//! can see. xtask's tests have this file too.

use embedded_io::{ErrorType, ReadReady};
use gan_app::{Admit, Board, Memory, NoDisplay, Slots, Stack, serve_with_slots};
use gan_core::memory::Rooms;
use gan_core::tools::AlignedBytes;
use std::convert::Infallible;
use std::ffi::CStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const DIGITS8: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

/// A board that runs as long as this value lives.
pub struct Simulator {
    /// The name of its serial port.
    pub port: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// With `digits8` in flash, and room for models of `slot` bytes.
    pub fn start(slot: usize) -> Self {
        Self::admitting(slot, gan_app::admit_all)
    }

    /// The same, with a rule for what is taken as a model.
    #[allow(dead_code)] // xtask's tests need it not
    pub fn admitting(slot: usize, admit: Admit) -> Self {
        let (terminal, port) = pseudo_terminal();
        let stop = Arc::new(AtomicBool::new(false));
        let mut host = Host { terminal, start: Instant::now() };
        let stopped = stop.clone();
        let thread = thread::spawn(move || {
            let file = AlignedBytes::copy_of(&std::fs::read(DIGITS8).unwrap());
            let resident = gan_core::decode(&file).unwrap();
            let rooms = Rooms::of(&resident, true);
            let mut memory = Memory {
                latent: &mut vec![0; rooms.latent],
                given: &mut vec![0; rooms.given],
                scratch: &mut vec![0; rooms.scratch],
                line: &mut vec![0; rooms.line],
                grid: &mut vec![0; rooms.grid],
            };
            let (mut active, mut spare) = (AlignedBytes::zeroed(slot), AlignedBytes::zeroed(slot));
            let slots = Slots { active: &mut active, spare: &mut spare, admit };
            let more = |_: &mut Host| !stopped.load(Ordering::Relaxed);
            serve_with_slots(&mut host, &resident, resident.crc(), &mut memory, slots, more);
        });
        Self { port, stop, thread: Some(thread) }
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))));
    }
}

/// A raw pseudo terminal: the side of the board, and the name of the other side.
pub fn pseudo_terminal() -> (File, String) {
    // SAFETY: the calls get a descriptor that is open, and memory of the size that they are told.
    unsafe {
        let terminal = libc::posix_openpt(libc::O_RDWR | libc::O_NOCTTY | libc::O_NONBLOCK);
        assert!(terminal >= 0 && libc::grantpt(terminal) == 0 && libc::unlockpt(terminal) == 0);
        let mut mode: libc::termios = std::mem::zeroed();
        assert_eq!(libc::tcgetattr(terminal, &mut mode), 0);
        libc::cfmakeraw(&mut mode);
        assert_eq!(libc::tcsetattr(terminal, libc::TCSANOW, &mode), 0);
        let mut name = [0; 64];
        assert_eq!(libc::ptsname_r(terminal, name.as_mut_ptr(), name.len()), 0);
        let name = CStr::from_ptr(name.as_ptr()).to_str().unwrap().to_owned();
        (File::from_raw_fd(terminal), name)
    }
}

/// This computer as a board.
struct Host {
    terminal: File,
    start: Instant,
}

impl Board for Host {
    const NAME: &'static str = "simulator";
    const CORE: &'static str = "this computer";
    const TICKS_PER_SECOND: u32 = 1_000_000;

    type Port = Self;
    type Color = <NoDisplay as embedded_graphics_core::draw_target::DrawTarget>::Color;
    type Display = NoDisplay;

    fn port(&mut self) -> &mut Self {
        self
    }

    fn ticks(&mut self) -> u64 {
        self.start.elapsed().as_micros() as u64
    }

    fn display(&mut self) -> Option<&mut NoDisplay> {
        None
    }

    fn stack(&self) -> Option<Stack> {
        None
    }
}

impl ErrorType for Host {
    type Error = Infallible;
}

impl ReadReady for Host {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        let mut ready =
            libc::pollfd { fd: self.terminal.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one structure, as the call is told.
        unsafe { libc::poll(&mut ready, 1, 5) };
        if ready.revents & libc::POLLHUP != 0 {
            // Nobody has the other side open, of which the call tells at once.
            thread::sleep(Duration::from_millis(5));
        }
        Ok(ready.revents & libc::POLLIN != 0)
    }
}

impl embedded_io::Read for Host {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        // While nobody has the other side open, reading is an error.
        Ok(self.terminal.read(bytes).unwrap_or(0))
    }
}

impl embedded_io::Write for Host {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        loop {
            match self.terminal.write(bytes) {
                Ok(count @ 1..) => return Ok(count),
                Ok(0) | Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
