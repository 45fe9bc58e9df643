//! Puts a model by itself into the flash of a board, into the partition that the application was
//! told of with `--flash-at`.

use super::{drive_of, mounted, of_probe};
use crate::prelude::*;
use crate::tools::Tools;
use crate::{partition, uf2};

/// Packs the model for the board, signs it if there is a secret key, and writes it: by a UF2 file
/// on the drive of a Pico, or by probe-rs, which gets `arguments`.
pub fn flash(
    board: &Board,
    model: &Path,
    address: &str,
    key: Option<&Path>,
    arguments: &[String],
) -> Result<()> {
    let key = key.map(partition::secret_key).transpose()?;
    let (at, bytes) = partition::contents(board, model, address, key.as_ref())?;
    let file = shell::scratch("")?.join(format!("{}-model.bin", board.name));
    fs::write(&file, &bytes).with_context(|| relative(&file))?;
    if let (Some(id), Some(family)) = (&board.drive, board.uf2)
        && let Some(folder) = drive_of(id, &mounted())
    {
        let uf2 = uf2::of_segments(&[(at, &bytes)], family)?;
        fs::write(folder.join("model.uf2"), uf2).with_context(|| folder.display().to_string())?;
        println!("copied to {}; the board starts anew", folder.display());
        return Ok(());
    }
    by_probe(&Tools::default(), board, &file, at, arguments)
}

fn by_probe(
    tools: &Tools,
    board: &Board,
    file: &Path,
    at: u32,
    arguments: &[String],
) -> Result<()> {
    tools.write(board, at.into(), file, arguments)?;
    tools.probe_rs("reset", board)?.args(of_probe(arguments)).run()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boards;

    #[cfg(unix)]
    #[test]
    fn a_probe_is_told_the_address() {
        let fake = crate::tools::tests::Fake::new(&["probe-rs"], "");
        let board = boards::select_one("nucleo-h743zi").unwrap();
        let file = Path::new("model.bin");
        by_probe(&fake.tools(), board, file, 0x0810_0000, &["--speed=400".into()]).unwrap();
        assert_eq!(
            fake.log(),
            [
                "probe-rs download --chip STM32H743ZITx --binary-format bin --restore-unwritten \
                 --base-address 0x8100000 --speed=400 model.bin",
                "probe-rs reset --chip STM32H743ZITx --speed=400"
            ]
        );
    }
}
