//! The micro:bit v1 against the PAC of the nRF51.

#[path = "../../../src/board/microbit.rs"]
mod board;

use gan_app::Board;
use nrf_pac::gpio::regs::{Outset, PinCnf};
use nrf_pac::gpio::vals::{Dir, Input, Pull};
use nrf_pac::timer::regs::{Bitmode, Int as TimerInt, Prescaler};
use nrf_pac::uart::regs::{Baudrate, Enable, Int, Txd};
use nrf_pac::wdt::regs::{Config, Rr, Rren};
use nrf_pac::{CLOCK, GPIO, Interrupt, TIMER0, UART0, WDT, timer, uart, wdt};

use super::{bits, enabled, receives_by_interrupt};
use crate::bus;

/// The pins that lead to the USB chip: the micro:bit's schematic, TGT_TX and TGT_RX.
const TX: usize = 24;
const RX: usize = 25;

#[test]
fn it_writes_what_the_pac_says() {
    let start = CLOCK.tasks_hfclkstart().as_ptr() as usize;
    let data = UART0.txd().as_ptr() as usize;
    let (sent, came) =
        (UART0.events_txdrdy().as_ptr() as usize, UART0.events_rxdrdy().as_ptr() as usize);
    bus::answer((start, 1), (CLOCK.events_hfclkstarted().as_ptr() as usize, 1));
    bus::answer((data, 0), (sent, 1));

    let mut board = board::start();
    let output = bits(PinCnf(0), |pin| {
        pin.set_dir(Dir::Output);
        pin.set_input(Input::Disconnect);
    });
    let input = bits(PinCnf(0), |pin| {
        pin.set_dir(Dir::Input);
        pin.set_input(Input::Connect);
        pin.set_pull(Pull::Pullup);
    });
    let baud = bits(Baudrate(0), |baud| baud.set_baudrate(uart::vals::Baudrate::Baud115200));
    let on = bits(Enable(0), |enable| enable.set_enable(uart::vals::Enable::Enabled));
    let wide = bits(Bitmode(0), |mode| mode.set_bitmode(timer::vals::Bitmode::_32bit));
    // 16 MHz / 2^4.
    let megahertz = bits(Prescaler(0), |prescaler| prescaler.set_prescaler(4));
    let serial = [
        (start, 1),
        (GPIO.outset().as_ptr() as usize, bits(Outset(0), |out| out.set_pin(TX, true)).0),
        (GPIO.pin_cnf(TX).as_ptr() as usize, output.0),
        (GPIO.pin_cnf(RX).as_ptr() as usize, input.0),
        (UART0.pseltxd().as_ptr() as usize, TX as u32),
        (UART0.pselrxd().as_ptr() as usize, RX as u32),
        (UART0.baudrate().as_ptr() as usize, baud.0),
        (UART0.enable().as_ptr() as usize, on.0),
        (UART0.tasks_starttx().as_ptr() as usize, 1),
        (UART0.tasks_startrx().as_ptr() as usize, 1),
    ];
    let (uart_irq, timer_irq) = (Interrupt::UART0 as u16, Interrupt::TIMER0 as u16);
    let received = bits(Int(0), |int| int.set_rxdrdy(true));
    let compared = bits(TimerInt(0), |int| int.set_compare(1, true));
    let next = TIMER0.cc(1).as_ptr() as usize;
    let asleep = bits(Config(0), |config| {
        config.set_sleep(wdt::vals::Sleep::Run);
        config.set_halt(wdt::vals::Halt::Pause);
    });
    let first = bits(Rren(0), |rren| rren.set_rr(0, true));
    let rest = [
        (UART0.intenset().as_ptr() as usize, received.0),
        enabled(uart_irq),
        (TIMER0.bitmode().as_ptr() as usize, wide.0),
        (TIMER0.prescaler().as_ptr() as usize, megahertz.0),
        // A sixteenth of a second.
        (next, 62_500),
        (TIMER0.intenset().as_ptr() as usize, compared.0),
        (TIMER0.tasks_start().as_ptr() as usize, 1),
        enabled(timer_irq),
        (WDT.config().as_ptr() as usize, asleep.0),
        // It ends after (CRV + 1) / 32,768 s.
        (WDT.crv().as_ptr() as usize, 8 * 32_768 - 1),
        (WDT.rren().as_ptr() as usize, first.0),
        (WDT.tasks_start().as_ptr() as usize, 1),
    ];
    // The port is switched on before the timer.
    bus::expect(&[&serial[..], &rest].concat());

    board::emergency(b"A");
    let byte = bits(Txd(0), |txd| txd.set_txd(b'A'));
    bus::expect(&[&serial[..], &[(sent, 0), (data, byte.0)]].concat());

    let registers = (UART0.rxd().as_ptr() as usize, (came, 1));
    receives_by_interrupt(&mut board, board::interrupt, uart_irq, registers);
    assert!(bus::writes().iter().all(|&write| write == (came, 0)));

    assert!(board::interrupt(timer_irq as i16));
    bus::expect(&[(TIMER0.events_compare(1).as_ptr() as usize, 0), (next, 125_000)]);

    board.alive();
    let reload = bits(Rr(0), |rr| rr.set_rr(wdt::vals::Rr::Reload));
    bus::expect(&[(WDT.rr(0).as_ptr() as usize, reload.0)]);

    bus::hold((TIMER0.cc(0).as_ptr() as usize, 1_234));
    assert_eq!(board.ticks(), 1_234);
    bus::expect(&[(TIMER0.tasks_capture(0).as_ptr() as usize, 1)]);
}
