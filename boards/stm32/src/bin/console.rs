//! The console of gan-app over a UART, on the STM32F411E-DISCO and the NUCLEO-H743ZI.
#![no_std]
#![no_main]

use common::Console;
use common::port::Port;
use cortex_m_rt::entry;
use embassy_executor::InterruptExecutor;
use embassy_stm32::interrupt;
use embassy_stm32::interrupt::{InterruptExt, Priority};
use stm32::board::{self, Board};

common::fatal!(board::emergency);

/// Runs the ports' task, in an interrupt that no peripheral in use has.
static EXECUTOR: InterruptExecutor = InterruptExecutor::new();

// SAFETY: only the interrupt controller calls it.
#[interrupt]
unsafe fn SPI4() {
    // SAFETY: this is the interrupt that the executor was started with, and it comes only after.
    unsafe { EXECUTOR.on_interrupt() }
}

#[entry]
fn main() -> ! {
    common::prepare_stack();
    let (ports, display, feed) = board::connect(board::start());
    interrupt::SPI4.set_priority(Priority::P6);
    let Ok(task) = board::run(ports) else { panic!("the ports' task runs already") };
    EXECUTOR.start(interrupt::SPI4).spawn(task);
    stm32::run(Console::<Board, _, _>::new(Port::Uart, display, feed))
}
