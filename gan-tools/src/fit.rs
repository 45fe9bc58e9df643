//! Whether a model fits a board, and how long an image takes there.
//!
//! Both from what was measured and committed: `fit/boards.toml`, memories and the linked
//! application's size without a model (`cargo xtask size --update` writes it), and
//! `fit/speeds.toml` and `fit/starts.toml`, instructions of a layer and of a start, fitted to the
//! counts in docs/performance.md (`cargo xtask count --update`).

mod committed;
mod table;

use crate::blob_file::BlobFile;
use anyhow::{Result, bail};
pub use committed::{Board, Costs, Speed, Start, board, boards};
use gan_core::memory::Rooms;
use gan_core::{Element, Generator, Packing};

/// What a model takes of a board.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The board.
    pub board: Board,
    /// Bytes of flash: the application and the model, packed for the board's kernel.
    pub flash: u64,
    /// Bytes of RAM: the application's statics and the model's buffers.
    pub ram: u64,
    /// An image, if its kinds of layers were counted for this kernel.
    pub image: Option<Work>,
    /// The start of firmware that the model is built into: the CRC of the model.
    pub check: Option<Work>,
    /// The start with a model that comes from elsewhere, which `decode` checks.
    pub decode: Option<Work>,
}

/// What something costs on a board.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// Executed instructions.
    pub instructions: u64,
    /// Milliseconds: the instructions at the cycles that the core's manual gives them, or at one
    /// each, and at the board's clock; none without a clock.
    pub milliseconds: Option<f64>,
}

impl Board {
    /// The costs of so many instructions and cycles here.
    fn work(&self, instructions: f64, cycles: f64) -> Work {
        Work {
            instructions: instructions.round() as u64,
            milliseconds: self.megahertz.map(|megahertz| cycles / f64::from(megahertz) / 1000.0),
        }
    }

    /// The cycles for each instruction, if they were found for a core like this board's.
    fn cycles(&self, core: &str, cycles: Option<f64>) -> f64 {
        cycles.filter(|_| is_core(&self.core, core)).unwrap_or(1.0)
    }
}

impl Fit {
    /// A model on a board.
    ///
    /// # Errors
    ///
    /// A kernel that this gan-core does not know.
    pub fn new(board: &Board, generator: &Generator<'_>, costs: &Costs) -> Result<Self> {
        let Some(packing) = Packing::of_kernel(&board.kernel) else {
            bail!("{}: kernel {:?}", board.name, board.kernel)
        };
        let packed = BlobFile::from(generator.packed(packing)?);
        let packed = packed.decode()?;
        let has = |wanted: &str| {
            generator.header().layers.iter().any(|spec| spec.element.name() == wanted)
        };
        let extra =
            if has("f32") { board.float } else { 0 } + if has("i4") { board.int4 } else { 0 };
        let mut layers = packed.header().layers.iter().map(|spec| {
            let speed = costs.speeds.iter().find(|speed| {
                speed.kernel == board.kernel && speed.element == spec.element.name()
            })?;
            // Whole blocks and groups, as the kernel runs them.
            let outputs = usize::from(spec.outputs).next_multiple_of(spec.packing.group()) as f64;
            let inputs = spec.padded_inputs() as f64;
            // A layer that its kernel cannot run, in rows, is slower than what was counted.
            let counted = !(spec.element == Element::I8
                && spec.packing == Packing::Rows
                && packing != Packing::Rows);
            let cycles = board.cycles(&speed.core, speed.cycles);
            let instructions = speed.layer + outputs * (speed.row + inputs * speed.mac);
            counted.then_some([instructions, instructions * cycles])
        });
        let image = layers.try_fold([0.0; 2], |[instructions, cycles], layer| {
            let layer: [f64; 2] = layer?;
            Some([instructions + layer[0], cycles + layer[1]])
        });
        let start = costs.starts.iter().find(|start| start.kernel == board.kernel);
        let start = |weights: u64| {
            let start = start?;
            let bytes = packed.encoded_len() as f64;
            let instructions = start.byte * bytes + start.weight * weights as f64;
            let cycles = board.cycles(&start.core, start.cycles);
            Some(board.work(instructions, instructions * cycles))
        };
        Ok(Self {
            board: board.clone(),
            flash: board.code + extra + packed.encoded_len() as u64,
            ram: board.statics + Rooms::of(&packed, false).bytes() as u64,
            image: image.map(|[instructions, cycles]| board.work(instructions, cycles)),
            check: start(0),
            decode: start(packed.macs()),
        })
    }

    /// Whether there is room for it.
    pub fn fits(&self) -> bool {
        self.flash <= self.board.flash && self.ram <= self.board.ram
    }
}

/// Whether a board's core is `core`, or one like it: a Cortex-M4F is a Cortex-M4, and a Cortex-M33
/// is no Cortex-M3.
fn is_core(board: &str, core: &str) -> bool {
    board
        .strip_prefix(core)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}
