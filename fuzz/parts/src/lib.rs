//! The modules of gan-train that read files and need no burn, from where they lie.
//!
//! burn takes minutes to build and is nothing that reads a file, so the fuzz targets do without it.

#[path = "../../../gan-train/src"]
#[allow(dead_code, unused_imports, reason = "the rest of gan-train uses them")]
mod train {
    pub mod config;
    pub mod data;
    pub mod files;
    pub mod random;
    pub mod task;
}

pub use train::{config, data, files, random, task};
