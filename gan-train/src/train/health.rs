//! What goes wrong in training, said in plain words.

use super::metrics::Record;
use crate::config::Objective;

/// Records in a row before something is said: a single one may be chance.
const PATIENCE: u32 = 5;
/// Steps in which new networks may look ill.
const GRACE: u64 = 500;
/// Below this part of the data's variance the images are all alike. A generator that has one image
/// for each of MNIST's labels has 0.25.
const COLLAPSED: f64 = 0.3;
/// Standard deviation of logits below which the discriminator says the same of everything.
const SILENT: f64 = 1e-3;
/// Difference of the mean probabilities above which the discriminator is never wrong.
const UNBEATEN: f64 = 0.98;
/// Losses of this size do not come back.
const DIVERGED: f64 = 1e3;
/// Rates above this one are seldom too low.
const HIGH_RATE: f64 = 0.01;

/// Which learning rate to try against a mode collapse at `rate`.
pub fn other_rate(rate: f64) -> &'static str {
    if rate > HIGH_RATE {
        "a much lower training.lr"
    } else {
        "a higher training.lr of both networks"
    }
}

/// Watches a run's records; each fault is reported when it begins.
#[derive(Debug)]
pub struct Health {
    objective: Objective,
    /// Records in a row that show each fault.
    seen: [u32; 4],
}

impl Health {
    /// Of a run with this objective.
    pub fn new(objective: Objective) -> Self {
        Self { objective, seen: [0; 4] }
    }

    /// What is wrong by now and was not before, and what to try.
    pub fn check(&mut self, record: &Record) -> Vec<String> {
        let probabilities = self.objective.has_probabilities();
        let other_rate = other_rate(record.rate);
        let faults = [
            (
                record.diversity < COLLAPSED,
                format!(
                    "mode collapse: the generated images are nearly all alike (their pixels vary \
                     {:.0} % as much as the data's). Try a higher training.r1_gamma (1 to 5), \
                     {other_rate}, or --conditional",
                    // Rounding may leave a number below 0, or -0.
                    100.0 * record.diversity.max(0.0) + 0.0
                ),
            ),
            (
                record.spread < SILENT,
                format!(
                    "dead discriminator: it says the same of every image \
                     (its logits' deviation is {:.1e}), so the generator learns nothing. \
                     Try a lower training.r1_gamma or gradient_penalty, a lower lr, \
                     or leaky_relu in place of relu",
                    record.spread
                ),
            ),
            (
                probabilities && record.d_real - record.d_fake > UNBEATEN,
                format!(
                    "the discriminator is never wrong (D(x) {:.3}, D(G(z)) {:.3}), \
                     so the generator's gradient fades. \
                     Try a higher training.r1_gamma, instance_noise 0.1, label_smoothing 0.1, \
                     or a lower discriminator_lr",
                    record.d_real, record.d_fake
                ),
            ),
            (
                record.d_loss.abs().max(record.g_loss.abs()) > DIVERGED,
                format!(
                    "divergence: losses of {:.0} and {:.0}. \
                     Try a lower training.lr or a higher training.r1_gamma",
                    record.d_loss, record.g_loss
                ),
            ),
        ];
        let mut said = Vec::new();
        if record.step < GRACE {
            return said;
        }
        for ((shown, text), seen) in faults.into_iter().zip(&mut self.seen) {
            *seen = if shown { seen.saturating_add(1) } else { 0 };
            if *seen == PATIENCE {
                said.push(text);
            }
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn healthy(step: u64) -> Record {
        Record {
            step,
            epoch: 0.0,
            seconds: 0.0,
            images_per_second: 0.0,
            rate: 0.0,
            d_loss: 1.3,
            g_loss: 0.8,
            penalty: 0.1,
            d_real: 0.55,
            d_fake: 0.45,
            spread: 0.4,
            diversity: 0.98,
            d_accuracy: 0.6,
            warnings: Vec::new(),
        }
    }

    /// What is said over `records`.
    fn said(objective: Objective, records: impl Iterator<Item = Record>) -> Vec<String> {
        let mut health = Health::new(objective);
        let at = |record: Record| {
            let texts = health.check(&record);
            texts.into_iter().map(move |text| format!("step {}: {text}", record.step))
        };
        records.flat_map(at).collect()
    }

    #[test]
    fn each_fault_is_said_once_when_it_lasts() {
        for (fault, words) in [
            ((|r| r.diversity = 0.1) as fn(&mut Record), "mode collapse"),
            (|r| r.spread = 1e-5, "dead discriminator"),
            (|r| (r.d_real, r.d_fake) = (0.999, 0.001), "never wrong"),
            (|r| r.g_loss = 5000.0, "divergence"),
        ] {
            let ill = |step| {
                let mut record = healthy(step);
                fault(&mut record);
                record
            };
            let lasting = said(Objective::NonSaturating, (500..520).map(ill));
            assert_eq!(lasting.len(), 1, "{words}: {lasting:?}");
            assert!(
                lasting[0].starts_with("step 504: ") && lasting[0].contains(words),
                "{lasting:?}"
            );
            let passing = said(
                Objective::NonSaturating,
                (500..520).map(|step| if step % 4 == 0 { healthy(step) } else { ill(step) }),
            );
            assert!(passing.is_empty(), "{words}: {passing:?}");
        }
        assert!(said(Objective::NonSaturating, (500..520).map(healthy)).is_empty());
    }

    #[test]
    fn the_advice_for_a_collapse_depends_on_the_rate() {
        let of = |rate, diversity| {
            let ill = |step| Record { rate, diversity, ..healthy(step) };
            said(Objective::NonSaturating, (500..510).map(ill)).concat()
        };
        let (low, high) = (of(1e-3, 0.1), of(1.0, -1e-4));
        assert!(low.contains("vary 10 % as") && low.contains("a higher training.lr"), "{low}");
        assert!(high.contains("vary 0 % as"), "{high}");
        assert!(
            high.contains("a much lower training.lr") && !high.contains("a higher training.lr"),
            "{high}"
        );
        assert!(of(1e-3, -0.0).contains("vary 0 % as"));
    }

    #[test]
    fn logits_are_no_probabilities() {
        let apart = |step| Record { d_real: 3.0, d_fake: -3.0, ..healthy(step) };
        assert!(said(Objective::Wasserstein, (500..520).map(apart)).is_empty());
    }
}
