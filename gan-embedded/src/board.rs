//! The drivers of the one board that this build is for: the module in `src/board/` that
//! `boards.toml` names. Each has `start`, which gives the application what it needs, and
//! `emergency`, which sends bytes over the serial port whatever happened before.

include!(concat!(env!("OUT_DIR"), "/board.rs"));
