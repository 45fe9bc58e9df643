//! Receives bytes over the console.

use crate::board::Board;
use crate::show::say;

/// After this many seconds without a byte, the application no longer waits for the rest.
const PATIENCE: u64 = 2;

/// Receives `len` bytes into the start of `slot`. If that fails, this writes the reason to the
/// console. `what` is the command that asked for them.
pub fn receive<'s, B: Board>(
    board: &mut B,
    what: &str,
    len: u32,
    slot: &'s mut [u8],
) -> Option<&'s [u8]> {
    let (len, room) = (len as usize, slot.len());
    let Some(slot) = slot.get_mut(..len) else {
        say(board, format_args!("{what}: {len} bytes are too many, there is room for {room}"));
        return None;
    };
    say(board, format_args!("{what}: send {len} bytes now"));
    let patience = PATIENCE * u64::from(B::TICKS_PER_SECOND);
    for (index, place) in slot.iter_mut().enumerate() {
        let start = board.ticks();
        *place = loop {
            if let Some(byte) = board.read() {
                break byte;
            }
            if board.ticks().saturating_sub(start) > patience {
                say(board, format_args!("{what}: only {index} of {len} bytes came"));
                return None;
            }
        };
    }
    Some(slot)
}
