//! The drivers of the one board that this build is for: the module in `src/board/` that
//! `boards.toml` names. Each has `start`, which gives the application what it needs,
//! `emergency`, which sends bytes over the serial port whatever happened before, and on Cortex-M
//! `interrupt`, which handles a device's interrupt and returns whether it is one that is expected.

include!(concat!(env!("OUT_DIR"), "/board.rs"));
