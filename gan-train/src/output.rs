//! Files that are whole or not there, pictures, and numbers as people read them.

pub mod ascii;
pub mod atomic;
pub mod grid;
pub mod numbers;
pub mod picture;
