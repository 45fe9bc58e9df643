//! gan-core for a web page: a WebAssembly module of functions that take and return numbers, without
//! imports and without wasm-bindgen. `page/` has the page, and `cargo xtask web` puts module, page
//! and some models into one file that a browser opens from disk. See `docs/web.md`.
//!
//! An instance of the module holds one model. The page makes a new instance for each file, so that
//! nothing of an earlier model is left, whatever happened with it.
//!
//! | module | owns |
//! |---|---|
//! | [`json`] | texts and lists as JSON |
//! | [`info`] | what the page says about a model |
//! | [`model`] | a model with its buffers, and what can be done with it |
//! | `exports` | the functions that the page calls; on wasm32 only |

#![cfg_attr(target_arch = "wasm32", no_std)]
#![deny(unsafe_code)]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod exports;
pub mod info;
pub mod json;
pub mod model;
