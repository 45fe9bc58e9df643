//! These tests check the files of the repository: the golden bytes in `docs/blob-format.md`, and
//! the vector files.

use std::collections::BTreeSet;
use std::fs;

use gan_core::{LatentSampler, TransformInput, decode};
use gan_tests::reference::write::write;
use gan_tests::reference::{self, Given, Params, generate, parse, rescale, transform};
use gan_tests::synthetic::version3;
use gan_tests::vectors::{Arithmetic, Images, VectorError};
use gan_tests::{make, synthetic};

#[path = "common/aligned.rs"]
mod aligned;
#[path = "common/disk.rs"]
mod disk;
#[path = "common/page.rs"]
mod page;

use page::{documented_bytes, golden_rows, numbers};

#[test]
fn documented_bytes_are_the_tiny_blob_of_version_3() {
    let model = version3::tiny();
    let table = &documented_bytes("Golden bytes", &[])[96..352];
    let documented = documented_bytes("Golden bytes of version 3", table);
    assert_eq!(documented, disk::read("tests/vectors/v3-tiny.gan"));
    assert_eq!(documented, write(&model));
    assert_eq!(parse(&documented), Ok(model.clone()));

    let Params::I8(int8) = &model.layers[0].params else {
        panic!("the tiny model is an integer model")
    };
    let blob = aligned::Blob::new(&documented);
    let generator = decode(&blob).expect("the golden blob is valid");
    let rows: Vec<_> =
        golden_rows("Golden bytes of version 3").into_iter().filter(|row| row.len() == 7).collect();
    assert_eq!(rows.len(), 3, "documented images");
    for row in rows {
        let [image, mask, codes, q, outputs, pixels] =
            [0, 1, 2, 4, 5, 6].map(|cell| numbers::<u8>(&row[cell]));
        for (r, acc) in numbers::<i64>(&row[3]).into_iter().enumerate() {
            let sum: i64 = int8.weights[4 * r..][..4]
                .iter()
                .zip(&codes)
                .map(|(&w, &x)| i64::from(w) * i64::from(x))
                .sum();
            assert_eq!(i64::from(int8.bias[r]) + sum, acc, "sum of row {r}, {row:?}");
            let expected = 128 + rescale(acc, int8.multipliers[r], int8.shifts[r]);
            assert_eq!(expected, q[r].into(), "q of row {r}, {row:?}");
            assert_eq!(int8.table[usize::from(q[r])], outputs[r], "output {r}, {row:?}");
        }
        let given = Given { image, mask, ..Given::default() };
        assert_eq!(reference::codes(&model, &given), codes, "{row:?}");
        assert_eq!(transform(&model, &given), pixels, "{row:?}");
        let input = TransformInput { mask: Some(&given.mask), ..TransformInput::new(&given.image) };
        let (mut room, mut run) = ([0; 4], [0; 2]);
        generator.transform(&input, &mut room, &mut [0], &mut run).expect("the buffers fit");
        assert_eq!((&room[..], &run[..]), (&codes[..], &pixels[..]), "{row:?}");
    }
}

#[test]
fn documented_bytes_are_the_tiny_blob() {
    let documented = documented_bytes("Golden bytes", &[]);
    assert_eq!(documented, disk::read("tests/vectors/v1-tiny.gan"));
    assert_eq!(documented, write(&synthetic::tiny()));
    assert_eq!(parse(&documented), Ok(synthetic::tiny()));
}

#[test]
fn documented_images_are_those_of_the_tiny_blob() {
    let model = synthetic::tiny();
    let Params::I8(int8) = &model.layers[0].params else {
        panic!("the tiny model is an integer model")
    };
    let blob = aligned::Blob::new(&disk::read("tests/vectors/v1-tiny.gan"));
    let generator = decode(&blob).expect("the golden blob is valid");

    let rows: Vec<_> =
        golden_rows("Golden bytes").into_iter().filter(|row| row.len() == 6).collect();
    assert_eq!(rows.len(), 2, "one documented image for each label");
    for row in rows {
        let (seed, label) = (row[0].parse().expect("a seed"), row[1].parse().expect("a label"));
        let [latent, q, pixels] = [2, 4, 5].map(|cell| numbers::<u8>(&row[cell]));
        for (r, acc) in numbers::<i64>(&row[3]).into_iter().enumerate() {
            assert_eq!(
                128 + rescale(acc, int8.multipliers[r], int8.shifts[r]),
                q[r].into(),
                "q of row {r}, {row:?}"
            );
            assert_eq!(int8.table[usize::from(q[r])], pixels[r], "pixel {r}, {row:?}");
        }
        assert_eq!(generate(&model, &latent, Some(label)), pixels, "{row:?}");

        let (mut sampled, mut run) = ([0; 2], [0; 2]);
        LatentSampler::new(seed).fill(&mut sampled);
        assert_eq!(sampled, *latent, "{row:?}");
        generator.generate(&sampled, Some(label), &mut [0], &mut run).expect("the buffers fit");
        assert_eq!(run, *pixels, "{row:?}");
    }
}

#[test]
fn vector_files_are_those_that_the_reference_makes() {
    let mut expected = BTreeSet::new();
    for (path, bytes) in make::all(disk::root()).expect("all models are valid") {
        assert!(
            disk::read(&path) == bytes,
            "{} is stale: run `cargo xtask vectors`",
            path.display()
        );
        expected.insert(path);
    }
    for entry in
        fs::read_dir(disk::root().join("tests/vectors")).expect("tests/vectors can be read")
    {
        let path = entry.expect("tests/vectors can be read").path();
        assert!(expected.contains(&path), "{} belongs to no model", path.display());
    }
}

/// `arith.bin`, a model and its images fit together into the 256 KB of flash of a Cortex-M0.
#[test]
fn arithmetic_vectors_are_small() {
    let file = disk::read("tests/vectors/arith.bin");
    assert!(file.len() < 12 * 1024, "{} bytes", file.len());
    let vectors = Arithmetic::read(&file).expect("the file is whole");
    assert!(vectors.rescale().len() >= 500 && vectors.sampler().len() >= 20);
}

#[test]
fn damaged_vector_files_are_refused() {
    let blob = disk::read("tests/vectors/v1-tiny.gan");
    let images = disk::read("tests/vectors/v1-tiny.images.bin");
    let arithmetic = disk::read("tests/vectors/arith.bin");
    let crc = |blob: &[u8]| u32::from_le_bytes(*blob.last_chunk().expect("a blob has four bytes"));
    let read_images =
        |file: &[u8]| Images::read(file, crc(&blob)).map(|images| images.iter().len());
    let read_arithmetic =
        |file: &[u8]| Arithmetic::read(file).map(|vectors| vectors.rescale().len());
    assert_eq!(read_images(&images), Ok(4));

    for (file, counts, read) in [
        (&images, 14..16, &read_images as &dyn Fn(&[u8]) -> Result<usize, VectorError>),
        (&arithmetic, 4..8, &read_arithmetic),
    ] {
        for len in 0..file.len() {
            assert_eq!(read(&file[..len]), Err(VectorError::Length), "{len} bytes");
        }
        assert_eq!(read(&[file, &[0][..]].concat()), Err(VectorError::Length));
        let mut other = file.clone();
        other[3] ^= 1;
        assert_eq!(read(&other), Err(VectorError::Magic));
        let mut none = file[..counts.end].to_vec();
        none[counts].fill(0);
        assert_eq!(read(&none), Err(VectorError::Length));
    }

    for other in [crc(&disk::read("tests/vectors/v1-float.gan")), crc(&blob) ^ 1, 0] {
        assert_eq!(Images::read(&images, other).map(|_| ()), Err(VectorError::OtherBlob));
    }
}
