//! What the console does with a model that takes an image. Without an image that came over the
//! console, the model gets a figure that is drawn here.

use gan_core::{Generator, ImageShape, TransformInput};

use super::App;
use super::draw::Sink;
use crate::board::Board;
use crate::command::{Command, Verb};
use crate::memory::Memory;
use crate::receive::receive;
use crate::show::{self, say};

/// The brightness at which pixels that are missing are shown.
const GREY: u8 = 128;
/// The byte of the mask that marks the pixels under its cell as missing.
const MISSING: u8 = 255;
/// The colour of the figure.
const FIGURE: [u8; 3] = [255, 176, 48];

/// The inputs of a model that takes an image, one behind the other in one buffer.
struct Given<'g> {
    latent: &'g mut [u8],
    image: &'g mut [u8],
    mask: &'g mut [u8],
}

/// Cuts the buffer into the parts that the model takes. It is `None` if the model takes no image.
fn given<'g>(generator: &Generator<'_>, buffer: &'g mut [u8]) -> Option<Given<'g>> {
    let inputs = generator.inputs();
    let image = inputs.image()?.len();
    let (latent, rest) = buffer.split_at_mut_checked(inputs.latent())?;
    let (image, rest) = rest.split_at_mut_checked(image)?;
    let mask = rest.get_mut(..inputs.mask().map_or(0, |mask| mask.len()))?;
    Some(Given { latent, image, mask })
}

/// The part of the memory into which the latent of a model that takes an image is drawn. It is
/// `None` for other models.
pub(super) fn latent_of<'g>(
    generator: &Generator<'_>,
    buffer: &'g mut [u8],
) -> Option<&'g mut [u8]> {
    given(generator, buffer).map(|given| given.latent)
}

/// Draws the figure, and marks the middle of it as missing if the model takes a mask.
pub(super) fn begin(generator: &Generator<'_>, memory: &mut Memory<'_>) {
    let (Some(shape), Some(Given { image, mask, .. })) =
        (generator.inputs().image(), given(generator, memory.given))
    else {
        return;
    };
    draw_figure(shape, image);
    if let Some(cells) = generator.inputs().mask() {
        let middle = |cells: u16| (cells / 4, (cells / 2).max(1));
        let ((x, width), (y, height)) = (middle(cells.width), middle(cells.height));
        damage(cells.width, mask, [x, y, width, height]);
    }
}

/// Draws a ring around the middle. A pixel's distances from the middle, in units that make the
/// image a square of side 2, are `dx / width` and `dy / height`.
fn draw_figure(shape: ImageShape, image: &mut [u8]) {
    let (width, height) = (i64::from(shape.width), i64::from(shape.height));
    let whole = width * width * height * height;
    let channels = usize::from(shape.channels.max(1));
    for (y, line) in (0..).zip(image.chunks_exact_mut(shape.line_len().max(1))) {
        for (x, pixel) in (0..).zip(line.chunks_exact_mut(channels)) {
            let (dx, dy) = ((2 * x + 1 - width) * height, (2 * y + 1 - height) * width);
            // The radius is from 0.5 to 0.8.
            let square = (dx * dx + dy * dy) * 100;
            let inside = square >= 25 * whole && square <= 64 * whole;
            for (byte, &ink) in pixel.iter_mut().zip(&FIGURE) {
                *byte = if inside { ink } else { 0 };
            }
        }
    }
}

/// Marks the cells of a rectangle as missing, and all others as present.
fn damage(columns: u16, mask: &mut [u8], [left, top, width, height]: [u16; 4]) {
    let within = |at: usize, first: u16, count: u16| {
        at.checked_sub(first.into()).is_some_and(|at| at < count.into())
    };
    for (y, line) in mask.chunks_exact_mut(usize::from(columns).max(1)).enumerate() {
        for (x, cell) in line.iter_mut().enumerate() {
            let missing = within(x, left, width) && within(y, top, height);
            *cell = if missing { MISSING } else { 0 };
        }
    }
}

impl App<'_, '_> {
    /// Whether the model takes an image.
    pub(super) fn takes_image(&self) -> bool {
        self.generator.inputs().image().is_some()
    }

    /// The verb for what the model makes of an image.
    fn verb(&self) -> Verb {
        let inputs = self.generator.inputs();
        let larger = inputs.image().is_some_and(|image| self.shape().len() > image.len());
        match inputs.mask() {
            Some(_) => Verb::Restore,
            None if larger => Verb::Enlarge,
            None => Verb::Style,
        }
    }

    /// Writes the commands that only a model that takes an image has.
    pub(super) fn help_with_images<B: Board>(&self, board: &mut B) {
        let inputs = self.generator.inputs();
        let Some(image) = inputs.image() else { return };
        let verb = match self.verb() {
            Verb::Restore => "restore",
            Verb::Enlarge => "enlarge",
            Verb::Style => "style",
        };
        let label = if self.generator.classes() > 0 { " LABEL" } else { "" };
        show::text(board, format_args!("{verb}{label} | image (then its {} bytes)", image.len()));
        if inputs.mask().is_some() {
            show::text(board, format_args!(" | damage X Y WIDTH HEIGHT"));
        }
        board.write(b"\r\n");
    }

    /// Writes the sizes of the image, the mask and the latent that the model takes.
    pub(super) fn takes<B: Board>(&self, board: &mut B) {
        let inputs = self.generator.inputs();
        let Some(image) = inputs.image() else { return };
        let ImageShape { width, height, channels } = image;
        show::text(board, format_args!("takes   {width}x{height}x{channels} pixels"));
        if let Some(mask) = inputs.mask() {
            show::text(board, format_args!(", a mask of {}x{} cells", mask.width, mask.height));
        }
        if inputs.latent() > 0 {
            show::text(board, format_args!(", {} codes of a latent", inputs.latent()));
        }
        board.write(b"\r\n");
    }

    /// Carries out a command that is about images.
    pub(super) fn obey_with_image<B: Board>(&mut self, board: &mut B, command: Command) {
        let (generator, memory) = (self.generator, &mut *self.memory);
        let Some(given) = given(generator, memory.given) else {
            say(board, format_args!("this model takes no image"));
            return;
        };
        match command {
            Command::Image => {
                let len = given.image.len() as u32;
                let received = receive(board, "image", false, len, given.image).is_some();
                if !received {
                    begin(generator, memory);
                    say(board, format_args!("image: the figure is back"));
                    return;
                }
            }
            Command::Damage(rectangle) => {
                let Some(mask) = generator.inputs().mask() else {
                    say(board, format_args!("this model takes no mask"));
                    return;
                };
                damage(mask.width, given.mask, rectangle);
            }
            Command::Run(verb, label) => {
                if verb != self.verb() {
                    self.help_with_images(board);
                    return;
                }
                if let Some(label) = label {
                    // This draws, or says which labels there are.
                    let _ = self.obey(board, Command::Label(label));
                    return;
                }
            }
            _ => {}
        }
        self.draw(board);
    }

    /// Transforms the given image line by line, and hands each line to `sink` with its number. Its
    /// code is linked once, and not for every sink.
    pub(super) fn make_of_image(&mut self, label: u16, sink: Sink<'_>) {
        let generator = self.generator;
        let Memory { latent, scratch, line, grid, given: buffer } = &mut *self.memory;
        let Some(given) = given(generator, buffer) else { return };
        let input = TransformInput {
            image: given.image,
            mask: generator.inputs().mask().map(|_| &*given.mask),
            latent: given.latent,
            label: (generator.classes() > 0).then_some(label),
        };
        let line = line.get_mut(..generator.line_len()).unwrap_or_default();
        // The label was checked before, and the buffers are large enough, so there is no error.
        let _ =
            generator.transform_rows(&input, latent, scratch, line, |y, line| sink(y, line, grid));
    }

    /// Draws what is given to the model as text, with missing pixels in grey, and writes what
    /// follows. Returns whether the model takes an image, so that there was something to draw.
    pub(super) fn draw_before<B: Board>(&mut self, board: &mut B) -> bool {
        let inputs = self.generator.inputs();
        let (Some(shape), Some(given)) = (inputs.image(), given(self.generator, self.memory.given))
        else {
            return false;
        };
        say(board, format_args!("before"));
        let channels = usize::from(shape.channels.max(1));
        for (y, line) in given.image.chunks_exact(shape.line_len().max(1)).enumerate() {
            for (x, pixel) in line.chunks_exact(channels).enumerate() {
                let missing = inputs.mask().is_some_and(|mask| mask.hides(given.mask, shape, x, y));
                let luma = if missing { GREY } else { gan_core::image::luma(pixel) };
                show::text_pixel(board, luma, shape);
            }
            board.write(b"\r\n");
        }
        board.write(b"after");
        match (inputs.latent(), self.generator.classes()) {
            (0, 0) => board.write(b"\r\n"),
            (0, _) => say(board, format_args!(", label {}", self.label)),
            _ => {
                board.write(b", ");
                self.caption(board);
            }
        }
        true
    }
}
