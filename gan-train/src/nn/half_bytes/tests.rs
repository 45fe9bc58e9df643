//! Errors of rounded weights, and that rounding keeps what was rounded.

use super::*;
use crate::random::{Purpose, extend_normal, stream};

/// Normal weights whose size differs from input to input and from output to output.
fn weights([inputs, outputs]: [usize; 2]) -> Vec<f32> {
    let mut weights = Vec::new();
    extend_normal(&mut weights, inputs * outputs, &mut stream(1, Purpose::Generator, 0));
    for (index, weight) in weights.iter_mut().enumerate() {
        *weight *= (1.0 + (index / outputs) as f32) * (index % outputs) as f32;
    }
    weights
}

fn rounded(weights: &[f32], size: [usize; 2], group: u8) -> (Vec<f32>, Vec<Row>) {
    let half_bytes = HalfBytes::new(weights, size, group, |_| 1.0, |_| 0.0);
    let mut rounded = vec![f32::NAN; weights.len()];
    half_bytes.write(&mut rounded);
    (rounded, half_bytes.rows().collect())
}

fn error(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum()
}

/// Not worse than the plain way: each group's largest weight is 7, and scales are real numbers.
#[test]
fn errors_are_below_those_of_the_largest_weight() {
    for group in [16, 32] {
        let size @ [inputs, outputs] = [75, 37];
        let weights = weights(size);
        let (rounded, rows) = rounded(&weights, size, group);
        assert_eq!(rows.len(), outputs);
        let mut plain = weights.clone();
        for first in (0..inputs).step_by(group.into()) {
            for output in 0..outputs {
                let places = (first..inputs.min(first + usize::from(group)))
                    .map(|input| input * outputs + output);
                let scale =
                    places.clone().fold(0.0f32, |largest, at| largest.max(weights[at].abs())) / 7.0;
                places
                    .filter(|_| scale > 0.0)
                    .for_each(|at| plain[at] = (weights[at] / scale).round() * scale);
            }
        }
        let (found, plain) = (error(&rounded, &weights), error(&plain, &weights));
        assert!(found < 0.92 * plain && found > 0.0, "group {group}: {found}, plain {plain}");
        for (output, row) in rows.iter().enumerate() {
            assert!(
                row.weights.len() == inputs && row.steps.len() == inputs.div_ceil(group.into())
            );
            assert!(output == 0 || row.steps.iter().max() >= Some(&250), "{row:?}");
            for (input, &weight) in row.weights.iter().enumerate() {
                assert!((-7..=7).contains(&weight));
                let real = row.scale
                    * f32::from(row.steps[input / usize::from(group)])
                    * f32::from(weight);
                assert_eq!(real, rounded[input * outputs + output]);
            }
        }
    }
}

#[test]
fn rounding_twice_is_rounding_once() {
    for group in [16, 32] {
        let size = [100, 40];
        let (once, _) = rounded(&weights(size), size, group);
        let (twice, _) = rounded(&once, size, group);
        for (&a, &b) in once.iter().zip(&twice) {
            assert!((a - b).abs() <= 1e-6 * a.abs(), "{a} {b}");
        }
    }
}

#[test]
fn importance_moves_errors_to_other_inputs() {
    let size @ [inputs, outputs] = [32, 40];
    let weights = weights(size);
    let errors = |importance: fn(usize) -> f32| {
        let half_bytes = HalfBytes::new(&weights, size, 32, importance, |_| 0.0);
        let mut rounded = weights.clone();
        half_bytes.write(&mut rounded);
        error(&rounded[..inputs / 2 * outputs], &weights[..inputs / 2 * outputs])
    };
    assert!(errors(|input| if input < 16 { 100.0 } else { 1.0 }) < 0.8 * errors(|_| 1.0));
}

#[test]
fn scales_are_at_least_what_they_must_be() {
    let size = [20, 3];
    let half_bytes =
        HalfBytes::new(&[1e-3; 60], size, 16, |_| 1.0, |output| [0.0, 1.0, 1e-4][output]);
    let rows: Vec<Row> = half_bytes.rows().collect();
    assert!(rows[0].scale < 1e-3 && rows[0].scale > 0.0);
    assert_eq!((rows[1].scale, rows[1].weights.iter().all(|&weight| weight == 0)), (1.0, true));
    assert_eq!(rows[2].scale, 1e-4);
}
