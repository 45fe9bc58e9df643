//! Netduino Plus 2 against the PAC of the STM32F405RG.

#[path = "../../../src/board/netduinoplus2.rs"]
mod board;

use stm32_metapac::dbgmcu::regs::{Apb1fzr, Cr as Debug};
use stm32_metapac::flash::regs::Acr;
use stm32_metapac::flash::vals::Latency;
use stm32_metapac::gpio::regs::{Afr, Moder};
use stm32_metapac::gpio::vals;
use stm32_metapac::rcc::regs::{Ahb1enr, Apb2enr, Cfgr, Cr, Pllcfgr};
use stm32_metapac::rcc::vals::{Pllm, Plln, Pllp, Pllq, Pllsrc, Ppre, Sw};
use stm32_metapac::usart::regs::{Brr, Cr1, Dr, Sr};
use stm32_metapac::{DBGMCU, FLASH, GPIOB, Interrupt, RCC, USART1};

use super::{bits, enabled, has_received, receives_by_interrupt, watchdog};
use crate::bus;

/// The reset value of PLLCFGR (RM0090, 7.3.2), whose reserved bits have to stay.
const PLLCFGR_RESET: Pllcfgr = Pllcfgr(0x2400_3010);
/// That of port B's MODER (RM0090, 8.4.1).
const MODER_RESET: Moder = Moder(0x0000_0280);

#[test]
fn it_writes_what_the_pac_says() {
    let (clocks, cfgr) = (RCC.cr().as_ptr() as usize, RCC.cfgr().as_ptr() as usize);
    let pllcfgr = RCC.pllcfgr().as_ptr() as usize;
    let (low, moder) = (GPIOB.afr(0).as_ptr() as usize, GPIOB.moder().as_ptr() as usize);
    let (status, data) = (USART1.sr().as_ptr() as usize, USART1.dr().as_ptr() as usize);

    let reset = bits(Cr(0), |cr| {
        cr.set_hsion(true);
        cr.set_hsirdy(true);
    });
    let pll = bits(reset, |cr| cr.set_pllon(true));
    let switched = bits(Cfgr(0), |cfgr| {
        cfgr.set_ppre1(Ppre::DIV4);
        cfgr.set_ppre2(Ppre::DIV2);
        cfgr.set_sw(Sw::PLL1_P);
    });
    bus::hold((clocks, reset.0));
    bus::hold((pllcfgr, PLLCFGR_RESET.0));
    bus::hold((moder, MODER_RESET.0));
    bus::answer((clocks, pll.0), (clocks, bits(Cr(0), |cr| cr.set_pllrdy(true)).0));
    let on_pll = bits(Cfgr(0), |cfgr| cfgr.set_sws(Sw::PLL1_P)).0;
    bus::answer((cfgr, switched.0), (cfgr, on_pll));
    bus::hold((status, bits(Sr(0), |sr| sr.set_txe(true)).0));

    let mut board = board::start();
    let waits = bits(Acr(0), |acr| {
        acr.set_latency(Latency::WS5);
        acr.set_prften(true);
        acr.set_icen(true);
        acr.set_dcen(true);
    });
    // 16 MHz / 16 * 336 / 2 = 168 MHz, and 336 MHz / 7 = 48 MHz.
    let factors = bits(PLLCFGR_RESET, |pll| {
        pll.set_pllm(Pllm::DIV16);
        pll.set_plln(Plln::MUL336);
        pll.set_pllp(Pllp::DIV2);
        pll.set_pllq(Pllq::DIV7);
        pll.set_pllsrc(Pllsrc::HSI);
    });
    let function =
        |pins: &[usize]| bits(Afr(0), |afr| pins.iter().for_each(|&pin| afr.set_afr(pin, 7))).0;
    let alternate = |pins: &[usize]| {
        let set = |moder: &mut Moder| {
            pins.iter().for_each(|&pin| moder.set_moder(pin, vals::Moder::ALTERNATE));
        };
        bits(MODER_RESET, set).0
    };
    let on = bits(Cr1(0), |cr1| {
        cr1.set_ue(true);
        cr1.set_te(true);
        cr1.set_re(true);
    });
    let listening = bits(on, |cr1| cr1.set_rxneie(true));
    let irq = Interrupt::USART1 as u16;
    let debug = bits(Debug(0), |cr| cr.set_dbg_sleep(true));
    let stopped = bits(Apb1fzr(0), |bits| bits.set_iwdg(true));
    let ports = bits(Ahb1enr(0), |gates| gates.set_gpioben(true)).0;
    let devices = bits(Apb2enr(0), |gates| gates.set_usart1en(true)).0;
    let iwdg = watchdog();
    bus::expect(&[
        (DBGMCU.cr().as_ptr() as usize, debug.0),
        (FLASH.acr().as_ptr() as usize, waits.0),
        (pllcfgr, factors.0),
        (clocks, pll.0),
        (cfgr, switched.0),
        (RCC.ahb1enr().as_ptr() as usize, ports),
        (RCC.apb2enr().as_ptr() as usize, devices),
        (low, function(&[6])),
        (moder, alternate(&[6])),
        (low, function(&[6, 7])),
        (moder, alternate(&[6, 7])),
        // 84 MHz / 115,200 = 729.2.
        (USART1.brr().as_ptr() as usize, bits(Brr(0), |brr| brr.set_brr(729)).0),
        (USART1.cr1().as_ptr() as usize, on.0),
        (USART1.cr1().as_ptr() as usize, listening.0),
        enabled(irq),
        (DBGMCU.apb1fzr().as_ptr() as usize, stopped.0),
        iwdg[0],
        iwdg[1],
        iwdg[2],
        iwdg[3],
        iwdg[4],
    ]);

    board::emergency(b"A");
    let sent = bits(Dr(0), |dr| dr.set_dr(b'A'.into())).0;
    assert_eq!(bus::writes().last(), Some(&(data, sent)));
    let came = (status, bits(Sr(0), |sr| sr.set_rxne(true)).0);
    receives_by_interrupt(&mut board, board::interrupt, irq, (data, came));
    // A byte was lost: the bit that says so, which keeps up the interrupt, goes when DR is read.
    bus::send(data, (status, bits(Sr(0), |sr| sr.set_ore(true)).0), b"?");
    assert!(board::interrupt(irq as i16));
    assert!(!has_received(&mut board) && bus::is_taken());
}
