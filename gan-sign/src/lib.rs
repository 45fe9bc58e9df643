//! Signed models: a blob with an Ed25519 signature (RFC 8032) behind it, so that a device can
//! refuse a model that is not its maker's.
//!
//! | bytes | what |
//! |---|---|
//! | all but the last 72 | the blob, as `gan_core::decode` takes it |
//! | 8 | [`MAGIC`] |
//! | 64 | the signature of the blob's bytes |
//!
//! What is signed is the very blob that the device gets: a blob that is packed for a board has
//! other bytes than the canonical one, and another signature.
//!
//! The check takes about as long as hashing the blob with SHA-512, and then a time that does not
//! depend on it. It refuses keys of small order, with which one signature would fit every model.

#![no_std]
#![forbid(unsafe_code)]

#[cfg(feature = "std")]
extern crate std;

#[cfg(feature = "std")]
pub mod keys;

use core::fmt;

use ed25519_compact::Signature;

/// What stands between a blob and its signature.
pub const MAGIC: [u8; 8] = *b"GANSIGN1";

/// Bytes of a signature alone.
const SIGNATURE_LEN: usize = Signature::BYTES;

/// Bytes that a signature adds to a blob.
pub const ADDED: usize = MAGIC.len() + SIGNATURE_LEN;

/// Bytes of a public key.
pub const PUBLIC_KEY_LEN: usize = ed25519_compact::PublicKey::BYTES;

/// The key by which a model is checked. Anybody may know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(ed25519_compact::PublicKey);

/// Why a model is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// There is no signature.
    Unsigned,
    /// The signature is not one of these bytes by this key.
    Forged,
}

impl Refused {
    /// The reason, as part of a sentence.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Unsigned => "the model has no signature, and only signed models are taken here",
            Self::Forged => "the signature is not that of this model by the key that is known here",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text())
    }
}

impl core::error::Error for Refused {}

impl PublicKey {
    /// The key of these bytes; none if they are no point of the curve, or one of small order, with
    /// which a signature proves nothing.
    pub fn new(bytes: &[u8; PUBLIC_KEY_LEN]) -> Option<Self> {
        let key = ed25519_compact::PublicKey::new(*bytes);
        key.validate().is_ok().then_some(Self(key))
    }

    /// The bytes of the key.
    pub fn as_bytes(&self) -> &[u8; PUBLIC_KEY_LEN] {
        &self.0
    }

    /// Checks a signed model and returns the blob in it.
    ///
    /// # Errors
    ///
    /// There is no signature, or it is not one of this blob by this key.
    pub fn open<'m>(&self, signed: &'m [u8]) -> Result<&'m [u8], Refused> {
        let (blob, signature) = split(signed).ok_or(Refused::Unsigned)?;
        self.0.verify(blob, &Signature::new(*signature)).map_err(|_| Refused::Forged)?;
        Ok(blob)
    }
}

/// The bytes of a public key, from its 64 hexadecimal digits as `gan keygen` prints them.
///
/// # Panics
///
/// The text is not 64 such digits. Of a constant, that stops the compiler.
pub const fn key_of_hex(digits: &str) -> [u8; PUBLIC_KEY_LEN] {
    const fn digit(ascii: u8) -> u8 {
        match ascii {
            b'0'..=b'9' => ascii - b'0',
            b'a'..=b'f' => ascii - b'a' + 10,
            _ => panic!("expected 64 digits 0 to 9 and a to f, as gan keygen prints a public key"),
        }
    }
    let digits = digits.as_bytes();
    let mut key = [0; PUBLIC_KEY_LEN];
    assert!(digits.len() == 2 * key.len(), "expected 64 digits, as gan keygen prints a public key");
    let mut at = 0;
    while at < key.len() {
        key[at] = 16 * digit(digits[2 * at]) + digit(digits[2 * at + 1]);
        at += 1;
    }
    key
}

/// The blob of a signed model, and its signature, which this does not check. Nothing if the bytes
/// are not those of a signed model.
pub fn split(signed: &[u8]) -> Option<(&[u8], &[u8; SIGNATURE_LEN])> {
    let (rest, signature) = signed.split_last_chunk()?;
    Some((rest.strip_suffix(&MAGIC)?, signature))
}

/// The code in README.md is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
