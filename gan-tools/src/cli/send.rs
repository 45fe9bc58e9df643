//! `gan send`.

use crate::blob_file;
use crate::files;
use crate::progress::{Progress, Unit};
use crate::say;
use anyhow::{Context, Result, ensure};
use clap::Args;
use gan_core::Packing;
use std::path::PathBuf;
use std::process::ExitCode;

/// Send a blob to a board whose firmware has room for one, over its serial port, and show what the
/// board answers
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan send --port /dev/ttyACM0 models/mnist-small.gan
  gan send --port COM3 models/mnist-small.gan
  gan send --port /dev/ttyACM0 models/mnist-small.gan --key maker.pem

The firmware needs room for the model: `cargo xtask flash --board BOARD --load BYTES`. The board
forgets the model when it is switched off. A model that is signed is sent as it is.")]
pub struct Send {
    /// The blob, in any order
    #[arg(value_name = "MODEL.gan")]
    file: PathBuf,
    /// The serial port: /dev/ttyACM0 on Linux, /dev/tty.usbmodem1101 on macOS, COM3 on Windows
    #[arg(long)]
    port: String,
    /// Send the file as it is, and not in the order that the board's kernel reads
    #[arg(long)]
    as_is: bool,
    /// Sign what is sent with this secret key, for firmware that takes signed models only
    #[arg(long, value_name = "FILE.pem")]
    key: Option<PathBuf>,
}

impl Send {
    pub(super) fn run(self) -> Result<ExitCode> {
        let key = self.key.as_deref().map(super::sign::secret_key).transpose()?;
        let bytes = files::read(&self.file)?;
        let is_signed = gan_sign::split(&bytes).is_some();
        ensure!(!is_signed || key.is_none(), "{}: is signed already", self.file.display());
        let model = blob_file::of_bytes(&bytes, &self.file)?;
        let mut session = gan_serial::open(&self.port)?;
        let mut blob = bytes;
        if !self.as_is && !is_signed {
            let kernel = session.kernel().with_context(|| self.port.clone())?;
            let packing = Packing::of_kernel(&kernel)
                .with_context(|| format!("{}: no packing of kernel {kernel}", self.port))?;
            blob = model.generator().packed(packing)?.to_vec();
            say!("packed for the board's kernel, {kernel}");
        }
        if let Some(key) = key {
            blob = key.sign(&blob);
        }
        let mut progress = Progress::new(Unit::Bytes, Some(blob.len() as u64), 0);
        let answer = session.load(&blob, |sent| progress.show(sent as u64, ""));
        progress.clear();
        let answer = answer.with_context(|| format!("{}: {}", self.port, self.file.display()))?;
        super::print(&format!("{}\n", answer.trim_end()))?;
        Ok(ExitCode::SUCCESS)
    }
}
