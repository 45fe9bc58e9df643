//! STM32VLDISCOVERY against the PAC of the STM32F100RB.

#[path = "../../../src/board/stm32vldiscovery.rs"]
mod board;

use stm32_metapac::dbgmcu::regs::Cr as Debug;
use stm32_metapac::gpio::regs::Cr as Pins;
use stm32_metapac::gpio::vals::{CnfIn, CnfOut, Mode};
use stm32_metapac::rcc::regs::{Apb2enr, Cfgr, Cr};
use stm32_metapac::rcc::vals::{Pllmul, Pllsrc, Sw};
use stm32_metapac::usart::regs::{Brr, Cr1, Dr, Sr};
use stm32_metapac::{DBGMCU, GPIOA, Interrupt, RCC, USART1};

use super::{bits, enabled, has_received, receives_by_interrupt, watchdog};
use crate::bus;

#[test]
fn it_writes_what_the_pac_says() {
    let (clocks, cfgr) = (RCC.cr().as_ptr() as usize, RCC.cfgr().as_ptr() as usize);
    let pins = GPIOA.cr(1).as_ptr() as usize;
    let (status, data) = (USART1.sr().as_ptr() as usize, USART1.dr().as_ptr() as usize);

    // After a reset: the internal oscillator runs, and every pin is an input that floats.
    let reset = bits(Cr(0), |cr| {
        cr.set_hsion(true);
        cr.set_hsirdy(true);
    });
    let floating = bits(Pins(0), |cr| {
        for pin in 0..8 {
            cr.set_mode(pin, Mode::INPUT);
            cr.set_cnf_in(pin, CnfIn::FLOATING);
        }
    });
    let pll = bits(reset, |cr| cr.set_pllon(true));
    // 8 MHz, halved and times six.
    let by_6 = bits(Cfgr(0), |cfgr| {
        cfgr.set_pllsrc(Pllsrc::HSI_DIV2);
        cfgr.set_pllmul(Pllmul::MUL6);
    });
    let switched = bits(by_6, |cfgr| cfgr.set_sw(Sw::PLL1_P));
    bus::hold((clocks, reset.0));
    bus::hold((pins, floating.0));
    bus::answer((clocks, pll.0), (clocks, bits(Cr(0), |cr| cr.set_pllrdy(true)).0));
    let on_pll = bits(Cfgr(0), |cfgr| cfgr.set_sws(Sw::PLL1_P)).0;
    bus::answer((cfgr, switched.0), (cfgr, on_pll));
    bus::hold((status, bits(Sr(0), |sr| sr.set_txe(true)).0));

    let mut board = board::start();
    board::emergency(b"A");
    let gates = bits(Apb2enr(0), |gates| {
        gates.set_gpioaen(true);
        gates.set_usart1en(true);
    });
    let gates = (RCC.apb2enr().as_ptr() as usize, gates.0);
    let connected = bits(floating, |cr| {
        cr.set_mode(9 - 8, Mode::OUTPUT2MHZ);
        cr.set_cnf_out(9 - 8, CnfOut::ALT_PUSH_PULL);
    });
    let on = bits(Cr1(0), |cr1| {
        cr1.set_ue(true);
        cr1.set_te(true);
        cr1.set_re(true);
    });
    let listening = bits(on, |cr1| cr1.set_rxneie(true));
    let irq = Interrupt::USART1 as u16;
    let debug = bits(Debug(0), |cr| cr.set_dbg_sleep(true));
    let stopped = bits(debug, |cr| cr.set_iwdg(true));
    let iwdg = watchdog();
    bus::expect(&[
        (DBGMCU.cr().as_ptr() as usize, debug.0),
        (cfgr, by_6.0),
        (clocks, pll.0),
        (cfgr, switched.0),
        gates,
        (pins, connected.0),
        // 24 MHz / 115,200 = 208.3.
        (USART1.brr().as_ptr() as usize, bits(Brr(0), |brr| brr.set_brr(208)).0),
        (USART1.cr1().as_ptr() as usize, on.0),
        (USART1.cr1().as_ptr() as usize, listening.0),
        enabled(irq),
        (DBGMCU.cr().as_ptr() as usize, stopped.0),
        iwdg[0],
        iwdg[1],
        iwdg[2],
        iwdg[3],
        iwdg[4],
        // What is on already stays as it is.
        gates,
        (pins, connected.0),
        (data, bits(Dr(0), |dr| dr.set_dr(b'A'.into())).0),
    ]);
    let came = (status, bits(Sr(0), |sr| sr.set_rxne(true)).0);
    receives_by_interrupt(&mut board, board::interrupt, irq, (data, came));
    // A byte was lost: the bit that says so, which keeps up the interrupt, goes when DR is read.
    bus::send(data, (status, bits(Sr(0), |sr| sr.set_ore(true)).0), b"?");
    assert!(board::interrupt(irq as i16));
    assert!(!has_received(&mut board) && bus::is_taken());
}
