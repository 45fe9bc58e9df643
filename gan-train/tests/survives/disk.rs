//! The disk that `shim.c` makes of a folder.

use crate::common::command;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The disk below a folder, on which one command at a time writes.
pub struct Disk {
    folder: PathBuf,
    /// The folder that is on the disk.
    watched: PathBuf,
}

/// A file by its name in the folder, with its contents.
pub type Left = (PathBuf, Vec<u8>);

impl Disk {
    pub fn new(folder: &Path) -> Self {
        Self::of(folder, "run")
    }

    /// The disk below `FOLDER/watched`.
    pub fn of(folder: &Path, watched: &str) -> Self {
        let folder = folder.canonicalize().expect("the folder is there");
        for part in ["disk/names/root", "disk/folders", "disk/contents"] {
            fs::create_dir_all(folder.join(part)).expect("a folder can be made");
        }
        Self { watched: folder.join(watched), folder }
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &str, environment: &[(&str, &str)]) -> Output {
        command(&self.folder, arguments)
            .env("LD_PRELOAD", shim())
            .env("SHIM_FOLDER", &self.watched)
            .env("SHIM_DISK", self.folder.join("disk"))
            .env("SHIM_COUNT", self.folder.join("calls"))
            .envs(environment.iter().copied())
            .output()
            .expect("the binary starts")
    }

    /// The calls that the last command made.
    pub fn calls(&self) -> u64 {
        let text = fs::read_to_string(self.folder.join("calls")).expect("the shim was loaded");
        text.trim().parse().expect("a number")
    }

    /// The files whose names are on the disk, with their contents there.
    pub fn old_names(&self) -> Vec<Left> {
        let disk = self.folder.join("disk");
        let folders = fs::read_dir(disk.join("folders")).expect("it is there").map(|entry| {
            let entry = entry.expect("it is read");
            let inode = fs::read_link(entry.path()).expect("a link");
            (inode, PathBuf::from(entry.file_name()))
        });
        let all = folders.chain([("root".into(), PathBuf::new())]);
        let read = |(key, folder): (PathBuf, PathBuf)| {
            let paths = files(&disk.join("names").join(key)).into_iter();
            paths.map(move |path| {
                let contents = fs::read(&path).expect("it is there");
                (folder.join(path.file_name().expect("a file")), contents)
            })
        };
        all.flat_map(read).collect()
    }

    /// The files as they are named now, each with what of it is on the disk.
    pub fn new_names(&self) -> Vec<Left> {
        let folder = &self.watched;
        let read = |path: PathBuf| {
            let inode = path.metadata().expect("it is there").ino().to_string();
            let contents = fs::read(self.folder.join("disk/contents").join(inode));
            let name = path.strip_prefix(folder).expect("it is in it").to_owned();
            (name, contents.unwrap_or_default())
        };
        files(folder).into_iter().map(read).collect()
    }

    /// The computer starts again, with these files.
    pub fn comes_back_with(&self, left: &[Left]) {
        if self.watched.exists() {
            fs::remove_dir_all(&self.watched).expect("a folder of this test");
        }
        fs::create_dir(&self.watched).expect("a folder can be made");
        for (name, contents) in left {
            let path = self.watched.join(name);
            fs::create_dir_all(path.parent().expect("it is in a folder")).expect("it can be made");
            fs::write(path, contents).expect("it can be written");
        }
    }
}

/// The files of a folder and of those in it; none if it is not there.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("it is read").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The library, built once.
fn shim() -> &'static Path {
    static SHIM: OnceLock<PathBuf> = OnceLock::new();
    SHIM.get_or_init(|| {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/survives/shim.c");
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("survives-shim.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", source, "-o"])
            .arg(&library)
            .args(["-ldl", "-lpthread"])
            .status();
        assert!(built.is_ok_and(|status| status.success()), "cc does not build {source}");
        library
    })
}
