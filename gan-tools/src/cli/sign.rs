//! `gan keygen`, `gan sign` and `gan verify`: models that a device takes from its maker only.

use crate::blob_file;
use crate::files::{self, atomic, refuse_input};
use crate::inspect;
use crate::say;
use anyhow::{Context, Result, anyhow, ensure};
use clap::Args;
use gan_sign::keys::SecretKey;
use gan_sign::{ADDED, PublicKey};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make a pair of keys: a secret one that signs models, and a public one by which they are checked
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan keygen -o maker.pem

The files are PEM, as OpenSSL writes and reads them. Whoever has the secret key can sign: keep it
where firmware is built, and not in a repository. The public key goes into the firmware; its 64
digits, for gan_sign::key_of_hex, are printed.")]
pub struct Keygen {
    /// The secret key's file to write; the public key's is beside it, FILE.pub.pem for FILE.pem
    #[arg(short, long, value_name = "FILE.pem")]
    out: PathBuf,
}

impl Keygen {
    pub(super) fn run(self) -> Result<ExitCode> {
        let public_file = self.out.with_extension("pub.pem");
        // A key that is lost cannot be made again, so neither file is ever replaced.
        for file in [&self.out, &public_file] {
            ensure!(file.symlink_metadata().is_err(), "{}: is there already", file.display());
        }
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|error| anyhow!("no random numbers: {error}"))?;
        let key = SecretKey::new(secret);
        write_secret(&self.out, &key.to_pem())?;
        atomic::write(&public_file, key.public().to_pem().as_bytes())?;
        say!("{}: secret; keep it", self.out.display());
        let digits: String = key.public().as_bytes().map(|byte| format!("{byte:02x}")).concat();
        super::print(&format!("{}\n{digits}\n", public_file.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes a file that is not there yet and that only its owner can read.
fn write_secret(path: &Path, text: &str) -> Result<()> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).inspect_err(|_| {
            // It is our own, and half a key is none.
            let _ = fs::remove_file(path);
        })
    });
    written.with_context(|| format!("{}: cannot be written", path.display()))
}

/// Sign a blob, so that a device that knows the public key takes it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan sign models/digits8.gan --key maker.pem -o digits8.signed.gan
  gan pack models/digits8.gan --board pico -o m.gan && gan sign m.gan --key maker.pem -o s.gan

The signature is of these very bytes: pack a blob for its board before. gan send sends a signed
model as it is, or packs and signs one with --key.")]
pub struct Sign {
    /// The blob, in the order in which the device gets it
    #[arg(value_name = "MODEL.gan")]
    file: PathBuf,
    /// The secret key
    #[arg(long, value_name = "FILE.pem")]
    key: PathBuf,
    /// The signed model to write
    #[arg(short, long, value_name = "SIGNED.gan")]
    out: PathBuf,
}

impl Sign {
    pub(super) fn run(self) -> Result<ExitCode> {
        let key = secret_key(&self.key)?;
        refuse_input(&self.out, &self.file)?;
        refuse_input(&self.out, &self.key)?;
        let bytes = files::read(&self.file)?;
        ensure!(gan_sign::split(&bytes).is_none(), "{}: is signed already", self.file.display());
        let model = blob_file::of_bytes(&bytes, &self.file)?;
        atomic::write(&self.out, &key.sign(model.bytes()))?;
        super::print(&format!("{}\n", self.out.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Check a signed model as a device does, and take the signature off
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  gan verify digits8.signed.gan --key maker.pub.pem
  gan verify digits8.signed.gan --key maker.pub.pem -o digits8.gan

The exit code is 0 only if the signature is one of this model by this key.")]
pub struct Verify {
    /// The signed model
    #[arg(value_name = "SIGNED.gan")]
    file: PathBuf,
    /// The public key
    #[arg(long, value_name = "FILE.pub.pem")]
    key: PathBuf,
    /// Where to write the blob without its signature
    #[arg(short, long, value_name = "MODEL.gan")]
    out: Option<PathBuf>,
}

impl Verify {
    pub(super) fn run(self) -> Result<ExitCode> {
        let key = PublicKey::from_pem(&text(&self.key)?)
            .map_err(|error| anyhow!("{}: {error}", self.key.display()))?;
        let signed = files::read(&self.file)?;
        let blob = key.open(&signed).with_context(|| self.file.display().to_string())?;
        let model = blob_file::of_bytes(blob, &self.file)?;
        if let Some(out) = &self.out {
            refuse_input(out, &self.file)?;
            refuse_input(out, &self.key)?;
            atomic::write(out, blob)?;
        }
        say!("{}", inspect::summary(&model.generator()).trim_end());
        let bytes = blob.len();
        super::print(&format!(
            "{}: signed by this key, {bytes} bytes and {ADDED} of the signature\n",
            self.file.display()
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads a secret key.
///
/// # Errors
///
/// Names the file.
pub fn secret_key(path: &Path) -> Result<SecretKey> {
    SecretKey::from_pem(&text(path)?).map_err(|error| anyhow!("{}: {error}", path.display()))
}

/// The text of a key's file.
fn text(path: &Path) -> Result<String> {
    files::read_settings_text(path)
}
