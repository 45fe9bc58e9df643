//! The losses against the published value functions, in f64.

use super::*;
use burn::prelude::*;

const ALL: [Objective; 6] = [
    Objective::Minimax,
    Objective::NonSaturating,
    Objective::LeastSquares,
    Objective::Hinge,
    Objective::Wasserstein,
    Objective::Relativistic,
];
const REAL: [f32; 3] = [0.7, -0.4, 2.5];
const FAKE: [f32; 3] = [-1.3, 0.2, -0.5];

/// Both losses by the published value functions, written with probabilities where they have them.
fn expected(objective: Objective, real: [f64; 3], fake: [f64; 3], smoothing: f64) -> (f64, f64) {
    let p = |x: f64| 1.0 / (1.0 + (-x).exp());
    let mean = |f: &dyn Fn(f64, f64) -> f64| (0..3).map(|i| f(real[i], fake[i])).sum::<f64>() / 3.0;
    let t = 1.0 - smoothing;
    let cross_entropy =
        |r: f64, f: f64| -t * p(r).ln() - smoothing * (1.0 - p(r)).ln() - (1.0 - p(f)).ln();
    match objective {
        Objective::Minimax => (mean(&cross_entropy), mean(&|_, f| (1.0 - p(f)).ln())),
        Objective::NonSaturating => (mean(&cross_entropy), mean(&|_, f| -p(f).ln())),
        Objective::LeastSquares => (
            mean(&|r, f| 0.5 * (r - t).powi(2) + 0.5 * f * f),
            mean(&|_, f| 0.5 * (f - 1.0).powi(2)),
        ),
        Objective::Hinge => {
            (mean(&|r, f| (1.0 - r).max(0.0) + (1.0 + f).max(0.0)), mean(&|_, f| -f))
        }
        Objective::Wasserstein => (mean(&|r, f| f - r), mean(&|_, f| -f)),
        Objective::Relativistic => (mean(&|r, f| -p(r - f).ln()), mean(&|r, f| -p(f - r).ln())),
    }
}

fn logits(values: [f32; 3]) -> Tensor<2> {
    let device = Device::flex().autodiff();
    Tensor::<1>::from_floats(values, &device).reshape([3, 1]).require_grad()
}

/// Both losses, and their derivatives with respect to the logits of generated images.
fn found(published: Published, real: [f32; 3], fake: [f32; 3]) -> [(f64, Vec<f32>); 2] {
    let value_and_slope = |loss: &dyn Fn(Tensor<2>, Tensor<2>) -> Tensor<1>| {
        let (real, fake) = (logits(real), logits(fake));
        let loss = loss(real, fake.clone());
        let value: f32 = loss.clone().into_scalar();
        let slopes = fake.grad(&loss.backward()).expect("it depends on them");
        (f64::from(value), slopes.try_into_vec_as::<f32>().unwrap())
    };
    [
        value_and_slope(&|real, fake| published.discriminator(real, fake)),
        value_and_slope(&|real, fake| published.generator(Some(real), fake)),
    ]
}

#[test]
fn values_are_the_published_ones_and_derivatives_their_finite_differences() {
    const STEP: f64 = 1e-6;
    let with_targets = [Objective::Minimax, Objective::NonSaturating, Objective::LeastSquares];
    for objective in ALL {
        for smoothing in [0.0, 0.1] {
            if smoothing > 0.0 && !with_targets.contains(&objective) {
                continue;
            }
            let (real, fake) = (REAL.map(f64::from), FAKE.map(f64::from));
            let (d, g) = expected(objective, real, fake, smoothing);
            let [of_d, of_g] = found(Published { objective, smoothing }, REAL, FAKE);
            for (name, found, expected) in [("D", &of_d, d), ("G", &of_g, g)] {
                let error = (found.0 - expected).abs();
                assert!(error < 1e-6, "{objective:?}: {name} {} {expected}", found.0);
            }
            for index in 0..3 {
                let moved = |delta: f64| {
                    let mut fake = fake;
                    fake[index] += delta;
                    expected(objective, real, fake, smoothing)
                };
                let (up, down) = (moved(STEP), moved(-STEP));
                let slope = |up: f64, down: f64| (up - down) / (2.0 * STEP);
                for (found, expected) in
                    [(&of_d, slope(up.0, down.0)), (&of_g, slope(up.1, down.1))]
                {
                    assert!((f64::from(found.1[index]) - expected).abs() < 1e-6, "{objective:?}");
                }
            }
        }
    }
}

#[test]
fn large_logits_do_not_overflow() {
    for objective in ALL {
        let published = Published { objective, smoothing: 0.0 };
        let [(value, slopes), _] = found(published, [-1e4; 3], [1e4; 3]);
        assert!(value.is_finite() && value >= 1e4, "{objective:?}");
        assert!(slopes.iter().all(|slope| slope.is_finite()), "{objective:?}");
        let [(value, _), _] = found(published, [f32::NAN; 3], [f32::NAN; 3]);
        assert!(value.is_nan(), "{objective:?}: what is not a number must be seen");
    }
}

#[test]
fn scores_are_probabilities_only_where_logits_are_log_odds() {
    let score = |objective, values: [f32; 2]| -> f32 {
        let logits = Tensor::<1>::from_floats(values, &Device::flex()).reshape([2, 1]);
        Published { objective, smoothing: 0.0 }.score(logits).into_scalar()
    };
    assert_eq!(score(Objective::NonSaturating, [0.0, 0.0]), 0.5);
    assert_eq!(score(Objective::Wasserstein, [3.0, 5.0]), 4.0);
}
