//! Membership inference by the nearest neighbour: can somebody who has the synthetic set, and a
//! real record, tell whether the generator was trained on that record?
//!
//! The attacker's score of a real record is the negative distance to the nearest synthetic one: the
//! nearer, the likelier a member (Chen, Yu, Zhang and Fritz 2020; Hilprecht, Harterich and Bernau
//! 2019). Members are training records, non-members are held-out ones. The area under the attack's
//! ROC curve is the probability `P(score of a member > score of a non-member)`, ties counted half:
//! 0.5 is a guess. docs/synthetic-data.md derives the interval's formula.

use crate::data::Split;
use crate::judge::nearest::{Set, distances};
use gan_tools::images::Images;
use serde::Serialize;

/// Standard deviations on either side of the mean that hold 95 % of a normal distribution.
const Z95: f64 = 1.959_963_984_540_054;

/// How well an attack does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Attack {
    /// Training records that were tried.
    pub members: usize,
    /// Held-out records that were tried.
    pub non_members: usize,
    /// Records that the nearest one was looked for among.
    pub against: usize,
    /// Area under the ROC curve.
    pub auc: f64,
    /// Ends of its 95 % confidence interval.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

impl Attack {
    /// Attacks up to `samples` records of each kind by the synthetic images.
    pub fn measure(train: &Split, held_out: &Split, made: &Images, samples: usize) -> Self {
        let members = train.sample(samples).images;
        let others = held_out.sample(samples).images;
        Self::by_nearest(&members, &others, made)
    }

    /// The same with up to `count` training images in the synthetic ones' place, which are none of
    /// the members: no record can be told by what was made of it then. What remains is by how much
    /// held-out records are of another kind than training records.
    pub fn control(train: &Split, held_out: &Split, count: usize, samples: usize) -> Self {
        let order = train.order();
        // At most half of the images are members, and the others are attacked by.
        let members = samples.min(order.len() / 2);
        let (members, rest) = order.split_at(members);
        let against = train.pick(&rest[..rest.len().min(count)]).images;
        let others = held_out.sample(samples).images;
        Self::by_nearest(&train.pick(members).images, &others, &against)
    }

    fn by_nearest(members: &Images, others: &Images, against: &Images) -> Self {
        let scores = |of: &Images| -> Vec<f64> {
            let found = distances(Set::Pixels(of), Set::Pixels(against), |_, _| true);
            found.into_iter().map(|distance| -distance).collect()
        };
        Self::of_scores(&scores(members), &scores(others), against.count)
    }

    /// Of the scores that an attacker gives to members and to non-members.
    pub fn of_scores(members: &[f64], non_members: &[f64], against: usize) -> Self {
        let auc = auc(members, non_members);
        let half = Z95 * standard_error(auc, members.len(), non_members.len());
        Self {
            members: members.len(),
            non_members: non_members.len(),
            against,
            auc,
            low: (auc - half).max(0.0),
            high: (auc + half).min(1.0),
        }
    }
}

/// The part of all pairs in which the member has the higher score, ties counted half.
fn auc(members: &[f64], non_members: &[f64]) -> f64 {
    let mut sorted = non_members.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let won = |score: &f64| {
        let below = sorted.partition_point(|other| other < score);
        let up_to = sorted.partition_point(|other| other <= score);
        // Twice the number, so that it is whole.
        (below + up_to) as u64
    };
    let won: u64 = members.iter().map(won).sum();
    won as f64 / (2.0 * members.len() as f64 * non_members.len() as f64)
}

/// The standard error of an area `auc` by Hanley and McNeil (1982), of `m` members and `n`
/// non-members.
fn standard_error(auc: f64, m: usize, n: usize) -> f64 {
    let (m, n, square) = (m as f64, n as f64, auc * auc);
    let q1 = auc / (2.0 - auc);
    let q2 = 2.0 * square / (1.0 + auc);
    let sum = auc * (1.0 - auc) + (m - 1.0) * (q1 - square) + (n - 1.0) * (q2 - square);
    (sum.max(0.0) / (m * n)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found}, expected {expected}");
    }

    /// By hand. Members 3 and 1 against 2 and 0: three of four pairs are won. With an area of 3/4,
    /// Q1 = 3/5 and Q2 = 9/14, so the variance is (3/16 + 3/80 + 9/112) / 4 = 0.0763393.
    #[test]
    fn area_and_interval_of_four_records() {
        let attack = Attack::of_scores(&[3.0, 1.0], &[2.0, 0.0], 7);
        assert_eq!((attack.auc, attack.members, attack.non_members), (0.75, 2, 2));
        close(standard_error(0.75, 2, 2), 0.0763393f64.sqrt());
        close(attack.low, 0.75 - 1.959964 * 0.276296);
        assert_eq!((attack.high, attack.against), (1.0, 7));
    }

    /// An area of 1/2 has Q1 = Q2 = 1/3, so the variance is
    /// (1/4 + (m + n - 2) / 12) / (m n) = (m + n + 1) / (12 m n): that of the Mann-Whitney test.
    #[test]
    fn without_a_leak_the_error_is_that_of_mann_and_whitney() {
        for (m, n) in [(1, 1), (10, 10), (5000, 300)] {
            let (members, others) = (m as f64, n as f64);
            let expected = ((members + others + 1.0) / (12.0 * members * others)).sqrt();
            close(standard_error(0.5, m, n), expected);
        }
    }

    /// Members and non-members have different numbers: with an area of 0.8 of 3 and 2 records,
    /// Q1 = 2/3 is for two members that beat one other, Q2 = 32/45 for one that beats two others.
    /// By hand: (0.16 + 2 (2/3 - 0.64) + 1 (32/45 - 0.64)) / 6 = 0.0474074.
    #[test]
    fn each_kind_has_its_own_number() {
        close(standard_error(0.8, 3, 2), 0.0474074f64.sqrt());
    }

    #[test]
    fn ties_count_half_and_ends_are_exact() {
        assert_eq!(auc(&[1.0, 1.0], &[1.0, 1.0, 1.0]), 0.5);
        assert_eq!(auc(&[1.0, 2.0], &[1.0]), 0.75);
        assert_eq!(auc(&[5.0, 6.0], &[1.0, 2.0]), 1.0);
        assert_eq!(auc(&[1.0], &[2.0]), 0.0);
        let all = Attack::of_scores(&[5.0, 6.0], &[1.0, 2.0], 1);
        assert_eq!((all.low, all.high), (1.0, 1.0));
    }
}
