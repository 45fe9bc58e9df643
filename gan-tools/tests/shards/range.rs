//! `gan generate --first`.

use super::MODEL;
use super::common::{fail, folder, names, run, succeed};
use gan_tools::blob_file;
use gan_tools::generate::generate;
use gan_tools::samples::Samples;
use std::fs;
use std::path::Path;

/// Any range is the same part of the whole, and one that begins after 10^15 images is made as soon
/// as the first: drawing what comes before it would take years.
#[test]
fn a_range_is_a_part_of_the_whole_wherever_it_begins() {
    let folder = folder();
    let path = folder.path();
    let made = |arguments: &str, out: &str, file: &str| {
        let said = run(path, &format!("generate {MODEL} --seed 3 {arguments} --idx {out}"));
        assert!(said.status.success());
        (fs::read(path.join(out).join(file)).unwrap(), String::from_utf8(said.stderr).unwrap())
    };
    for (file, header, len) in [("images-idx3-ubyte", 16, 64), ("labels-idx1-ubyte", 8, 1)] {
        let whole = made("--count 9000 --overwrite", "whole", file).0;
        let (part, said) = made("--first 4090 --count 4103 --overwrite", "part", file);
        assert!(part[header..] == whole[header + 4090 * len..header + 8193 * len]);
        assert!(said.contains("part: 4103 images, seed 3, from number 4090 on\n"), "{said}");
    }
    let blob = blob_file::read(Path::new(MODEL)).unwrap();
    let generator = blob.generator();
    let latent_len = generator.latent_len();
    let samples = Samples::part(3, 1_000_000_000_000_007, 5, latent_len as u16, 10);
    let far = "--first 1000000000000007 --count 5";
    assert!(
        made(far, "far", "images-idx3-ubyte").0[16..]
            == generate(&generator, &samples).unwrap().pixels
    );
    assert_eq!(made(far, "far2", "labels-idx1-ubyte").0[8..], [7, 8, 9, 0, 1]);
    succeed(path, &format!("generate {MODEL} --seed 3 {far} --png pictures"));
    assert_eq!(names(&path.join("pictures"))[0], "0-1000000000000010.png");

    // The last image that a seed has, the one behind it, and more than a file or a terminal holds.
    let most = (1u128 << 64) / latent_len as u128;
    succeed(path, &format!("generate {MODEL} --first {} --count 1 --idx last", most - 1));
    let refused =
        |rest: &str, part: &str| fail(path, &format!("generate {MODEL} {rest}"), 1, &[part]);
    refused(&format!("--first {most} --count 1 --idx no"), &format!("a seed has {most} images"));
    refused("--count 5000000000 --idx no", "an IDX file has up to 4294967295");
    refused("--count 10000001 --ascii", "--ascii: --count 10000001 (at most");
    assert!(!path.join("no").exists());
}
