//! `gan send` to the firmware's application behind a pseudo terminal.
#![cfg(target_os = "linux")]

mod common;
#[path = "common/simulator.rs"]
mod simulator;

use common::{fail, folder, run, succeed};
use gan_sign::Refused;
use gan_sign::keys::SecretKey;
use simulator::{Simulator, pseudo_terminal};
use std::fs::File;
use std::io::Write;

const DIGITS8: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");
const TINY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/v1-tiny.gan");

#[test]
fn a_model_is_sent_packed_and_its_greeting_is_shown() {
    let (folder, board) = (folder(), Simulator::start(65_536));
    for arguments in ["", " --as-is"] {
        let arguments = format!("send --port {} {TINY}{arguments}", board.port);
        let output = run(folder.path(), &arguments);
        let (text, errors) = (String::from_utf8_lossy(&output.stdout), &output.stderr);
        let errors = String::from_utf8_lossy(errors);
        assert!(output.status.success(), "{errors}");
        assert!(text.starts_with("tiny: 2x1 images on this computer (simulator)"), "{text}");
        assert!(text.contains("| load BYTES\n") && !text.contains('\r'), "{text}");
        let packed = errors.contains("packed for the board's kernel, ");
        assert_eq!(packed, !arguments.ends_with("--as-is"), "{errors}");
    }
    let mut session = gan_serial::open(&board.port).unwrap();
    let info = session.ask("info").unwrap();
    assert!(info.starts_with(b"model   tiny, "), "{}", String::from_utf8_lossy(&info));
}

/// A board that takes only what is signed by this maker.
#[test]
fn a_model_is_signed_on_the_way_and_a_signed_one_stays_as_it_is() {
    const MAKER: [u8; 32] = [3; 32];
    let folder = folder();
    let path = folder.path();
    let board = Simulator::admitting(65_536, |bytes| {
        SecretKey::new(MAKER).public().open(bytes).map_err(Refused::text)
    });
    let pem = path.join("maker.pem");
    std::fs::write(&pem, SecretKey::new(MAKER).to_pem()).unwrap();
    let send = |more: &str| format!("send --port {} {more}", board.port);
    fail(path, &send(TINY), 1, &["the board refuses: load: the model has no signature"]);
    let said = succeed(path, &send(&format!("{TINY} --key maker.pem")));
    assert!(said.starts_with("tiny: 2x1 images on this computer (simulator)"), "{said}");
    succeed(path, &format!("sign {DIGITS8} --key maker.pem -o signed.gan"));
    let said = succeed(path, &send("signed.gan"));
    assert!(said.starts_with("digits8: 8x8 images on this computer (simulator)"), "{said}");
    fail(path, &send("signed.gan --key maker.pem"), 1, &["signed.gan", "is signed already"]);
}

#[test]
fn what_the_board_refuses_is_an_error_with_its_words() {
    let (folder, board) = (folder(), Simulator::start(4096));
    let send = |file: &str| format!("send --as-is --port {} {file}", board.port);
    let refused = ["the board refuses: load: 18116 bytes are too many, there is room for 4096"];
    fail(folder.path(), &send(DIGITS8), 1, &[&board.port, refused[0], "still digits8"]);

    // Damaged on the way, which the board notices.
    let mut blob = std::fs::read(TINY).unwrap();
    blob[40] ^= 1;
    let mut session = gan_serial::open(&board.port).unwrap();
    let mut sent = Vec::new();
    let error = session.load(&blob, |bytes| sent.push(bytes)).unwrap_err().to_string();
    assert!(error.contains("crc: does not match") && error.contains("still digits8"), "{error}");
    assert_eq!(sent.last(), Some(&blob.len()));
    // The conversation goes on.
    session.load(&std::fs::read(TINY).unwrap(), |_| ()).unwrap();
}

#[test]
fn a_line_that_was_begun_is_no_part_of_the_command() {
    let (folder, board) = (folder(), Simulator::start(4096));
    let mut before = File::options().write(true).open(&board.port).unwrap();
    before.write_all(b"seed 4").unwrap();
    drop(before);
    let output = run(folder.path(), &format!("send --port {} {TINY}", board.port));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_port_that_is_none_and_one_without_a_board_are_told() {
    let folder = folder();
    let path = folder.path();
    fail(path, &format!("send --port /dev/no-such {TINY}"), 1, &["/dev/no-such: cannot be opened"]);
    fail(path, "send --port /dev/no-such no-such.gan", 1, &["no-such.gan"]);
    fail(path, "send model.gan", 2, &["--port"]);
    let (_nobody, port) = pseudo_terminal();
    fail(path, &format!("send --port {port} {TINY}"), 1, &[&port, "no prompt"]);
}
