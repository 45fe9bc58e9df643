//! A board of memory: what is typed comes from a script, and time goes on when it is asked for.

use embedded_graphics_core::Pixel;
use embedded_graphics_core::draw_target::DrawTarget;
use embedded_graphics_core::geometry::{Dimensions, OriginDimensions, Size};
use embedded_graphics_core::pixelcolor::Gray8;
use embedded_graphics_core::primitives::Rectangle;
use embedded_io::{ErrorType, Read, ReadReady, Write};
use gan_app::{Board, Memory, Slots, Stack, serve_with_slots};
use gan_core::decode;
use gan_core::memory::Rooms;
use gan_core::tools::AlignedBytes;
use std::convert::Infallible;

/// Bytes that a port remembers of what was said.
const HEARD: usize = 1 << 16;
/// Ticks that a silent minute takes.
const MINUTE: u64 = 60_000;
/// What is typed at the end, each after silence: the end of a line, which may be a command, and a
/// question. A console that is alive answers.
const LAST: [&[u8]; 2] = [b"\r", b"\rinfo\r"];

/// A script that is typed, and what the application said.
#[derive(Debug)]
pub struct Script<'s> {
    typed: &'s [u8],
    last: std::slice::Iter<'static, &'static [u8]>,
    /// What was said last.
    pub said: Vec<u8>,
    now: u64,
    screen: Screen,
}

impl<'s> Script<'s> {
    /// Types a script at the application that runs `resident`, with room for uploads of so many
    /// bytes, and then asks it what runs.
    pub fn play(typed: &'s [u8], resident: &[u8], room: usize) -> Self {
        let blob = AlignedBytes::copy_of(resident);
        let generator = decode(&blob).expect("the resident model is valid");
        let rooms = Rooms::of(&generator, false);
        let mut memory = Memory {
            latent: &mut vec![0; rooms.latent],
            given: &mut vec![0; rooms.given],
            scratch: &mut vec![0; rooms.scratch],
            line: &mut vec![0; rooms.line],
            grid: &mut vec![0; rooms.grid],
        };
        let mut halves = [AlignedBytes::zeroed(room), AlignedBytes::zeroed(room)];
        let [active, spare] = &mut halves;
        let mut script =
            Self { typed, last: LAST.iter(), said: Vec::new(), now: 0, screen: Screen };
        let (active, spare) = (&mut active[..], &mut spare[..]);
        let slots = Slots { active, spare, admit: gan_app::admit_all };
        let more = |script: &mut Self| {
            if script.typed.is_empty()
                && let Some(typed) = script.last.next()
            {
                script.typed = typed;
                script.now += MINUTE;
                script.said.clear();
            }
            !script.typed.is_empty()
        };
        serve_with_slots(&mut script, &generator, 0x1234_5678, &mut memory, slots, more);
        script
    }
}

impl<'s> Board for Script<'s> {
    const NAME: &'static str = "memory";
    const CORE: &'static str = "host";
    const TICKS_PER_SECOND: u32 = 1000;

    type Port = Self;
    type Color = Gray8;
    type Display = Screen;

    fn port(&mut self) -> &mut Self {
        self
    }

    fn ticks(&mut self) -> u64 {
        // Nobody types any more: a second goes by.
        self.now += if self.typed.is_empty() { 1000 } else { 1 };
        self.now
    }

    fn display(&mut self) -> Option<&mut Screen> {
        Some(&mut self.screen)
    }

    fn stack(&self) -> Option<Stack> {
        Some(Stack { used: 100, size: 1000 })
    }
}

impl ErrorType for Script<'_> {
    type Error = Infallible;
}

impl ReadReady for Script<'_> {
    fn read_ready(&mut self) -> Result<bool, Infallible> {
        Ok(!self.typed.is_empty())
    }
}

impl Read for Script<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize, Infallible> {
        let (first, rest) = self.typed.split_at(bytes.len().min(self.typed.len()));
        bytes[..first.len()].copy_from_slice(first);
        self.typed = rest;
        Ok(first.len())
    }
}

impl Write for Script<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        if self.said.len() > HEARD {
            self.said.drain(..HEARD / 2);
        }
        self.said.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

/// A display that checks where it is drawn on, and shows nothing. It is small, as drawing is most
/// of what a script costs.
#[derive(Debug)]
pub struct Screen;

/// Its width and height.
const SIZE: Size = Size::new(64, 32);

impl OriginDimensions for Screen {
    fn size(&self) -> Size {
        SIZE
    }
}

impl DrawTarget for Screen {
    type Color = Gray8;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Gray8>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(at, _) in pixels {
            assert!(self.bounding_box().contains(at), "{at} is outside");
        }
        Ok(())
    }

    fn fill_contiguous<I: IntoIterator<Item = Gray8>>(
        &mut self,
        area: &Rectangle,
        colors: I,
    ) -> Result<(), Infallible> {
        self.fill_solid(area, Gray8::new(0))?;
        let dots = area.size.width as usize * area.size.height as usize;
        colors.into_iter().take(dots).for_each(drop);
        Ok(())
    }

    fn fill_solid(&mut self, area: &Rectangle, _: Gray8) -> Result<(), Infallible> {
        assert_eq!(area.intersection(&self.bounding_box()), *area, "{area:?} is outside");
        Ok(())
    }
}
