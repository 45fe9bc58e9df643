//! Checks that the firmware cannot fail and look as if it had passed: it is made to fail in every way there is.

use std::fs;
use std::time::Duration;

use anyhow::Result;
use gan_tests::make;

use crate::boards::Board;
use crate::firmware::{self, Input};
use crate::parity;
use crate::qemu::{self, End};
use crate::setup::Toolchain;
use crate::tally::Tally;
use crate::vectors;

/// Long enough for a failure to show on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
/// Long enough to tell a hang from a slow start.
const HANG: Duration = Duration::from_secs(2);

/// One check for each way to fail.
pub fn run(toolchain: Toolchain, board: &Board) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut report = |what: &str, expected: End, end: Result<End>| {
        let text = match &end {
            Ok(end) if *end == expected => format!("{end}, as it must be"),
            Ok(end) => format!("FAILED: {end}, expected: {expected}"),
            Err(error) => format!("FAILED: {error:#}"),
        };
        println!("drill {} {what}: {text}", board.name);
        tally += Tally::one(end.is_ok_and(|end| end == expected));
    };

    let model = vectors::folder().join("v1-tiny.gan");
    for (how, limit, expected) in [
        ("panic", LIMIT, End::Exit(101)),
        ("fault", LIMIT, End::Exit(2)),
        ("overflow", LIMIT, End::Exit(2)),
        ("hang", HANG, End::Timeout),
    ] {
        let build = firmware::build(toolchain, board, "drill", Input { drill: Some(how), ..Input::model(&model) });
        report(how, expected, build.and_then(|elf| Ok(qemu::run(board, &elf, limit, |_| {})?.end)));
    }

    // Vectors with one wrong pixel, and vectors of another blob.
    let mut wrong = fs::read(vectors::folder().join("v1-tiny.images.bin"))?;
    if let Some(pixel) = wrong.last_mut() {
        *pixel ^= 1;
    }
    let foreign = make::synthetic_blobs().into_iter().find(|(stem, _)| *stem != "v1-tiny");
    let foreign = foreign.map(|(_, blob)| make::images(&blob)).transpose()?.unwrap_or_default();
    for (how, bytes, expected) in [("mismatch", wrong, End::Exit(1)), ("foreign vectors", foreign, End::Exit(2))] {
        let path = vectors::scratch()?.join("drill.images.bin");
        fs::write(&path, bytes)?;
        let build = firmware::build(toolchain, board, "parity", Input { vectors: Some(&path), ..Input::model(&model) });
        let end = build.and_then(|elf| qemu::run(board, &elf, LIMIT, |_| {})).map(|run| {
            // The summary has to own up as well, for whoever reads only that.
            if how == "mismatch" && parity::summary(&run).is_none_or(|counts| counts.failed == 0) {
                End::Exit(0)
            } else {
                run.end
            }
        });
        report(how, expected, end);
    }
    Ok(tally)
}
