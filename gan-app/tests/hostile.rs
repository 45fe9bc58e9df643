//! Garbage and wrong models: the console stays alive, and the model that ran still runs.

#[allow(dead_code, reason = "the suite of the other commands uses the rest")]
mod common;

use common::Script;

/// What a board with room for another model says to an upload, and to `info` after it.
fn uploaded(blob: &[u8]) -> String {
    let script = [format!("load {}\r", blob.len()).as_bytes(), blob, b"info\r"].concat();
    Script::bytes(&script).with_slots(4096).run().text()
}

/// CRC-32 as zlib has it, bit by bit.
fn with_crc(mut blob: Vec<u8>) -> Vec<u8> {
    let end = blob.len() - 4;
    let crc = !blob[..end].iter().fold(!0u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| crc >> 1 ^ (0xEDB8_8320 * (crc & 1)))
    });
    blob[end..].copy_from_slice(&crc.to_le_bytes());
    blob
}

/// A million bytes, whatever they are.
#[test]
fn a_million_random_bytes_leave_the_console_alive() {
    let mut state = 1u64;
    let mut typed: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(1_000_000)
    .collect();
    // The end of the last line of garbage, and then what a person types.
    typed.extend(b"\r\rinfo\rseed 7\r3\r");
    let said = Script::bytes(&typed).with_slots(4096).run().said;
    let said = String::from_utf8_lossy(&said);
    assert!(said.contains("\r\nmodel   digits8, "), "no answer to info");
    let (_, end) = said.rsplit_once("seed 7\r\n").expect("the command comes back");
    assert!(end.contains("label 3, seed 7, image 0"), "no drawing: {end}");
    assert!(end.trim_end().ends_with('>'), "no prompt: {end}");
}

/// Of a format version to come, with a CRC that is right.
#[test]
fn a_newer_model_is_refused_and_the_old_one_runs() {
    let tiny = std::fs::read("../tests/vectors/v1-tiny.gan").unwrap();
    assert_eq!(with_crc(tiny.clone()), tiny, "zlib's CRC is the format's");
    let mut newer = tiny;
    newer[4] = 9;
    let said = uploaded(&with_crc(newer));
    let answer =
        "load: version: 9 (expected 1 to 3; a newer gan-core may read it)\r\nstill digits8\r\n";
    assert!(said.contains(answer), "{said}");
    assert!(said.contains("model   digits8, "), "{said}");
}

/// A model with other labels than the one before: what was a label is none any more.
#[test]
fn labels_are_those_of_the_model_that_was_loaded() {
    let tiny = std::fs::read("../tests/vectors/v1-tiny.gan").unwrap();
    let load = format!("9\rload {}\r", tiny.len());
    let script = [load.as_bytes(), &tiny, b"9\r1\r"].concat();
    let said = Script::bytes(&script).with_slots(4096).run().text();
    let (before, after) = said.split_once("tiny: 2x1 images").expect("it is loaded");
    assert!(before.contains("label 9, seed 0, image 0"), "{said}");
    assert!(after.contains("labels are 0 to 1\r\n"), "{said}");
    assert!(after.contains("label 1, seed 0, image 0"), "{said}");
}
