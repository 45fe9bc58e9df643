//! Makes the simulated series `data/tables/motion.csv`: what an accelerometer on somebody's wrist
//! might measure. It is a simulation, and nobody's data.
//!
//! `cargo run --release -p gan-train --example motion > gan-train/data/tables/motion.csv` writes
//! the same bytes each time.
//!
//! 64 segments of 5 s at 25 Hz, 16 of each activity in random order. A segment has an orientation,
//! a frequency `f` and an amplitude of its own. In units of g, with phase `p = 2 pi f t`:
//!
//! | activity | f (Hz) | movement |
//! |---|---|---|
//! | `still` | – | none |
//! | `walk` | 1.6 to 2.2 | vertical `a sin p`, forward half of it a quarter of a step later, a from 0.2 to 0.35; sideways `0.1 sin(p / 2)` |
//! | `run` | 2.5 to 3.2 | vertical `a (sin p + 0.3 sin 2p)`, forward `0.4 a cos p`, a from 0.8 to 1.2 |
//! | `shake` | 4 to 6 | sideways `a sin p`, a from 0.6 to 1.0 |
//!
//! Gravity is 1 g downwards; the sensor is tilted about both horizontal axes by up to 0.25 rad, and
//! adds normal noise of 0.03 g.

use gan_tools::random::stream;
use rand_core::Rng;
use rand_distr::{Distribution, StandardNormal};
use std::f64::consts::TAU;

const SEGMENTS: usize = 64;
const ROWS: usize = 125;
const HERTZ: f64 = 25.0;
const ACTIVITIES: [&str; 4] = ["still", "walk", "run", "shake"];
/// Seed and purpose of the random numbers.
const SEED: (u64, u64) = (2026, 100);

fn main() {
    let (mut rng, mut noise) = (stream(SEED.0, SEED.1, 0), stream(SEED.0, SEED.1, 1));
    let mut between = |low: f64, high: f64| {
        low + (high - low) * (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    };
    // Each activity equally often, in random order (Fisher and Yates).
    let mut order: Vec<usize> = (0..SEGMENTS).map(|segment| segment % ACTIVITIES.len()).collect();
    for last in (1..SEGMENTS).rev() {
        order.swap(last, (between(0.0, (last + 1) as f64) as usize).min(last));
    }
    println!("ax [g],ay [g],az [g],activity");
    for activity in order {
        let (f, a) = match activity {
            0 => (0.0, 0.0),
            1 => (between(1.6, 2.2), between(0.2, 0.35)),
            2 => (between(2.5, 3.2), between(0.8, 1.2)),
            _ => (between(4.0, 6.0), between(0.6, 1.0)),
        };
        let (roll, pitch) = (between(-0.25, 0.25), between(-0.25, 0.25));
        let begin = between(0.0, TAU);
        let ([sin_roll, cos_roll], [sin_pitch, cos_pitch]) =
            ([libm::sin(roll), libm::cos(roll)], [libm::sin(pitch), libm::cos(pitch)]);
        for row in 0..ROWS {
            let p = begin + TAU * f * row as f64 / HERTZ;
            let (sin, cos) = (libm::sin(p), libm::cos(p));
            let [x, y, z] = match activity {
                0 => [0.0; 3],
                1 => [0.5 * a * cos, 0.1 * libm::sin(p / 2.0), a * sin],
                2 => [0.4 * a * cos, 0.0, a * (sin + 0.3 * libm::sin(2.0 * p))],
                _ => [0.0, a * sin, 0.0],
            };
            // Tilted about y, then about x.
            let z = z + 1.0;
            let (x, z) = (cos_pitch * x + sin_pitch * z, cos_pitch * z - sin_pitch * x);
            let (y, z) = (cos_roll * y - sin_roll * z, cos_roll * z + sin_roll * y);
            let [x, y, z] = [x, y, z].map(|value| {
                let noise: f64 = StandardNormal.sample(&mut noise);
                (value + 0.03 * noise) * 1000.0
            });
            let [x, y, z] = [x, y, z].map(|value| value.round() / 1000.0 + 0.0);
            println!("{x:.3},{y:.3},{z:.3},{}", ACTIVITIES[activity]);
        }
    }
}
