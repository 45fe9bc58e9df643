//! `gan send` to the firmware's application, which runs in a thread of the test behind a pseudo
//! terminal: a serial port as far as a host can see.
#![cfg(target_os = "linux")]

mod common;

use common::{fail, folder, run};
use gan_app::{Board, Memory, NoDisplay, Slots, Stack, serve_with_slots};
use gan_core::memory::Rooms;
use gan_core::tools::AlignedBytes;
use std::ffi::CStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const DIGITS8: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/v1-tiny.gan");

/// A board that runs as long as this value lives.
struct Simulator {
    /// The name of its serial port.
    port: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Simulator {
    /// With `digits8` in flash, and room for models of `slot` bytes.
    fn start(slot: usize) -> Self {
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
            let slots = Slots { active: &mut active, spare: &mut spare };
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
fn pseudo_terminal() -> (File, String) {
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

    type Color = <NoDisplay as embedded_graphics_core::draw_target::DrawTarget>::Color;
    type Display = NoDisplay;

    fn read(&mut self) -> Option<u8> {
        let mut byte = [0];
        // While nobody has the other side open, reading is an error.
        if matches!(self.terminal.read(&mut byte), Ok(1)) {
            return Some(byte[0]);
        }
        let mut ready =
            libc::pollfd { fd: self.terminal.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one structure, as the call is told.
        unsafe { libc::poll(&mut ready, 1, 5) };
        None
    }

    fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match self.terminal.write(bytes) {
                Ok(len) => bytes = &bytes[len..],
                Err(_) => thread::sleep(Duration::from_millis(1)),
            }
        }
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

#[test]
fn a_model_is_sent_packed_and_its_greeting_is_shown() {
    let (folder, board) = (folder(), Simulator::start(65_536));
    for arguments in ["", " --as-is"] {
        let arguments = format!("send --port {} {TINY}{arguments}", board.port);
        let output = run(folder.path(), &arguments);
        let (text, errors) = (String::from_utf8_lossy(&output.stdout), &output.stderr);
        let errors = String::from_utf8_lossy(errors);
        assert!(output.status.success(), "{errors}");
        assert!(text.starts_with("tiny: 2x1 images on this computer (simulator)"), "{text}");
        assert!(text.contains("| load BYTES\n") && !text.contains('\r'), "{text}");
        let packed = errors.contains("packed for the board's kernel, ");
        assert_eq!(packed, !arguments.ends_with("--as-is"), "{errors}");
    }
    let mut session = gan_serial::open(&board.port).unwrap();
    let info = session.ask("info").unwrap();
    assert!(info.starts_with(b"model   tiny, "), "{}", String::from_utf8_lossy(&info));
}

#[test]
fn what_the_board_refuses_is_an_error_with_its_words() {
    let (folder, board) = (folder(), Simulator::start(4096));
    let send = |file: &str| format!("send --as-is --port {} {file}", board.port);
    let refused = ["the board refuses: load: 18116 bytes are too many, there is room for 4096"];
    fail(folder.path(), &send(DIGITS8), 1, &[&board.port, refused[0], "still digits8"]);

    // Damaged on the way, which the board notices.
    let mut blob = std::fs::read(TINY).unwrap();
    blob[40] ^= 1;
    let mut session = gan_serial::open(&board.port).unwrap();
    let mut sent = Vec::new();
    let error = session.load(&blob, |bytes| sent.push(bytes)).unwrap_err().to_string();
    assert!(error.contains("crc: does not match") && error.contains("still digits8"), "{error}");
    assert_eq!(sent.last(), Some(&blob.len()));
    // The conversation goes on.
    session.load(&std::fs::read(TINY).unwrap(), |_| ()).unwrap();
}

#[test]
fn a_line_that_was_begun_is_no_part_of_the_command() {
    let (folder, board) = (folder(), Simulator::start(4096));
    let mut before = File::options().write(true).open(&board.port).unwrap();
    before.write_all(b"seed 4").unwrap();
    drop(before);
    let output = run(folder.path(), &format!("send --port {} {TINY}", board.port));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_port_that_is_none_and_one_without_a_board_are_told() {
    let folder = folder();
    let path = folder.path();
    fail(path, &format!("send --port /dev/no-such {TINY}"), 1, &["/dev/no-such: cannot be opened"]);
    fail(path, "send --port /dev/no-such no-such.gan", 1, &["no-such.gan"]);
    fail(path, "send model.gan", 2, &["--port"]);
    let (_nobody, port) = pseudo_terminal();
    fail(path, &format!("send --port {port} {TINY}"), 1, &[&port, "no prompt"]);
}
