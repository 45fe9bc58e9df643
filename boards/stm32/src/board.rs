//! The names of the boards, their clocks, and the wires between the pins of their chips and their
//! parts.

use common::console::PATIENCE;
use common::port::{TO_UART, blink, receive, send};
use common::static_cell::ConstStaticCell;
use embassy_futures::join::join3;
use embassy_stm32::gpio::{AnyPin, Level, Output, Speed};
use embassy_stm32::usart::{self, BufferedUart, UartTx};
use embassy_stm32::wdg::{IndependentWatchdog, Instance};
use embassy_stm32::{Config, Peri, Peripherals, bind_interrupts, pac, peripherals};

/// The STM32F411E-DISCO or the NUCLEO-H743ZI, by whose name the console greets.
pub struct Board;

common::names!(Board);

#[cfg(feature = "stm32f411-disco")]
bind_interrupts!(struct Interrupts {
    USART2 => usart::BufferedInterruptHandler<peripherals::USART2>;
});
#[cfg(feature = "nucleo-h743zi")]
bind_interrupts!(struct Interrupts {
    USART3 => usart::BufferedInterruptHandler<peripherals::USART3>;
});

/// Switches the chip on, at 100 MHz from the crystal of 8 MHz.
#[cfg(feature = "stm32f411-disco")]
pub fn start() -> Peripherals {
    use embassy_stm32::rcc::{
        APBPrescaler, Hse, HseMode, Pll, PllMul, PllPDiv, PllPreDiv, PllSource, Sysclk,
    };
    use embassy_stm32::time::Hertz;
    let mut config = Config::default();
    let rcc = &mut config.rcc;
    rcc.hse = Some(Hse { freq: Hertz::mhz(8), mode: HseMode::Oscillator });
    rcc.pll_src = PllSource::HSE;
    rcc.pll = Some(Pll {
        prediv: PllPreDiv::DIV4,
        mul: PllMul::MUL100,
        divp: Some(PllPDiv::DIV2),
        divq: None,
        divr: None,
    });
    rcc.sys = Sysclk::PLL1_P;
    // The bus of the slow peripherals takes half of that.
    rcc.apb1_pre = APBPrescaler::DIV2;
    embassy_stm32::init(config)
}

/// Switches the chip on, at 400 MHz, which every revision of it takes, with its caches. The clock
/// is the internal oscillator's, which is trimmed to 1 %: the boards differ in what else there is.
/// Nothing but the core accesses memory (no DMA), so that the data cache is safe.
#[cfg(feature = "nucleo-h743zi")]
pub fn start() -> Peripherals {
    use embassy_stm32::rcc::{
        AHBPrescaler, APBPrescaler, HSIPrescaler, Pll, PllDiv, PllMul, PllPreDiv, PllSource,
        Sysclk, VoltageScale,
    };
    let mut config = Config::default();
    let rcc = &mut config.rcc;
    rcc.hsi = Some(HSIPrescaler::DIV1);
    rcc.pll1 = Some(Pll {
        source: PllSource::HSI,
        prediv: PllPreDiv::DIV8,
        mul: PllMul::MUL100,
        fracn: None,
        divp: Some(PllDiv::DIV2),
        // SPI has a clock of 100 MHz.
        divq: Some(PllDiv::DIV8),
        divr: None,
    });
    rcc.sys = Sysclk::PLL1_P;
    rcc.voltage_scale = VoltageScale::Scale1;
    // The buses run at half of that, and those of the peripherals at half of theirs.
    rcc.ahb_pre = AHBPrescaler::DIV2;
    rcc.apb1_pre = APBPrescaler::DIV2;
    rcc.apb2_pre = APBPrescaler::DIV2;
    rcc.apb3_pre = APBPrescaler::DIV2;
    rcc.apb4_pre = APBPrescaler::DIV2;
    let chip = embassy_stm32::init(config);
    // SAFETY: this is called once, before anything else uses the core's caches: `init` panics if it
    // is called twice.
    let mut core = unsafe { cortex_m::Peripherals::steal() };
    core.SCB.enable_icache();
    core.SCB.enable_dcache(&mut core.CPUID);
    chip
}

/// The peripherals that the task of the ports drives.
pub struct Ports {
    /// The UART: 115,200 baud, 8 bits, no parity, one stop bit.
    pub uart: BufferedUart<'static>,
    /// The LED that shows that the firmware is alive, on while the pin is high.
    pub led: Output<'static>,
}

/// An SSD1306 on I2C.
#[cfg(feature = "oled")]
pub type Display = common::display::Oled<
    embassy_stm32::i2c::I2c<'static, embassy_stm32::mode::Blocking, embassy_stm32::i2c::Master>,
>;
/// An ST7789 on SPI.
#[cfg(all(feature = "st7789", not(feature = "oled")))]
pub type Display = common::display::St7789<
    embassy_stm32::spi::Spi<
        'static,
        embassy_stm32::mode::Blocking,
        embassy_stm32::spi::mode::Master,
    >,
    Output<'static>,
    Output<'static>,
>;
/// The display type of a board that has none.
#[cfg(not(any(feature = "oled", feature = "st7789")))]
pub type Display = gan_app::NoDisplay;

/// The chip's peripherals as the board's parts, the display if one has answered, and what feeds the
/// watchdog, which runs.
///
/// The UART is on PA2 (out) and PA3 (in), for an adapter: the board connects no USB to them. The
/// LED is LD4. An SSD1306 is on I2C 1, PB6 (clock) and PB9 (data), which the board's sensors use
/// too; an ST7789 on SPI 2: PB13 (clock), PB15 (data), PB12 (CS), PB14 (D/C). (UM1842.)
#[cfg(feature = "stm32f411-disco")]
pub fn connect(chip: Peripherals) -> (Ports, Option<Display>, impl FnMut()) {
    let feed = watchdog(chip.IWDG);
    let [received, sending] = buffers();
    let uart = BufferedUart::new(
        chip.USART2,
        chip.PA3,
        chip.PA2,
        sending,
        received,
        Interrupts,
        usart::Config::default(),
    );
    let Ok(uart) = uart else { panic!("the UART cannot have this speed") };
    let ports = Ports { uart, led: output(chip.PD12.into()) };
    #[cfg(feature = "oled")]
    let display = common::display::oled(embassy_stm32::i2c::I2c::new_blocking(
        chip.I2C1,
        chip.PB6,
        chip.PB9,
        oled(),
    ));
    #[cfg(all(feature = "st7789", not(feature = "oled")))]
    let display = st7789(
        embassy_stm32::spi::Spi::new_blocking_txonly(chip.SPI2, chip.PB13, chip.PB15, spi()),
        chip.PB12.into(),
        chip.PB14.into(),
    );
    #[cfg(not(any(feature = "oled", feature = "st7789")))]
    let display = None;
    (ports, display, feed)
}

/// The chip's peripherals as the board's parts, the display if one has answered, and what feeds the
/// watchdog, which runs.
///
/// The UART is on PD8 (out) and PD9 (in), which the ST-Link connects to USB. The LED is LD1. An
/// SSD1306 is on I2C 1, PB8 (D15, clock) and PB9 (D14, data); an ST7789 on SPI 3: PB3 (D23, clock),
/// PB5 (D22, data), PA4 (D24, CS), PB4 (D25, D/C). (UM1974 and UM2407.)
#[cfg(feature = "nucleo-h743zi")]
pub fn connect(chip: Peripherals) -> (Ports, Option<Display>, impl FnMut()) {
    let feed = watchdog(chip.IWDG1);
    let [received, sending] = buffers();
    let uart = BufferedUart::new(
        chip.USART3,
        chip.PD9,
        chip.PD8,
        sending,
        received,
        Interrupts,
        usart::Config::default(),
    );
    let Ok(uart) = uart else { panic!("the UART cannot have this speed") };
    let ports = Ports { uart, led: output(chip.PB0.into()) };
    #[cfg(feature = "oled")]
    let display = common::display::oled(embassy_stm32::i2c::I2c::new_blocking(
        chip.I2C1,
        chip.PB8,
        chip.PB9,
        oled(),
    ));
    #[cfg(all(feature = "st7789", not(feature = "oled")))]
    let display = st7789(
        embassy_stm32::spi::Spi::new_blocking_txonly(chip.SPI3, chip.PB3, chip.PB5, spi()),
        chip.PA4.into(),
        chip.PB4.into(),
    );
    #[cfg(not(any(feature = "oled", feature = "st7789")))]
    let display = None;
    (ports, display, feed)
}

/// Starts the watchdog, and returns what feeds it. It waits while a debug probe has stopped the
/// core. The time is that of an oscillator which may be faster or slower by half on an F411.
fn watchdog(chip: Peri<'static, impl Instance>) -> impl FnMut() {
    #[cfg(feature = "stm32f411-disco")]
    pac::DBGMCU.apb1fzr().modify(|bits| bits.set_iwdg(true));
    #[cfg(feature = "nucleo-h743zi")]
    pac::DBGMCU.apb4fzr1().modify(|bits| bits.set_iwdg1(true));
    let mut watchdog = IndependentWatchdog::new(chip, PATIENCE.as_micros() as u32);
    watchdog.unleash();
    move || watchdog.pet()
}

/// The UART's buffers.
fn buffers() -> [&'static mut [u8]; 2] {
    static RECEIVED: ConstStaticCell<[u8; 64]> = ConstStaticCell::new([0; 64]);
    static SENDING: ConstStaticCell<[u8; 64]> = ConstStaticCell::new([0; 64]);
    [RECEIVED.take(), SENDING.take()]
}

fn output(pin: Peri<'static, AnyPin>) -> Output<'static> {
    Output::new(pin, Level::Low, Speed::Low)
}

#[cfg(feature = "oled")]
fn oled() -> embassy_stm32::i2c::Config {
    let mut config = embassy_stm32::i2c::Config::default();
    config.frequency = embassy_stm32::time::Hertz::khz(400);
    // A bus without a display would not be high otherwise.
    (config.sda_pullup, config.scl_pullup) = (true, true);
    // A display that does not answer in this time is not there.
    config.timeout = embassy_time::Duration::from_millis(100);
    config
}

#[cfg(all(feature = "st7789", not(feature = "oled")))]
fn spi() -> embassy_stm32::spi::Config {
    let mut config = embassy_stm32::spi::Config::default();
    config.frequency = embassy_stm32::time::Hertz::mhz(25);
    config
}

#[cfg(all(feature = "st7789", not(feature = "oled")))]
fn st7789(
    port: embassy_stm32::spi::Spi<
        'static,
        embassy_stm32::mode::Blocking,
        embassy_stm32::spi::mode::Master,
    >,
    select: Peri<'static, AnyPin>,
    command: Peri<'static, AnyPin>,
) -> Option<Display> {
    let select = Output::new(select, Level::High, Speed::VeryHigh);
    common::display::st7789(port, select, Output::new(command, Level::Low, Speed::VeryHigh))
}

/// Moves bytes between the UART and the pipes, and blinks, for ever.
#[embassy_executor::task]
pub async fn run(ports: Ports) {
    let (to_wire, from_wire) = ports.uart.split();
    join3(receive(from_wire), send(to_wire, &TO_UART), blink(ports.led)).await;
}

/// Sets the UART up anew, whatever state it is in, and returns what sends bytes over it: to be used
/// where nothing else runs any more.
pub fn emergency() -> impl FnMut(&[u8]) {
    // SAFETY: interrupts are off, and what used these before never runs again.
    #[cfg(feature = "stm32f411-disco")]
    let (port, tx) = unsafe { (peripherals::USART2::steal(), peripherals::PA2::steal()) };
    // SAFETY: as above.
    #[cfg(feature = "nucleo-h743zi")]
    let (port, tx) = unsafe { (peripherals::USART3::steal(), peripherals::PD8::steal()) };
    let mut uart = UartTx::new_blocking(port, tx, usart::Config::default()).ok();
    move |bytes| {
        // Without a port there is no other way to tell the user.
        if let Some(uart) = &mut uart {
            let _ = uart.blocking_write(bytes);
            let _ = uart.blocking_flush();
        }
    }
}
