//! Arm's MPS3 board with the image AN547. It has what MPS2 boards have, and a start-up of its own.

use core::arch::global_asm;

mod mps2;
pub use mps2::{emergency, interrupt, start};

// cortex-m-rt calls this before it touches RAM. The core has read its first two vectors from the
// ITCM (see the memory layout) and has to be told where the others are. Coprocessors 10 and 11 are
// the vector registers: the target is one without a floating-point unit, so that cortex-m-rt leaves
// them off, but assembly may use them.
global_asm!(
    ".section .text.__pre_init, \"ax\"",
    ".global __pre_init",
    ".type __pre_init, %function",
    ".thumb_func",
    "__pre_init:",
    "ldr r0, =0xE000ED08", // VTOR
    "ldr r1, =__vector_table",
    "str r1, [r0]",
    "ldr r0, =0xE000ED88", // CPACR
    "ldr r1, [r0]",
    "orr r1, r1, #0xF00000",
    "str r1, [r0]",
    "dsb",
    "isb",
    "bx lr",
    ".size __pre_init, . - __pre_init",
);
