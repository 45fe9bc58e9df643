//! MNIST's download, against a server on this machine that misbehaves in all the ways that servers
//! do.

mod common;
use common::{command, folder, mnist};
use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What the server answers for a path.
#[derive(Clone, Default)]
struct Answer {
    status: u16,
    body: Vec<u8>,
    /// After how many bytes of the body nothing more comes.
    breaks: Option<usize>,
    /// Whether the connection stays open then, as if there were more to come.
    stalls: bool,
    /// The length that is announced, if it is not the body's.
    announced: Option<u64>,
    /// Where the client is sent instead.
    location: Option<String>,
    /// Sends the body again and again, without a length.
    is_endless: bool,
}

impl Answer {
    fn of(body: Vec<u8>) -> Self {
        Self { status: 200, body, ..Self::default() }
    }
}

/// A server of one answer for each path; notes the ranges that were asked for.
struct Server {
    url: String,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    ranges: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Self { url, answers: Arc::default(), ranges: Arc::default() };
        let (answers, ranges) = (server.answers.clone(), server.ranges.clone());
        // Ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answers, ranges) = (answers.clone(), ranges.clone());
                // A client that went away in the middle is not this server's trouble.
                std::thread::spawn(move || answer(stream.unwrap(), &answers, &ranges));
            }
        });
        server
    }

    fn set(&self, name: &str, answer: Answer) {
        self.answers.lock().unwrap().insert(format!("/{name}.gz"), answer);
    }

    /// Trains three steps on MNIST, downloaded from here into `folder/cache`.
    fn train(&self, folder: &Path) -> Output {
        let mut command = command(folder, "train --data mnist --steps 3 --out run --overwrite");
        command.env("GAN_TRAIN_MNIST_URL", &self.url).env("GAN_TRAIN_CACHE", folder.join("cache"));
        command.env("GAN_TRAIN_MNIST_SECONDS", "3");
        command.output().unwrap()
    }

    #[track_caller]
    fn fail(&self, folder: &Path, parts: &[&str]) {
        let output = self.train(folder);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        for part in parts {
            assert!(stderr.contains(part), "no {part:?} in\n{stderr}");
        }
    }
}

fn answer(
    mut stream: TcpStream,
    answers: &Mutex<HashMap<String, Answer>>,
    ranges: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap()?;
    let headers: Vec<String> =
        lines.map_while(|line| line.ok().filter(|line| !line.is_empty())).collect();
    let path = request.split(' ').nth(1).unwrap();
    let nothing = Answer { status: 404, ..Answer::default() };
    let Answer { status, body, breaks, stalls, announced, location, is_endless } =
        answers.lock().unwrap().get(path).cloned().unwrap_or(nothing);
    let range = headers
        .iter()
        .find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let start = range.as_ref().map_or(0, |range| range.trim_end_matches('-').parse().unwrap());
    ranges.lock().unwrap().extend(range);
    let status = if start > 0 && status == 200 { 206 } else { status };
    let rest = &body[start..];
    write!(stream, "HTTP/1.1 {status} X\r\nConnection: close\r\n")?;
    if let Some(location) = location {
        write!(stream, "Location: {location}\r\n")?;
    }
    if is_endless {
        write!(stream, "\r\n")?;
        loop {
            stream.write_all(&body)?;
        }
    }
    write!(stream, "Content-Length: {}\r\n\r\n", announced.unwrap_or(rest.len() as u64))?;
    stream.write_all(&rest[..breaks.unwrap_or(rest.len()).min(rest.len())])?;
    if stalls {
        // Longer than the client waits, which closes the connection then.
        std::thread::sleep(Duration::from_secs(60));
    }
    Ok(())
}

const FIRST: &str = "train-images-idx3-ubyte";

/// The files of the cache and their lengths.
fn kept(folder: &Path) -> Vec<(String, u64)> {
    let entries = fs::read_dir(folder.join("cache/mnist")).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()))
        .collect()
}

#[test]
fn a_server_that_misbehaves_leaves_no_half_file() {
    let (server, folder) = (Server::start(), folder());
    let path = folder.path();
    let part = |len| [(format!("{FIRST}.gz.part"), len)];

    // Five gigabytes announced: nothing of them is read.
    let large = Answer { announced: Some(5_000_000_000), ..Answer::of(vec![0; 100]) };
    server.set(FIRST, large);
    server.fail(path, &["announces 5000000000 bytes", "expected at most"]);
    assert_eq!(kept(path), []);

    // No length, and no end.
    server.set(FIRST, Answer { is_endless: true, ..Answer::of(vec![0; 1 << 16]) });
    server.fail(path, &["sends more than"]);
    assert_eq!(kept(path), []);

    // From one address to another and back.
    let there = format!("{}/{FIRST}.gz", server.url);
    let around = Answer { status: 302, location: Some(there), ..Answer::default() };
    server.set(FIRST, around);
    server.fail(path, &["download failed", "redirect"]);
    assert_eq!(kept(path), []);

    // Fewer bytes than announced, and then the end.
    let short = Answer { announced: Some(200), ..Answer::of(vec![1; 100]) };
    server.set(FIRST, short.clone());
    server.fail(path, &["100 bytes", "try again to go on from there"]);
    assert_eq!(kept(path), part(100));

    // The rest never comes: the time is over after three seconds.
    let start = Instant::now();
    server.set(FIRST, Answer { breaks: Some(150), stalls: true, ..Answer::of(vec![1; 900]) });
    server.fail(path, &["250 bytes", "try again to go on from there"]);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(kept(path), part(250));

    // It comes, and it is something else.
    server.set(FIRST, Answer::of(vec![1; 300]));
    server.fail(path, &["not MNIST"]);
    assert_eq!(kept(path), []);
    assert_eq!(*server.ranges.lock().unwrap(), ["100-", "250-"]);
}

#[test]
fn a_server_without_mnist() {
    let (server, folder) = (Server::start(), folder());
    server.fail(
        folder.path(),
        &["train-images-idx3-ubyte.gz", "404", "--data-dir", "t10k-labels-idx1-ubyte.gz"],
    );
    server.set(FIRST, Answer::of(b"<html>please log in</html>".to_vec()));
    server.fail(folder.path(), &["sha256", "not MNIST"]);
    assert_eq!(kept(folder.path()), [], "nothing wrong is kept");

    // No server at all, as without a network.
    let mut offline = command(folder.path(), "train --data mnist --out run");
    offline
        .env("GAN_TRAIN_MNIST_URL", "http://127.0.0.1:1")
        .env("GAN_TRAIN_CACHE", folder.path().join("cache"));
    let output = offline.output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("download failed") && stderr.contains("--data-dir FOLDER"), "{stderr}");
}

#[test]
fn a_download_that_breaks_goes_on_where_it_was() {
    let Some(real) = mnist() else { return };
    let (server, folder) = (Server::start(), folder());
    let file = |name: &str| fs::read(real.join(format!("{name}.gz"))).expect("MNIST as .gz files");
    let first = file(FIRST);
    server.set(FIRST, Answer { breaks: Some(1_000_000), ..Answer::of(first.clone()) });
    server.fail(folder.path(), &["1000000 bytes", "try again"]);
    assert_eq!(
        fs::metadata(folder.path().join(format!("cache/mnist/{FIRST}.gz.part"))).unwrap().len(),
        1_000_000
    );

    for name in
        [FIRST, "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
    {
        server.set(name, Answer::of(file(name)));
    }
    let output = server.train(folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(*server.ranges.lock().unwrap(), ["1000000-"]);

    // From now on no server is needed.
    server.answers.lock().unwrap().clear();
    assert!(server.train(folder.path()).status.success());
}
