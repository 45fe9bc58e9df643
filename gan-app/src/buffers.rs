//! All the memory of an application in one static, and the run with it.

use gan_core::{Aligned, Generator};

use crate::admit::Admit;
use crate::board::Board;
use crate::memory::Memory;
use crate::serve::{Slots, serve, serve_with_slots};

/// The buffers of [`Memory`], whose sizes are those of [`gan_core::memory::Rooms`], and room for
/// two models of `LOAD` bytes that are received over the console; 0 for none.
#[derive(Debug)]
pub struct Buffers<
    const LATENT: usize,
    const GIVEN: usize,
    const SCRATCH: usize,
    const LINE: usize,
    const GRID: usize,
    const LOAD: usize,
> {
    latent: [u8; LATENT],
    #[cfg(feature = "transform")]
    given: [u8; GIVEN],
    scratch: [u32; SCRATCH],
    line: [u8; LINE],
    grid: [u8; GRID],
    slots: [Aligned<[u8; LOAD]>; 2],
}

impl<
    const LATENT: usize,
    const GIVEN: usize,
    const SCRATCH: usize,
    const LINE: usize,
    const GRID: usize,
    const LOAD: usize,
> Buffers<LATENT, GIVEN, SCRATCH, LINE, GRID, LOAD>
{
    /// Empty buffers, for a static.
    #[expect(clippy::new_without_default, reason = "a static is made of a constant")]
    pub const fn new() -> Self {
        Self {
            latent: [0; LATENT],
            #[cfg(feature = "transform")]
            given: [0; GIVEN],
            scratch: [0; SCRATCH],
            line: [0; LINE],
            grid: [0; GRID],
            slots: [const { Aligned([0; LOAD]) }; 2],
        }
    }

    /// Runs the application with the model in flash, as long as `more` returns true, and with room
    /// for others if `LOAD` is not 0: [`serve`](fn@serve), which says what `crc` is, or
    /// [`serve_with_slots`], which takes what `admit` takes. It returns at once if the buffers are
    /// too small for the model.
    // `admit` is no field: only zeros lie in a static without a copy of it in flash.
    // In the program itself the optimizer knows the model, and leaves out what it does not need.
    #[inline(always)]
    pub fn serve<B: Board>(
        &mut self,
        board: &mut B,
        resident: &Generator<'_>,
        crc: u32,
        admit: Admit,
        more: impl FnMut(&mut B) -> bool,
    ) {
        let mut memory = Memory {
            latent: &mut self.latent,
            #[cfg(feature = "transform")]
            given: &mut self.given,
            scratch: &mut self.scratch,
            line: &mut self.line,
            grid: &mut self.grid,
        };
        if LOAD == 0 {
            serve(board, resident, crc, &mut memory, more);
        } else {
            let [active, spare] = &mut self.slots;
            let slots = Slots { active: &mut active.0, spare: &mut spare.0, admit };
            serve_with_slots(board, resident, crc, &mut memory, slots, more);
        }
    }
}
