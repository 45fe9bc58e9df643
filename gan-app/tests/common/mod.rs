//! A board made of memory.

mod screen;

use std::collections::VecDeque;
use std::convert::Infallible;

use embedded_graphics::pixelcolor::Gray8;
use embedded_io::{ErrorType, Read, ReadReady, Write};
use gan_app::{Admit, Board, Memory, Slots, Stack, admit_all, serve, serve_with_slots};
use gan_core::memory::Rooms;
use gan_core::tools::AlignedBytes;
use gan_core::{Generator, LatentSampler, Truncation, decode};
use screen::Screen;

/// The model that a board has in flash unless a test says otherwise.
pub const DIGITS8: &str = "../models/digits8.gan";

/// The list of commands, as a terminal gets it.
pub fn help() -> String {
    gan_app::command::HELP.replace('\n', "\r\n")
}

/// A model's bytes, where a blob has to begin.
pub struct Aligned(AlignedBytes);

impl Aligned {
    fn new(len: usize) -> Self {
        Self(AlignedBytes::zeroed(len))
    }

    fn bytes(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// The model.
    pub fn decode(&self) -> Generator<'_> {
        decode(&self.0).unwrap()
    }
}

/// A model's file.
pub fn read(path: &str) -> Aligned {
    let file = std::fs::read(path).unwrap();
    let mut blob = Aligned::new(file.len());
    blob.bytes().copy_from_slice(&file);
    blob
}

/// What gan-core makes for a seed, an image of it and a label.
pub fn image(blob: &Aligned, seed: u64, image: u64, label: u16) -> Vec<u8> {
    truncated_image(blob, seed, image, label, 256)
}

/// The same, of latents that are truncated to `factor / 256`.
pub fn truncated_image(blob: &Aligned, seed: u64, image: u64, label: u16, factor: u16) -> Vec<u8> {
    let generator = blob.decode();
    let mut latent = vec![0; generator.latent_len()];
    let truncation = Truncation::from_256ths(factor).unwrap();
    let mut sampler = LatentSampler::new(seed).with_truncation(truncation);
    for _ in 0..=image {
        sampler.fill(&mut latent);
    }
    let mut pixels = vec![0; generator.pixels_len()];
    generator
        .generate(&latent, Some(label), &mut vec![0; generator.scratch_len()], &mut pixels)
        .unwrap();
    pixels
}

/// What is typed, and what came of it.
pub struct Script {
    typed: VecDeque<u8>,
    /// What is typed later, and from when on.
    later: (u64, VecDeque<u8>),
    /// All that was sent over the serial port.
    pub said: Vec<u8>,
    screen: Screen,
    now: u64,
    /// How long the board sleeps each time, and how often it did.
    nap: u64,
    pub slept: u64,
    /// When the application last said that it goes on, and the longest time between two times.
    last_alive: u64,
    pub longest_silence: u64,
    /// How often it said so twice without a use of the port or the display in between.
    pub only_alive: u64,
    is_alive: bool,
    /// When the run ends, once all is typed.
    end: u64,
    slots: usize,
    admit: Admit,
    model: &'static str,
    /// How long the port takes for three bytes, and the display for a line.
    pace: u64,
}

/// Runs the application until all of `script` is typed and dealt with.
pub fn played(script: &str) -> Script {
    Script::new(script).run()
}

impl Script {
    /// Types this.
    pub fn new(script: &str) -> Self {
        Self::bytes(script.as_bytes())
    }

    /// Types these bytes.
    pub fn bytes(script: &[u8]) -> Self {
        Self {
            typed: script.iter().copied().collect(),
            later: (0, VecDeque::new()),
            said: Vec::new(),
            screen: Screen(vec![99; 128 * 64]),
            now: 0,
            nap: 0,
            slept: 0,
            last_alive: 0,
            longest_silence: 0,
            only_alive: 0,
            is_alive: false,
            end: 0,
            slots: 0,
            admit: admit_all,
            model: DIGITS8,
            pace: 0,
        }
    }

    /// Goes on for some time.
    pub fn for_ticks(self, end: u64) -> Self {
        Self { end, ..self }
    }

    /// Sleeps for so long each time.
    pub fn napping(self, nap: u64) -> Self {
        Self { nap, ..self }
    }

    /// Takes so long for three bytes, and for a line on the display.
    pub fn at_pace(self, pace: u64) -> Self {
        Self { pace, ..self }
    }

    /// Types more from some time on.
    pub fn and_after(self, from: u64, bytes: &[u8]) -> Self {
        Self { later: (from, bytes.iter().copied().collect()), ..self }
    }

    /// Has room for received models.
    pub fn with_slots(self, slots: usize) -> Self {
        Self { slots, ..self }
    }

    /// Takes what this takes as a model, and nothing else.
    pub fn admitting(self, admit: Admit) -> Self {
        Self { admit, ..self }
    }

    /// Has another model in flash.
    pub fn with_model(self, model: &'static str) -> Self {
        Self { model, ..self }
    }

    /// Runs the application.
    pub fn run(mut self) -> Self {
        let blob = read(self.model);
        let generator = blob.decode();
        let mut memory = Memory {
            latent: &mut vec![0; generator.latent_len()],
            given: &mut vec![0; Rooms::of(&generator, false).given],
            scratch: &mut vec![0; generator.scratch_len()],
            line: &mut vec![0; generator.line_len()],
            grid: &mut vec![0; Rooms::of(&generator, false).grid],
        };
        let more = |board: &mut Self| {
            !board.typed.is_empty() || !board.later.1.is_empty() || board.now < board.end
        };
        if self.slots == 0 {
            serve(&mut self, &generator, 0x1234_5678, &mut memory, more);
        } else {
            let mut slots = [Aligned::new(self.slots), Aligned::new(self.slots)];
            let [active, spare] = slots.each_mut().map(Aligned::bytes);
            let admit = self.admit;
            serve_with_slots(
                &mut self,
                &generator,
                0x1234_5678,
                &mut memory,
                Slots { active, spare, admit },
                more,
            );
        }
        self
    }

    /// What was sent, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.said).into_owned()
    }

    /// The dots of the display.
    pub fn screen(self) -> Vec<u8> {
        self.screen.0
    }
}

impl Board for Script {
    const NAME: &'static str = "memory";
    const CORE: &'static str = "host";
    const TICKS_PER_SECOND: u32 = 1000;

    type Port = Self;
    type Color = Gray8;
    type Display = Screen;

    fn port(&mut self) -> &mut Self {
        self.is_alive = false;
        self
    }

    fn ticks(&mut self) -> u64 {
        self.now += 1;
        self.now
    }

    fn display(&mut self) -> Option<&mut Screen> {
        self.is_alive = false;
        self.now += self.pace;
        Some(&mut self.screen)
    }

    fn sleep(&mut self) {
        assert!(self.typed.is_empty(), "asleep while bytes wait");
        self.slept += 1;
        self.now += self.nap;
    }

    fn alive(&mut self) {
        self.only_alive += u64::from(self.is_alive);
        self.is_alive = true;
        self.longest_silence = self.longest_silence.max(self.now - self.last_alive);
        self.last_alive = self.now;
    }

    fn stack(&self) -> Option<Stack> {
        Some(Stack { used: 100, size: 1000 })
    }
}

impl ErrorType for Script {
    type Error = Infallible;
}

impl ReadReady for Script {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        let (from, later) = &mut self.later;
        if self.now >= *from {
            self.typed.append(later);
        }
        Ok(!self.typed.is_empty())
    }
}

impl Read for Script {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        let count = bytes.len().min(self.typed.len());
        bytes.iter_mut().zip(self.typed.drain(..count)).for_each(|(place, byte)| *place = byte);
        Ok(count)
    }
}

impl Write for Script {
    /// Takes a few bytes at a time, as a port with a small buffer does.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        let taken = bytes.len().min(3);
        self.now += self.pace;
        self.said.extend(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}
