//! Checks the signature of the model between two markers: `cargo xtask count --signature` counts
//! the instructions from the one to the other. The signature is a good one of another message, so
//! that all of the work is done and the answer is known.
#![no_std]
#![no_main]

#[path = "count/marks.rs"]
mod marks;

use core::fmt::Write as _;
use core::hint::black_box;

use gan_embedded::console::{self, Console};
use gan_embedded::entry;
use gan_embedded::model::MODEL;
use gan_sign::{ADDED, MAGIC, PublicKey, Refused, key_of_hex};
use marks::{mark_start, mark_stop};

/// RFC 8032, section 7.1, test 1: the key, and its signature of no bytes.
const KEY: [u8; 32] =
    key_of_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
const SIGNATURE: [[u8; 32]; 2] = [
    key_of_hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"),
    key_of_hex("5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
];

/// The model with that signature behind it.
static SIGNED: [u8; MODEL.bytes().len() + ADDED] = {
    let mut signed = [0; MODEL.bytes().len() + ADDED];
    let (blob, added) = signed.split_at_mut(MODEL.bytes().len());
    blob.copy_from_slice(MODEL.bytes());
    let (magic, signature) = added.split_at_mut(MAGIC.len());
    magic.copy_from_slice(&MAGIC);
    signature.copy_from_slice(SIGNATURE.as_flattened());
    signed
};

#[entry]
fn main() -> ! {
    let mut console = Console::open();
    mark_start();
    let opened = PublicKey::new(black_box(&KEY)).map(|key| key.open(black_box(&SIGNED)));
    mark_stop();
    let is_refused = opened == Some(Err(Refused::Forged));
    let written = writeln!(console, "refused: {is_refused}, {} bytes", MODEL.bytes().len());
    console::exit(written.is_ok() && is_refused)
}
