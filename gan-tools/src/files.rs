//! Files that are whole or not there, and the formats of data sets.

pub mod atomic;
pub mod idx;
