//! What the commands `bench` and `info` write, and the line above an image.

use gan_core::{Truncation, kernel};

use super::{App, percent};
use crate::board::Board;
use crate::memory::Memory;
use crate::show::{self, say};

/// Number of images that `bench` makes.
const BENCH_IMAGES: u32 = 10;

impl App<'_, '_> {
    /// The names of what the model makes, in the singular and in the plural.
    pub(super) fn noun(&self) -> (&'static str, &'static str) {
        #[cfg(feature = "series")]
        if self.makes_numbers() {
            return if self.shape().height == 1 { ("row", "rows") } else { ("window", "windows") };
        }
        ("image", "images")
    }

    /// Writes which image follows.
    pub(super) fn caption<B: Board>(&mut self, board: &mut B) {
        if self.generator.classes() > 0 {
            show::text(board, format_args!("label {}, ", self.label));
        }
        if self.is_chosen() {
            say(board, format_args!("chosen latent"));
            return;
        }
        let (what, _) = self.noun();
        show::text(board, format_args!("seed {}, {what} {}", self.seed, self.image));
        if self.truncation != Truncation::OFF {
            let percent = percent::of(self.truncation);
            show::text(board, format_args!(", truncated to {percent} %"));
        }
        board.write(b"\r\n");
    }

    /// Measures how long an image takes on average, and writes it.
    pub(super) fn bench<B: Board>(&mut self, board: &mut B) {
        let start = board.ticks();
        for index in 0..BENCH_IMAGES {
            let label = (index as u16).checked_rem(self.generator.classes()).unwrap_or(0);
            board.alive();
            self.sample(index.into());
            self.make(label, &mut |_, _, _| {});
        }
        let ticks = board.ticks().saturating_sub(start);
        let rate = u64::from(B::TICKS_PER_SECOND).max(1);
        let nanoseconds = ticks.saturating_mul(1_000_000_000) / rate / u64::from(BENCH_IMAGES);
        let (us, ns) = (nanoseconds / 1000, nanoseconds % 1000);
        let (what, all) = self.noun();
        let a = if what == "image" { "an" } else { "a" };
        say(board, format_args!("{us}.{ns:03} us {a} {what}, {BENCH_IMAGES} {all}"));
        let megahertz = u64::from(B::CORE_HERTZ / 1_000_000);
        if megahertz > 0 {
            // A cycle is 1000 / megahertz nanoseconds. This is in hundredths of a cycle.
            let work = self.generator.macs().saturating_mul(10).max(1);
            let cycles = nanoseconds.saturating_mul(megahertz) / work;
            let (whole, part) = (cycles / 100, cycles % 100);
            say(board, format_args!("{whole}.{part:02} cycles a MAC at {megahertz} MHz"));
        }
    }

    /// Writes what the model, the kernel, the buffers and the stack are.
    pub(super) fn info<B: Board>(&mut self, board: &mut B) {
        let (generator, shape) = (self.generator, self.shape());
        let header = generator.header();
        say(
            board,
            format_args!(
                "model   {}, {} labels, {}x{}x{} {}",
                generator.name(),
                generator.classes(),
                shape.width,
                shape.height,
                shape.channels,
                if self.noun().0 == "image" { "pixels" } else { "bytes" }
            ),
        );
        #[cfg(feature = "transform")]
        self.takes(board);
        #[cfg(feature = "series")]
        self.columns(board);
        say(
            board,
            format_args!(
                "blob    {} bytes, version {}, CRC {:08x}, as a file {:08x}",
                generator.encoded_len(),
                header.version(),
                generator.crc(),
                self.crc
            ),
        );
        let native = header
            .layers
            .iter()
            .filter(|spec| Some(spec.packing) == gan_core::Packing::of_kernel(kernel::NAME))
            .count();
        say(
            board,
            format_args!(
                "kernel  {}, {native} of {} layers packed for it, {} MAC",
                kernel::NAME,
                header.layers.len(),
                generator.macs()
            ),
        );
        let Memory { latent, scratch, line, grid, .. } = &*self.memory;
        let buffers = latent.len() + size_of_val(*scratch) + line.len() + grid.len();
        #[cfg(feature = "transform")]
        let buffers = buffers + self.memory.given.len();
        say(board, format_args!("buffers {buffers} bytes"));
        if let Some(stack) = board.stack() {
            say(board, format_args!("stack   {} of {} bytes used", stack.used, stack.size));
        }
    }
}
