//! Makes the contents of the part of a flash that a model has for itself: a header and the model.

use std::fs;
use std::path::Path;

use anyhow::{Context, Error, Result, ensure};
use gan_app::partition;
use gan_core::Packing;
use gan_sign::PublicKey;
use gan_sign::keys::SecretKey;

use crate::blob::Blob;
use crate::boards::Board;

/// The digits of the public key in a PEM file.
pub fn public_key(file: &Path) -> Result<String> {
    let shown = || format!("--key {}", file.display());
    let text = fs::read_to_string(file).with_context(shown)?;
    let key = PublicKey::from_pem(&text).map_err(Error::msg).with_context(shown)?;
    Ok(key.as_bytes().map(|byte| format!("{byte:02x}")).concat())
}

/// The secret key in a PEM file.
pub fn secret_key(file: &Path) -> Result<SecretKey> {
    let shown = || format!("--key {}", file.display());
    let text = fs::read_to_string(file).with_context(shown)?;
    SecretKey::from_pem(&text).map_err(Error::msg).with_context(shown)
}

/// The partition's address, and what it holds: its header and the model, packed for the board, and
/// signed if there is a key.
pub fn contents(
    board: &Board,
    model: &Path,
    address: &str,
    key: Option<&SecretKey>,
) -> Result<(u32, Vec<u8>)> {
    let region = board.partition(address).map_err(Error::msg).context("--flash-at")?;
    let packing = Packing::of_kernel(&board.kernel).with_context(|| board.kernel.clone())?;
    let blob = Blob::read(model)?.pack(packing)?;
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
    use crate::{boards, vectors};

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
