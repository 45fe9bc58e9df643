//! Files of one input: in a folder of memory where there is one, so that a million of them wear no
//! disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The folder of this process.
fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.into() } else { std::env::temp_dir() };
        let root = parent.join(format!("gan-fuzz-{}", std::process::id()));
        fs::create_dir_all(&root).expect("a folder for the files of an input");
        root
    })
}

/// Writes files into a folder of this name, runs `read` on it, and removes them.
pub fn with_files<T>(name: &str, files: &[(&str, &[u8])], read: impl FnOnce(&Path) -> T) -> T {
    let folder = root().join(name);
    for (file, bytes) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().unwrap_or(&folder)).expect("a folder");
        fs::write(&path, bytes).expect("a file");
    }
    let result = read(&folder);
    for (file, _) in files {
        let _ = fs::remove_file(folder.join(file));
    }
    result
}

/// The parts of an input: each but the last after its length in two bytes, little-endian. What is
/// missing is empty.
pub fn parts<const N: usize>(mut bytes: &[u8]) -> [&[u8]; N] {
    let mut parts = [&bytes[..0]; N];
    let (last, others) = parts.split_last_mut().expect("at least one part");
    for part in others {
        let Some((len, rest)) = bytes.split_first_chunk() else { break };
        let len = usize::from(u16::from_le_bytes(*len)).min(rest.len());
        (*part, bytes) = rest.split_at(len);
    }
    *last = bytes;
    parts
}
