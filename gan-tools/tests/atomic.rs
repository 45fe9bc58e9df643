//! The one rule for files that are written, and what is refused to be read or written.

mod common;

use anyhow::bail;
use common::{folder, names};
use gan_tools::files::{self, atomic};
use std::fs;
use std::io::Read;
use std::path::Path;

/// The two ways to write, which must do the same.
type Write = fn(&Path, &[u8]) -> anyhow::Result<()>;
const WAYS: [Write; 2] =
    [atomic::write, |path, bytes| atomic::write_with(path, |path| Ok(fs::write(path, bytes)?))];

#[test]
fn a_file_is_written_and_replaced() {
    for write in WAYS {
        let folder = folder();
        let path = folder.path().join("file");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(folder.path()), ["file"]);
    }
}

#[test]
fn what_fails_leaves_the_old_file_and_nothing_beside_it() {
    let folder = folder();
    let path = folder.path().join("file");
    fs::write(&path, "old").unwrap();
    let error = atomic::write_with(&path, |path| {
        fs::write(path, "half")?;
        bail!("enough")
    })
    .unwrap_err();
    assert_eq!(format!("{error:#}"), format!("{}: cannot be written: enough", path.display()));
    let mut file = atomic::Writer::create(&path).unwrap();
    file.write(b"half").unwrap();
    drop(file);
    assert_eq!(fs::read(&path).unwrap(), b"old");
    assert_eq!(names(folder.path()), ["file"]);
    for write in WAYS {
        let error = format!("{:#}", write(folder.path(), b"x").unwrap_err());
        assert!(error.contains("cannot be written: is a directory"), "{error}");
    }
}

#[test]
#[cfg(unix)]
fn several_writers_of_one_file_write_files_of_their_own() {
    let folder = folder();
    let path = folder.path().join("file");
    // What a kill has left.
    fs::write(folder.path().join(".file.gan-new"), "half of a longer file").unwrap();
    let begin = |bytes: &[u8]| {
        let mut file = atomic::Writer::create(&path).unwrap();
        file.write(bytes).unwrap();
        file
    };
    let (one, other, dropped) = (begin(b"one"), begin(b"other"), begin(b"dropped"));
    atomic::finish([one]).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one");
    drop(dropped);
    atomic::finish([other]).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"other");
    assert_eq!(names(folder.path()), ["file"]);

    // Whoever reads finds a whole file, in whichever way it was written.
    std::thread::scope(|scope| {
        for (number, write) in (0..).zip([WAYS, WAYS].concat()) {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..100 {
                    write(path, &[number; 100_000]).unwrap();
                    let there = fs::read(path).unwrap();
                    assert_eq!(there.len(), 100_000);
                    assert!(there.iter().all(|&byte| byte == there[0]));
                }
            });
        }
    });
    assert_eq!(names(folder.path()), ["file"]);
}

/// Through two links, the second one relative and in another folder; the file may not be there yet.
#[test]
#[cfg(unix)]
fn links_stay_links_and_the_file_they_lead_to_is_written() {
    use std::os::unix::fs::symlink;
    for (write, exists) in WAYS.into_iter().flat_map(|write| [(write, false), (write, true)]) {
        let folder = folder();
        let path = folder.path();
        fs::create_dir(path.join("a")).unwrap();
        fs::create_dir(path.join("b")).unwrap();
        symlink("../b/file", path.join("a/second")).unwrap();
        symlink(path.join("a/second"), path.join("first")).unwrap();
        if exists {
            fs::write(path.join("b/file"), "old").unwrap();
        }
        write(&path.join("first"), b"new").unwrap();
        assert!(path.join("first").is_symlink() && path.join("a/second").is_symlink());
        assert!(!path.join("b/file").is_symlink());
        assert_eq!(fs::read(path.join("b/file")).unwrap(), b"new");
        assert_eq!(
            (names(&path.join("a")), names(&path.join("b"))),
            (vec!["second".into()], vec!["file".into()])
        );
    }
}

#[cfg(unix)]
fn pipe(path: &Path) {
    let name = std::ffi::CString::new(path.as_os_str().as_encoded_bytes()).unwrap();
    // SAFETY: the name ends in a zero byte and is there while it is read.
    assert_eq!(unsafe { libc::mkfifo(name.as_ptr(), 0o600) }, 0);
}

#[test]
#[cfg(unix)]
fn what_is_no_regular_file_is_written_to_as_it_is() {
    for write in WAYS {
        let folder = folder();
        let path = folder.path().join("pipe");
        pipe(&path);
        let reader = std::thread::spawn({
            let path = path.clone();
            move || {
                let mut text = String::new();
                fs::File::open(path).unwrap().read_to_string(&mut text).unwrap();
                text
            }
        });
        write(&path, b"through the pipe").unwrap();
        assert_eq!(reader.join().unwrap(), "through the pipe");
        assert_eq!(names(folder.path()), ["pipe"]);
    }
    atomic::write(Path::new("/dev/null"), b"nothing").unwrap();
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
#[cfg(unix)]
fn only_regular_files_are_read() {
    let folder = folder();
    let path = folder.path().join("pipe");
    pipe(&path);
    // Neither waits for the pipe's other end, nor reads zeros for ever.
    for path in [path.as_path(), Path::new("/dev/zero"), folder.path()] {
        let error = format!("{:#}", files::open(path).unwrap_err());
        assert_eq!(error, format!("{}: is no regular file", path.display()));
    }
}

#[test]
#[cfg(unix)]
fn an_input_is_known_by_any_path() {
    let folder = folder();
    let path = folder.path();
    fs::create_dir(path.join("sub")).unwrap();
    let input = path.join("model.gan");
    fs::write(&input, "model").unwrap();
    fs::write(path.join("other.gan"), "model").unwrap();
    std::os::unix::fs::symlink("model.gan", path.join("link")).unwrap();
    fs::hard_link(&input, path.join("same")).unwrap();
    for output in ["model.gan", "sub/../model.gan", "link", "same"] {
        let error = files::refuse_input(&path.join(output), &input).unwrap_err().to_string();
        assert!(error.contains(output) && error.contains("which is read"), "{error}");
    }
    for output in ["other.gan", "new.gan", "missing/model.gan"] {
        files::refuse_input(&path.join(output), &input).unwrap();
    }
}
