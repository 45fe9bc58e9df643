//! Whether a model fits a board, and how long an image takes there.
//!
//! Both from what was measured and committed: `fit/boards.toml`, memories and the linked
//! application's size without a model (`cargo xtask size --update` writes it), and
//! `fit/speeds.toml` and `fit/starts.toml`, instructions of a layer and of a start, fitted to the
//! counts in docs/performance.md (`cargo xtask count --update`).

mod committed;
mod four_bits;
mod serial_flash;
mod table;

use anyhow::{Result, bail};
pub use committed::{Board, Costs, Speed, Start, board, boards};
use gan_core::host::Model;
use gan_core::memory::Rooms;
use gan_core::{Element, Generator, LayerSpec, OutputKind, Packing};
pub use serial_flash::SerialFlash;

/// Bytes of flash that the application has more for a model that takes an image: the commands of
/// the console and `Generator::transform_rows`. Linked for boards with Cortex-M0, Cortex-M4 and
/// RV32IMAC, they were 7,592 to 7,676.
const TRANSFORM: u64 = 7_700;
/// The same for a model that makes numbers: the command `series` and the reader of tables. Linked
/// for the same boards, they were 4,716 to 6,372.
const SERIES: u64 = 6_400;

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
    /// Where an image waits for a serial flash longer than it computes: what would be faster.
    pub faster: Option<Faster>,
}

/// What would make the images of a model faster on a board whose flash delivers it slowly.
#[derive(Debug, Clone, Copy)]
pub struct Faster {
    /// Milliseconds of an image of a model of this shape in four bits; none if it has such layers
    /// already.
    pub in_four_bits: Option<f64>,
    /// Milliseconds of an image with the model in RAM; none if RAM has no room for it.
    pub in_ram: Option<f64>,
}

/// What something costs on a board.
#[derive(Debug, Clone, Copy)]
pub struct Work {
    /// Executed instructions.
    pub instructions: u64,
    /// Milliseconds of the instructions, at the cycles that the core's manual gives them, or at one
    /// each, and at the board's clock; none without a clock.
    pub compute: Option<f64>,
    /// Milliseconds in which the core waits for a serial flash. 0 on a board without one.
    pub wait: f64,
}

impl Work {
    /// Milliseconds together; none without a clock.
    pub fn milliseconds(&self) -> Option<f64> {
        self.compute.map(|compute| compute + self.wait)
    }

    /// Whether it waits for the flash longer than it computes.
    pub fn is_flash_bound(&self) -> bool {
        self.compute.is_some_and(|compute| self.wait > compute)
    }
}

impl Board {
    /// The costs of so many instructions and cycles here, in which so many bytes of flash are read.
    fn work(&self, [instructions, cycles]: [f64; 2], bytes: u64) -> Work {
        Work {
            instructions: instructions.round() as u64,
            compute: self.megahertz.map(|megahertz| cycles / f64::from(megahertz) / 1000.0),
            wait: self.serial_flash.map_or(0.0, |flash| flash.milliseconds(bytes)),
        }
    }

    /// The cycles for each instruction, if they were found for a core like this board's.
    fn cycles(&self, core: &str, cycles: Option<f64>) -> f64 {
        cycles.filter(|_| is_core(&self.core, core)).unwrap_or(1.0)
    }
}

impl Costs {
    /// Instructions and cycles of an image on a board; none if a layer's kind was not counted for
    /// its kernel.
    fn image(&self, board: &Board, layers: &[LayerSpec]) -> Option<[f64; 2]> {
        let packing = Packing::of_kernel(&board.kernel)?;
        let mut layers = layers.iter().map(|spec| {
            let speed = self.speeds.iter().find(|speed| {
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
        layers.try_fold([0.0; 2], |[instructions, cycles], layer| {
            let layer: [f64; 2] = layer?;
            Some([instructions + layer[0], cycles + layer[1]])
        })
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
        let packed = Model::from_aligned(generator.packed(packing)?)?;
        let packed = packed.generator();
        let has = |wanted: &str| {
            generator.header().layers.iter().any(|spec| spec.element.name() == wanted)
        };
        let extra =
            if has("f32") { board.float } else { 0 } + if has("i4") { board.int4 } else { 0 };
        let extra = extra + if generator.inputs().image().is_some() { TRANSFORM } else { 0 };
        let numbers = generator.header().outputs == OutputKind::Numbers;
        let extra = extra + if numbers { SERIES } else { 0 };
        let bytes = packed.encoded_len() as u64;
        let image = costs.image(board, &packed.header().layers);
        let start = costs.starts.iter().find(|start| start.kernel == board.kernel);
        // Without weights it is the CRC alone; `decode` reads the model once more.
        let start = |weights: u64, readings: u64| {
            let start = start?;
            let instructions = start.byte * bytes as f64 + start.weight * weights as f64;
            let cycles = instructions * board.cycles(&start.core, start.cycles);
            let work = board.work([instructions, cycles], bytes);
            Some(Work { wait: readings as f64 * work.wait, ..work })
        };
        let ram = board.statics + Rooms::of(&packed, false).bytes() as u64;
        let image = image.map(|work| board.work(work, bytes));
        let bound = image.filter(Work::is_flash_bound);
        let faster = bound.map(|image| Faster {
            in_four_bits: four_bits::image(board, packed.header(), costs)
                .and_then(|work| work.milliseconds()),
            // The start-up code copies it (`cargo xtask firmware --ram`).
            in_ram: image.compute.filter(|_| ram + bytes <= board.ram),
        });
        Ok(Self {
            board: board.clone(),
            flash: board.code + extra + bytes,
            ram,
            image,
            faster,
            check: start(0, 1),
            decode: start(packed.macs(), 2),
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
