//! The functions that the page calls. Bytes pass through the instance's memory: [`gan_slot`] says
//! where the page writes and reads them.
//!
//! A function that can fail returns 0 if it did, and leaves the error in [`Slot`] 0.

#![allow(unsafe_code)]

use crate::model::{Model, crc32};
use alloc::string::{String, ToString};
use core::cell::RefCell;
use core::fmt::Display;
use dlmalloc::GlobalDlmalloc;
use gan_core::tools::AlignedBytes;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

/// What one instance holds.
struct State {
    /// The last text: JSON, or an error.
    text: String,
    /// The bytes of a file that is not read yet.
    file: Option<AlignedBytes>,
    model: Option<Model>,
}

/// A cell for the only thread there is.
struct OneThread(RefCell<State>);

// SAFETY: the module is built without atomics, so an instance and its memory belong to one thread.
unsafe impl Sync for OneThread {}

static STATE: OneThread =
    OneThread(RefCell::new(State { text: String::new(), file: None, model: None }));

/// A panic is a bug; the instance stops, and the page says so.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Calls `action` with the model. Says what failed, if something did.
fn with_model<E: Display>(action: impl FnOnce(&mut Model, &mut String) -> Result<(), E>) -> u32 {
    let State { text, model, .. } = &mut *STATE.0.borrow_mut();
    let Some(model) = model else {
        *text = "no model was read".to_string();
        return 0;
    };
    match action(model, text) {
        Ok(()) => 1,
        Err(error) => {
            *text = error.to_string();
            0
        }
    }
}

/// A label as the page gives it: below 0 is none.
fn label(label: i32) -> Option<u16> {
    u16::try_from(label).ok()
}

/// Makes room for a file of so many bytes, and returns where it is.
#[unsafe(no_mangle)]
extern "C" fn gan_reserve(len: usize) -> *mut u8 {
    let mut state = STATE.0.borrow_mut();
    state.file.insert(AlignedBytes::zeroed(len)).as_mut_ptr()
}

/// Reads the file. The text is then what the page says about the model, as JSON.
#[unsafe(no_mangle)]
extern "C" fn gan_read() -> u32 {
    let State { text, file, model } = &mut *STATE.0.borrow_mut();
    match Model::read(file.take().unwrap_or_else(|| AlignedBytes::zeroed(0))) {
        Ok(read) => {
            *text = read.info();
            *model = Some(read);
            1
        }
        Err(error) => {
            *text = error.to_string();
            0
        }
    }
}

/// Where the bytes of a slot are: 0 the text, 1 the latent, 2 and 3 the ends of an interpolation, 4
/// the image and 5 the mask that go in, 6 what came out. The upper half of the result is the
/// length, the lower half the address.
#[unsafe(no_mangle)]
extern "C" fn gan_slot(slot: u32) -> u64 {
    let State { text, model, .. } = &mut *STATE.0.borrow_mut();
    // Mutable, because the page writes to most of them.
    let bytes: Option<&mut [u8]> = match (slot, model) {
        // A string's bytes are only read.
        (0, _) => return place(text.as_bytes().as_ptr(), text.len()),
        (1, Some(model)) => Some(&mut model.latent),
        (2, Some(model)) => Some(&mut model.ends[0]),
        (3, Some(model)) => Some(&mut model.ends[1]),
        (4, Some(model)) => Some(&mut model.image),
        (5, Some(model)) => Some(&mut model.mask),
        (6, Some(model)) => Some(&mut model.pixels),
        _ => None,
    };
    bytes.map_or(0, |bytes| place(bytes.as_mut_ptr(), bytes.len()))
}

/// An address and a length in one number.
fn place(start: *const u8, len: usize) -> u64 {
    (len as u64) << 32 | start.addr() as u64
}

/// Draws the latent of image `index` of a seed, scaled by `truncation / 256`.
#[unsafe(no_mangle)]
extern "C" fn gan_sample(seed: u64, index: u64, truncation: u32) -> u32 {
    with_model(|model, _| {
        model.sample(seed, index, u16::try_from(truncation).unwrap_or(u16::MAX));
        Ok::<_, &str>(())
    })
}

/// Puts the latent `frame / steps` of the way from slot 2 to slot 3 into slot 1.
#[unsafe(no_mangle)]
extern "C" fn gan_interpolate(frame: u32, steps: u32) -> u32 {
    with_model(|model, _| {
        let number = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        model.interpolate(number(frame), number(steps));
        Ok::<_, &str>(())
    })
}

/// Makes what comes out of slots 1, 4 and 5 and a label, which is below 0 for none.
#[unsafe(no_mangle)]
extern "C" fn gan_draw(class: i32) -> u32 {
    with_model(|model, _| model.draw(label(class)))
}

/// The values of a step of the numbers that came out, as a JSON list of texts.
#[unsafe(no_mangle)]
extern "C" fn gan_row(step: u32, class: i32) -> u32 {
    with_model(|model, text| {
        *text = model.row(step as usize, label(class))?;
        Ok::<_, gan_core::table::TableError>(())
    })
}

/// The CRC-32 of what came out.
#[unsafe(no_mangle)]
extern "C" fn gan_crc() -> u32 {
    STATE.0.borrow().model.as_ref().map_or(0, |model| crc32(&model.pixels))
}
