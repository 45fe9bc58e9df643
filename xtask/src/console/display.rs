//! Checks what the application draws on a display: every dot is compared with the host's image.

use gan_core::LatentSampler;

use super::screen::{Monitor, Screen};
use super::{build, session};
use crate::blob::Maker;
use crate::boards;
use crate::prelude::*;

/// The board with a display that QEMU emulates, the display's size, and the pixels of QEMU's
/// picture that are a dot of it, to each side.
pub const BOARD: &str = "lm3s6965evb";
const WIDTH: usize = 128;
const HEIGHT: usize = 64;
const MAGNIFIED: usize = 4;

const SEED: u64 = 3;

/// Where images of a size go, worked out by hand.
struct Layout {
    /// How an image alone is drawn.
    alone: Look,
    /// The left upper corner of an image alone.
    corner: (usize, usize),
    /// How the ten images of a grid are drawn, in five columns of 25 dots and two lines of 32.
    grid: Look,
    /// How far below the cell's upper edge the images of a grid begin.
    below: usize,
}

/// How an image is drawn.
#[derive(Clone, Copy)]
struct Look {
    /// Dots of a pixel, to each side.
    scale: usize,
    /// Pixels of a line that are left out before those that are shown, and how many are shown.
    columns: (usize, usize),
}

/// 8 by 8 pixels fill the height; a cell of the grid has room for 24 by 24 dots.
const OF_8: Layout = Layout {
    alone: Look { scale: 8, columns: (0, 8) },
    corner: (32, 0),
    grid: Look { scale: 3, columns: (0, 8) },
    below: 4,
};
/// 28 by 28 pixels twice as large leave 36 and 4 dots on each side; a cell of the grid has room for
/// 25 of 28 columns, so one is left out on the left and two on the right.
const OF_28: Layout = Layout {
    alone: Look { scale: 2, columns: (0, 28) },
    corner: (36, 4),
    grid: Look { scale: 1, columns: (1, 25) },
    below: 2,
};

/// Draws with models of both sizes, alone and as a grid.
pub fn check(toolchain: Toolchain) -> Result<()> {
    let small = root().join("models").join("mnist-small.gan");
    for (model, layout) in [(vectors::default_model()?, OF_8), (small, OF_28)] {
        let count = drawn(toolchain, &model, &layout).with_context(|| relative(&model))?;
        let stem = shell::stem(&model);
        println!("display {BOARD}: {count} pictures of {stem} as expected, dot by dot");
    }
    Ok(())
}

/// Draws with one model, and returns how many pictures were compared.
fn drawn(toolchain: Toolchain, model: &Path, layout: &Layout) -> Result<usize> {
    let board = boards::all().into_iter().find(|board| board.name == BOARD).context(BOARD)?;
    let blob = Blob::read(model)?;
    let images = images(&blob)?;
    let side = blob.decode()?.image().width.into();
    let elf = build(toolchain, board, model, 0)?;
    let monitor = Monitor::new()?;
    let (mut session, _) =
        session::open(board, &elf, &monitor.arguments().each_ref().map(String::as_str))?;
    let file = shell::scratch("")?.join("screen.ppm");
    let mut compare = |command: &str, expected: &Screen| -> Result<()> {
        session.ask(command)?;
        monitor.dump(&file, "ppm")?;
        let shown = Screen::read(&file, MAGNIFIED)?;
        ensure!(shown.dots.len() == expected.dots.len(), "{} dots", shown.dots.len());
        let differing =
            shown.dots.iter().zip(&expected.dots).position(|(shown, expected)| shown != expected);
        if let Some(at) = differing {
            let (x, y, shown, expected) =
                (at % WIDTH, at / WIDTH, shown.dots[at], expected.dots[at]);
            anyhow::bail!("after `{command}`, dot {x}, {y}: expected {expected}, got {shown}");
        }
        Ok(())
    };

    // `seed` draws label 0; a label draws the same latent's image of that label, which the host
    // makes with it.
    let alone =
        |label: usize| screen([(&images.of_first[label], layout.corner)], side, layout.alone);
    compare(&format!("seed {SEED}"), &alone(0))?;
    compare("7", &alone(7))?;
    let corner = |label: usize| (label % 5 * 25, label / 5 * 32 + layout.below);
    compare(
        "grid",
        &screen(
            images.of_own.iter().enumerate().map(|(label, image)| (image, corner(label))),
            side,
            layout.grid,
        ),
    )?;
    compare("4", &alone(4))?;
    Ok(4)
}

/// The host's images of the labels.
struct Images {
    /// The image of each label, all of the seed's first latent vector.
    of_first: Vec<Vec<u8>>,
    /// The image of each label, each of the seed's next latent vector.
    of_own: Vec<Vec<u8>>,
}

fn images(blob: &Blob) -> Result<Images> {
    let mut maker = Maker::new(blob)?;
    let first = maker.latent(&mut LatentSampler::new(SEED));
    let of_first = (0..10).map(|label| maker.image(&first, Some(label))).collect::<Result<_>>()?;
    let mut sampler = LatentSampler::new(SEED);
    let of_own = (0..10).map(|label| maker.next(&mut sampler, Some(label)));
    Ok(Images { of_first, of_own: of_own.collect::<Result<_>>()? })
}

/// Returns a black screen with images of `side` by `side` pixels at their corners.
fn screen<'i>(
    images: impl IntoIterator<Item = (&'i Vec<u8>, (usize, usize))>,
    side: usize,
    look: Look,
) -> Screen {
    let mut screen = Screen::black(WIDTH, HEIGHT);
    let Look { scale, columns: (hidden, shown) } = look;
    for (pixels, (left, top)) in images {
        for y in 0..side * scale {
            for x in 0..shown * scale {
                let pixel = pixels[y / scale * side + hidden + x / scale];
                // The nearest of 16 greys, 17 levels apart.
                screen.dots[(top + y) * WIDTH + left + x] =
                    ((u32::from(pixel) * 2 + 17) / 34) as u8 * 17;
            }
        }
    }
    screen
}
