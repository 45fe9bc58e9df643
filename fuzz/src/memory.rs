//! The bound on memory: no reader may take more than four times what it reads and 64 MB.
//!
//! The allocator counts what is allocated. A request that goes beyond the bound of the input that
//! is being read ends the process, which libFuzzer reports with the input.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What a reader may take beside four times what it reads.
const ROOM: usize = 64 << 20;

static USED: AtomicUsize = AtomicUsize::new(0);
static BOUND: AtomicUsize = AtomicUsize::new(usize::MAX);

/// The system's allocator, with a count.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: all requests go to the system's allocator as they are, or end the process.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both are there while one is copied to the other.
        take(size);
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
}

fn take(size: usize) {
    let used = USED.fetch_add(size, Relaxed) + size;
    if used > BOUND.load(Relaxed) {
        BOUND.store(usize::MAX, Relaxed);
        eprintln!("a reader took over 4 times what it reads and {ROOM} bytes: asked for {size}");
        std::process::abort();
    }
}

/// Runs `read`, which is given so many bytes, under the bound.
pub fn bounded<T>(bytes: usize, read: impl FnOnce() -> T) -> T {
    BOUND.store(USED.load(Relaxed) + 4 * bytes + ROOM, Relaxed);
    let result = read();
    BOUND.store(usize::MAX, Relaxed);
    result
}
