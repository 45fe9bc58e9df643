//! MNIST: from a folder, else from the cache, else downloaded into the cache.
//!
//! What is pinned is the content, not the server: the SHA-256 of the unpacked bytes.

use super::{Dataset, OnDownload, Split, idx, labels, layouts};
use anyhow::{Context, Result, bail, ensure};
use gan_tools::files::atomic;
use sha2::{Digest, Sha256};
use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing::info;

/// File name without `.gz`, and SHA-256 of the unpacked bytes.
const FILES: [(&str, &str); 4] = [
    ("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    ("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    ("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    ("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
];

/// Unpacked bytes of the longest of them; more are not read of a file that claims to be one.
const LONGEST: u64 = 16 + 60_000 * 28 * 28;

/// Most bytes of a `.gz` file: packed, its contents are never much longer than unpacked.
const LONGEST_PACKED: u64 = LONGEST + (1 << 20);
/// How long one file may take. The longest has 10 MB, and a download that was cut off goes on where
/// it was.
const PATIENCE: Duration = Duration::from_secs(600);

const DEFAULT_URL: &str = "https://storage.googleapis.com/cvdf-datasets/mnist";
/// Another server with the same four `.gz` files.
pub const URL_VARIABLE: &str = "GAN_TRAIN_MNIST_URL";
/// Another time than ten minutes for each file, in seconds.
pub const TIME_VARIABLE: &str = "GAN_TRAIN_MNIST_SECONDS";
/// Another cache folder than `~/.cache/gan-train`.
pub const CACHE_VARIABLE: &str = "GAN_TRAIN_CACHE";

/// The 60,000 training and 10,000 test images.
///
/// # Errors
///
/// Says which file is missing or wrong, and how to supply it where it cannot be downloaded.
pub fn open(data_dir: Option<&Path>, on_download: &mut OnDownload<'_>) -> Result<Dataset> {
    if let Some(folder) = data_dir {
        ensure!(folder.is_dir(), "--data-dir {}: no such folder", folder.display());
    }
    let mut files = Vec::new();
    let mut read = |(name, sha256): (&str, &str)| -> Result<(Vec<u8>, String)> {
        let path = locate(data_dir, name, sha256, on_download)?;
        let bytes = idx::read_unpacked(&path, LONGEST)?;
        check(&bytes, sha256).with_context(|| path.display().to_string())?;
        let shown = path.display().to_string();
        files.push(path);
        Ok((bytes, shown))
    };
    let mut split = |images: (&str, &str), labels: (&str, &str)| -> Result<Split> {
        let (images, labels) = (read(images)?, read(labels)?);
        let numbers = idx::labels(&labels.0[..], labels.0.len() as u64, &labels.1)?;
        let labels = Some(labels::of_numbers(&numbers, None)?.train);
        Ok(Split { images: idx::images(&images.0[..], images.0.len() as u64, &images.1)?, labels })
    };
    let [train_images, train_labels, test_images, test_labels] = FILES;
    let (train, test) = (split(train_images, train_labels)?, split(test_images, test_labels)?);
    Ok(Dataset { name: "mnist".into(), train, test: Some(test), label_names: Vec::new(), files })
}

/// The file in `data_dir`, else in the cache, else downloaded to the cache.
fn locate(
    data_dir: Option<&Path>,
    name: &str,
    sha256: &str,
    on_download: &mut OnDownload<'_>,
) -> Result<PathBuf> {
    if let Some(folder) = data_dir {
        if let Some(path) = layouts::find_mnist(folder, name)? {
            return Ok(path);
        }
        info!("note: {}: no {name} or {name}.gz in it; looking in the cache", folder.display());
    }
    let cache = cache_folder()?;
    match layouts::find_mnist(&cache, name)? {
        Some(path) => Ok(path),
        None => download(&cache, name, sha256, on_download),
    }
}

fn check(unpacked: &[u8], sha256: &str) -> Result<()> {
    let found = super::hex(&Sha256::digest(unpacked));
    ensure!(
        found == sha256,
        "sha256 of the unpacked bytes: {found} (expected {sha256}): this is not MNIST's file"
    );
    Ok(())
}

fn cache_folder() -> Result<PathBuf> {
    let variable =
        |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable(CACHE_VARIABLE)
        .or_else(|| variable("XDG_CACHE_HOME").map(|cache| cache.join("gan-train")))
        .or_else(|| variable("HOME").map(|home| home.join(".cache/gan-train")))
        .map(|cache| cache.join("mnist"))
        .with_context(|| format!("no cache folder: set {CACHE_VARIABLE}, or give --data-dir"))
}

/// Downloads `name.gz` to the cache as `name`, going on where an earlier download was cut off.
fn download(
    cache: &Path,
    name: &str,
    sha256: &str,
    on_download: &mut OnDownload<'_>,
) -> Result<PathBuf> {
    std::fs::create_dir_all(cache)
        .with_context(|| format!("{}: cannot be made", cache.display()))?;
    let server = std::env::var(URL_VARIABLE).unwrap_or_else(|_| DEFAULT_URL.into());
    let url = format!("{server}/{name}.gz");
    let part = cache.join(format!("{name}.gz.part"));
    fetch(&url, &part, patience()?, on_download).with_context(|| {
        let files: Vec<_> = FILES.iter().map(|(name, _)| format!("{name}.gz")).collect();
        format!(
            "{url}: download failed. Without a network, put {} into a folder and give it with \
             --data-dir FOLDER; or put them into {}",
            files.join(", "),
            cache.display()
        )
    })?;
    let unpacked =
        idx::read_unpacked(&part, LONGEST).and_then(|bytes| check(&bytes, sha256).map(|()| bytes));
    let unpacked = match unpacked {
        Ok(bytes) => bytes,
        Err(error) => {
            // Keeping it would make every further try fail in the same way.
            std::fs::remove_file(&part)
                .with_context(|| format!("{}: cannot be removed", part.display()))?;
            return Err(error.context(url));
        }
    };
    let path = cache.join(name);
    atomic::write(&path, &unpacked)?;
    std::fs::remove_file(&part)
        .with_context(|| format!("{}: cannot be removed", part.display()))?;
    Ok(path)
}

/// How long a file may take.
fn patience() -> Result<Duration> {
    let Some(seconds) = std::env::var_os(TIME_VARIABLE).filter(|value| !value.is_empty()) else {
        return Ok(PATIENCE);
    };
    let seconds = seconds.to_string_lossy();
    let parsed = seconds.parse().ok().filter(|seconds| (1..=86_400).contains(seconds));
    parsed.map(Duration::from_secs).with_context(|| {
        format!("{TIME_VARIABLE}: {seconds:?} (expected a number of seconds, 1 to 86400)")
    })
}

/// Downloads `url` to the end of `part`, which may hold its beginning. A server that sends more
/// than any of the files has is left, and one that stalls when the time is over.
fn fetch(
    url: &str,
    part: &Path,
    patience: Duration,
    on_download: &mut OnDownload<'_>,
) -> Result<()> {
    let agent = ureq::Agent::new_with_config(
        ureq::Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(15)))
            .timeout_recv_response(Some(Duration::from_secs(30)))
            .timeout_recv_body(Some(patience))
            .build(),
    );
    let have = part.metadata().map_or(0, |file| file.len());
    let mut request = agent.get(url);
    if have > 0 {
        request = request.header("Range", format!("bytes={have}-"));
    }
    let mut response = match request.call() {
        // Nothing after what is there: it is whole, and its checksum decides.
        Err(ureq::Error::StatusCode(416)) if have > 0 => return Ok(()),
        response => response?,
    };
    let resumed = response.status() == 206;
    let start = if resumed { have } else { 0 };
    let len = response.body().content_length().map(|len| start.saturating_add(len));
    // Before anything is written: what is there already stays.
    ensure!(
        len.is_none_or(|len| len <= LONGEST_PACKED),
        "the server announces {} bytes (expected at most {LONGEST_PACKED})",
        len.unwrap_or_default()
    );
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .append(resumed)
        .truncate(!resumed)
        .open(part)?;
    let (file_name, whole) = (url.rsplit('/').next().unwrap_or(url), len.unwrap_or(0));
    on_download(file_name, start, whole);
    let mut body = response.body_mut().as_reader();
    let mut chunk = [0; 1 << 16];
    let mut total = start;
    let ended = loop {
        match body.read(&mut chunk) {
            Ok(0) => break Ok(()),
            Ok(count) => {
                if total + count as u64 > LONGEST_PACKED {
                    // There is no use in going on from here.
                    drop(file);
                    std::fs::remove_file(part)
                        .with_context(|| format!("{}: cannot be removed", part.display()))?;
                    bail!("the server sends more than {LONGEST_PACKED} bytes");
                }
                file.write_all(&chunk[..count])
                    .with_context(|| format!("{}: cannot be written", part.display()))?;
                total += count as u64;
                on_download(file_name, total, whole);
            }
            Err(error) => break Err(error),
        }
    };
    ended.with_context(|| {
        format!("the connection broke after {total} bytes; try again to go on from there")
    })?;
    ensure!(
        len.is_none_or(|len| total >= len),
        "the connection ended after {total} bytes; try again to go on from there"
    );
    Ok(())
}
