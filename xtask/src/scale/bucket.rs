//! An object store: moto's server from PyPI, which speaks S3, and `gan` built with the feature
//! `object-store`. Workers are killed and race each other over one set in a bucket.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::thread::sleep;

use serde_json::Value;

use super::{COUNT, MODEL, Made, Place, SHARD};
use crate::prelude::*;
use crate::python::Environment;
use crate::qemu::KillOnDrop;

/// How long the server has to come up.
const PATIENCE: Duration = Duration::from_secs(120);
/// Workers that are killed, each after a longer time, before others may come to their end.
const KILLS: u32 = 3;
const BUCKET: &str = "sets";
/// Where the set is in the bucket, and where one is with an object that is not its own.
const SET: &str = "a/digits";
const DAMAGED: &str = "damaged";
/// Another program than `gan` at the same bucket: makes it, puts an object whatever is there, and
/// brings objects into a folder.
const CLIENT: &str = "
import os, sys, boto3
store = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT'])
task, bucket, key, value = sys.argv[1:]
if task == 'make':
    store.create_bucket(Bucket=bucket)
elif task == 'put':
    store.put_object(Bucket=bucket, Key=key, Body=value.encode())
elif task == 'read':
    print(store.get_object(Bucket=bucket, Key=key)['Body'].read().decode())
else:
    pages = store.get_paginator('list_objects_v2').paginate(Bucket=bucket, Prefix=key + '/')
    for found in (entry['Key'] for page in pages for entry in page['Contents']):
        path = os.path.join(value, os.path.relpath(found, key))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        store.download_file(bucket, found, path)
";

/// Builds what is needed, and makes the set in a bucket.
pub fn run(place: &Place) -> Result<Made> {
    let python = super::python()?;
    let package = "--quiet --release -p gan-tools --features object-store";
    shell::host(&format!("clippy {package} --all-targets -- -D warnings")).run()?;
    shell::host(&format!("test {package} --lib shards::place::bucket")).read()?;
    shell::host(&format!("build {package}")).run()?;
    // The next build of gan-tools is without the feature again.
    let gan = place.set.with_file_name("gan-object-store");
    fs::copy(&place.gan, &gan)?;
    let store = Store::start(python, gan, &place.set.with_extension("log"))?;
    store.client("make", "", "")?;
    store.begin()?;
    store.nothing_is_replaced()?;
    store.kill()?;
    let last = store.race()?;
    store.go_on()?;
    store.client("bring", SET, &place.set.to_string_lossy())?;
    // Two files and a list of digests of each shard; and the blob, dataset.json and manifest.json.
    let (found, expected) = (shell::files(&place.set)?.len(), (COUNT / SHARD * 3 + 3) as usize);
    ensure!(found == expected, "{found} objects are in the set (expected {expected})");
    place.made(&format!("{KILLS} workers killed, then two at once: {last}; {found} objects"))
}

/// The server, which ends with this value, and the programs that talk to it.
struct Store {
    python: Environment,
    gan: PathBuf,
    port: u16,
    _server: KillOnDrop,
}

impl Store {
    fn start(python: Environment, gan: PathBuf, log: &Path) -> Result<Self> {
        // A port that is free now.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = File::create(log)?;
        let mut command = python.program("moto_server");
        command.words(&format!("-H 127.0.0.1 -p {port}")).stdin(Stdio::null());
        let mut server = KillOnDrop::start(command.stdout(log.try_clone()?).stderr(log))?;
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = server.0.try_wait()? {
                bail!("moto_server ended: {status}");
            }
            ensure!(start.elapsed() < PATIENCE, "moto_server does not come up");
            sleep(Duration::from_millis(100));
        }
        Ok(Self { python, gan, port, _server: server })
    }

    /// The command, with what is said of this store to programs that speak S3.
    fn at(&self, mut command: Command) -> Command {
        command.env("AWS_ENDPOINT", format!("http://127.0.0.1:{}", self.port));
        command.env("AWS_ALLOW_HTTP", "true").env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command
    }

    fn client(&self, task: &str, key: &str, value: &str) -> Result<String> {
        let mut client = self.at(self.python.program("python"));
        client.args(["-c", CLIENT, task, BUCKET, key, value]).read()
    }

    /// `gan shards` with the words before and behind `{}`, which is the address of this set.
    fn shards(&self, words: &str, set: &str) -> Command {
        let address = format!("s3://{BUCKET}/{set}");
        let mut command = self.at(tool(&self.gan, "shards"));
        command.words(&words.replace("{}", &address)).current_dir(root());
        command
    }

    /// Two processes begin the set at once: one of them has begun it. Another set is refused.
    fn begin(&self) -> Result<()> {
        let init = format!("init {MODEL} --count {COUNT} --shard {SHARD} --format idx --out {{}}");
        let said = both(|| self.shards(&init, SET))?;
        let late = said.iter().filter(|(_, told)| told.contains("it was begun before")).count();
        ensure!(late == 1, "{late} of two processes found the set begun: {said:?}");
        let other = self.shards(&format!("{init} --seed 1"), SET).output()?;
        ensure!(!other.status.success(), "another set was begun in the place of one");
        self.shards(&init, DAMAGED).read().map(|_| ())
    }

    /// An object that is there is kept, also one that is not the set's own; `verify` finds it.
    fn nothing_is_replaced(&self) -> Result<()> {
        let name = format!("shards/{SHARD:020}-{SHARD}-images-idx3-ubyte");
        let key = format!("{DAMAGED}/{name}");
        self.client("put", &key, "not an image")?;
        self.shards("run {}", DAMAGED).read()?;
        let kept = self.client("read", &key, "")?;
        ensure!(kept.trim() == "not an image", "{name}: the object was replaced");
        let verified = self.shards("verify {} --every 1", DAMAGED).output()?;
        let said = String::from_utf8_lossy(&verified.stderr);
        let finds = !verified.status.success() && said.contains(&name);
        ensure!(finds, "verify, {}: {said}", verified.status);
        Ok(())
    }

    /// Kills workers (SIGKILL), each after a longer time.
    fn kill(&self) -> Result<()> {
        for number in 1..=KILLS {
            let mut worker = self.shards("run {}", SET);
            let mut worker = KillOnDrop::start(worker.stderr(Stdio::null()))?;
            sleep(Duration::from_millis(40) * number);
            let early = worker.0.try_wait()?;
            ensure!(early.is_none(), "a worker ended before it was killed");
        }
        Ok(())
    }

    /// Two workers, each of which does all that is not done; what they have done.
    fn race(&self) -> Result<String> {
        let mut counts = Vec::new();
        for (said, _) in both(|| self.shards("run {} --json", SET))? {
            let said: Value = serde_json::from_str(&said).context("gan shards run --json")?;
            let counted = ["made", "found", "lost"].map(|name| said[name].as_u64());
            let [Some(made), Some(found), Some(lost)] = counted else { bail!("{said}") };
            let all = u64::from(COUNT / SHARD);
            ensure!(made + found + lost == all, "{made} made, {found} found, {lost} lost of {all}");
            counts.push(format!("{made} made, {found} found, {lost} put by the other"));
        }
        Ok(counts.join("; "))
    }

    /// A part that is started again has nothing to do, and every shard is what the model makes.
    fn go_on(&self) -> Result<()> {
        let again = self.shards("run {} --index 1 --of 4 --json", SET).read()?;
        let again: Value = serde_json::from_str(&again)?;
        ensure!(again["made"] == 0 && again["found"] == 2, "a part that is started again: {again}");
        self.shards("verify {} --every 1", SET).read().map(|_| ())
    }
}

/// Runs two of these commands at once; what each wrote to its output and to its errors.
fn both(command: impl Fn() -> Command) -> Result<[(String, String); 2]> {
    let start = || command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let (one, other) = (start()?, start()?);
    let end = |child: Child| -> Result<(String, String)> {
        let done = child.wait_with_output()?;
        let [said, told] =
            [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        ensure!(done.status.success(), "one of two at once: {}: {told}", done.status);
        Ok((said, told))
    };
    Ok([end(one)?, end(other)?])
}
