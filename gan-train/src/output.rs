//! What a run leaves behind: files that are whole or not there, pictures, and text.

pub mod ascii;
pub mod atomic;
pub mod grid;
pub mod losses;
