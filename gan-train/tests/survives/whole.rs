//! A run that nothing happened to, with which those that something happened to are compared.

use crate::common::{TempDir, fail, folder, succeed};
use crate::disk::Disk;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A checkpoint after each step.
pub const TRAIN: &str = "train --data digits --steps 3 --checkpoint-every 0 --g-hidden 8 \
                         --d-hidden 8 --threads 1 --out run";
/// What a run may have besides: evaluations, the best average, grids, snapshots, event files.
pub const MORE: &str = "--eval-every 2 --classifier-steps 4 --set training.validation=0.1 \
                        --set training.eval_samples=100 --snapshot-every 2 --tensorboard";
/// A resumed run writes event files only if it is told to.
const RESUME: &str = "train --resume run --checkpoint-every 0 --threads 1";

/// Files by name, without what tells the time.
pub type Left = BTreeMap<String, Vec<u8>>;

/// A run that nothing happened to.
pub struct Whole {
    pub train: String,
    pub resume: String,
    /// What it left.
    pub left: Left,
    /// The calls that it made.
    pub calls: u64,
}

impl Whole {
    /// With these arguments besides.
    pub fn new(more: &str) -> Self {
        let folder = folder();
        let disk = Disk::new(folder.path());
        let train = format!("{TRAIN} {more}");
        let output = disk.run(&train, &[]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let board = if more.contains("--tensorboard") { "--tensorboard" } else { "" };
        let (resume, left) = (format!("{RESUME} {board}"), left(&folder.path().join("run")));
        assert_eq!(left["metrics.jsonl"].split(|&byte| byte == b'\n').count(), 3);
        assert!(disk.calls() > 50, "only {} calls", disk.calls());
        Self { train, resume, left, calls: disk.calls() }
    }

    /// Trains until something happens at this call; returns its folder and disk.
    pub fn killed_at(&self, call: u64, more: &[(&str, &str)]) -> (TempDir, Disk) {
        let folder = folder();
        let disk = Disk::new(folder.path());
        let (call, mut environment) = (call.to_string(), more.to_vec());
        environment.extend([("SHIM_AT", call.as_str()), ("SHIM_DO", "kill")]);
        let output = disk.run(&self.train, &environment);
        assert_eq!(output.status.code(), None, "call {call}: it was not killed");
        (folder, disk)
    }

    /// What is left in `folder` goes on to the same files; where not even a configuration is left,
    /// that is said, and the run begins anew. Events may be lost in a power cut.
    pub fn goes_on(&self, folder: &Path, what: &str, events: Events) {
        // The run's place, and where its first files are when all of them are complete.
        let places = ["run/config.toml", "run/.gan-train-complete/config.toml"];
        if places.iter().any(|place| folder.join(place).exists()) {
            succeed(folder, &self.resume);
        } else {
            fail(folder, &self.resume, 1, &["run"]);
            succeed(folder, &format!("{} --overwrite", self.train));
        }
        self.is_left_in(&folder.join("run"), what, events);
    }

    /// The folder of a run has the same files.
    pub fn is_left_in(&self, run: &Path, what: &str, events: Events) {
        let mut expected = self.left.clone();
        let mut found = left(run);
        if events == Events::MayBeLost {
            [&mut expected, &mut found].into_iter().for_each(|left| _ = left.remove("tensorboard"));
        }
        are_same(&found, &expected, what);
    }
}

/// Both have the same files; names one that differs.
pub fn are_same(found: &Left, expected: &Left, what: &str) {
    let names = |left: &Left| left.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "{what}");
    for (name, bytes) in found {
        if *bytes != expected[name] {
            let lines = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let (found, expected) = (lines(bytes), lines(&expected[name]));
            let differs = found.lines().zip(expected.lines()).find(|(one, other)| one != other);
            panic!("{what}: another {name}: {differs:?}");
        }
    }
}

/// Whether event files have to be complete. Nobody goes on from them, so they are not synced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Events {
    All,
    MayBeLost,
}

/// The files of a run.
pub fn left(run: &Path) -> Left {
    let mut left = Left::new();
    let mut events = BTreeSet::new();
    for path in crate::disk::files(run) {
        let bytes = fs::read(&path).expect("it is there");
        let name = path.strip_prefix(run).expect("it is in it").to_str().expect("text").to_owned();
        if name.starts_with("tensorboard/") {
            events.extend(records(&bytes));
            continue;
        }
        let bytes = match path.extension().and_then(|extension| extension.to_str()) {
            Some("safetensors") => without_seconds(&bytes),
            Some("jsonl") => lines(&bytes),
            Some("html") => {
                assert!(bytes.ends_with(b"</html>\n"), "{name} is cut off");
                Vec::new()
            }
            _ => bytes,
        };
        left.insert(name, bytes);
    }
    if !events.is_empty() {
        left.insert("tensorboard".into(), events.into_iter().collect::<Vec<_>>().concat());
    }
    left
}

/// Where the header of a safetensors file ends, and what it says.
pub fn header(bytes: &[u8]) -> (usize, serde_json::Value) {
    let (length, rest) = bytes.split_at(8);
    let length = u64::from_le_bytes(length.try_into().expect("eight bytes")) as usize;
    (8 + length, serde_json::from_slice(&rest[..length]).expect("JSON"))
}

/// All tensors of a checkpoint, weights, averages and what optimizers remember, and its
/// description.
fn without_seconds(bytes: &[u8]) -> Vec<u8> {
    let (end, mut header) = header(bytes);
    let description = &mut header["__metadata__"]["description"];
    let text = description.as_str().expect("it has a description");
    let lines = text.lines().filter(|line| !line.starts_with("seconds = "));
    *description = lines.collect::<Vec<_>>().join("\n").into();
    [header.to_string().as_bytes(), &bytes[end..]].concat()
}

fn lines(bytes: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(bytes).expect("text");
    let line = |line| {
        let mut line: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let fields = line.as_object_mut().expect("an object");
        fields.retain(|name, _| !["seconds", "images_per_second"].contains(&name.as_str()));
        line.to_string()
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n").into_bytes()
}

/// The whole records of an event file, each without its time: a length of eight bytes, four of its
/// CRC, the event, four of its CRC. An event begins with a key and the eight bytes of its time.
fn records(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut records = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let length = u64::from_le_bytes(*length) as usize;
        let (Some(event), Some(after)) = (rest.get(4 + 9..4 + length), rest.get(8 + length..))
        else {
            break;
        };
        records.push(event.to_vec());
        bytes = after;
    }
    records
}
