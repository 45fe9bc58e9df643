//! `gan generate --idx` and `--png`: any number of images, in files that are whole or not there,
//! and none of those that were there is lost.

mod common;

use common::{command, fail, folder, names, succeed};
use gan_tools::blob_file;
use gan_tools::generate::generate;
use gan_tools::samples::Samples;
use std::fs;
use std::path::Path;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

/// More than two parts, the last not full: what is made in parts is what is made at once.
#[test]
fn parts_make_the_images_and_labels_of_the_whole() {
    let folder = folder();
    let path = folder.path();
    let blob = blob_file::read(Path::new(MODEL)).unwrap();
    let generator = blob.generator();
    let mut samples = Samples::new(11, 9000, generator.latent_len() as u16, generator.classes());
    for (arguments, label) in [("", None), ("--label 3", Some(3))] {
        succeed(
            path,
            &format!("generate {MODEL} --count 9000 --seed 11 --idx out --overwrite {arguments}"),
        );
        assert_eq!(names(&path.join("out")), ["images-idx3-ubyte", "labels-idx1-ubyte"]);
        if let Some(label) = label {
            samples.labels.fill(label);
        }
        let images = generate(&generator, &samples).unwrap();
        // By hand: magic, sizes from the most significant byte on, data.
        let header = [0, 0, 8, 3, 0, 0, 0x23, 0x28, 0, 0, 0, 8, 0, 0, 0, 8];
        assert!(
            fs::read(path.join("out/images-idx3-ubyte")).unwrap()
                == [&header[..], &images.pixels].concat()
        );
        let labels: Vec<u8> = samples.labels.iter().map(|&label| label as u8).collect();
        let header = [0, 0, 8, 1, 0, 0, 0x23, 0x28];
        assert!(
            fs::read(path.join("out/labels-idx1-ubyte")).unwrap()
                == [&header[..], &labels].concat()
        );
    }
}

/// All outputs have the truncated images: those of the seed's codes, scaled here in real numbers.
#[test]
fn truncation_scales_the_latents_of_every_output() {
    let folder = folder();
    let path = folder.path();
    let blob = blob_file::read(Path::new(MODEL)).unwrap();
    let generator = blob.generator();
    for (truncation, factor) in [("0.7", 179.0), ("0.5", 128.0), ("0", 0.0), ("1", 256.0)] {
        let mut samples = Samples::new(4, 20, generator.latent_len() as u16, generator.classes());
        for code in &mut samples.codes {
            *code = (64.0 + ((f64::from(*code) - 64.0) * factor / 256.0).round()) as u8;
        }
        let images = generate(&generator, &samples).unwrap().pixels;
        let arguments = format!("generate {MODEL} --count 20 --seed 4 --truncation {truncation}");
        let output = common::run(path, &format!("{arguments} --idx {truncation} --png p{factor}"));
        let said = String::from_utf8(output.stderr).unwrap();
        let rounded = "--truncation 0.7: rounded to 179/256 = 0.6992\n";
        assert_eq!(said.starts_with(rounded), truncation == "0.7", "{said}");
        let summary = format!("20 images, seed 4, truncation {factor}/256\n");
        assert_eq!(said.contains(&summary), truncation != "1", "{said}");
        let idx = fs::read(path.join(truncation).join("images-idx3-ubyte")).unwrap();
        assert!(idx[16..] == images, "{truncation}");
        for (number, image) in images.chunks_exact(64).enumerate() {
            let name = format!("p{factor}/{}-{number:02}.png", number % 10);
            assert_eq!(read_png(&path.join(name)), (8, 8, image.to_vec()), "{truncation}");
        }
        // Ten columns of 8 pixels with a gap of one around them, as large as 640 pixels allow.
        succeed(path, &format!("{arguments} --out {factor}.png"));
        let (width, _, grid) = read_png(&path.join(format!("{factor}.png")));
        assert_eq!(width, 91 * 7);
        for (at, &pixel) in images.iter().enumerate() {
            let (image, x, y) = (at / 64, at % 8, at / 8 % 8);
            let (left, top) = (image % 10 * 9 + 1 + x, image / 10 * 9 + 1 + y);
            assert_eq!(grid[(top * 91 * 7 + left) * 7], pixel, "{truncation}, image {image}");
        }
    }
    // Off is what it was, and 0 leaves one image of each label.
    let ascii =
        |option| succeed(path, &format!("generate {MODEL} --count 20 --seed 4 --ascii {option}"));
    assert_eq!(ascii("--truncation 1"), ascii(""));
    assert_ne!(ascii("--truncation 0.7"), ascii(""));
    let zero = fs::read(path.join("0/images-idx3-ubyte")).unwrap().split_off(16);
    assert_eq!(zero[..640], zero[640..]);
    assert_ne!(zero[..64], zero[64..128]);
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_leaves_the_old_files() {
    use std::os::unix::process::CommandExt;
    let folder = folder();
    let path = folder.path();
    succeed(path, &format!("generate {MODEL} --count 50 --idx out"));
    let before = fs::read(path.join("out/images-idx3-ubyte")).unwrap();

    let mut command =
        command(path, &format!("generate {MODEL} --count 100000 --idx out --overwrite"));
    let full = || {
        let limit = libc::rlimit { rlim_cur: 1 << 20, rlim_max: 1 << 20 };
        // SAFETY: both calls are allowed between fork and exec, and `limit` is there while it is
        // read.
        let limited = unsafe {
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit)
        };
        if limited == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
    };
    // SAFETY: `full` does nothing but two system calls.
    let output = unsafe { command.pre_exec(full) }.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("images-idx3-ubyte: cannot be written"), "{stderr}");
    assert_eq!(names(&path.join("out")), ["images-idx3-ubyte", "labels-idx1-ubyte"]);
    assert!(fs::read(path.join("out/images-idx3-ubyte")).unwrap() == before);

    fs::remove_file(path.join("out/images-idx3-ubyte")).unwrap();
    fs::create_dir(path.join("out/images-idx3-ubyte")).unwrap();
    fail(
        path,
        &format!("generate {MODEL} --idx out --overwrite"),
        1,
        &["images-idx3-ubyte: cannot be written"],
    );
    assert_eq!(names(&path.join("out")), ["images-idx3-ubyte", "labels-idx1-ubyte"]);
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_leaves_nothing() {
    use std::time::{Duration, Instant};
    let folder = folder();
    let path = folder.path();
    let mut run = command(path, &format!("generate {MODEL} --count 10000000 --idx out"))
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Once there is a file, there is the handler.
    let start = Instant::now();
    while !path.join("out/.images-idx3-ubyte.gan-new").exists() {
        assert!(start.elapsed() < Duration::from_secs(60), "no file was begun");
        std::thread::sleep(Duration::from_millis(2));
    }
    // SAFETY: sends a signal to a process that nobody has waited for, so that its number is still
    // its own.
    assert_eq!(unsafe { libc::kill(run.id() as libc::pid_t, libc::SIGINT) }, 0);
    let status = run.wait().unwrap();
    let stderr = std::io::read_to_string(run.stderr.take().unwrap()).unwrap();
    assert_eq!(status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("interrupted"), "{stderr}");
    assert!(names(&path.join("out")).is_empty());
}

/// A model without labels, of 6x6 pixels.
fn unlabelled(path: &Path) {
    succeed(path, "bench-model --layers 4-36 -o plain.gan");
}

#[test]
fn a_data_set_is_replaced_as_a_whole_or_not_at_all() {
    let folder = folder();
    let path = folder.path();
    unlabelled(path);
    let write = |name: &str, text: &str| {
        fs::create_dir_all(path.join("data")).unwrap();
        fs::write(path.join("data").join(name), text).unwrap();
    };
    // Each of these would be replaced, or be read together with what is written.
    for name in [
        "images-idx3-ubyte",
        "images.idx3-ubyte",
        "images-idx3-ubyte.gz",
        "labels-idx1-ubyte",
        "labels.idx1-ubyte.gz",
    ] {
        write(name, "mine");
        for model in ["plain.gan", MODEL] {
            fail(path, &format!("generate {model} --idx data"), 1, &[name, "--overwrite"]);
        }
        assert_eq!(names(&path.join("data")), [name]);
        assert_eq!(fs::read_to_string(path.join("data").join(name)).unwrap(), "mine");

        // The labels of others do not stay beside new images.
        succeed(path, "generate plain.gan --idx data --overwrite");
        assert_eq!(names(&path.join("data")), ["images-idx3-ubyte"]);
        fs::remove_dir_all(path.join("data")).unwrap();
    }
    // Another data set that would be read in place of this one; it is not ours to remove.
    for name in ["train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz"] {
        write(name, "mine");
        for overwrite in ["", "--overwrite"] {
            fail(path, &format!("generate plain.gan --idx data {overwrite}"), 1, &[name]);
        }
        assert_eq!(names(&path.join("data")), [name]);
        fs::remove_dir_all(path.join("data")).unwrap();
    }
    // Test images are a set of their own.
    write("t10k-images-idx3-ubyte", "mine");
    write("notes.txt", "mine");
    succeed(path, &format!("generate {MODEL} --idx data"));
    assert_eq!(
        names(&path.join("data")),
        ["images-idx3-ubyte", "labels-idx1-ubyte", "notes.txt", "t10k-images-idx3-ubyte"]
    );
}

fn read_png(path: &Path) -> (u32, u32, Vec<u8>) {
    let file = std::io::BufReader::new(fs::File::open(path).unwrap());
    let mut reader = png::Decoder::new(file).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    (info.width, info.height, pixels)
}

#[test]
fn pictures_are_the_images_and_are_called_by_label_and_number() {
    let folder = folder();
    let path = folder.path();
    succeed(path, &format!("generate {MODEL} --count 11 --seed 5 --idx idx --png sub/png"));
    let images = fs::read(path.join("idx/images-idx3-ubyte")).unwrap().split_off(16);
    let expected: Vec<String> =
        (0..11).map(|number| format!("{}-{number:02}.png", number % 10)).collect();
    for (name, image) in expected.iter().zip(images.chunks_exact(64)) {
        assert_eq!(read_png(&path.join("sub/png").join(name)), (8, 8, image.to_vec()));
    }
    let mut sorted = expected.clone();
    sorted.sort();
    assert_eq!(names(&path.join("sub/png")), sorted);

    unlabelled(path);
    // More than one part.
    succeed(path, "generate plain.gan --count 5000 --png plain");
    let expected: Vec<String> = (0..5000).map(|number| format!("{number:04}.png")).collect();
    assert_eq!(names(&path.join("plain")), expected);
}

#[test]
fn a_folder_of_pictures_is_not_mixed_with_others() {
    let folder = folder();
    let path = folder.path();
    unlabelled(path);
    succeed(path, &format!("generate {MODEL} --count 10 --png png"));
    fs::write(path.join("png/photo-1.png"), "mine").unwrap();
    fs::write(path.join("png/notes.txt"), "mine").unwrap();
    fail(path, "generate plain.gan --count 2 --png png", 1, &["png", "not empty", "--overwrite"]);
    assert_eq!(names(&path.join("png")).len(), 12);
    // Neither of an earlier program's pictures nor of its unfinished ones is anything left.
    fs::create_dir(path.join("png/.gan-new")).unwrap();
    fs::write(path.join("png/.gan-new/9.png"), "half").unwrap();
    succeed(path, "generate plain.gan --count 2 --png png --overwrite");
    assert_eq!(names(&path.join("png")), ["0.png", "1.png", "notes.txt", "photo-1.png"]);
    // An empty folder needs no permission.
    fs::create_dir(path.join("empty")).unwrap();
    succeed(path, "generate plain.gan --count 1 --png empty");
    assert_eq!(names(&path.join("empty")), ["0.png"]);
}
