//! A model of the instructions of x86-64 that the loops use, which stands where the loops expect
//! [`host::x86`](crate::host).
//!
//! Each intrinsic is written from the pseudo-code of its instruction in Intel's "Intel 64 and IA-32
//! Architectures Software Developer's Manual", volume 2, whose names (`DEST`, `SRC1`, `imm8`) the
//! comments have. It is as simple as that, because what it is for is to be right, not fast.

mod amx;
mod avx2;
mod avx512;
mod lanes;

pub(super) use amx::{Operand, execute};
pub(super) use avx2::*;
pub(super) use avx512::*;
pub(super) use lanes::Vector;

#[expect(non_camel_case_types, reason = "the name in core::arch")]
pub(super) type __m128i = Vector<16>;
#[expect(non_camel_case_types, reason = "the name in core::arch")]
pub(super) type __m256i = Vector<32>;
#[expect(non_camel_case_types, reason = "the name in core::arch")]
pub(super) type __m512i = Vector<64>;

/// The model has all instructions.
macro_rules! has {
    ($($feature:literal),+) => {
        true
    };
}
pub(super) use has;

/// The model has AMX too.
pub(super) fn has_amx() -> bool {
    true
}

/// Compiles a function without the instructions that it names, because the CPU may lack them.
macro_rules! enable {
    ($features:literal: $($function:tt)+) => {
        $($function)+
    };
}
pub(super) use enable;

/// Executes assembly by the model. The lines and the named operands of the real macro `asm` are
/// collected one by one; the registers that it may overwrite and its options are left out.
macro_rules! asm {
    (@ $lines:tt $operands:tt options($($option:ident),*) $(,)?) => {
        super::x86::execute(&$lines, &mut $operands)
    };
    (@ [$($lines:tt)*] $operands:tt $line:literal, $($rest:tt)+) => {
        super::x86::asm!(@ [$($lines)* $line,] $operands $($rest)+)
    };
    (@ $lines:tt $operands:tt out($register:literal) _, $($rest:tt)+) => {
        super::x86::asm!(@ $lines $operands $($rest)+)
    };
    (@ $lines:tt [$($operands:tt)*] $name:ident = in(reg) $value:expr, $($rest:tt)+) => {
        super::x86::asm!(@ $lines [
            $($operands)*
            super::x86::Operand { name: stringify!($name), value: $value as usize },
        ] $($rest)+)
    };
    (@ $lines:tt [$($operands:tt)*] $name:ident = inout(reg) $value:expr => _, $($rest:tt)+) => {
        super::x86::asm!(@ $lines [
            $($operands)*
            super::x86::Operand { name: stringify!($name), value: $value as usize },
        ] $($rest)+)
    };
    ($line:literal, $($rest:tt)+) => {
        super::x86::asm!(@ [$line,] [] $($rest)+)
    };
}
pub(super) use asm;
