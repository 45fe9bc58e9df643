//! The application: a console on the board's serial port, and images on its display.
#![no_std]
#![no_main]

use gan_app::{Memory, Slots, serve, serve_with_slots};
use gan_core::Aligned;
use gan_embedded::model::{self, CRC, LOAD_LEN, ROOMS};
use gan_embedded::{board, entry, fatal, stack};
use static_cell::ConstStaticCell;

/// All the memory that the application needs.
struct Buffers {
    latent: [u8; ROOMS.latent],
    #[cfg(feature = "transform")]
    given: [u8; ROOMS.given],
    scratch: [u32; ROOMS.scratch],
    line: [u8; ROOMS.line],
    grid: [u8; ROOMS.grid],
    slots: [Aligned<[u8; LOAD_LEN]>; 2],
}

static BUFFERS: ConstStaticCell<Buffers> = ConstStaticCell::new(Buffers {
    latent: [0; ROOMS.latent],
    #[cfg(feature = "transform")]
    given: [0; ROOMS.given],
    scratch: [0; ROOMS.scratch],
    line: [0; ROOMS.line],
    grid: [0; ROOMS.grid],
    slots: [Aligned([0; LOAD_LEN]); 2],
});

#[entry]
fn main() -> ! {
    stack::paint();
    if option_env!("GAN_PLANTED").is_some() {
        // A panic for the check that there is none.
        assert_ne!(core::hint::black_box(0), 0);
    }
    let Some(Buffers {
        latent,
        #[cfg(feature = "transform")]
        given,
        scratch,
        line,
        grid,
        slots: [active, spare],
    }) = BUFFERS.try_take()
    else {
        fatal(format_args!("main was called twice"));
    };
    let mut memory = Memory {
        latent,
        #[cfg(feature = "transform")]
        given,
        scratch,
        line,
        grid,
    };
    let (mut board, generator) = (board::start(), model::generator());
    if LOAD_LEN == 0 {
        serve(&mut board, generator, CRC, &mut memory, |_| true);
    } else {
        let slots = Slots { active: &mut active.0, spare: &mut spare.0 };
        serve_with_slots(&mut board, generator, CRC, &mut memory, slots, |_| true);
    }
    fatal(format_args!("the buffers are too small for the model"))
}
