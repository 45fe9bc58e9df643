//! Carries out the commands of the console, and draws images while nobody types.

mod percent;
mod report;
#[cfg(feature = "transform")]
mod transform;

use gan_core::memory::GridShape;
use gan_core::{Generator, ImageShape, LatentSampler, Truncation, kernel};

use crate::board::Board;
use crate::command::{Command, HELP};
use crate::line::{Line, Typed};
use crate::memory::Memory;
use crate::show::{self, GridRow, say};

/// After this many seconds without a key the board begins to draw by itself.
const IDLE_SECONDS: u64 = 10;
/// Number of images in the grid of a model without labels.
const UNLABELLED: u16 = 10;
const PROMPT: &[u8] = b"> ";

/// A request that the application hands to its caller, because it cannot fulfil it by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Receive a model of this many bytes.
    Load(u32),
}

/// The application, running one model.
#[derive(Debug)]
pub struct App<'m, 'b> {
    generator: &'m Generator<'m>,
    crc: u32,
    memory: &'m mut Memory<'b>,
    line: Line,
    seed: u64,
    /// The number of the current image among those of the seed, from 0.
    image: u64,
    label: u16,
    truncation: Truncation,
    /// When the last key came, in ticks; `None` if no key has come yet.
    typed: Option<u64>,
    /// When the board last drew an image by itself, in ticks; `None` if it has not yet.
    drawn: Option<u64>,
}

impl<'m, 'b> App<'m, 'b> {
    /// Makes the application for a model. `memory` must be [large enough](Memory::holds) for it.
    /// `crc` is the CRC-32 that the model's blob had before it was packed for this board; it
    /// identifies the model.
    pub fn new(generator: &'m Generator<'m>, crc: u32, memory: &'m mut Memory<'b>) -> Self {
        #[cfg(feature = "transform")]
        transform::begin(generator, memory);
        Self {
            generator,
            crc,
            memory,
            line: Line::default(),
            seed: 0,
            image: 0,
            label: 0,
            truncation: Truncation::OFF,
            typed: None,
            drawn: None,
        }
    }

    /// The buffers that the application was lent.
    pub fn memory(&self) -> &Memory<'b> {
        self.memory
    }

    /// Writes what runs here, whether it could run faster, the list of commands, and the first
    /// prompt.
    pub fn greet<B: Board>(&mut self, board: &mut B) {
        let shape = self.shape();
        let (name, kernel) = (self.generator.name(), kernel::NAME);
        say(
            board,
            format_args!(
                "{name}: {}x{} images on {} ({}), kernel {kernel}",
                shape.width,
                shape.height,
                B::CORE,
                B::NAME
            ),
        );
        if !self.generator.is_native() {
            say(
                board,
                format_args!("note: layers are not in this kernel's order, so images take longer"),
            );
        }
        self.help(board);
        board.write(PROMPT);
    }

    /// Writes the list of commands.
    fn help<B: Board>(&self, board: &mut B) {
        say(board, format_args!("{HELP}"));
        #[cfg(feature = "transform")]
        self.help_with_images(board);
    }

    /// Takes one byte that was typed, or draws if nobody has typed for a while. Call this in a
    /// loop. It returns a request that the caller has to fulfil, if a command makes one.
    pub fn step<B: Board>(&mut self, board: &mut B) -> Option<Request> {
        let Some(byte) = board.read() else {
            self.idle(board);
            return None;
        };
        self.typed = Some(board.ticks());
        match self.line.take(byte) {
            Typed::Echo(byte) => board.write(&[byte]),
            Typed::Erased => board.write(b"\x08 \x08"),
            Typed::Ignored => {}
            Typed::Ended => {
                board.write(b"\r\n");
                let command = self.line.text().and_then(Command::parse);
                let empty = self.line.is_empty();
                self.line.clear();
                let request = match command {
                    Some(command) => self.obey(board, command),
                    None if empty => None,
                    None => {
                        self.help(board);
                        None
                    }
                };
                self.typed = Some(board.ticks());
                if request.is_none() {
                    board.write(PROMPT);
                }
                return request;
            }
        }
        None
    }

    /// Writes the prompt. Call this after a request has been dealt with.
    pub fn prompt<B: Board>(&mut self, board: &mut B) {
        self.typed = Some(board.ticks());
        board.write(PROMPT);
    }

    fn shape(&self) -> ImageShape {
        self.generator.image()
    }

    /// Draws a new image every second, once nobody has typed for a while.
    fn idle<B: Board>(&mut self, board: &mut B) {
        let (now, second) = (board.ticks(), u64::from(B::TICKS_PER_SECOND));
        let since = |then: Option<u64>| then.map_or(u64::MAX, |then| now.saturating_sub(then));
        if !self.line.is_empty()
            || since(self.typed) < IDLE_SECONDS * second
            || since(self.drawn) < second
        {
            return;
        }
        if self.drawn.is_some() {
            self.label = (self.label + 1).checked_rem(self.generator.classes()).unwrap_or(0);
            self.image += 1;
        }
        self.drawn = Some(now);
        board.write(b"\r\n");
        self.draw(board);
        board.write(PROMPT);
    }

    fn obey<B: Board>(&mut self, board: &mut B, command: Command) -> Option<Request> {
        match command {
            Command::Label(label) if label < self.generator.classes() => {
                self.label = label;
                self.draw(board);
            }
            Command::Label(_) => match self.generator.classes() {
                0 => {
                    say(board, format_args!("this model has no labels; `next` draws another image"))
                }
                classes => say(board, format_args!("labels are 0 to {}", classes - 1)),
            },
            Command::Seed(seed) => {
                (self.seed, self.image) = (seed, 0);
                self.draw(board);
            }
            Command::Truncate(percent) => match percent::truncation(percent) {
                Some(truncation) => {
                    self.truncation = truncation;
                    self.draw(board);
                }
                None => say(board, format_args!("truncate takes 0 to 100 percent")),
            },
            Command::Next => {
                self.image += 1;
                self.draw(board);
            }
            Command::Grid => self.grid(board),
            Command::Bench => self.bench(board),
            Command::Info => self.info(board),
            Command::Raw => {
                let _ = show::pnm_header(board, self.shape());
                self.make(self.image, self.label, |_, line, _| board.write(line));
                board.write(b"\r\n");
            }
            Command::Load(len) => return Some(Request::Load(len)),
            #[cfg(feature = "transform")]
            Command::Image | Command::Damage(_) | Command::Run(..) => {
                self.obey_with_image(board, command);
            }
        }
        None
    }

    /// Draws the latent of an image. It is linked once, and not in every command that makes images.
    #[inline(never)]
    fn sample(&mut self, image: u64) {
        let latent = latent_of(self.generator, self.memory);
        let mut sampler = LatentSampler::new(self.seed).with_truncation(self.truncation);
        sampler.advance(image.wrapping_mul(latent.len() as u64));
        sampler.fill(latent);
    }

    /// Makes an image line by line, and hands each line to `sink` with its number.
    fn make(&mut self, image: u64, label: u16, mut sink: impl FnMut(usize, &[u8], &mut [u8])) {
        self.sample(image);
        #[cfg(feature = "transform")]
        if self.takes_image() {
            self.make_of_image(label, &mut sink);
            return;
        }
        let (generator, Memory { latent, scratch, line, grid, .. }) =
            (self.generator, &mut *self.memory);
        let latent = latent.get(..generator.latent_len()).unwrap_or_default();
        let line = line.get_mut(..generator.line_len()).unwrap_or_default();
        let label = (generator.classes() > 0).then_some(label);
        // The label was checked before, and the buffers are large enough, so there is no error.
        let _ =
            generator.generate_rows(latent, label, scratch, line, |y, line| sink(y, line, grid));
    }

    /// Draws the current image as text and on the display.
    fn draw<B: Board>(&mut self, board: &mut B) {
        let shape = self.shape();
        #[cfg(feature = "transform")]
        let captioned = self.draw_before(board);
        #[cfg(not(feature = "transform"))]
        let captioned = false;
        if !captioned {
            self.caption(board);
        }
        let place = show::place(board, shape, 1, 0);
        self.make(self.image, self.label, |y, line, _| {
            show::text_line(board, line, shape);
            show::display_line(board, place, y, line, shape);
        });
        board.refresh();
    }

    /// Draws an image of every label, side by side. They are the seed's images from the current one
    /// on.
    fn grid<B: Board>(&mut self, board: &mut B) {
        let shape = self.shape();
        let count =
            if self.generator.classes() == 0 { UNLABELLED } else { self.generator.classes() };
        let columns = GridShape::of(shape).columns;
        for index in 0..count {
            let column = usize::from(index) % columns.max(1);
            let place = show::place(board, shape, count.into(), index.into());
            self.make(self.image + u64::from(index), index, |y, line, grid| {
                GridRow::new(shape, grid).put(column, y, line, shape.channels.into());
                show::display_line(board, place, y, line, shape);
            });
            if column + 1 == columns || index + 1 == count {
                if usize::from(index) >= columns {
                    board.write(b"\r\n");
                }
                GridRow::new(shape, self.memory.grid).write(board, column + 1);
            }
        }
        board.refresh();
    }
}

/// Where the latent of a model is drawn.
fn latent_of<'m>(generator: &Generator<'_>, memory: &'m mut Memory<'_>) -> &'m mut [u8] {
    #[cfg(feature = "transform")]
    if let Some(latent) = transform::latent_of(generator, memory.given) {
        return latent;
    }
    memory.latent.get_mut(..generator.latent_len()).unwrap_or_default()
}
