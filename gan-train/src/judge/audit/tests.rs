//! A generator that copies, and one that does not, in the same place.

use super::*;
use crate::data::digits;
use burn::prelude::Device;

/// Images of the built-in digits: 800 to train on, 400 held out, 297 of the same hands as both.
fn digits_in_parts() -> (Dataset, Split, Split) {
    let data = digits().unwrap();
    let order = data.train.order();
    let part = |range: std::ops::Range<usize>| data.train.pick(&order[range]);
    let real = Dataset { train: part(0..800), test: None, ..data.clone() };
    (real, part(800..1200), part(1200..1497))
}

fn sheet(real: &Dataset, held_out: &Split, made: &Split, classifiers: u32) -> Audit {
    let sets =
        Sets { real, held_out: (held_out, "held-out"), unseen: true, synthetic: (made, "made") };
    let question = Question { samples: 1000, classifiers, few: Some(100) };
    let train = |train: &Split| Classifier::train(train, 150, 0, &Device::flex(), &mut |_| ());
    audit(sets, None, train, question).unwrap()
}

#[test]
fn training_images_in_a_set_are_flagged_and_others_are_not() {
    let (real, held_out, others) = digits_in_parts();
    // Real images that no generator saw are what a perfect one would make.
    let audit = sheet(&real, &held_out, &others, 1);
    assert_eq!(audit.images, [297, 800, 400]);
    assert!(audit.verdict.leaks.is_empty(), "{:?}", audit.verdict);
    assert!(
        audit.privacy.attack.low < 0.5 && audit.privacy.attack.high > 0.5,
        "{:?}",
        audit.privacy.attack
    );
    assert!(audit.verdict.sentence.starts_with("No sign of a leak"), "{:?}", audit.verdict);
    assert_eq!((audit.privacy.duplicates.of_training, audit.classes.len()), (0, 10));
    let utility = audit.utility.unwrap();
    assert!(utility.mlp.tstr.mean() > 0.5 && audit.few.unwrap().real == 100);

    // Half of the training images, in place of as many made ones.
    let copied: Vec<u32> = (0..400).collect();
    let audit = sheet(&real, &held_out, &real.train.pick(&copied), 0);
    let (auc, low) = (audit.privacy.attack.auc, audit.privacy.attack.low);
    // A member has a copy with probability 1/2, and then beats every other record.
    assert!(auc > 0.7 && low > 0.65, "{auc}, {low}");
    assert!(audit.privacy.control.low < 0.55, "{:?}", audit.privacy.control);
    assert_eq!(
        (audit.privacy.duplicates.of_training, audit.privacy.closest.synthetic.copies),
        (400, 400)
    );
    assert_eq!(audit.privacy.closest.nearer, 1.0);
    assert_eq!(audit.verdict.leaks.len(), 4, "{:?}", audit.verdict);
    assert!(audit.verdict.sentence.starts_with("Do not share"), "{:?}", audit.verdict);
}
