//! Signatures of RFC 8032, and all the ways in which a model is not signed.

use gan_sign::keys::SecretKey;
use gan_sign::{ADDED, MAGIC, PublicKey, Refused};

const MODEL: &[u8] = include_bytes!("../../models/digits8.gan");

/// 32 or 64 bytes in hexadecimal.
fn hex<const N: usize>(text: &str) -> [u8; N] {
    let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("two digits");
    assert_eq!(text.len(), 2 * N);
    core::array::from_fn(byte)
}

/// RFC 8032, section 7.1: secret key, public key, message, signature.
const PUBLISHED: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
         5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
         18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

#[test]
fn the_published_signatures() {
    for [secret, public, message, signature] in PUBLISHED {
        let secret = SecretKey::new(hex(secret));
        let message: Vec<u8> =
            (0..message.len() / 2).map(|at| hex::<1>(&message[2 * at..2 * at + 2])[0]).collect();
        let signed = [&message[..], &MAGIC, &hex::<64>(signature)].concat();
        assert_eq!(*secret.public().as_bytes(), hex(public));
        assert_eq!(secret.sign(&message), signed);
        assert_eq!(secret.public().open(&signed), Ok(&message[..]));
    }
}

#[test]
fn one_bit_anywhere_is_too_much() {
    let key = SecretKey::new([7; 32]);
    // All of the mark and the signature, and bytes all over the blob.
    let signed = key.sign(MODEL);
    assert_eq!(signed.len(), MODEL.len() + ADDED);
    for at in (0..MODEL.len()).step_by(997).chain(MODEL.len()..signed.len()) {
        let mut other = signed.clone();
        other[at] ^= 1 << (at % 8);
        let marked = (MODEL.len()..MODEL.len() + MAGIC.len()).contains(&at);
        let expected = if marked { Refused::Unsigned } else { Refused::Forged };
        assert_eq!(key.public().open(&other), Err(expected), "byte {at}");
    }
    assert_eq!(key.public().open(&signed), Ok(MODEL));
}

#[test]
fn what_is_not_signed_or_by_others() {
    let key = SecretKey::new([7; 32]).public();
    for unsigned in [&[][..], &MAGIC, &[0; ADDED - 1], MODEL] {
        assert_eq!(key.open(unsigned), Err(Refused::Unsigned));
    }
    let signed = SecretKey::new([8; 32]).sign(MODEL);
    assert_eq!(key.open(&signed), Err(Refused::Forged));
    // Another blob with a signature of this one's maker.
    let signed = SecretKey::new([7; 32]).sign(&MODEL[1..]);
    let moved = [MODEL, &signed[signed.len() - ADDED..]].concat();
    assert_eq!(key.open(&moved), Err(Refused::Forged));
    // Truncated anywhere behind the blob.
    let signed = SecretKey::new([7; 32]).sign(MODEL);
    for len in MODEL.len()..signed.len() {
        assert!(key.open(&signed[..len]).is_err(), "{len} bytes");
    }
}

/// With a key of small order anybody could sign: the neutral element, and a point of order 8.
#[test]
fn keys_that_prove_nothing() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let eighth = hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
    for key in [neutral, eighth] {
        assert_eq!(PublicKey::new(&key), None);
    }
}

#[test]
fn keys_in_files() {
    let secret = SecretKey::new([9; 32]);
    let (pem, public) = (secret.to_pem(), secret.public());
    assert_eq!(SecretKey::from_pem(&pem).expect("our own").public(), public);
    assert_eq!(PublicKey::from_pem(&public.to_pem()), Ok(public));
    // With Windows' ends of lines and a comment before, as some tools write it.
    let other = format!("our maker\r\n{}", public.to_pem().replace('\n', "\r\n"));
    assert_eq!(PublicKey::from_pem(&other), Ok(public));
    for bad in ["", "-----BEGIN PUBLIC KEY-----", &pem, &public.to_pem().replace("MC", "MD")] {
        let error = PublicKey::from_pem(bad).expect_err("no public key");
        assert!(error.contains("BEGIN PUBLIC KEY"), "{error}");
    }
}
