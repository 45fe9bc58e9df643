//! Models that come over the console.

#[allow(dead_code, reason = "the suite of the other commands uses the rest")]
mod common;

use common::{Script, played};
use gan_sign::Refused;
use gan_sign::keys::SecretKey;

#[test]
fn models_come_over_the_console() {
    let tiny = std::fs::read("../tests/vectors/v1-tiny.gan").unwrap();
    let mut damaged = tiny.clone();
    damaged[40] ^= 1;
    let load = |blob: &[u8]| [format!("load {}\r", blob.len()).as_bytes(), blob].concat();

    // A damaged one leaves the old one alone, a good one replaces it, and so on from either half of
    // the memory.
    let script = [
        &load(&damaged)[..],
        b"info\r",
        &load(&tiny),
        b"info\r",
        &load(&damaged),
        b"info\r",
        &load(&tiny),
        b"0\r",
    ]
    .concat();
    let said = Script::bytes(&script).with_slots(4096).run().text();
    let models: Vec<_> = said
        .lines()
        .filter(|line| line.starts_with("model "))
        .map(|line| line.split([' ', ',']).nth(3))
        .collect();
    assert_eq!(models, [Some("digits8"), Some("tiny"), Some("tiny")], "{said}");
    assert_eq!(said.matches("crc: does not match").count(), 2, "{said}");
    assert_eq!(said.matches("still ").collect::<Vec<_>>().len(), 2);
    assert!(said.trim_end_matches("\r\n> ").contains("label 0, seed 0, image 0"), "{said}");

    let said = Script::bytes(b"load 5000\rinfo\r").with_slots(4096).run().text();
    assert!(
        said.contains("load: 5000 bytes are too many, there is room for 4096\r\nstill digits8\r\n"),
        "{said}"
    );
    // The line feed of a command that ends with CR LF is no byte of the model, and the sender may
    // take some seconds until it begins.
    let script = [format!("load {}\r\n", tiny.len()).as_bytes(), &tiny].concat();
    let said = Script::bytes(&script).with_slots(4096).run().text();
    assert!(said.contains("tiny: 2x1 images"), "{said}");
    let late = Script::bytes(format!("load {}\r", tiny.len()).as_bytes()).and_after(15_000, &tiny);
    let said = late.with_slots(4096).run().text();
    assert!(said.contains("tiny: 2x1 images"), "{said}");
    let never = Script::bytes(b"load 100\r").with_slots(4096).for_ticks(25_000).run().text();
    assert!(never.contains("load: only 0 of 100 bytes came\r\nstill digits8\r\n"), "{never}");

    let said = Script::bytes(b"load 100\rshort").with_slots(4096).for_ticks(3_000).run().text();
    assert!(said.contains("load: only 5 of 100 bytes came\r\nstill digits8\r\n"), "{said}");
    let said = played("load 100\r").text();
    assert!(said.contains("built without room"), "{said}");

    // The buffers are those of digits8, with latents of 16 codes.
    let large = std::fs::read("../models/mnist-tiny.gan").unwrap();
    let said = Script::bytes(&load(&large)).with_slots(1 << 20).run().text();
    assert!(
        said.contains("load: the buffers are too small for this model\r\nstill digits8\r\n"),
        "{said}"
    );
}

/// The bytes of a model would be commands if they came when none is expected any more: two end a
/// line that is a label.
#[test]
fn bytes_that_come_too_late_are_no_commands() {
    let bytes = b"GANB\x01\x07digits8\x10\r7\rseed 9\r";
    let missed = |said: &str| !said.contains("label 7") && !said.contains("seed 9");

    // The sender pauses for longer than the board waits.
    let rest = Script::bytes(b"load 100\rGANB").with_slots(4096).and_after(2_500, &bytes[4..]);
    let said = rest.for_ticks(8_000).run().text();
    assert!(missed(&said), "{said}");
    assert!(said.ends_with("only 4 of 100 bytes came\r\nstill digits8\r\n> "), "{said}");

    // It begins when the board has given up.
    let late = Script::bytes(b"load 100\r").with_slots(4096).and_after(25_000, bytes);
    let said = late.for_ticks(30_000).run().text();
    assert!(missed(&said), "{said}");
    let told = "> GANB\r\na model without `load BYTES`, or too late for it\r\n> ";
    assert!(said.ends_with(told), "{said}");

    // The line is a command again when it has been silent.
    let after = Script::bytes(bytes).and_after(6_000, b"3\r").run().text();
    assert!(missed(&after) && after.contains("> 3\r\nlabel 3, seed 0, image 0"), "{after}");
}

/// The file has its weights in rows, which the scalar kernel of this host reads. Packed for a
/// Cortex-M4 it makes the same images, and the application says that they take longer.
#[test]
fn a_model_of_another_kernel_is_told_and_runs() {
    const NOTE: &str = "note: layers are not in this kernel's order";
    let file = common::read("../tests/vectors/v1-tiny.gan");
    let packed = file.decode().packed(gan_core::Packing::PairedHalfword).unwrap();
    let script = [format!("load {}\r", packed.len()).as_bytes(), &packed, b"1\rinfo\r"].concat();
    let said = Script::bytes(&script).with_slots(4096).run().text();
    assert_eq!(said.matches(NOTE).count(), 1, "{said}");
    let (resident, loaded) = said.split_once(NOTE).unwrap();
    assert!(resident.contains("digits8: 8x8 images"), "{said}");
    assert!(loaded.contains("label 1, seed 0, image 0"), "{said}");

    let drawn = |said: &str| said.split("image 0\r\n").nth(1).unwrap()[..6].to_owned();
    let of_file = Script::bytes(b"1\r").with_model("../tests/vectors/v1-tiny.gan").run().text();
    assert_eq!(drawn(loaded), drawn(&of_file));
}

/// A board that takes its maker's models only. The key is for the tests.
#[test]
fn a_model_that_is_not_its_makers_is_refused() {
    fn admit(bytes: &[u8]) -> Result<&[u8], &'static str> {
        let maker = SecretKey::new([5; 32]).public();
        maker.open(bytes).map_err(Refused::text)
    }
    let tiny = std::fs::read("../tests/vectors/v1-tiny.gan").unwrap();
    let load = |bytes: &[u8]| {
        let script = [format!("load {}\r", bytes.len()).as_bytes(), bytes, b"1\r"].concat();
        Script::bytes(&script).admitting(admit).with_slots(4096).run().text()
    };
    let signed = SecretKey::new([5; 32]).sign(&tiny);
    let said = load(&signed);
    assert!(
        said.contains("tiny: 2x1 images") && said.contains("label 1, seed 0, image 0"),
        "{said}"
    );

    let by_another = SecretKey::new([6; 32]).sign(&tiny);
    // A good signature of another blob, with a CRC that is right.
    let moved = [&tiny[..], &SecretKey::new([5; 32]).sign(b"other")[5..]].concat();
    for (bytes, reason) in
        [(&tiny, Refused::Unsigned), (&by_another, Refused::Forged), (&moved, Refused::Forged)]
    {
        let said = load(bytes);
        let answer = format!("load: {}\r\nstill digits8\r\n", reason.text());
        assert!(said.contains(&answer), "{said}");
        assert!(!said.contains("tiny"), "{said}");
    }
    // A signature does not make a model of other bytes.
    let said = load(&SecretKey::new([5; 32]).sign(b"no model"));
    assert!(said.contains("still digits8"), "{said}");
}
