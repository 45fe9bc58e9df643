//! What is asked of a store, and what its answers mean: a server of HTTP that hears one request
//! after the other and gives the answers of a list.

use super::*;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

const CREATED: &str = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 0";
const THERE: &str = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 3\r\n\
                     Last-Modified: Mon, 02 Nov 2026 10:00:00 GMT";
const NOT_THERE: &str = "HTTP/1.1 404 Not Found\r\nContent-Length: 0";
const NOT_ABSENT: &str = "HTTP/1.1 412 Precondition Failed\r\nContent-Length: 0";
const FORBIDDEN: &str = "HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\n\r\nAccessDenied";
const AT_ONCE: &str = "HTTP/1.1 409 Conflict\r\nContent-Length: 0";

/// Requests as a server heard them: the lines before the body, and the body.
type Heard = Vec<(Vec<String>, Vec<u8>)>;

/// A bucket whose store gives these answers, each on a connection of its own.
fn bucket(answers: &[&'static str]) -> (Bucket, JoinHandle<Heard>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("no port is free");
    let endpoint = format!("http://{}", listener.local_addr().expect("it has no address"));
    let answers = answers.to_vec();
    let server =
        thread::spawn(move || answers.into_iter().map(|say| hear(&listener, say)).collect());
    let builder = AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_access_key_id("id")
        .with_secret_access_key("secret");
    (Bucket::with(builder, "sets/a/digits").expect("it is an address"), server)
}

fn hear(listener: &TcpListener, say: &str) -> (Vec<String>, Vec<u8>) {
    let (stream, _) = listener.accept().expect("nobody asks");
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a request has lines");
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_lowercase()),
        }
    }
    let len = lines.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; len.unwrap_or(0)];
    reader.read_exact(&mut body).expect("the body is shorter than its length");
    write!(reader.get_mut(), "{say}\r\n\r\n").expect("nobody hears");
    (lines, body)
}

#[test]
fn an_object_is_put_if_none_is_there() {
    let (bucket, server) = bucket(&[CREATED]);
    assert!(bucket.put("shards/name", b"abc").expect("it is put"));
    let heard = server.join().expect("the server ends");
    let [(lines, body)] = &heard[..] else { panic!("expected one request: {heard:?}") };
    assert_eq!(lines[0], "put /sets/a/digits/shards/name http/1.1");
    assert!(lines.iter().any(|line| line == "if-none-match: *"), "{lines:?}");
    assert_eq!(body, b"abc");
}

#[test]
fn an_object_that_is_there_is_another_workers() {
    for refused in [NOT_ABSENT, AT_ONCE] {
        let (bucket, server) = bucket(&[refused, THERE]);
        assert!(!bucket.put("dataset.json", b"abc").expect("another was faster"));
        let heard = server.join().expect("the server ends");
        assert_eq!(heard[1].0[0], "head /sets/a/digits/dataset.json http/1.1");
    }
}

#[test]
fn a_put_that_is_refused_while_nothing_is_there_is_an_error() {
    let (bucket, server) = bucket(&[AT_ONCE, NOT_THERE]);
    let error = bucket.put("dataset.json", b"abc").expect_err("nothing is there");
    let said = format!("{error:#}");
    assert!(said.starts_with("s3://sets/a/digits/dataset.json: cannot be written"), "{said}");
    server.join().expect("the server ends");
}

#[test]
fn an_error_is_said_once() {
    let (bucket, server) = bucket(&[FORBIDDEN]);
    let said = format!("{:#}", bucket.names("shards").expect_err("it is forbidden"));
    assert!(said.starts_with("s3://sets/a/digits/shards: cannot be listed"), "{said}");
    assert_eq!(said.matches("AccessDenied").count(), 1, "{said}");
    server.join().expect("the server ends");
}

#[test]
fn what_is_not_there_has_no_bytes_and_no_length() {
    let (bucket, server) = bucket(&[NOT_THERE, NOT_THERE]);
    assert_eq!(bucket.read("manifest.json").expect("it is not there"), None);
    assert_eq!(bucket.len("manifest.json").expect("it is not there"), None);
    server.join().expect("the server ends");
}

#[test]
fn an_address_names_a_bucket() {
    for address in ["", "/digits"] {
        let error = Bucket::with(AmazonS3Builder::new(), address).expect_err("no bucket");
        let said = error.to_string();
        assert!(said.contains("no bucket is named (expected s3://BUCKET/PREFIX)"), "{said}");
    }
}
