//! `gan generate --idx`: any number of images, in files that are whole or not there.

mod common;

use common::{command, fail, folder, succeed};
use gan_tools::blob_file::BlobFile;
use gan_tools::generate::generate;
use gan_tools::samples::Samples;
use std::fs;
use std::path::Path;

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/digits8.gan");

/// The names in a folder, hidden ones too, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("it is read").file_name().into_string().expect("text"))
        .collect();
    names.sort();
    names
}

/// More than two parts, the last not full: what is made in parts is what is made at once.
#[test]
fn parts_make_the_images_and_labels_of_the_whole() {
    let folder = folder();
    let path = folder.path();
    let blob = BlobFile::read(Path::new(MODEL)).unwrap();
    let generator = blob.decode().unwrap();
    let mut samples = Samples::new(11, 9000, generator.latent_len() as u16, generator.classes());
    for (arguments, label) in [("", None), ("--label 3", Some(3))] {
        succeed(path, &format!("generate {MODEL} --count 9000 --seed 11 --idx out {arguments}"));
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

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_leaves_the_old_files() {
    use std::os::unix::process::CommandExt;
    let folder = folder();
    let path = folder.path();
    succeed(path, &format!("generate {MODEL} --count 50 --idx out"));
    let before = fs::read(path.join("out/images-idx3-ubyte")).unwrap();

    let mut command = command(path, &format!("generate {MODEL} --count 100000 --idx out"));
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
        &format!("generate {MODEL} --idx out"),
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
