//! Tells whether the application fits a board with a model, and if not, which models and networks
//! would.

use anyhow::Error;
use gan_core::blob::{self, ALIGNMENT, Element, Header};
use gan_core::memory::Rooms;
use gan_core::{Generator, Packing};

use crate::blob::packing;
use crate::firmware::{self, Input, code_bytes};
use crate::prelude::*;
use crate::sections::{self, Size, grouped};

/// Bytes that the linker may lose to alignment when sections change their sizes.
const SLACK: u64 = 64;

/// What the application takes of a board besides the model.
pub struct Fit<'a> {
    board: &'a Board,
    packing: Packing,
    /// The bytes of a model that can be received.
    load: u64,
    /// Whether the model is copied into RAM.
    ram: bool,
    /// The bytes of flash that another model has for itself.
    partition: u64,
    /// The bytes of flash and of RAM that the application takes besides.
    besides: (u64, u64),
}

impl<'a> Fit<'a> {
    /// Guesses without building anything: more than any board's application takes.
    fn guess(board: &'a Board, input: Input<'_>) -> Result<Self> {
        // A HAL has statics, code in RAM, and the messages of its panics; its ports have buffers.
        let (code, statics) = match board.package {
            Some(_) => (32 << 10, 16 << 10),
            None => (0, 4 << 10),
        };
        let packing = packing(board)?;
        let load = input.load.next_multiple_of(ALIGNMENT) as u64;
        let partition = match input.flash_at {
            Some(address) => board.partition(address).map_err(Error::msg)?.length,
            None => 0,
        };
        Ok(Self {
            board,
            packing,
            load,
            ram: input.ram,
            partition,
            besides: (code_bytes(&board.kernel) + code, statics),
        })
    }

    /// Counts nothing but the model and its buffers.
    fn least(board: &'a Board, input: Input<'_>) -> Result<Self> {
        Ok(Self { besides: (0, 0), ..Self::guess(board, input)? })
    }

    /// Measures by building the application with a model that fits everywhere.
    fn measure(toolchain: Toolchain, board: &'a Board, input: Input<'_>) -> Result<Self> {
        let tiny = vectors::folder().join("v1-tiny.gan");
        let kinds = Some(input.kinds.unwrap_or(input.model));
        // What receives models is part of it, but the room for them may be what is too large.
        let load = input.load.min(ALIGNMENT);
        let with_tiny = Input { model: &tiny, load, kinds, ..input };
        let elf = firmware::build(toolchain, board, "digits", with_tiny)?;
        let (size, tiny_fit) = (sections::of(&elf)?, Self::guess(board, Input { load, ..input })?);
        let (flash, ram) = tiny_fit.takes(&Blob::read(&tiny)?)?;
        let besides = (
            (size.flash() + SLACK).saturating_sub(flash),
            (size.ram() + SLACK).saturating_sub(ram),
        );
        Ok(Self { besides, ..Self::guess(board, input)? })
    }

    /// Returns whether the buffers are for models that are not known yet.
    fn receives(&self) -> bool {
        self.load > 0 || self.partition > 0
    }

    /// Returns the flash and RAM that a model takes.
    fn model(&self, blob: usize, rooms: Rooms) -> (u64, u64) {
        let copy = if self.ram { blob as u64 } else { 0 };
        (blob as u64, rooms.bytes() as u64 + 2 * self.load + copy)
    }

    /// Returns the bytes of flash and RAM that are missing.
    fn missing(&self, (flash, ram): (u64, u64)) -> (u64, u64) {
        (
            (self.besides.0 + flash).saturating_sub(self.board.flash.length - self.partition),
            (self.besides.1 + ram).saturating_sub(self.board.ram.length),
        )
    }

    /// Returns the flash and RAM that this model takes.
    fn takes(&self, blob: &Blob) -> Result<(u64, u64)> {
        let packed = blob.pack(self.packing)?;
        Ok(self.model(packed.bytes().len(), Rooms::of(&packed.decode()?, self.receives())))
    }

    fn missing_for(&self, blob: &Blob) -> Result<(u64, u64)> {
        Ok(self.missing(self.takes(blob)?))
    }

    /// Returns the widest hidden layers, in the proportions of this network, that fit; none if it
    /// has no hidden layer or if none fits.
    fn widest(&self, generator: &Generator<'_>) -> Option<Vec<u16>> {
        let header = generator.packed_header(self.packing);
        let widest = hidden(&header).into_iter().max()?;
        let rooms = Rooms::of(generator, self.receives());
        // In fours, as kernels like it; a network that narrow is of no other width.
        (1..widest).rev().filter(|width| width % 4 == 0 || *width < 4).find_map(|width| {
            let narrow = narrowed(&header, width, widest);
            let scratch = rooms.scratch.min(scratch_bound(&narrow));
            let model = self.model(blob::encoded_len(&narrow).ok()?, Rooms { scratch, ..rooms });
            (self.missing(model) == (0, 0)).then(|| hidden(&narrow))
        })
    }

    /// Says why a model does not fit, and what would.
    fn refusal(&self, blob: &Blob, missing: (u64, u64)) -> Result<String> {
        let mut over = Vec::new();
        for (bytes, memory) in [(missing.0, "flash"), (missing.1, "RAM")] {
            if bytes > 0 {
                over.push(format!("{} bytes of {memory}", grouped(bytes)));
            }
        }
        let mut names = Vec::new();
        for path in gan_tests::make::models(&root())? {
            let other = Blob::read(&path)?;
            let alike = other.kind()? == blob.kind()?;
            if alike && self.missing_for(&other)? == (0, 0) {
                names.push(other.stem());
            }
        }
        let models = match names.split_last() {
            None => "none".into(),
            Some((only, [])) => only.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
        };
        let packed = blob.pack(self.packing)?;
        let generator = packed.decode()?;
        let network = match self.widest(&generator) {
            Some(widths) => format!(
                ", and so would this network with hidden layers of {} instead of {}",
                joined(&widths),
                joined(&hidden(generator.header()))
            ),
            None => String::new(),
        };
        let receiving = format!(" with room for {} bytes to load", self.load);
        let receiving = if self.load > 0 { &receiving } else { "" };
        let name = &self.board.name;
        Ok(format!(
            "{} does not fit {name}{receiving}: {} too many; of models/, {models} would{network}",
            blob.stem(),
            over.join(" and ")
        ))
    }
}

/// Returns the application's ELF file, if the model fits, and what it takes; else an error that
/// says what would fit.
pub fn build(toolchain: Toolchain, board: &Board, input: Input<'_>) -> Result<(PathBuf, Size)> {
    let (stack, least) = (board.stack.length, firmware::SIGNATURE_STACK);
    ensure!(
        input.key.is_none() || stack >= least,
        "--key: to check a signature takes {least} bytes of stack, and {} has {stack}",
        board.name
    );
    let blob = Blob::read(input.model)?;
    if Fit::guess(board, input)?.missing_for(&blob)? != (0, 0) {
        let fit = Fit::least(board, input)?;
        // Where the buffers alone are too large, there is nothing that could be linked.
        let tiny = Blob::read(&vectors::folder().join("v1-tiny.gan"))?;
        let fit = match fit.missing_for(&tiny)?.1 {
            0 => Fit::measure(toolchain, board, input)?,
            _ => fit,
        };
        let missing = fit.missing_for(&blob)?;
        if missing != (0, 0) {
            anyhow::bail!(fit.refusal(&blob, missing)?);
        }
    }
    let elf = firmware::build(toolchain, board, "digits", input)?;
    let size = sections::of(&elf)?;
    Ok((elf, size))
}

/// Returns the widths of the hidden layers.
fn hidden(header: &Header<'_>) -> Vec<u16> {
    let (_, hidden) =
        header.layers.split_last().map_or((None, &[][..]), |(last, hidden)| (Some(last), hidden));
    hidden.iter().map(|spec| spec.outputs).collect()
}

/// Returns the network with its widest hidden layer, of `widest`, made `width` wide, and the others
/// in proportion, in fours as well.
fn narrowed<'a>(header: &Header<'a>, width: u16, widest: u16) -> Header<'a> {
    let mut header = header.clone();
    let mut inputs = header.layers.first().map_or(0, |spec| spec.inputs);
    let last = header.layers.len().saturating_sub(1);
    for (index, spec) in header.layers.iter_mut().enumerate() {
        spec.inputs = inputs;
        if index < last {
            let outputs = (u32::from(spec.outputs) * u32::from(width) / u32::from(widest)) as u16;
            spec.outputs = if outputs < 4 { outputs.max(1) } else { outputs / 4 * 4 };
        }
        inputs = spec.outputs;
    }
    header
}

/// Returns a number of words that is at least a generator's `scratch_len`.
fn scratch_bound(header: &Header<'_>) -> usize {
    let staged = header
        .layers
        .iter()
        .filter(|spec| spec.element != Element::F32)
        .map(|spec| spec.staged_len())
        .max()
        .unwrap_or(0);
    let widest = usize::from(hidden(header).into_iter().max().unwrap_or(0));
    let floats = header.layers.iter().any(|spec| spec.element == Element::F32);
    staged + if floats { 2 * widest } else { widest.div_ceil(4) }
}

fn joined(widths: &[u16]) -> String {
    widths.iter().map(u16::to_string).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests;
