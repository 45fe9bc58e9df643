//! What lies in the part of a flash that a model has for itself: a header and the model.

use std::path::Path;

use anyhow::{Context, Error, Result, ensure};
use gan_app::partition;
use gan_core::Packing;

use crate::blob::Blob;
use crate::boards::Board;

/// The partition's address, and what it holds: its header and the model, packed for the board.
pub fn contents(board: &Board, model: &Path, address: &str) -> Result<(u32, Vec<u8>)> {
    let region = board.partition(address).map_err(Error::msg).context("--flash-at")?;
    let packing = Packing::of_kernel(&board.kernel).with_context(|| board.kernel.clone())?;
    let blob = Blob::read(model)?.pack(packing)?;
    let len = blob.bytes().len();
    let bytes = [&partition::header(u32::try_from(len)?)[..], blob.bytes()].concat();
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
        let (at, bytes) = contents(board, &model, "0x08100000").unwrap();
        let packed = partition::model(&bytes).unwrap();
        let blob = Blob::from_bytes(&model, packed);
        assert_eq!((at, bytes.len()), (0x0810_0000, packed.len() + 16));
        assert!(blob.decode().unwrap().classes() == 10);
        for (address, why) in [("0x081FF000", "takes"), ("0x1", "--flash-at")] {
            let error = format!("{:#}", contents(board, &model, address).unwrap_err());
            assert!(error.contains(why), "{error}");
        }
    }
}
