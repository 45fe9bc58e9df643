//! What the console needs of the STM32F411E-DISCO and the NUCLEO-H743ZI, on embassy-stm32.
#![no_std]

pub mod board;

common::model!();
