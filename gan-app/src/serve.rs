//! Runs the application: with the model in flash, or with one that was received over the console.

use gan_core::{Generator, Known, decode};

use crate::admit::Admit;
use crate::app::{App, Request};
use crate::board::Board;
use crate::memory::Memory;
use crate::receive::receive;
use crate::show::say;

/// RAM for models that are received over the console. While one model runs from one half, the next
/// one is received into the other half. So the running model stays intact if the next one turns out
/// to be bad.
///
/// Each half must begin on a multiple of [`gan_core::blob::ALIGNMENT`].
#[derive(Debug)]
pub struct Slots<'s> {
    /// The half with the model that runs. As long as no model has been received, nothing uses it.
    pub active: &'s mut [u8],
    /// The half that receives the next model.
    pub spare: &'s mut [u8],
    /// The function that decides whether a model is accepted.
    pub admit: Admit,
}

/// Runs the application with the model in flash, as long as `more` returns true. `crc` is the
/// CRC-32 that the model's blob had before it was packed for this board; it identifies the model.
///
/// This receives no models, so the code that checks them is not linked. It returns at once if
/// `memory` is [too small](Memory::holds) for the model.
pub fn serve<B: Board>(
    board: &mut B,
    resident: &Generator<'_>,
    crc: u32,
    memory: &mut Memory<'_>,
    mut more: impl FnMut(&mut B) -> bool,
) {
    let refuse = |board: &mut B, _, _: &Memory<'_>| {
        say(board, format_args!("load: this firmware was built without room for it (GAN_LOAD)"));
        None
    };
    session(board, resident, crc, memory, refuse, &mut more);
}

/// Like [`serve`](fn@serve), but with room for models that are received over the console.
pub fn serve_with_slots<B: Board>(
    board: &mut B,
    resident: &Generator<'_>,
    crc: u32,
    memory: &mut Memory<'_>,
    slots: Slots<'_>,
    mut more: impl FnMut(&mut B) -> bool,
) {
    let Slots { mut active, mut spare, admit } = slots;
    let mut next = session(board, resident, crc, memory, receiver(spare, admit), &mut more);
    while let Some(len) = next {
        core::mem::swap(&mut active, &mut spare);
        // `decode` has checked all of the model when it was received, so this cannot fail. It reads
        // the header again and compares the CRC, and does not look at each number a second time.
        let known = active.get(..len).and_then(|blob| Known::read(blob).ok());
        let Some(received) = known.as_ref().and_then(|known| known.check().ok()) else { return };
        next = session(board, received, received.crc(), memory, receiver(spare, admit), &mut more);
    }
}

/// A function that receives a model into a slot. It returns the model's length, if the model can
/// run.
fn receiver<B: Board>(
    slot: &mut [u8],
    admit: Admit,
) -> impl FnMut(&mut B, u32, &Memory<'_>) -> Option<usize> {
    move |board, len, memory| {
        // A blob begins with "GANB".
        match admit(receive(board, "load", true, len, slot)?) {
            Ok(blob) => is_usable(board, blob, memory).then_some(blob.len()),
            Err(reason) => {
                say(board, format_args!("load: {reason}"));
                None
            }
        }
    }
}

/// Runs the application with one model until the next one has been received, and returns the length
/// of that one. Returns `None` if `more` ends the application.
fn session<B: Board>(
    board: &mut B,
    generator: &Generator<'_>,
    crc: u32,
    memory: &mut Memory<'_>,
    mut receive: impl FnMut(&mut B, u32, &Memory<'_>) -> Option<usize>,
    more: &mut impl FnMut(&mut B) -> bool,
) -> Option<usize> {
    if !memory.holds(generator) {
        return None;
    }
    let mut app = App::new(generator, crc, memory);
    app.greet(board);
    while more(board) {
        let Some(Request::Load(len)) = app.step(board) else { continue };
        let received = receive(board, len, app.memory());
        if received.is_some() {
            return received;
        }
        say(board, format_args!("still {}", generator.name()));
        app.prompt(board);
    }
    None
}

/// Whether a model that was received can run here. If not, this writes the reason to the console.
fn is_usable<B: Board>(board: &mut B, blob: &[u8], memory: &Memory<'_>) -> bool {
    match decode(blob) {
        Err(error) => say(board, format_args!("load: {error}")),
        Ok(generator) if !memory.holds(&generator) => {
            say(board, format_args!("load: the buffers are too small for this model"))
        }
        #[cfg(not(feature = "transform"))]
        Ok(generator) if generator.inputs().image().is_some() => {
            say(board, format_args!("load: this firmware was built without models of images"))
        }
        #[cfg(not(feature = "series"))]
        Ok(generator) if generator.header().outputs != gan_core::OutputKind::Image => {
            say(board, format_args!("load: this firmware was built without models of numbers"))
        }
        #[cfg(feature = "series")]
        Ok(generator) if generator.header().outputs != gan_core::OutputKind::Image => {
            match gan_core::table::Table::read(generator.header()) {
                Err(error) => say(board, format_args!("load: {error}")),
                Ok(_) => return true,
            }
        }
        Ok(_) => return true,
    }
    false
}
