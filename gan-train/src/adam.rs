//! Adam (Kingma and Ba 2015), in one pass over the numbers of a network.

use crate::config::TrainingConfig;
use crate::network::Param;

/// The moments of a network's params, and the constants.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    beta1: f32,
    beta2: f32,
    epsilon: f64,
    /// Exponential averages of the gradients, in the params' order.
    pub first: Vec<Vec<f32>>,
    /// Exponential averages of their squares.
    pub second: Vec<Vec<f32>>,
}

impl Adam {
    /// All moments 0.
    pub fn new(config: &TrainingConfig, params: &[Param]) -> Self {
        let zeros: Vec<_> = params.iter().map(|param| vec![0.0; param.values.len()]).collect();
        Self {
            beta1: config.beta1 as f32,
            beta2: config.beta2 as f32,
            epsilon: config.epsilon,
            first: zeros.clone(),
            second: zeros,
        }
    }

    /// Update number `time`, from 1: `p -= rate m' / (sqrt(v') + epsilon)`, `m' = m / (1 - beta1^time)`, `v' = v / (1 - beta2^time)`.
    pub fn update(&mut self, params: &mut [Param], gradients: &[Vec<f32>], rate: f64, time: u64) {
        let time = time.min(i32::MAX as u64) as i32;
        let correction2 = (1.0 - f64::from(self.beta2).powi(time)).sqrt();
        let rate = (rate * correction2 / (1.0 - f64::from(self.beta1).powi(time))) as f32;
        let epsilon = (self.epsilon * correction2) as f32;
        let (beta1, beta2) = (self.beta1, self.beta2);
        let moments = self.first.iter_mut().zip(&mut self.second);
        for ((param, gradient), (first, second)) in params.iter_mut().zip(gradients).zip(moments) {
            let numbers = param.values.iter_mut().zip(gradient).zip(first.iter_mut().zip(second.iter_mut()));
            for ((value, &gradient), (m, v)) in numbers {
                *m = beta1 * *m + (1.0 - beta1) * gradient;
                *v = beta2 * *v + (1.0 - beta2) * gradient * gradient;
                *value -= rate * *m / (v.sqrt() + epsilon);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: the published algorithm, its two bias corrections apart, computed in f64.
    #[test]
    fn three_updates_follow_the_published_algorithm() {
        let config = TrainingConfig { beta1: 0.5, beta2: 0.9, epsilon: 1e-3, ..TrainingConfig::default() };
        let mut params = [Param { name: "0.weight".into(), shape: vec![2], values: vec![1.0, -2.0] }];
        let mut adam = Adam::new(&config, &params);
        let gradients = [[0.3f32, -1.0], [0.1, 2.0], [-0.7, 0.0]];
        let (mut values, mut m, mut v) = ([1.0f64, -2.0], [0.0f64; 2], [0.0f64; 2]);
        for (time, gradient) in (1..).zip(gradients) {
            adam.update(&mut params, &[gradient.to_vec()], 0.1, time);
            for index in 0..2 {
                let g = f64::from(gradient[index]);
                m[index] = 0.5 * m[index] + 0.5 * g;
                v[index] = 0.9 * v[index] + 0.1 * g * g;
                let (m_hat, v_hat) = (m[index] / (1.0 - 0.5f64.powi(time as i32)), v[index] / (1.0 - 0.9f64.powi(time as i32)));
                values[index] -= 0.1 * m_hat / (v_hat.sqrt() + 1e-3);
                let found = f64::from(params[0].values[index]);
                assert!((found - values[index]).abs() < 1e-6, "time {time}: {found} {}", values[index]);
            }
        }
    }
}
