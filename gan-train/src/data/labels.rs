//! Labels as data sets have them become the classes 0, 1, 2 … of a network, each with its name.

use anyhow::{Context, Result, ensure};
use std::cmp::Ordering;

/// A class is kept in a byte.
const MOST: usize = 256;

/// The labels of a data set as classes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Classes {
    /// What the data calls each class; none where every class is called by its own number.
    pub names: Vec<String>,
    /// Of the training images.
    pub train: Vec<u8>,
    /// Of the images to judge by, if these have labels.
    pub test: Option<Vec<u8>>,
}

/// The classes are the numbers that the training images have, in rising order: a number that no
/// image has is no class.
///
/// # Errors
///
/// More than 256 numbers, or a test image with a number that no training image has.
pub(super) fn of_numbers(train: &[i64], test: Option<&[i64]>) -> Result<Classes> {
    let mut numbers = train.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let names = names(numbers.iter().map(i64::to_string).collect())?;
    let class = |label: &i64| {
        let class = numbers.binary_search(label).ok().map(|class| class as u8);
        class.with_context(|| format!("labels: {label} is of test images only"))
    };
    let classes = |labels: &[i64]| labels.iter().map(class).collect::<Result<Vec<u8>>>();
    Ok(Classes { names, train: classes(train)?, test: test.map(classes).transpose()? })
}

/// The names of the classes 0, 1, 2 …, in this order, unless each is called by its own number.
///
/// # Errors
///
/// More names than classes can be, or one that is no line of text.
pub(super) fn names(names: Vec<String>) -> Result<Vec<String>> {
    ensure!(names.len() <= MOST, "labels: {} different ones (at most {MOST})", names.len());
    for name in &names {
        ensure!(
            !name.chars().any(char::is_control) && name.trim() == name && !name.is_empty(),
            "labels: {name:?} is no name (expected one line, without spaces around it)"
        );
    }
    let numbered = names.iter().enumerate().all(|(class, name)| *name == class.to_string());
    Ok(if numbered { Vec::new() } else { names })
}

/// The order of names: as numbers, if all of them are, else as text.
pub(super) fn sort(names: &mut [String]) {
    let number = |name: &String| name.parse::<i64>().ok();
    let all_numbers = names.iter().all(|name| number(name).is_some());
    names.sort_by(|a, b| {
        let order = if all_numbers { number(a).cmp(&number(b)) } else { Ordering::Equal };
        order.then_with(|| a.cmp(b))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_gap_are_their_own_classes() {
        let classes = of_numbers(&[2, 0, 1, 0], Some(&[1])).unwrap();
        let expected = Classes { names: vec![], train: vec![2, 0, 1, 0], test: Some(vec![1]) };
        assert_eq!(classes, expected);
    }

    #[test]
    fn numbers_with_gaps_are_classes_in_their_order_and_keep_their_names() {
        let classes = of_numbers(&[255, 0, 255], None).unwrap();
        let names = vec!["0".to_owned(), "255".to_owned()];
        assert_eq!(classes, Classes { names, train: vec![1, 0, 1], test: None });
        let classes = of_numbers(&[3, 1, 2], Some(&[2, 3])).unwrap();
        assert_eq!((classes.train, classes.test), (vec![2, 0, 1], Some(vec![1, 2])));
        assert_eq!(classes.names, ["1", "2", "3"]);
        assert_eq!(of_numbers(&[-1, 1], None).unwrap().names, ["-1", "1"]);
    }

    #[test]
    fn what_is_no_class_is_refused() {
        let error = of_numbers(&[0, 1], Some(&[1, 7])).unwrap_err().to_string();
        assert!(error.contains("7 is of test images only"), "{error}");
        let error = of_numbers(&(0..300).collect::<Vec<_>>(), None).unwrap_err().to_string();
        assert!(error.contains("300 different ones (at most 256)"), "{error}");
        assert_eq!(of_numbers(&(1..257).collect::<Vec<_>>(), None).unwrap().names.len(), 256);
        for name in ["a\nb", "", " a"] {
            assert!(names(vec![name.to_owned()]).is_err(), "{name:?}");
        }
    }

    #[test]
    fn numbers_are_sorted_as_numbers() {
        let sorted = |names: [&str; 3]| {
            let mut names = names.map(str::to_owned);
            sort(&mut names);
            names
        };
        assert_eq!(sorted(["10", "9", "1"]), ["1", "9", "10"]);
        assert_eq!(sorted(["10", "9", "a"]), ["10", "9", "a"]);
    }
}
