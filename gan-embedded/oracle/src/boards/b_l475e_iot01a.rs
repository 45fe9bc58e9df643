//! B-L475E-IOT01A against the PAC of the STM32L475VG.

#[path = "../../../src/board/b_l475e_iot01a.rs"]
mod board;

use stm32_metapac::dbgmcu::regs::{Apb1fzr1, Cr as Debug};
use stm32_metapac::flash::regs::Acr;
use stm32_metapac::gpio::regs::{Afr, Moder};
use stm32_metapac::gpio::vals;
use stm32_metapac::rcc::regs::{Ahb2enr, Apb2enr, Cfgr, Cr, Pllcfgr};
use stm32_metapac::rcc::vals::{Pllm, Plln, Pllr, Pllsrc, Sw};
use stm32_metapac::usart::regs::{Brr, Cr1, Dr, Icr, Isr};
use stm32_metapac::{DBGMCU, FLASH, GPIOB, Interrupt, RCC, USART1};

use super::{bits, enabled, receives_by_interrupt, take, watchdog};
use crate::bus;

/// The reset value of CR (RM0351, 6.4.1): MSI runs at 4 MHz.
const CR_RESET: Cr = Cr(0x0000_0063);
/// That of port B's MODER (RM0351, 8.5.1).
const MODER_RESET: Moder = Moder(0xFFFF_FEBF);

#[test]
fn it_writes_what_the_pac_says() {
    let (clocks, cfgr) = (RCC.cr().as_ptr() as usize, RCC.cfgr().as_ptr() as usize);
    let (low, moder) = (GPIOB.afr(0).as_ptr() as usize, GPIOB.moder().as_ptr() as usize);
    let status = USART1.isr().as_ptr() as usize;
    let (sent, received) = (USART1.tdr().as_ptr() as usize, USART1.rdr().as_ptr() as usize);

    let pll = bits(CR_RESET, |cr| cr.set_pllon(true));
    let switched = bits(Cfgr(0), |cfgr| cfgr.set_sw(Sw::PLL1_R));
    bus::hold((clocks, CR_RESET.0));
    bus::hold((moder, MODER_RESET.0));
    bus::answer((clocks, pll.0), (clocks, bits(Cr(0), |cr| cr.set_pllrdy(true)).0));
    let on_pll = bits(Cfgr(0), |cfgr| cfgr.set_sws(Sw::PLL1_R)).0;
    bus::answer((cfgr, switched.0), (cfgr, on_pll));
    bus::hold((status, bits(Isr(0), |isr| isr.set_txe(true)).0));

    let mut board = board::start();
    let waits = bits(Acr(0), |acr| {
        acr.set_latency(4);
        acr.set_prften(true);
        acr.set_icen(true);
        acr.set_dcen(true);
    });
    // 4 MHz * 40 / 2 = 80 MHz.
    let factors = bits(Pllcfgr(0), |pll| {
        pll.set_pllsrc(Pllsrc::MSI);
        pll.set_pllm(Pllm::DIV1);
        pll.set_plln(Plln::MUL40);
        pll.set_pllr(Pllr::DIV2);
        pll.set_pllren(true);
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
    let stopped = bits(Apb1fzr1(0), |bits| bits.set_iwdg(true));
    let ports = bits(Ahb2enr(0), |gates| gates.set_gpioben(true)).0;
    let devices = bits(Apb2enr(0), |gates| gates.set_usart1en(true)).0;
    let iwdg = watchdog();
    bus::expect(&[
        (DBGMCU.cr().as_ptr() as usize, debug.0),
        (FLASH.acr().as_ptr() as usize, waits.0),
        (RCC.pllcfgr().as_ptr() as usize, factors.0),
        (clocks, pll.0),
        // Reads of the register also have what the chip answers.
        (cfgr, switched.0),
        (RCC.ahb2enr().as_ptr() as usize, ports),
        (RCC.apb2enr().as_ptr() as usize, devices),
        (low, function(&[6])),
        (moder, alternate(&[6])),
        (low, function(&[6, 7])),
        (moder, alternate(&[6, 7])),
        // 80 MHz / 115,200 = 694.4.
        (USART1.brr().as_ptr() as usize, bits(Brr(0), |brr| brr.set_brr(694)).0),
        (USART1.cr1().as_ptr() as usize, on.0),
        (USART1.cr1().as_ptr() as usize, listening.0),
        enabled(irq),
        (DBGMCU.apb1fzr1().as_ptr() as usize, stopped.0),
        iwdg[0],
        iwdg[1],
        iwdg[2],
        iwdg[3],
        iwdg[4],
    ]);

    board::emergency(b"A");
    let byte = |byte: u8| bits(Dr(0), |dr| dr.set_dr(byte.into())).0;
    assert_eq!(bus::writes().last(), Some(&(sent, byte(b'A'))));

    let came = (status, bits(Isr(0), |isr| isr.set_rxne(true)).0);
    receives_by_interrupt(&mut board, board::interrupt, irq, (received, came));

    // A byte came, and one more that was lost.
    let overrun = bits(Isr(0), |isr| {
        isr.set_rxne(true);
        isr.set_ore(true);
    });
    bus::send(received, (status, overrun.0), b"B");
    assert!(board::interrupt(irq as i16));
    bus::expect(&[(USART1.icr().as_ptr() as usize, bits(Icr(0), |icr| icr.set_ore(true)).0)]);
    assert_eq!(take(&mut board), b'B');
}
