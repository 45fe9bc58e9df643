//! What a synthetic set gives away, as figures of its page.

use super::{count, percent};
use crate::judge::audit::Privacy;
use crate::judge::audit::attack::Attack;
use crate::judge::audit::closest::Closest;
use crate::report::chart;
use crate::report::html::{section as whole, table};
use gan_tools::numbers::fixed;

/// The section, with these figures as markup; a record is called `one`.
pub(super) fn section(unseen: bool, one: &str, body: &str) -> String {
    let lead = if unseen {
        format!("Held-out {one}s show how near a real {one} is that the generator did not see.")
    } else {
        format!(
            "Careful: the held-out {one}s are a part of the real ones, because none were given, \
             and the generator may have seen them. Then the attack finds no difference, whatever \
             there is: --held-out takes {one}s that were kept from it."
        )
    };
    whole(&format!("Does it give training {one}s away?"), &lead, body)
}

/// Distances, attacks and duplicates of so many records: synthetic, training, held-out.
pub(super) fn figures(privacy: &Privacy, one: &str, records: [usize; 3]) -> String {
    let Privacy { closest, duplicates, .. } = privacy;
    let (made, held_out) = (&closest.synthetic, &closest.held_out);
    let twins = format!(
        "<p class=\"lead\">{} of {} synthetic {one}s repeat an earlier one exactly, and {} of {} \
         have another one near; {} of {} training {one}s repeat an earlier one.</p>\n",
        count(duplicates.within),
        count(records[0]),
        count(duplicates.near_within),
        count(duplicates.near_of),
        count(duplicates.within_training),
        count(records[1])
    );
    let chart = chart::distances(&made.sorted, &held_out.sorted);
    let exact = [duplicates.of_training, duplicates.held_out].map(count);
    let exact = ["Exact copies, of all records".into()].into_iter().chain(exact).collect();
    let (distances, attacks) = (distances(closest, one, vec![exact]), attacks(privacy, one));
    format!("<div class=\"charts\">\n{chart}</div>\n{distances}{attacks}{twins}")
}

/// A table of distances to the closest training record, of synthetic records and held-out ones, and
/// `more` rows. A record is called `one`.
pub(in crate::report) fn distances(closest: &Closest, one: &str, more: Vec<Vec<String>>) -> String {
    let (made, held_out) = (&closest.synthetic, &closest.held_out);
    let head = [
        format!("Distance to the closest training {one}"),
        "Synthetic".into(),
        "Held-out real".into(),
    ];
    let row = |name: &str, made: String, held_out: String| vec![name.to_owned(), made, held_out];
    let mut rows = vec![
        row("Records", count(made.images), count(held_out.images)),
        row("Smallest", fixed(made.least, 3), fixed(held_out.least, 3)),
        row("5th percentile", fixed(made.fifth, 3), fixed(held_out.fifth, 3)),
        row("Median", fixed(made.median, 3), fixed(held_out.median, 3)),
        row("Mean", fixed(made.mean, 3), fixed(held_out.mean, 3)),
        row(
            "Nearer than the held-out records' 5th percentile",
            format!(
                "{}<small>up to {} by chance</small>",
                percent(closest.nearer),
                percent(closest.by_chance)
            ),
            "5.0 %".into(),
        ),
        row("Copies but for rounding", count(made.copies), count(held_out.copies)),
    ];
    rows.extend(more);
    table(&head, &rows)
}

fn attacks(Privacy { attack, control, .. }: &Privacy, one: &str) -> String {
    let head = ["Attack by the nearest record", "Area", "95 % interval", "Members", "Others"];
    let row = |name: String, of: &Attack| {
        vec![
            name,
            fixed(of.auc, 3),
            format!("{} to {}", fixed(of.low, 3), fixed(of.high, 3)),
            count(of.members),
            count(of.non_members),
        ]
    };
    let rows = [
        row(format!("On the synthetic {one}s"), attack),
        row(format!("Control: on real {one}s that are neither"), control),
    ];
    table(&head.map(str::to_owned), &rows)
}
