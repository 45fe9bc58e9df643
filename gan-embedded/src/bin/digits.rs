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

/// What a check has planted: `panic`, or `hang`, after which the application does nothing any more
/// once it has greeted, so that the watchdog has to restart it.
const PLANTED: Option<&str> = option_env!("GAN_PLANTED");

static MEMORY: ConstStaticCell<Memory> = ConstStaticCell::new(Memory::new());

#[entry]
fn main() -> ! {
    stack::paint();
    if matches!(PLANTED, Some("panic")) {
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
        memory.serve(&mut board, &generator, generator.crc(), ADMIT, |_| goes_on());
    }
    let generator = model::generator();
    memory.serve(&mut board, generator, CRC, ADMIT, |_| goes_on());
    fatal(format_args!("the buffers are too small for the model"))
}

/// Says that the application goes on after each step, for ever, unless a hang is planted.
fn goes_on() -> bool {
    if matches!(PLANTED, Some("hang")) {
        loop {
            core::hint::spin_loop();
        }
    }
    true
}
