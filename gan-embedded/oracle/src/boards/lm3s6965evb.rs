//! The LM3S6965 evaluation kit against the PAC of TI's TM4C123x. No PAC of the LM3S exists; the
//! TM4C123x is its successor, which kept the registers of the system control and the ports that are
//! used here, and Arm's PL011 and PL022 behind them, at the same addresses.

#[path = "../../../src/board/lm3s6965evb.rs"]
mod board;

use gan_app::Board;
use tm4c123x::{GPIO_PORTA, GPIO_PORTC, SSI0, SYSCTL, UART0, WATCHDOG0};
use tm4c123x::{gpio_porta, ssi0, sysctl, uart0};

use super::{has_received, take};
use crate::bus::{self, Write};

/// Bit 12 of RCC, OEN, is the LM3S6965's only (data sheet, 5.5, RCC): no output of the PLL.
const OEN: u32 = 1 << 12;

/// A block of registers in this program's memory, all zeros, and where the chip has the block.
struct Block<T> {
    registers: Box<T>,
    base: usize,
}

impl<T> Block<T> {
    /// # Safety
    ///
    /// `T` is a block of registers of the PAC: numbers only.
    unsafe fn new(base: *const T) -> Self {
        // SAFETY: zeros are numbers.
        let registers = Box::new(unsafe { std::mem::zeroed() });
        Self { registers, base: base as usize }
    }

    /// Where the chip has the register that `of` picks.
    fn at<R>(&self, of: impl Fn(&T) -> &R) -> usize {
        let block: *const T = &*self.registers;
        std::ptr::from_ref(of(&self.registers)).addr() - block.addr() + self.base
    }

    /// The bit that is set when `reads` says so.
    fn bit<R>(&self, of: impl Fn(&T) -> &R, reads: impl Fn(&T) -> bool) -> Write {
        let register = std::ptr::from_ref(of(&self.registers)).cast::<u32>().cast_mut();
        let reads = |&bit: &u32| {
            // SAFETY: a register is a cell of 32 bits, here in memory of this program.
            unsafe { register.write_volatile(bit) };
            reads(&self.registers)
        };
        let bit = (0..32).map(|bit| 1 << bit).find(reads).expect("one of 32 bits");
        // SAFETY: as above.
        unsafe { register.write_volatile(0) };
        (self.at(of), bit)
    }
}

/// The bits of several fields of one register.
fn sum(fields: &[Write]) -> Write {
    assert!(fields.iter().all(|field| field.0 == fields[0].0), "one register: {fields:x?}");
    (fields[0].0, fields.iter().fold(0, |sum, field| sum | field.1))
}

#[test]
fn it_writes_what_the_pac_says() {
    // SAFETY: blocks of the PAC.
    let system = unsafe { Block::new(SYSCTL::ptr()) };
    // SAFETY: as above.
    let uart = unsafe { Block::new(UART0::ptr()) };
    // SAFETY: as above.
    let ssi = unsafe { Block::new(SSI0::ptr()) };
    // SAFETY: as above.
    let (port_a, port_c) =
        unsafe { (Block::new(GPIO_PORTA::ptr()), Block::new(GPIO_PORTC::ptr())) };

    let rcc = |reads: fn(&sysctl::rcc::R) -> bool| {
        system.bit(|block| &block.rcc, move |block| reads(&block.rcc.read())).1
    };
    let rcc_is = |write: fn(&mut sysctl::rcc::W) -> &mut sysctl::rcc::W| {
        let register = &system.registers.rcc;
        register.write(write);
        register.read().bits()
    };
    let clock = system.at(|block| &block.rcc);
    let bypass = rcc(|rcc| rcc.bypass().bit());
    let main_off = rcc(|rcc| rcc.moscdis().bit());
    // After a reset: the core runs from the internal oscillator, and all others are off.
    let reset = OEN
        | bypass
        | main_off
        | rcc(|rcc| rcc.pwrdn().bit())
        | rcc_is(|rcc| rcc.oscsrc().int().xtal()._4mhz());
    bus::hold((clock, reset));
    let locked = system.bit(|block| &block.ris, |block| block.ris.read().plllris().bit());
    // 200 MHz / (3 + 1) = 50 MHz.
    let pll = rcc_is(|rcc| {
        // SAFETY: the divisor's field takes every number of four bits.
        unsafe { rcc.oscsrc().main().xtal()._8mhz().usesysdiv().set_bit().sysdiv().bits(3) }
    });
    bus::answer((clock, pll), locked);
    // Port C has received whatever was sent.
    let received = ssi.bit(|block| &block.sr, |block| block.sr.read().rne().bit());
    bus::answer((ssi.at(|block| &block.dr), 0), received);

    let mut board = board::start();
    let devices = |reads: fn(&sysctl::rcgc1::R) -> bool| {
        system.bit(|block| &block.rcgc1, move |block| reads(&block.rcgc1.read()))
    };
    let ports = |reads: fn(&sysctl::rcgc2::R) -> bool| {
        system.bit(|block| &block.rcgc2, move |block| reads(&block.rcgc2.read()))
    };
    let ctl = |reads: fn(&uart0::ctl::R) -> bool| {
        uart.bit(|block| &block.ctl, move |block| reads(&block.ctl.read()))
    };
    let sse = ssi.bit(|block| &block.cr1, |block| block.cr1.read().sse().bit());
    let line = |write: fn(&mut uart0::lcrh::W) -> &mut uart0::lcrh::W| {
        uart.registers.lcrh.write(write);
        (uart.at(|block| &block.lcrh), uart.registers.lcrh.read().bits())
    };
    let frame = |write: fn(&mut ssi0::cr0::W) -> &mut ssi0::cr0::W| {
        ssi.registers.cr0.write(write);
        (ssi.at(|block| &block.cr0), ssi.registers.cr0.read().bits())
    };
    let digital = |port: &Block<gpio_porta::RegisterBlock>| port.at(|block| &block.den);
    // The board's schematic: UART 0 on PA0 and PA1, SSI 0 on PA2, PA3 and PA5, D/C on PC7.
    let (serial, display, dc) = (0b00_0011, 0b10_1100, 1 << 7);
    // A port's data is at 256 addresses, and bits 9 to 2 of them say what pins are meant (data
    // sheet, 8.2.1.2).
    let low = (port_c.base | (dc as usize) << 2, 0);
    let written = bus::writes();
    let head = [
        (clock, reset & !main_off),
        (clock, pll | bypass),
        (clock, pll),
        sum(&[devices(|rcgc1| rcgc1.uart0().bit()), devices(|rcgc1| rcgc1.ssi0().bit())]),
        sum(&[ports(|rcgc2| rcgc2.gpioa().bit()), ports(|rcgc2| rcgc2.gpioc().bit())]),
        (port_a.at(|block| &block.afsel), serial | display),
        (digital(&port_a), serial | display),
        (uart.at(|block| &block.ctl), 0),
        // 50 MHz / (16 * 115,200) = 27.127, and 0.127 * 64 = 8.1.
        (uart.at(|block| &block.ibrd), 27),
        (uart.at(|block| &block.fbrd), 8),
        line(|line| line.wlen()._8().fen().set_bit()),
        sum(&[
            ctl(|ctl| ctl.uarten().bit()),
            ctl(|ctl| ctl.txe().bit()),
            ctl(|ctl| ctl.rxe().bit()),
        ]),
        (port_c.at(|block| &block.dir), dc),
        (digital(&port_c), dc),
        (sse.0, 0),
        frame(|frame| frame.dss()._8().frf().moto().spo().set_bit()),
        // 50 MHz / 14 = 3.6 MHz.
        (ssi.at(|block| &block.cpsr), 14),
        sse,
        low,
        // The controller's command that switches the display off.
        (ssi.at(|block| &block.dr), 0xAE),
    ];
    bus::same(&written[..head.len()], &head);
    // The watchdog comes last. It counts down twice until it resets the chip.
    // SAFETY: a block of the PAC.
    let watchdog = unsafe { Block::new(WATCHDOG0::ptr()) };
    let gate = system.bit(|block| &block.rcgc0, |block| block.rcgc0.read().wdt0().bit());
    watchdog.registers.lock.write(|lock| lock.lock().unlock());
    let key = watchdog.registers.lock.read().bits();
    let feed = (watchdog.at(|block| &block.icr), 0);
    let ctl = [
        watchdog.bit(|block| &block.ctl, |block| block.ctl.read().inten().bit()),
        watchdog.bit(|block| &block.ctl, |block| block.ctl.read().resen().bit()),
    ];
    let tail = [
        gate,
        (watchdog.at(|block| &block.lock), key),
        (watchdog.at(|block| &block.load), 4 * 50_000_000),
        feed,
        sum(&ctl),
    ];
    bus::same(&written[written.len() - tail.len()..], &tail);
    // Data of the panel follow with D/C high.
    assert!(written.contains(&(low.0, dc)));

    board.alive();
    bus::expect(&[feed]);

    let empty = uart.bit(|block| &block.fr, |block| block.fr.read().rxfe().bit());
    bus::hold(empty);
    assert!(!has_received(&mut board));
    bus::hold((empty.0, 0));
    bus::hold((uart.at(|block| &block.dr), b'B'.into()));
    assert!(has_received(&mut board));
    assert_eq!(take(&mut board), b'B');
    board::emergency(b"A");
    assert_eq!(bus::writes().last(), Some(&(uart.at(|block| &block.dr), b'A'.into())));
}

/// A port that is busy, or full, is waited for: there is nothing else that a test could see of
/// these bits.
#[test]
#[should_panic(expected = "the driver waits for 0x4000c018")]
fn a_busy_port_is_waited_for() {
    // SAFETY: a block of the PAC.
    let uart = unsafe { Block::new(UART0::ptr()) };
    bus::hold(uart.bit(|block| &block.fr, |block| block.fr.read().busy().bit()));
    crate::driver::pl011::Pl011::new(board_uart(), 50_000_000);
}

#[test]
#[should_panic(expected = "the driver waits for 0x4000c018")]
fn a_full_port_is_waited_for() {
    use crate::driver::Uart;
    // SAFETY: a block of the PAC.
    let uart = unsafe { Block::new(UART0::ptr()) };
    let mut port = crate::driver::pl011::Pl011::new(board_uart(), 50_000_000);
    bus::hold(uart.bit(|block| &block.fr, |block| block.fr.read().txff().bit()));
    port.put(b'A');
}

fn board_uart() -> crate::driver::Mmio {
    // SAFETY: a table of this program.
    unsafe { crate::driver::Mmio::new(UART0::ptr() as usize) }
}
