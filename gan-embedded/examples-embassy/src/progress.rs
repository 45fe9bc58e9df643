//! What the tasks tell each other. The executor runs both in one thread, so cells will do.

use core::cell::Cell;
use core::fmt;

use cortex_m::peripheral::SYST;

/// SysTick counts down from here, and then starts again: it has 24 bits.
pub const MOST_TICKS: u32 = 0xFF_FFFF;

/// Rows of an image, and turns of the other task. A wait is what lies between two turns.
pub struct Progress {
    /// Rows that are done.
    rows: Cell<usize>,
    turns: Cell<u32>,
    /// [`rows`](Self::rows) at the last turn.
    rows_then: Cell<usize>,
    /// SysTick at the last turn.
    tick_then: Cell<u32>,
    /// The most rows of one wait.
    most_rows: Cell<usize>,
    /// The most ticks of one wait.
    most_ticks: Cell<u32>,
    /// Ticks of all waits.
    ticks: Cell<u32>,
}

impl Progress {
    pub const fn new() -> Self {
        Self {
            rows: Cell::new(0),
            turns: Cell::new(0),
            rows_then: Cell::new(0),
            tick_then: Cell::new(0),
            most_rows: Cell::new(0),
            most_ticks: Cell::new(0),
            ticks: Cell::new(0),
        }
    }

    /// So many more rows are done.
    pub fn computed(&self, rows: usize) {
        self.rows.update(|done| done + rows);
    }

    /// A turn of the other task, which ends a wait. A wait must be shorter than [`MOST_TICKS`].
    pub fn turn(&self) {
        let now = SYST::get_current();
        if self.turns.get() > 0 {
            let waited = self.tick_then.get().wrapping_sub(now) & MOST_TICKS;
            self.ticks.update(|ticks| ticks + waited);
            self.most_ticks.update(|most| most.max(waited));
            let rows = self.rows.get() - self.rows_then.get();
            self.most_rows.update(|most| most.max(rows));
        }
        self.rows_then.set(self.rows.get());
        self.tick_then.set(now);
        self.turns.update(|turns| turns + 1);
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "rows {} turns {} most-rows {} ticks {} most-ticks {}",
            self.rows.get(),
            self.turns.get(),
            self.most_rows.get(),
            self.ticks.get(),
            self.most_ticks.get()
        )
    }
}
