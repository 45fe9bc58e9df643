//! What a run leaves behind: files that are whole or not there, pictures, pages, and text.

pub mod ascii;
pub mod atomic;
pub mod grid;
pub mod numbers;
pub mod picture;
