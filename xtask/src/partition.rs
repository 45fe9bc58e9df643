//! Makes the contents of the part of a flash that a model has for itself: a header and the model.

use anyhow::Error;
use std::fmt::Display;

use gan_app::partition;
use gan_sign::PublicKey;
use gan_sign::keys::SecretKey;

use crate::prelude::*;

/// Returns the digits of the public key in a PEM file.
pub fn public_key(file: &Path) -> Result<String> {
    key(file, PublicKey::from_pem).map(|key| shell::hex(key.as_bytes()))
}

/// Returns the secret key in a PEM file.
pub fn secret_key(file: &Path) -> Result<SecretKey> {
    key(file, SecretKey::from_pem)
}

fn key<K, E: Display>(file: &Path, read: fn(&str) -> Result<K, E>) -> Result<K> {
    let key = shell::text(file).and_then(|it| read(&it).map_err(|error| anyhow!("{error}")));
    key.with_context(|| format!("--key {}", file.display()))
}

/// Returns the partition's address, and what it holds: its header and the model, packed for the
/// board, and signed if there is a key.
pub fn contents(
    board: &Board,
    model: &Path,
    address: &str,
    key: Option<&SecretKey>,
) -> Result<(u32, Vec<u8>)> {
    let region = board.partition(address).map_err(Error::msg).context("--flash-at")?;
    let blob = Blob::read(model)?.pack_for(board)?;
    let model = key.map_or_else(|| blob.bytes().to_vec(), |key| key.sign(blob.bytes()));
    let bytes = [&partition::header(u32::try_from(model.len())?)[..], &model].concat();
    ensure!(
        bytes.len() as u64 <= region.length,
        "{} takes {} bytes, and from {address} on {} has {}",
        blob.stem(),
        bytes.len(),
        board.name,
        region.length
    );
    Ok((region.origin, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards;

    #[test]
    fn a_partition_holds_the_packed_model_if_there_is_room() {
        let board = boards::select_one("nucleo-h743zi").unwrap();
        let model = vectors::default_model().unwrap();
        let (at, bytes) = contents(board, &model, "0x08100000", None).unwrap();
        let packed = partition::model(&bytes).unwrap();
        let blob = Blob::from_bytes(&model, packed);
        assert_eq!((at, bytes.len()), (0x0810_0000, packed.len() + 16));
        assert!(blob.decode().unwrap().classes() == 10);
        for (address, why) in [("0x081FF000", "takes"), ("0x1", "--flash-at")] {
            let error = format!("{:#}", contents(board, &model, address, None).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
    }
}
