//! The console of gan-app over the UART that the debugger on the board connects to USB, on the
//! nRF52840-DK and the micro:bit v2.
#![no_std]
#![no_main]

use common::Console;
use common::port::Port;
use cortex_m_rt::entry;
use embassy_executor::InterruptExecutor;
use embassy_nrf::interrupt;
use embassy_nrf::interrupt::{InterruptExt, Priority};
use nrf::board::{self, Board};

common::fatal!(board::emergency);

/// Runs the ports' task, in an interrupt that no peripheral in use has.
static EXECUTOR: InterruptExecutor = InterruptExecutor::new();

// SAFETY: only the interrupt controller calls it.
#[interrupt]
unsafe fn EGU0_SWI0() {
    // SAFETY: this is the interrupt that the executor was started with, and it comes only after.
    unsafe { EXECUTOR.on_interrupt() }
}

#[entry]
fn main() -> ! {
    common::prepare_stack();
    let (ports, display, feed) = board::connect(board::start());
    interrupt::EGU0_SWI0.set_priority(Priority::P6);
    let Ok(task) = board::run(ports) else { panic!("the ports' task runs already") };
    EXECUTOR.start(interrupt::EGU0_SWI0).spawn(task);
    nrf::run(Console::<Board, _, _>::new(Port::Uart, display, feed))
}
