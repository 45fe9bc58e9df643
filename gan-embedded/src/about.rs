//! What `boards.toml` says of the one board that this build is for: `NAME`, which is its cargo
//! feature, `CORE`, the processor core, `HERTZ`, the core's clock or 0 if it is not known, and
//! `UART` and `WATCHDOG`, the address of the serial port and that of the watchdog with its clock,
//! if several boards have the same drivers.

include!(concat!(env!("OUT_DIR"), "/about.rs"));
