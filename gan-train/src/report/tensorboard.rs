//! Event files for TensorBoard: scalars, images and texts of a run, readable while it trains.
//!
//! A file is a sequence of TFRecords, each with a protocol buffer of type `Event` in it:
//!
//! ```text
//! TFRecord: length of data (u64), masked CRC-32C of these 8 bytes (u32), data,
//!           masked CRC-32C of data (u32); little-endian
//!
//! Event    1 wall_time (double)  2 step (int64)  3 file_version (string)  5 summary (Summary)
//! Summary  1 value (Value, repeated)
//! Value    1 tag (string)  2 simple_value (float)  4 image (Image)  8 tensor (Tensor)
//!          9 metadata (Metadata)
//! Tensor   1 dtype (int32; 7 is string)  2 shape (Shape)  8 string_val (bytes, repeated)
//! Shape    2 dim (Dim, repeated), whose 1 is the size (int64)
//! Metadata 1 plugin_data (PluginData), whose 1 is the plugin's name (string)
//! Image    1 height (int32)  2 width (int32)  3 colorspace (int32; 1 is grey)
//!          4 encoded_image_string (bytes: a PNG)
//! ```
//!
//! The first event carries nothing but the file's version.

use anyhow::{Context, Result};
use crc::{CRC_32_ISCSI, Crc};
use gan_tools::files::atomic::create_inner_folder;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(test)]
mod tests;

/// Name of the folder in a run's folder.
pub const FOLDER: &str = "tensorboard";
/// What the first event of a file says.
const VERSION: &str = "brain.Event:2";
/// CRC-32C.
const CRC: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// An event file that is being written. Every record is handed to the system at once, so a kill
/// cuts off one at most, which readers leave out.
#[derive(Debug)]
pub struct Writer {
    file: File,
    path: PathBuf,
}

/// The event files of a run.
///
/// # Errors
///
/// Names the folder.
pub fn files(run: &Path) -> Result<Vec<PathBuf>> {
    let folder = run.join(FOLDER);
    let is_ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("events.out.tfevents.") && name.ends_with(".gan-train")
    };
    Ok(super::files(&folder)?.into_iter().filter(is_ours).collect())
}

impl Writer {
    /// Starts a new file in a run's folder, beside those of the run's earlier parts, which
    /// TensorBoard shows as one curve.
    ///
    /// # Errors
    ///
    /// Names the folder or the file.
    pub fn create(folder: &Path) -> Result<Self> {
        let folder = folder.join(FOLDER);
        create_inner_folder(&folder)?;
        let now = now();
        // A run that is resumed within the same second needs another name.
        let names =
            (0..).map(|extra| format!("events.out.tfevents.{}.gan-train", now as u64 + extra));
        for path in names.map(|name| folder.join(name)) {
            match OpenOptions::new().append(true).create_new(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                opened => {
                    let file =
                        opened.with_context(|| format!("{}: cannot be made", path.display()))?;
                    let mut writer = Self { file, path };
                    writer
                        .write(&Message::default().double(1, now).bytes(3, VERSION.as_bytes()))?;
                    return Ok(writer);
                }
            }
        }
        unreachable!("there is always another name")
    }

    /// Adds a number: `tag`, as in `loss/generator`, names its curve.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn scalar(&mut self, step: u64, tag: &str, value: f64) -> Result<()> {
        let value = Message::default().bytes(1, tag.as_bytes()).float(2, value as f32);
        self.write(&event(now(), step, &value))
    }

    /// Adds a grey picture: the bytes of a PNG file of this size.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn image(
        &mut self,
        step: u64,
        tag: &str,
        png: &[u8],
        width: usize,
        height: usize,
    ) -> Result<()> {
        let image =
            Message::default().int(1, height as u64).int(2, width as u64).int(3, 1).bytes(4, png);
        let value = Message::default().bytes(1, tag.as_bytes()).message(4, &image);
        self.write(&event(now(), step, &value))
    }

    /// Adds a text, as TensorBoard's text plugin shows it.
    ///
    /// # Errors
    ///
    /// Names the file.
    pub fn text(&mut self, step: u64, tag: &str, text: &str) -> Result<()> {
        self.write(&event(now(), step, &text_value(tag, text)))
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One write of a whole record: no half of it stays in a buffer of ours.
    fn write(&mut self, event: &Message) -> Result<()> {
        self.file
            .write_all(&record(&event.0))
            .with_context(|| format!("{}: cannot be written", self.path.display()))
    }
}

/// Seconds since 1970.
fn now() -> f64 {
    // A clock before 1970 is no reason to stop a run.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64())
}

fn event(wall_time: f64, step: u64, value: &Message) -> Message {
    Message::default()
        .double(1, wall_time)
        .int(2, step)
        .message(5, &Message::default().message(1, value))
}

/// A tensor of one string, and the name of the plugin that shows it.
fn text_value(tag: &str, text: &str) -> Message {
    let one = Message::default().message(2, &Message::default().int(1, 1));
    let tensor = Message::default().int(1, 7).message(2, &one).bytes(8, text.as_bytes());
    let plugin = Message::default().bytes(1, b"text");
    Message::default()
        .bytes(1, tag.as_bytes())
        .message(8, &tensor)
        .message(9, &Message::default().message(1, &plugin))
}

/// A TFRecord.
fn record(data: &[u8]) -> Vec<u8> {
    let length = (data.len() as u64).to_le_bytes();
    [&length[..], &masked_crc(&length).to_le_bytes(), data, &masked_crc(data).to_le_bytes()]
        .concat()
}

/// TFRecord's CRC, turned and shifted so that the CRC of data which holds CRCs is still a good one.
fn masked_crc(bytes: &[u8]) -> u32 {
    CRC.checksum(bytes).rotate_right(15).wrapping_add(0xA282_EAD8)
}

/// A protocol buffer: fields in the order they were added, each a key `number << 3 | wire type` and
/// the value.
#[derive(Debug, Default)]
struct Message(Vec<u8>);

impl Message {
    /// Wire type 0.
    fn int(mut self, field: u8, value: u64) -> Self {
        self.0.push(field << 3);
        self.varint(value);
        self
    }

    /// Wire type 1.
    fn double(mut self, field: u8, value: f64) -> Self {
        self.0.push(field << 3 | 1);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// Wire type 2, which strings and messages have too.
    fn bytes(mut self, field: u8, value: &[u8]) -> Self {
        self.0.push(field << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    fn message(self, field: u8, value: &Self) -> Self {
        self.bytes(field, &value.0)
    }

    /// Wire type 5.
    fn float(mut self, field: u8, value: f32) -> Self {
        self.0.push(field << 3 | 5);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// Seven bits a byte, lowest first; the top bit says that more follow.
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}
