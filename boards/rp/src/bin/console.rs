//! The console of gan-app over USB serial and over UART 0, on the Pico and the Pico 2.
#![no_std]
#![no_main]

use cortex_m_rt::entry;
use embassy_executor::InterruptExecutor;
use embassy_rp::interrupt;
use embassy_rp::interrupt::{InterruptExt, Priority};
use gan_app::Buffers;
use gan_core::Known;
use panic_halt as _;
use rp::Pico;
use rp::model::{self, CRC, LOAD_LEN, ROOMS};
use rp::ports::{self, Pins};
use static_cell::ConstStaticCell;

static MODEL: Known = model::MODEL;

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

/// Runs the ports' task, in an interrupt that no peripheral of the chip uses.
static EXECUTOR: InterruptExecutor = InterruptExecutor::new();

#[interrupt]
unsafe fn SWI_IRQ_1() {
    // SAFETY: this is the interrupt that the executor was started with, and it comes only after.
    unsafe { EXECUTOR.on_interrupt() }
}

#[entry]
fn main() -> ! {
    let chip = embassy_rp::init(Default::default());
    interrupt::SWI_IRQ_1.set_priority(Priority::P3);
    let pins =
        Pins { usb: chip.USB, uart: chip.UART0, tx: chip.PIN_0, rx: chip.PIN_1, led: chip.PIN_25 };
    let Ok(task) = ports::run(pins) else { panic!("the ports' task runs already") };
    EXECUTOR.start(interrupt::SWI_IRQ_1).spawn(task);
    #[cfg(feature = "oled")]
    let display = {
        use embassy_rp::i2c::{Config, I2c};
        let mut config = Config::default();
        config.frequency = 400_000;
        rp::display::connect(I2c::new_blocking(chip.I2C0, chip.PIN_5, chip.PIN_4, config))
    };
    #[cfg(not(feature = "oled"))]
    let display = None;
    let mut board = Pico { display };

    let Ok(generator) = MODEL.check() else { panic!("the model in flash was changed") };
    MEMORY.take().serve(&mut board, generator, CRC, |board| {
        board.sleep();
        true
    });
    panic!("the buffers are too small for the model")
}
