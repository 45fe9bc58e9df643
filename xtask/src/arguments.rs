//! Arguments that several tasks take.

use std::path::PathBuf;

use clap::Args;

use crate::boards::{self, Board};
use crate::hardware;

/// What `--board` without a name stands for: no board, so that the answer lists them.
pub const LIST: &str = "?";

// No documentation: clap would take it for the task's.
#[derive(Args)]
pub struct Emulated {
    /// One board, or `all`
    #[arg(
        long,
        default_value = "all",
        num_args = 0..=1,
        default_missing_value = LIST,
        value_parser = boards::select
    )]
    pub board: Boards,
}

#[derive(Args)]
pub struct Wanted {
    /// The board
    #[arg(long, num_args = 0..=1, default_missing_value = LIST, value_parser = boards::select_one)]
    pub board: &'static Board,
    /// A .gan file; without it, the built-in digits
    #[arg(long)]
    pub model: Option<PathBuf>,
    /// Make room for models of this many bytes that come over the console with `load`
    #[arg(long, value_name = "BYTES", default_value_t = 0)]
    pub load: usize,
    /// Use a display: 128x64 pixels, SSD1306, on I2C
    #[arg(long)]
    pub oled: bool,
}

impl Wanted {
    /// The same for what builds it.
    pub fn wanted(&self) -> hardware::Wanted<'_> {
        hardware::Wanted {
            board: self.board,
            model: self.model.as_deref(),
            load: self.load,
            oled: self.oled,
        }
    }
}

/// The boards that an argument names. An alias because clap takes a bare `Vec` for a repeated
/// argument.
pub type Boards = Vec<&'static Board>;
