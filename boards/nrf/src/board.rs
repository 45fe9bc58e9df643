//! The names of the boards, and the wires between the pins of their chips and their parts.

use common::console::PATIENCE;
use common::port::{TO_UART, receive, send};
use common::static_cell::ConstStaticCell;
use embassy_futures::join::join3;
use embassy_nrf::buffered_uarte::{self, BufferedUarte};
use embassy_nrf::config::{Config, HfclkSource, LfclkSource};
use embassy_nrf::gpio::{AnyPin, Level, Output, OutputDrive};
use embassy_nrf::interrupt::typelevel::Binding;
use embassy_nrf::pac::wdt::vals::Rr;
use embassy_nrf::uarte::UarteTx;
use embassy_nrf::wdt::{self, Watchdog};
use embassy_nrf::{Peri, Peripherals, bind_interrupts, pac, peripherals, uarte};

/// The nRF52840-DK or the micro:bit v2, by whose name the console greets.
pub struct Board;

common::names!(Board);

bind_interrupts!(struct Interrupts {
    UARTE0 => buffered_uarte::InterruptHandler<peripherals::UARTE0>;
    TWISPI0 => embassy_nrf::twim::InterruptHandler<peripherals::TWISPI0>;
    SPIM3 => embassy_nrf::spim::InterruptHandler<peripherals::SPI3>;
});

/// Switches the chip on: both clocks from the crystals that the boards have. The micro:bit v2 has
/// none of 32 kHz, so that its slow clock is divided from the fast one. embassy-nrf opens the debug
/// port (`APPROTECT`), which current chips close at a reset, so that a probe can flash them again.
pub fn start() -> Peripherals {
    let mut config = Config::default();
    config.hfclk_source = HfclkSource::ExternalXtal;
    config.lfclk_source = if cfg!(feature = "microbit-v2") {
        LfclkSource::Synthesized
    } else {
        LfclkSource::ExternalXtal
    };
    embassy_nrf::init(config)
}

/// The peripherals that the task of the ports drives.
pub struct Ports {
    /// The UART that the board's debugger connects to USB.
    pub uart: BufferedUarte<'static>,
    /// The LEDs that show that the firmware is alive.
    pub lights: Lights,
}

/// LED 1, on while the pin is low.
#[cfg(feature = "nrf52840-dk")]
pub type Lights = Output<'static>;
/// The rows of the 5x5 LEDs, from the top, and their columns, from the left.
#[cfg(feature = "microbit-v2")]
pub type Lights = [[Output<'static>; 5]; 2];

/// An SSD1306 on I2C.
#[cfg(feature = "oled")]
pub type Display = common::display::Oled<embassy_nrf::twim::Twim<'static>>;
/// An ST7789 on SPI.
#[cfg(all(feature = "st7789", not(feature = "oled")))]
pub type Display =
    common::display::St7789<embassy_nrf::spim::Spim<'static>, Output<'static>, Output<'static>>;
/// The display of a board without another one: its LEDs, for images of the model's size.
#[cfg(all(feature = "microbit-v2", not(any(feature = "oled", feature = "st7789"))))]
pub type Display = common::leds::Leds<
    { crate::MODEL.image().width as usize },
    { crate::MODEL.image().height as usize },
>;
/// The display type of a board that has none.
#[cfg(all(feature = "nrf52840-dk", not(any(feature = "oled", feature = "st7789"))))]
pub type Display = gan_app::NoDisplay;

/// The chip's peripherals as the board's parts, the display if one has answered, and what feeds the
/// watchdog, which runs.
///
/// The pins are those of the schematics: of the nRF52840-DK (PCA10056), the interface chip and the
/// Arduino header; of the micro:bit v2.0, the interface chip, the edge connector and the LEDs.
#[cfg(feature = "nrf52840-dk")]
pub fn connect(chip: Peripherals) -> (Ports, Option<Display>, impl FnMut()) {
    let feed = watchdog(chip.WDT);
    let uart = Uart {
        uarte: chip.UARTE0,
        timer: chip.TIMER0,
        events: (chip.PPI_CH0, chip.PPI_CH1, chip.PPI_GROUP0),
    };
    let ports = Ports {
        uart: uart.open(chip.P0_06.into(), chip.P0_08.into()),
        lights: output(chip.P0_13.into()),
    };
    // These pins are SDA and SCL.
    #[cfg(feature = "oled")]
    let display = oled(chip.TWISPI0, chip.P0_26.into(), chip.P0_27.into());
    // These pins are SCK (D13), MOSI (D11), CS (D10) and D/C (D9).
    #[cfg(all(feature = "st7789", not(feature = "oled")))]
    let display = st7789(
        chip.SPI3,
        [chip.P1_15.into(), chip.P1_13.into(), chip.P1_12.into(), chip.P1_11.into()],
    );
    #[cfg(not(any(feature = "oled", feature = "st7789")))]
    let display = None;
    (ports, display, feed)
}

/// The chip's peripherals as the board's parts, the display if one has answered, and what feeds the
/// watchdog, which runs.
///
/// The pins are those of the schematics: of the nRF52840-DK (PCA10056), the interface chip and the
/// Arduino header; of the micro:bit v2.0, the interface chip, the edge connector and the LEDs.
#[cfg(feature = "microbit-v2")]
pub fn connect(chip: Peripherals) -> (Ports, Option<Display>, impl FnMut()) {
    let feed = watchdog(chip.WDT);
    let uart = Uart {
        uarte: chip.UARTE0,
        timer: chip.TIMER0,
        events: (chip.PPI_CH0, chip.PPI_CH1, chip.PPI_GROUP0),
    };
    let rows: [Pin; 5] = [
        chip.P0_21.into(),
        chip.P0_22.into(),
        chip.P0_15.into(),
        chip.P0_24.into(),
        chip.P0_19.into(),
    ];
    let columns: [Pin; 5] = [
        chip.P0_28.into(),
        chip.P0_11.into(),
        chip.P0_31.into(),
        chip.P1_05.into(),
        chip.P0_30.into(),
    ];
    let ports = Ports {
        uart: uart.open(chip.P0_06.into(), chip.P1_08.into()),
        lights: [rows.map(output), columns.map(output)],
    };
    // These pins are 20 and 19 of the edge connector.
    #[cfg(feature = "oled")]
    let display = oled(chip.TWISPI0, chip.P1_00.into(), chip.P0_26.into());
    // These pins are 13 (SCK), 15 (MOSI), 16 (CS) and 12 (D/C) of the edge connector.
    #[cfg(all(feature = "st7789", not(feature = "oled")))]
    let display = st7789(
        chip.SPI3,
        [chip.P0_17.into(), chip.P0_13.into(), chip.P1_02.into(), chip.P0_12.into()],
    );
    #[cfg(not(any(feature = "oled", feature = "st7789")))]
    let display = Some(Display::new());
    (ports, display, feed)
}

/// Starts the watchdog, and returns what feeds it. It waits while a debug probe has stopped the
/// core. One that a boot loader has started with another time goes on with that, and is fed, too.
fn watchdog(chip: Peri<'static, peripherals::WDT>) -> impl FnMut() {
    let mut config = wdt::Config::default();
    config.timeout_ticks = LFCLK * PATIENCE.as_secs() as u32;
    config.action_during_debug_halt = wdt::HaltConfig::Pause;
    let _ = Watchdog::try_new::<_, 1>(chip, config);
    // Those of the eight registers that are not in use pass over it.
    || (0..8).for_each(|index| pac::WDT.rr(index).write(|rr| rr.set_rr(Rr::Reload)))
}

/// The watchdog's clock in hertz.
const LFCLK: u32 = 32_768;

/// A pin of the chip.
type Pin = Peri<'static, AnyPin>;

fn output(pin: Pin) -> Output<'static> {
    Output::new(pin, Level::Low, OutputDrive::Standard)
}

/// The peripherals that the UART takes: the timer counts the bytes that have come, and PPI leads
/// the UART's events to it.
struct Uart {
    uarte: Peri<'static, peripherals::UARTE0>,
    timer: Peri<'static, peripherals::TIMER0>,
    events: (
        Peri<'static, peripherals::PPI_CH0>,
        Peri<'static, peripherals::PPI_CH1>,
        Peri<'static, peripherals::PPI_GROUP0>,
    ),
}

impl Uart {
    /// 115,200 baud, 8 bits, no parity, one stop bit.
    fn open(self, tx: Pin, rx: Pin) -> BufferedUarte<'static> {
        static RECEIVED: ConstStaticCell<[u8; 64]> = ConstStaticCell::new([0; 64]);
        static SENDING: ConstStaticCell<[u8; 64]> = ConstStaticCell::new([0; 64]);
        let (first, second, group) = self.events;
        BufferedUarte::new(
            self.uarte,
            self.timer,
            first,
            second,
            group,
            rx,
            tx,
            Interrupts,
            uarte::Config::default(),
            RECEIVED.take(),
            SENDING.take(),
        )
    }
}

#[cfg(feature = "oled")]
fn oled(bus: Peri<'static, peripherals::TWISPI0>, data: Pin, clock: Pin) -> Option<Display> {
    use embassy_nrf::twim::{Config, Frequency, Twim};
    static COPY: ConstStaticCell<[u8; 32]> = ConstStaticCell::new([0; 32]);
    let mut config = Config::default();
    config.frequency = Frequency::K400;
    // A bus without a display would not be high otherwise, and the chip would wait for it.
    (config.sda_pullup, config.scl_pullup) = (true, true);
    common::display::oled(Twim::new(bus, Interrupts, data, clock, config, COPY.take()))
}

#[cfg(all(feature = "st7789", not(feature = "oled")))]
fn st7789(
    port: Peri<'static, peripherals::SPI3>,
    [clock, data, select, command]: [Pin; 4],
) -> Option<Display> {
    use embassy_nrf::spim::{Config, Frequency, Spim};
    let mut config = Config::default();
    config.frequency = Frequency::M16;
    let port = Spim::new_txonly(port, Interrupts, clock, data, config);
    let mut select = output(select);
    select.set_high();
    common::display::st7789(port, select, output(command))
}

/// Moves bytes between the UART and the pipes, and shows that the firmware is alive, for ever.
#[embassy_executor::task]
pub async fn run(ports: Ports) {
    let (from_wire, to_wire) = ports.uart.split();
    #[cfg(feature = "nrf52840-dk")]
    let light = common::port::blink(ports.lights);
    #[cfg(feature = "microbit-v2")]
    let light = {
        let [rows, columns] = ports.lights;
        common::leds::drive(rows, columns)
    };
    join3(receive(from_wire), send(to_wire, &TO_UART), light).await;
}

/// Sets the UART up anew, whatever state it is in, and returns what sends bytes over it: to be used
/// where nothing else runs any more. The bytes have to be in RAM, where the UART reads them.
pub fn emergency() -> impl FnMut(&[u8]) {
    /// The interrupt of a UART that never has one.
    #[derive(Clone, Copy)]
    struct Never;
    type Uarte = peripherals::UARTE0;
    // SAFETY: interrupts are off and stay so, so that no handler is missed.
    unsafe impl Binding<embassy_nrf::interrupt::typelevel::UARTE0, uarte::InterruptHandler<Uarte>>
        for Never
    {
    }
    // What is being sent ends with the byte that is on the wire, within 87 us.
    let registers = pac::UARTE0;
    registers.events_txstopped().write_value(0);
    registers.tasks_dma().tx().stop().write_value(1);
    for _ in 0..STOPPED {
        if registers.events_txstopped().read() != 0 {
            break;
        }
    }
    // SAFETY: interrupts are off, and what used these before never runs again.
    let (port, tx) = unsafe { (Uarte::steal(), peripherals::P0_06::steal()) };
    let mut uart = UarteTx::new(port, Never, tx, uarte::Config::default());
    move |bytes| {
        let _ = uart.blocking_write(bytes);
    }
}

/// Reads of a register, of some cycles each at 64 MHz, that take longer than the UART's byte.
const STOPPED: u32 = 10_000;
