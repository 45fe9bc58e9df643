//! `gan keygen`, `gan sign` and `gan verify`; OpenSSL, where it is, makes and checks the same.

mod common;

use common::{fail, folder, succeed};
use gan_sign::{PublicKey, key_of_hex};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

#[test]
fn a_signed_model_is_verified_and_leads_back() {
    let folder = folder();
    let path = folder.path();
    let shown = succeed(path, "keygen -o maker.pem");
    let (file, digits) = shown.trim_end().split_once('\n').expect("two lines");
    assert_eq!(file, "maker.pub.pem");
    let pem = fs::read_to_string(path.join(file)).unwrap();
    let key = PublicKey::from_pem(&pem).unwrap();
    assert_eq!(*key.as_bytes(), key_of_hex(digits));
    assert_eq!(
        succeed(path, &format!("sign {MODEL} --key maker.pem -o signed.gan")),
        "signed.gan\n"
    );
    let verify = "verify signed.gan --key maker.pub.pem -o back.gan";
    assert!(succeed(path, verify).starts_with("signed.gan: signed by this key, 18116 bytes"));
    assert_eq!(fs::read(path.join("back.gan")).unwrap(), fs::read(MODEL).unwrap());
    // The other commands look past the signature.
    let inspected = succeed(path, "inspect signed.gan");
    assert_eq!(inspected, succeed(path, &format!("inspect {MODEL}")));

    // Of another maker, changed, and not signed at all.
    succeed(path, "keygen -o other.pem");
    fail(path, "verify signed.gan --key other.pub.pem", 1, &["signed.gan", "the signature is not"]);
    let mut changed = fs::read(path.join("signed.gan")).unwrap();
    changed[1000] ^= 4;
    fs::write(path.join("changed.gan"), changed).unwrap();
    let verify = "verify changed.gan --key maker.pub.pem -o never.gan";
    fail(path, verify, 1, &["changed.gan", "the signature is not"]);
    assert!(!path.join("never.gan").exists());
    fail(path, &format!("verify {MODEL} --key maker.pub.pem"), 1, &["digits8.gan", "no signature"]);
    fail(
        path,
        "sign signed.gan --key maker.pem -o twice.gan",
        1,
        &["signed.gan", "signed already"],
    );
}

#[test]
fn keys_are_not_replaced_nor_mistaken() {
    let folder = folder();
    let path = folder.path();
    succeed(path, "keygen -o maker.pem");
    let key = fs::read(path.join("maker.pem")).unwrap();
    fail(path, "keygen -o maker.pem", 1, &["maker.pem", "is there already"]);
    assert_eq!(fs::read(path.join("maker.pem")).unwrap(), key);
    // A public key whose secret one is gone stays too.
    fs::remove_file(path.join("maker.pem")).unwrap();
    fail(path, "keygen -o maker.pem", 1, &["maker.pub.pem", "is there already"]);
    fs::write(path.join("maker.pem"), key).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        succeed(path, "keygen -o own.pem");
        let mode = fs::metadata(path.join("own.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "others can read the secret key");
    }
    for (arguments, parts) in [
        ("sign MODEL --key maker.pub.pem -o s.gan", ["maker.pub.pem", "BEGIN PRIVATE KEY"]),
        ("sign MODEL --key gone.pem -o s.gan", ["gone.pem", "cannot be read"]),
        ("sign MODEL --key maker.pem -o maker.pem", ["maker.pem", "would replace"]),
        ("sign maker.pem --key maker.pem -o s.gan", ["maker.pem", "not a .gan blob"]),
        ("verify MODEL --key maker.pem", ["maker.pem", "BEGIN PUBLIC KEY"]),
        ("keygen -o no/folder.pem", ["no/folder.pem", "cannot be written"]),
    ] {
        fail(path, &arguments.replace("MODEL", MODEL), 1, &parts);
    }
}

/// Runs openssl; false where it is not installed.
fn openssl(folder: &Path, arguments: &str) -> bool {
    let run = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output();
    let Ok(output) = run else {
        // Not by eprintln, which the test runner keeps to itself while tests pass.
        let _ = writeln!(std::io::stderr(), "SKIPPED: no openssl to compare signatures with");
        return false;
    };
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments}: {stderr}");
    true
}

#[test]
fn openssl_makes_and_checks_the_same() {
    let folder = folder();
    let path = folder.path();
    // Its key and signature here, and ours there.
    if !openssl(path, "genpkey -algorithm ed25519 -out maker.pem") {
        return;
    }
    openssl(path, "pkey -in maker.pem -pubout -out maker.pub.pem");
    fs::copy(MODEL, path.join("blob")).unwrap();
    openssl(path, "pkeyutl -sign -inkey maker.pem -rawin -in blob -out signature");
    succeed(path, "sign blob --key maker.pem -o signed.gan");
    let signed = fs::read(path.join("signed.gan")).unwrap();
    let theirs = fs::read(path.join("signature")).unwrap();
    // Signatures by Ed25519 have nothing random in them.
    assert_eq!(signed[signed.len() - 64..], theirs);
    succeed(path, "verify signed.gan --key maker.pub.pem");

    succeed(path, "keygen -o ours.pem");
    succeed(path, "sign blob --key ours.pem -o ours.gan");
    let signed = fs::read(path.join("ours.gan")).unwrap();
    fs::write(path.join("signature"), &signed[signed.len() - 64..]).unwrap();
    openssl(path, "pkeyutl -verify -pubin -inkey ours.pub.pem -rawin -in blob -sigfile signature");
}
