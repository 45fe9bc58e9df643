//! What the application has to draw on a display: every dot is compared with the host's image.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use gan_core::LatentSampler;

use super::screen::{Monitor, Screen};
use super::{Session, build};
use crate::blob::Blob;
use crate::boards;
use crate::setup::Toolchain;
use crate::{shell, vectors};

/// The board with a display that QEMU emulates, the display's size, and the pixels of QEMU's picture that are a dot of it, to each side.
const BOARD: &str = "lm3s6965evb";
const WIDTH: usize = 128;
const HEIGHT: usize = 64;
const MAGNIFIED: usize = 4;

const SEED: u64 = 3;

/// Where images of a size go.
struct Layout {
    /// Dots of a pixel, to each side.
    scale: usize,
    /// The left upper corner of an image alone.
    alone: (usize, usize),
    /// The left upper corners of the ten of a grid; none if they do not fit.
    grid: [Option<(usize, usize)>; 10],
}

/// By hand: 8 by 8 pixels fill the height; in the grid, each of five columns of 25 dots and two lines of 32 has room for 24 by 24.
const OF_8: Layout = Layout { scale: 8, alone: (32, 0), grid: grid_of_8() };
const GRID_SCALE: usize = 3;
/// By hand: 28 by 28 pixels twice as large leave 16 and 8 dots, and ten of them are too many.
const OF_28: Layout = Layout { scale: 2, alone: (36, 4), grid: [None; 10] };

const fn grid_of_8() -> [Option<(usize, usize)>; 10] {
    const LEFT: [usize; 5] = [0, 25, 50, 75, 100];
    const TOP: [usize; 2] = [4, 36];
    let mut corners = [None; 10];
    let mut index = 0;
    while index < corners.len() {
        corners[index] = Some((LEFT[index % 5], TOP[index / 5]));
        index += 1;
    }
    corners
}

/// Draws with models of both sizes, alone and as a grid.
pub fn check(toolchain: Toolchain) -> Result<()> {
    let small = shell::root().join("models").join("mnist-small.gan");
    for (model, layout) in [(vectors::default_model()?, OF_8), (small, OF_28)] {
        let count = drawn(toolchain, &model, &layout).with_context(|| shell::relative(&model))?;
        println!(
            "display {BOARD}: {count} pictures of {} as expected, dot by dot",
            model.file_stem().unwrap_or_default().display()
        );
    }
    Ok(())
}

/// How many pictures were compared.
fn drawn(toolchain: Toolchain, model: &Path, layout: &Layout) -> Result<usize> {
    let board = boards::all().into_iter().find(|board| board.name == BOARD).context(BOARD)?;
    let blob = Blob::read(model)?;
    let images = images(&blob)?;
    let side = blob.decode()?.image().width.into();
    let elf = build(toolchain, board, model, 0)?;
    let monitor = Monitor::new();
    let (mut session, _) = Session::open(board, &elf, &monitor.arguments().each_ref().map(String::as_str))?;
    let file = vectors::scratch()?.join("screen.ppm");
    let mut compare = |command: &str, expected: &Screen| -> Result<()> {
        session.ask(command)?;
        monitor.dump(&file, "ppm")?;
        let shown = Screen::read(&file, MAGNIFIED)?;
        ensure!(shown.dots.len() == expected.dots.len(), "{} dots", shown.dots.len());
        let differing = shown.dots.iter().zip(&expected.dots).position(|(shown, expected)| shown != expected);
        if let Some(at) = differing {
            let (x, y, shown, expected) = (at % WIDTH, at / WIDTH, shown.dots[at], expected.dots[at]);
            anyhow::bail!("after `{command}`, dot {x}, {y}: expected {expected}, got {shown}");
        }
        Ok(())
    };

    // `seed` draws label 0; a label draws the same latent's image of that label, which the host makes with it.
    compare(&format!("seed {SEED}"), &screen([(&images.of_first[0], layout.alone)], side, layout.scale))?;
    compare("7", &screen([(&images.of_first[7], layout.alone)], side, layout.scale))?;
    let grid = images.of_own.iter().zip(layout.grid).filter_map(|(image, corner)| Some((image, corner?)));
    compare("grid", &screen(grid, side, GRID_SCALE))?;
    compare("4", &screen([(&images.of_first[4], layout.alone)], side, layout.scale))?;
    Ok(4)
}

/// The host's images of the labels.
struct Images {
    /// All of the seed's first latent vector.
    of_first: Vec<Vec<u8>>,
    /// Each of the next one.
    of_own: Vec<Vec<u8>>,
}

fn images(blob: &Blob) -> Result<Images> {
    let generator = blob.decode()?;
    let (mut scratch, mut first) = (vec![0; generator.scratch_len()], vec![0; generator.latent_len()]);
    let mut make = |latent: &[u8], label| -> Result<Vec<u8>> {
        let mut pixels = vec![0; generator.pixels_len()];
        generator.generate(latent, Some(label), &mut scratch, &mut pixels)?;
        Ok(pixels)
    };
    LatentSampler::new(SEED).fill(&mut first);
    let of_first = (0..10).map(|label| make(&first, label)).collect::<Result<Vec<_>>>()?;
    let (mut sampler, mut latent) = (LatentSampler::new(SEED), first);
    let of_own = (0..10).map(|label| {
        sampler.fill(&mut latent);
        make(&latent, label)
    });
    Ok(Images { of_first, of_own: of_own.collect::<Result<_>>()? })
}

/// A black screen with images of `side` by `side` pixels at their corners.
fn screen<'i>(images: impl IntoIterator<Item = (&'i Vec<u8>, (usize, usize))>, side: usize, scale: usize) -> Screen {
    let mut screen = Screen::black(WIDTH, HEIGHT);
    for (pixels, (left, top)) in images {
        for y in 0..side * scale {
            for x in 0..side * scale {
                let pixel = pixels[y / scale * side + x / scale];
                // The nearest of 16 greys, 17 levels apart.
                screen.dots[(top + y) * WIDTH + left + x] = ((u32::from(pixel) * 2 + 17) / 34) as u8 * 17;
            }
        }
    }
    screen
}
