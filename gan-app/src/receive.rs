//! Receives bytes over the console.

use crate::board::Board;
use crate::show::say;

/// After this many seconds without a byte, the application no longer waits for the rest.
const PATIENCE: u64 = 2;
/// Before the first byte the application waits this many seconds, because a person has to find the
/// file and begin to send it.
const FIRST_PATIENCE: u64 = 20;
/// What comes late is thrown away until the line has been silent for this many seconds.
const SILENCE: u64 = 2;

/// Receives `len` bytes into the start of `slot`. If that fails, this writes the reason to the
/// console. `what` is the command that asked for them. If the first byte cannot be a line feed, the
/// one of a command that ended with CR LF is passed over: then `after_line_feed` is true.
pub fn receive<'s, B: Board>(
    board: &mut B,
    what: &str,
    after_line_feed: bool,
    len: u32,
    slot: &'s mut [u8],
) -> Option<&'s [u8]> {
    let (len, room) = (len as usize, slot.len());
    let Some(slot) = slot.get_mut(..len) else {
        say(board, format_args!("{what}: {len} bytes are too many, there is room for {room}"));
        return None;
    };
    say(board, format_args!("{what}: send {len} bytes now"));
    for (index, place) in slot.iter_mut().enumerate() {
        let seconds = if index == 0 { FIRST_PATIENCE } else { PATIENCE };
        let patience = seconds * u64::from(B::TICKS_PER_SECOND);
        let start = board.ticks();
        *place = loop {
            match board.read() {
                Some(b'\n') if after_line_feed && index == 0 => {}
                Some(byte) => break byte,
                None => board.sleep(),
            }
            if board.ticks().saturating_sub(start) > patience {
                say(board, format_args!("{what}: only {index} of {len} bytes came"));
                drain(board);
                return None;
            }
        };
    }
    Some(slot)
}

/// Throws away what comes until nothing has come for [`SILENCE`] seconds: bytes that were sent too
/// late would be taken for commands.
pub fn drain<B: Board>(board: &mut B) {
    let silence = SILENCE * u64::from(B::TICKS_PER_SECOND);
    let mut last = board.ticks();
    while board.ticks().saturating_sub(last) < silence {
        match board.read() {
            Some(_) => last = board.ticks(),
            None => board.sleep(),
        }
    }
}
