//! Keys in files, and signing: the host's side.
//!
//! Files are those of OpenSSL and of everybody else: PEM with a PKCS #8 secret key or a
//! SubjectPublicKeyInfo public key (RFC 8410). For Ed25519 both are a fixed beginning and the 32
//! bytes of the key.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_compact::{KeyPair, Seed};

use crate::{MAGIC, PUBLIC_KEY_LEN, PublicKey};

/// What a kind of key begins with in its file, before the 32 bytes, and what its file says of it.
struct Kind {
    label: &'static str,
    prefix: &'static [u8],
}

/// DER of `SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING } }`.
const SECRET: Kind = Kind {
    label: "PRIVATE KEY",
    prefix: &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20],
};

/// DER of `SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING (256) }`.
const PUBLIC: Kind = Kind {
    label: "PUBLIC KEY",
    prefix: &[0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0],
};

impl Kind {
    fn to_pem(&self, key: &[u8; 32]) -> String {
        let (label, text) = (self.label, STANDARD.encode([self.prefix, key].concat()));
        format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")
    }

    fn read(&self, pem: &str) -> Result<[u8; 32], String> {
        let label = self.label;
        let expected = || format!("expected an Ed25519 key in PEM, -----BEGIN {label}-----");
        let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
        let text = pem.split_once(&begin).and_then(|(_, rest)| rest.split_once(&end));
        let text: String = text.ok_or_else(expected)?.0.split_whitespace().collect();
        let der = STANDARD.decode(text).map_err(|error| format!("{}: {error}", expected()))?;
        let key = der.strip_prefix(self.prefix).and_then(|key| key.try_into().ok());
        key.ok_or_else(expected)
    }
}

/// The key by which models are signed. Whoever has it can sign.
pub struct SecretKey(KeyPair);

impl SecretKey {
    /// The key of 32 secret bytes, which must come from a source of randomness for such keys.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(KeyPair::from_seed(Seed::new(bytes)))
    }

    /// Reads a key as OpenSSL and [`to_pem`](Self::to_pem) write it.
    ///
    /// # Errors
    ///
    /// The text is no Ed25519 secret key in PEM.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        SECRET.read(pem).map(Self::new)
    }

    /// The key as the text of a PEM file.
    pub fn to_pem(&self) -> String {
        SECRET.to_pem(&self.0.sk.seed())
    }

    /// The key that belongs to it, for those who check.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.pk)
    }

    /// The blob with its signature behind it.
    pub fn sign(&self, blob: &[u8]) -> Vec<u8> {
        [blob, &MAGIC, &self.0.sk.sign(blob, None)[..]].concat()
    }
}

impl PublicKey {
    /// Reads a key as OpenSSL and [`to_pem`](Self::to_pem) write it.
    ///
    /// # Errors
    ///
    /// The text is no Ed25519 public key in PEM, or a key by which nothing can be checked.
    pub fn from_pem(pem: &str) -> Result<Self, String> {
        let bytes: [u8; PUBLIC_KEY_LEN] = PUBLIC.read(pem)?;
        Self::new(&bytes).ok_or_else(|| "a key by which nothing can be checked".to_string())
    }

    /// The key as the text of a PEM file.
    pub fn to_pem(&self) -> String {
        PUBLIC.to_pem(self.as_bytes())
    }
}
