//! What a run leaves behind: files that are whole or not there, pictures, pages, and text.

pub mod animation;
pub mod ascii;
pub mod atomic;
pub mod chart;
pub mod compare;
pub mod curves;
pub mod grid;
pub mod history;
pub mod html;
pub mod losses;
pub mod measures;
pub mod model;
pub mod numbers;
pub mod picture;
pub mod report;
pub mod tensorboard;
