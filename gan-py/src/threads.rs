//! A pool of threads that belongs to this process.
//!
//! A child that was made by `fork` has a copy of its parent's memory and none of its threads. A
//! pool that the parent made is in that memory, and whoever gives it work in the child waits for
//! ever. PyTorch's `DataLoader` forks its workers on Linux, so this is no rare case. The pool here
//! is kept together with the number of the process that made it, and a process of another number
//! makes its own.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::mem;
use std::process;
use std::sync::{Arc, Mutex};

/// The pool and the process that it belongs to.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// The pool, with as many threads as this process may use cores. It is `None` if threads cannot be
/// made.
pub fn pool() -> Option<Arc<ThreadPool>> {
    // Never waited for: if another thread held this while the process was forked, nobody is there
    // to give it back. Then this call has a pool of its own, as it has when two threads ask for the
    // first pool at once.
    let Ok(mut kept) = POOL.try_lock() else { return build() };
    let this = process::id();
    if let Some((owner, pool)) = &*kept
        && *owner == this
    {
        return Some(pool.clone());
    }
    let pool = build()?;
    if let Some(parents) = kept.replace((this, pool.clone())) {
        // To drop it would be to tell its threads, which are not there.
        mem::forget(parents);
    }
    Some(pool)
}

fn build() -> Option<Arc<ThreadPool>> {
    ThreadPoolBuilder::new().build().ok().map(Arc::new)
}
