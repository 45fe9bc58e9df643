//! What a data sheet comes to, in one sentence, by the rules that docs/synthetic-data.md states.

use super::Privacy;
use super::closest::NEAR;
use super::duplicates::Chance;
use crate::judge::utility::{Few, Utility};
use gan_tools::numbers::thousands;
use serde::Serialize;

/// Times as many synthetic images near the training images as held-out ones, from which on that is
/// a sign of a leak by itself.
const TIMES: f64 = 2.0;
/// Accuracy that the synthetic images may cost where they take the place of real ones.
const LOSS: f64 = 0.01;

/// What the data sheet comes to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// What is a sign of a leak; nothing if there is none.
    pub leaks: Vec<String>,
    /// Whether the synthetic images can take the place of the real ones: none if not measured.
    pub replaces: Option<bool>,
    /// Whether they add to few real images: none if not measured.
    pub adds: Option<bool>,
    /// All of it in one sentence.
    pub sentence: String,
}

impl Verdict {
    /// By the rules.
    pub fn of(
        privacy: &Privacy,
        unseen: bool,
        (utility, few): (Option<&Utility>, Option<&Few>),
    ) -> Self {
        let Privacy { attack, control, .. } = privacy;
        let leaks = leaks(privacy);
        let replaces = utility.map(|utility| {
            [&utility.mlp, &utility.cnn].iter().all(|of| of.tstr.mean() >= of.real.mean() - LOSS)
        });
        let adds = few.map(|few| {
            [&few.mlp, &few.cnn].iter().all(|of| of.with_synthetic.mean() > of.alone.mean())
        });
        let privacy = match leaks.is_empty() {
            false => format!(
                "Do not share this set as if it held no training records: {}",
                leaks.join(", and ")
            ),
            true if !unseen => format!(
                "No sign of copied training records, but the generator may have seen the held-out \
                 records, so the attack's area of {:.3} does not count",
                attack.auc
            ),
            true => format!(
                "No sign of a leak: the attack's area is {:.3} ({:.3} to {:.3}; 0.5 is a guess), \
                 and on real records in the set's place {:.3}",
                attack.auc, attack.low, attack.high, control.auc
            ),
        };
        let parts: Vec<String> = [Some(privacy), utility.map(of_utility), few.map(of_few)]
            .into_iter()
            .flatten()
            .collect();
        Self { leaks, replaces, adds, sentence: parts.join("; ") + "." }
    }
}

/// The signs of a leak.
fn leaks(privacy: &Privacy) -> Vec<String> {
    let Privacy { closest, attack, control, duplicates } = privacy;
    let mut signs = Vec::new();
    let (exact, real) = (duplicates.of_training, duplicates.held_out);
    if exact > 0 && real == 0 {
        signs.push(format!("{} synthetic records are training records", thousands(exact as u64)));
    }
    let (made, held_out) = (&closest.synthetic, &closest.held_out);
    let part = held_out.copies as f64 / held_out.images as f64;
    let copies = made.copies as f64 / made.images as f64;
    if copies > Chance::limit(part, made.images, held_out.images) {
        signs.push(format!(
            "{} of {} synthetic records are copies but for rounding, and {} of {} held-out ones",
            thousands(made.copies as u64),
            thousands(made.images as u64),
            thousands(held_out.copies as u64),
            thousands(held_out.images as u64)
        ));
    }
    if closest.nearer > closest.by_chance.max(TIMES * NEAR) {
        signs.push(format!(
            "{:.1} % of the synthetic records are nearer to a training record than all but 5 % of \
             the held-out ones are",
            100.0 * closest.nearer
        ));
    }
    if attack.low > control.high.max(0.5) {
        signs.push(format!(
            "an attack tells training records from others with an area of {:.3} ({:.3} to {:.3}; \
             0.5 is a guess)",
            attack.auc, attack.low, attack.high
        ));
    }
    signs
}

fn of_utility(utility: &Utility) -> String {
    let of = |accuracy: f64| format!("{:.1}", 100.0 * accuracy);
    format!(
        "classifiers that learn from {} of its images get {} % (MLP) and {} % (CNN) of real \
         images right, where the real training images teach {} and {} %",
        thousands(utility.images as u64),
        of(utility.mlp.tstr.mean()),
        of(utility.cnn.tstr.mean()),
        of(utility.mlp.real.mean()),
        of(utility.cnn.real.mean())
    )
}

fn of_few(few: &Few) -> String {
    let of = |accuracy: f64| format!("{:.1}", 100.0 * accuracy);
    format!(
        "with it, {} real images teach {} and {} % in place of {} and {} %",
        thousands(few.real as u64),
        of(few.mlp.with_synthetic.mean()),
        of(few.cnn.with_synthetic.mean()),
        of(few.mlp.alone.mean()),
        of(few.cnn.alone.mean())
    )
}

#[cfg(test)]
mod tests {
    use super::super::attack::Attack;
    use super::super::closest::{Closest, Distances};
    use super::super::duplicates::Duplicates;
    use super::*;

    fn distances(copies: usize) -> Distances {
        let (least, fifth, median, mean) = (0.0, 1.0, 2.0, 2.0);
        Distances { images: 1000, least, fifth, median, mean, copies, sorted: Vec::new() }
    }

    /// A sheet with so many copies, such a part that is nearer, and this attack.
    fn verdict(copies: usize, nearer: f64, low: f64, unseen: bool) -> Verdict {
        let (synthetic, held_out) = (distances(copies), distances(10));
        let by_chance = Chance::limit(NEAR, 1000, 1000);
        let closest = Closest { synthetic, held_out, nearer, by_chance, pairs: Vec::new() };
        let duplicates = Duplicates {
            of_training: copies,
            held_out: 1,
            within: 0,
            within_training: 0,
            near_of: 1000,
            near_within: 0,
        };
        let attack = |low: f64| Attack {
            members: 1000,
            non_members: 1000,
            against: 1000,
            auc: low + 0.02,
            low,
            high: low + 0.04,
        };
        let (attack, control) = (attack(low), attack(0.5));
        let privacy = Privacy { closest, attack, control, duplicates };
        Verdict::of(&privacy, unseen, (None, None))
    }

    /// By chance 10 copies of 1,000 may be 18 (1.96 sqrt(0.0099 / 500) = 0.0087), and the
    /// control's interval ends at 0.54.
    #[test]
    fn each_rule_is_a_sign_by_itself() {
        for (copies, nearer, low, signs) in [
            (18, 0.05, 0.49, 0),
            (19, 0.05, 0.49, 1),
            (10, 0.10, 0.49, 0),
            (10, 0.101, 0.49, 1),
            (10, 0.05, 0.539, 0),
            (10, 0.05, 0.541, 1),
            (100, 0.2, 0.6, 3),
        ] {
            let found = verdict(copies, nearer, low, true);
            assert_eq!(found.leaks.len(), signs, "{found:?}");
            let begins = if signs > 0 { "Do not share" } else { "No sign of a leak" };
            assert!(found.sentence.starts_with(begins), "{found:?}");
        }
        let unknown = verdict(10, 0.05, 0.49, false).sentence;
        assert!(unknown.contains("may have seen the held-out records"), "{unknown}");
    }
}
