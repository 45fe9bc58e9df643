//! A set in an object store that speaks S3: Amazon's own, and others by `AWS_ENDPOINT`.
//!
//! Objects are put with `If-None-Match: *`: of several workers that put the same one, exactly one
//! succeeds, and there is nothing unfinished.

#[cfg(test)]
mod tests;

use anyhow::{Context, Result, anyhow, ensure};
use object_store::aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey};
use object_store::path::Path;
use object_store::{
    ClientConfigKey, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload,
};
use std::env;
use tokio::runtime::{Builder, Runtime};

/// Seconds for one request, unless the environment's `AWS_TIMEOUT` has others. object_store's own
/// 30 are too few for a large shard on a slow line.
const SECONDS: &str = "600s";

/// A bucket, and what all names in it begin with.
#[derive(Debug)]
pub struct Bucket {
    name: String,
    prefix: Path,
    store: AmazonS3,
    runtime: Runtime,
}

impl Bucket {
    /// The place `BUCKET/PREFIX`. The environment has the rest, as AWS's own programs read it:
    /// `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`; and `AWS_ENDPOINT`, with
    /// `AWS_ALLOW_HTTP=true` where that has no TLS.
    ///
    /// # Errors
    ///
    /// Names the address: no bucket, a prefix that cannot be one, or variables that do not go
    /// together.
    pub fn of(address: &str) -> Result<Self> {
        let mut builder = AmazonS3Builder::from_env();
        if env::var_os("AWS_TIMEOUT").is_none() {
            let timeout = AmazonS3ConfigKey::Client(ClientConfigKey::Timeout);
            builder = builder.with_config(timeout, SECONDS);
        }
        Self::with(builder, address).with_context(|| format!("s3://{address}"))
    }

    fn with(builder: AmazonS3Builder, address: &str) -> Result<Self> {
        let (name, prefix) = address.split_once('/').unwrap_or((address, ""));
        ensure!(!name.is_empty(), "no bucket is named (expected s3://BUCKET/PREFIX)");
        let prefix = Path::parse(prefix)?;
        // An error says that one is installed already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let store = builder.with_bucket_name(name).build();
        let store = store.context("the environment's variables AWS_*")?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { name: name.to_owned(), prefix, store, runtime })
    }

    /// What an object is called in messages.
    pub fn shown(&self, name: &str) -> String {
        format!("s3://{}/{}", self.name, self.path(name))
    }

    fn path(&self, name: &str) -> Path {
        name.split('/').filter(|part| !part.is_empty()).fold(self.prefix.clone(), Path::join)
    }

    /// The bytes of an object; nothing if it is not there.
    ///
    /// # Errors
    ///
    /// Names the object.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        let read = async { self.store.get(&path).await?.bytes().await };
        self.found(name, self.runtime.block_on(read)).map(|bytes| bytes.map(Into::into))
    }

    /// How many bytes an object has; nothing if it is not there.
    ///
    /// # Errors
    ///
    /// Names the object.
    pub fn len(&self, name: &str) -> Result<Option<u64>> {
        let head = self.runtime.block_on(self.store.head(&self.path(name)));
        Ok(self.found(name, head)?.map(|object| object.size))
    }

    fn found<T>(&self, name: &str, result: Result<T, Error>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => {
                Err(one(error)).with_context(|| format!("{}: cannot be read", self.shown(name)))
            }
        }
    }

    /// Puts an object, if it is absent; returns whether it was.
    ///
    /// # Errors
    ///
    /// Names the object.
    pub fn put(&self, name: &str, bytes: &[u8]) -> Result<bool> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        let payload = PutPayload::from(bytes.to_vec());
        let path = self.path(name);
        match self.runtime.block_on(self.store.put_opts(&path, payload, options)) {
            Ok(_) => return Ok(true),
            // S3 says so too of two that write at once, of which none may have come to its end.
            Err(Error::AlreadyExists { .. }) if self.len(name)?.is_some() => return Ok(false),
            Err(error) => Err(one(error)),
        }
        .with_context(|| format!("{}: cannot be written", self.shown(name)))
    }

    /// The names of the objects in a folder of the set, and of the folders in it.
    ///
    /// # Errors
    ///
    /// Names the folder.
    pub fn names(&self, folder: &str) -> Result<Vec<String>> {
        let path = self.path(folder);
        let list = self.runtime.block_on(self.store.list_with_delimiter(Some(&path)));
        let cannot = || format!("{}: cannot be listed", self.shown(folder));
        let list = list.map_err(one).with_context(cannot)?;
        let objects = list.objects.into_iter().map(|object| object.location);
        let names = objects.chain(list.common_prefixes);
        Ok(names.filter_map(|path| path.filename().map(str::to_owned)).collect())
    }
}

/// An error of the store as one sentence: its own text has those of nearly all errors below it,
/// each of which would be printed again, but not that of the lowest.
fn one(error: Error) -> anyhow::Error {
    let (said, error) = (error.to_string(), anyhow::Error::from(error));
    let lowest = error.root_cause().to_string();
    let lowest = if said.contains(&lowest) { String::new() } else { format!(": {lowest}") };
    anyhow!("{}{lowest}", said.split_whitespace().collect::<Vec<_>>().join(" "))
}
