//! Carries out the commands of the console, and draws images while nobody types.

mod draw;
mod latents;
mod percent;
mod report;
#[cfg(feature = "series")]
mod series;
#[cfg(feature = "transform")]
mod transform;

use gan_core::{Generator, ImageShape, Truncation, blob, kernel};

use crate::board::Board;
use crate::command::{Command, HELP, PERCENT};
use crate::line::{Line, Typed};
use crate::memory::Memory;
use crate::receive::drain;
use crate::show::{self, say};

/// After this many seconds without a key the board begins to draw by itself.
const IDLE_SECONDS: u64 = 10;
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
    /// Number of codes of the latent that were chosen one by one. If these are all codes, the
    /// current image is theirs, and not the seed's.
    chosen: usize,
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
            chosen: 0,
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
        let what = self.noun().1;
        say(
            board,
            format_args!(
                "{name}: {}x{} {what} on {} ({}), kernel {kernel}",
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
        #[cfg(feature = "series")]
        let _ = self.refuse_images(board);
    }

    /// Takes one byte that was typed. If none was, this draws if nobody has typed for a while, and
    /// then has the board sleep. Call this in a loop. It returns a request that the caller has to
    /// fulfil, if a command makes one.
    pub fn step<B: Board>(&mut self, board: &mut B) -> Option<Request> {
        let Some(byte) = board.read() else {
            self.idle(board);
            board.sleep();
            return None;
        };
        self.typed = Some(board.ticks());
        match self.line.take(byte) {
            Typed::Echo(byte) => board.write(&[byte]),
            Typed::Erased => board.write(b"\x08 \x08"),
            Typed::Ignored if self.line.is(&blob::MAGIC) => {
                self.line.clear();
                say(board, format_args!("\na model without `load BYTES`, or too late for it"));
                drain(board);
                self.prompt(board);
            }
            Typed::Ignored => {}
            Typed::Ended => {
                board.write(b"\r\n");
                let command = self.line.text().map_or(Err(HELP), Command::parse);
                let empty = self.line.is_empty();
                self.line.clear();
                let request = match command {
                    Ok(command) => self.obey(board, command),
                    Err(answer) => {
                        if answer == HELP && !empty {
                            self.help(board);
                        } else if !empty {
                            say(board, format_args!("{answer}"));
                        }
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
            self.advance();
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
            Command::Label(_) => self.say_labels(board),
            Command::Seed(seed) => {
                (self.seed, self.image, self.chosen) = (seed, 0, 0);
                self.draw(board);
            }
            Command::Truncate(percent) => match percent::truncation(percent) {
                Some(truncation) => {
                    (self.truncation, self.chosen) = (truncation, 0);
                    self.draw(board);
                }
                None => say(board, format_args!("{PERCENT}")),
            },
            Command::Next => {
                self.advance();
                self.draw(board);
            }
            #[cfg(feature = "series")]
            Command::Grid | Command::Raw | Command::Morph(..) if self.refuse_images(board) => {}
            Command::Grid => self.grid(board),
            Command::Bench => self.bench(board),
            Command::Info => self.info(board),
            Command::Raw => {
                let _ = show::pnm_header(board, self.shape());
                self.make_current(&mut |_, line, _| board.write(line));
                board.write(b"\r\n");
            }
            Command::Load(len) => return Some(Request::Load(len)),
            Command::Latent(codes) => self.choose(board, codes),
            Command::Morph(ends, steps) => self.morph(board, ends, steps),
            #[cfg(feature = "series")]
            Command::Series(count) => self.series(board, count),
            #[cfg(feature = "transform")]
            Command::Image | Command::Damage(_) | Command::Run(..) => {
                self.obey_with_image(board, command);
            }
        }
        None
    }

    /// Says which labels there are.
    fn say_labels<B: Board>(&self, board: &mut B) {
        match self.generator.classes() {
            0 => say(board, format_args!("this model has no labels; `next` draws another image")),
            classes => say(board, format_args!("labels are 0 to {}", classes - 1)),
        }
    }

    /// Goes on to the next image of the seed.
    fn advance(&mut self) {
        (self.image, self.chosen) = (self.image.wrapping_add(1), 0);
    }
}
