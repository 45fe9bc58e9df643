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

/// What the server answers for a path: the body, and after how many bytes of it the connection
/// breaks.
type Answer = (u16, Vec<u8>, Option<usize>);

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
                // A client that went away in the middle is not this server's trouble.
                let _ =
                    answer(stream.unwrap(), &answers.lock().unwrap(), &mut ranges.lock().unwrap());
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
    answers: &HashMap<String, Answer>,
    ranges: &mut Vec<String>,
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let request = lines.next().unwrap()?;
    let headers: Vec<String> =
        lines.map_while(|line| line.ok().filter(|line| !line.is_empty())).collect();
    let path = request.split(' ').nth(1).unwrap();
    let (status, body, breaks) = answers.get(path).cloned().unwrap_or((404, Vec::new(), None));
    let range = headers
        .iter()
        .find_map(|line| line.to_lowercase().strip_prefix("range: bytes=").map(str::to_owned));
    let start = range.as_ref().map_or(0, |range| range.trim_end_matches('-').parse().unwrap());
    ranges.extend(range);
    let status = if start > 0 && status == 200 { 206 } else { status };
    let rest = &body[start..];
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        rest.len()
    )?;
    stream.write_all(&rest[..breaks.unwrap_or(rest.len()).min(rest.len())])
}

const FIRST: &str = "train-images-idx3-ubyte";

#[test]
fn a_server_without_mnist() {
    let (server, folder) = (Server::start(), folder());
    server.fail(
        folder.path(),
        &["train-images-idx3-ubyte.gz", "404", "--data-dir", "t10k-labels-idx1-ubyte.gz"],
    );
    server.set(FIRST, (200, b"<html>please log in</html>".to_vec(), None));
    server.fail(folder.path(), &["sha256", "not MNIST"]);
    assert_eq!(
        fs::read_dir(folder.path().join("cache/mnist")).unwrap().count(),
        0,
        "nothing wrong is kept"
    );

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
    server.set(FIRST, (200, first.clone(), Some(1_000_000)));
    server.fail(folder.path(), &["1000000 bytes", "try again"]);
    assert_eq!(
        fs::metadata(folder.path().join(format!("cache/mnist/{FIRST}.gz.part"))).unwrap().len(),
        1_000_000
    );

    for name in
        [FIRST, "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]
    {
        server.set(name, (200, file(name), None));
    }
    let output = server.train(folder.path());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(*server.ranges.lock().unwrap(), ["1000000-"]);

    // From now on no server is needed.
    server.answers.lock().unwrap().clear();
    assert!(server.train(folder.path()).status.success());
}
