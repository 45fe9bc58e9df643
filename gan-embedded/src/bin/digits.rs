//! The application: a console on the board's serial port, and images on its display.
#![no_std]
#![no_main]

use gan_app::{ADMIT, Buffers};
use gan_embedded::model::{self, CRC, LOAD_LEN, ROOMS};
use gan_embedded::{board, entry, fatal, stack};
use static_cell::ConstStaticCell;

/// All the memory that the application needs.
type Memory = Buffers<
    { ROOMS.latent },
    { ROOMS.given },
    { ROOMS.scratch },
    { ROOMS.line },
    { ROOMS.grid },
    LOAD_LEN,
>;

static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());

#[entry]
fn main() -> ! {
    stack::paint();
    if option_env!("GAN_PLANTED").is_some() {
        // The check that nothing panics must find this panic.
        assert_ne!(core::hint::black_box(0), 0);
    }
    let Some(memory) = MEMORY.try_take() else {
        fatal(format_args!("main was called twice"));
    };
    let mut board = board::start();
    // This returns if the buffers are too small for that model.
    #[cfg(partition)]
    if let Some(generator) = model::in_partition() {
        memory.serve(&mut board, &generator, generator.crc(), ADMIT, |_| true);
    }
    let generator = model::generator();
    memory.serve(&mut board, generator, CRC, ADMIT, |_| true);
    fatal(format_args!("the buffers are too small for the model"))
}
