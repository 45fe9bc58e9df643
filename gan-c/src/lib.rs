//! gan-core for C. `include/gan.h` declares the functions of [`exports`] and says what callers have
//! to know; docs/c.md says how to use them.
//!
//! Nothing allocates, and nothing has to be freed: a generator lives in memory of the caller. No
//! function panics, whatever it is given, as long as pointers lead to memory of the lengths that go
//! with them. `cargo xtask test` shows that no panic is linked into a C program.
//!
//! | module | owns |
//! |---|---|
//! | [`status`] | the status codes and their texts |
//! | [`types`] | what C allocates: the generator's place, and what is said about it |
//! | [`exports`] | the functions |

#![cfg_attr(target_os = "none", no_std)]
#![deny(unsafe_code)]

pub mod exports;
pub mod status;
pub mod types;

/// Is never called: nothing here panics. It takes no memory, because the linker drops it.
#[cfg(target_os = "none")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
