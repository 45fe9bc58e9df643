//! The application on a real board, over a serial port.

use std::io::{self, BufRead, Write};

use gan_core::{LatentSampler, OutputKind, Packing};

use super::{Session, script};
use crate::blob::Maker;
use crate::prelude::*;

/// Images of a model that are compared, at least: one of each label if there are more.
const IMAGES: u16 = 10;
const SEED: u64 = 5;

/// Sends commands and prints the answers: those of `script`, or what is typed, line by line.
pub fn talk(port: &str, script: Option<&str>) -> Result<()> {
    let Some(script) = script else {
        let mut session = gan_serial::open(port)?;
        eprintln!("{port}: type a command, `what` lists them; end with Ctrl-D, on Windows Ctrl-Z");
        for line in io::stdin().lock().lines() {
            let answer = session.ask(&line?)?;
            io::stdout().write_all(&[&answer[..], b"\r\n"].concat())?;
        }
        return Ok(());
    };
    let script = script::read(script)?;
    super::play(&mut gan_serial::open(port)?, script)
}

/// Compares images that the board makes with the host's, bit for bit: of the model that runs
/// there, or of `model`, which is sent first if another one runs.
pub fn compare(port: &str, model: Option<&Path>) -> Result<Tally> {
    let blob = model.map(Blob::read).transpose()?;
    compare_in(&mut gan_serial::open(port)?, port, blob)
}

fn compare_in(session: &mut Session, port: &str, blob: Option<Blob>) -> Result<Tally> {
    let crc = running(session)?;
    let blob = match blob {
        Some(blob) if blob.decode()?.crc() == crc => blob,
        Some(blob) => {
            let packing = Packing::of_kernel(&session.kernel()?).context("an unknown kernel")?;
            session.load(blob.pack(packing)?.bytes(), |_| ()).with_context(|| port.to_owned())?;
            blob
        }
        None => shipped(crc)?,
    };
    let generator = blob.decode()?;
    ensure!(
        !blob.kind()?.0 && generator.header().outputs == OutputKind::Image,
        "{}: over a serial port only models that draw images of a latent are compared",
        blob.stem()
    );
    let mut maker = Maker::new(&blob)?;
    session.ask("truncate 100")?;
    session.ask(&format!("seed {SEED}"))?;
    let mut sampler = LatentSampler::new(SEED);
    let mut tally = Tally::default();
    for index in 0..IMAGES.max(generator.classes()) {
        let label = index.checked_rem(generator.classes());
        let pixels = maker.next(&mut sampler, label)?;
        if let Some(label) = label {
            session.ask(&label.to_string())?;
        }
        let same = super::raw(session)?.ends_with(&[b"\n255\n", &pixels[..], b"\r\n"].concat());
        if !same {
            println!("FAILED parity {port}: image {index} of seed {SEED}, label {label:?}");
        }
        tally += Tally::one(same);
        session.ask("next")?;
    }
    println!("parity {port} {}: {tally}", blob.stem());
    Ok(tally)
}

/// Returns the CRC of the file of the model that runs on the board.
fn running(session: &mut Session) -> Result<u32> {
    let info = super::lines(&session.ask("info")?)?;
    let crc = info.iter().find_map(|line| line.split_once("as a file ")?.1.get(..8));
    let crc = crc.and_then(|crc| u32::from_str_radix(crc, 16).ok());
    crc.with_context(|| format!("no CRC in the board's `info`: {info:?}"))
}

/// Returns the model of models/ or tests/vectors with this CRC.
fn shipped(crc: u32) -> Result<Blob> {
    for path in vectors::models()? {
        let blob = Blob::read(&path)?;
        if blob.decode()?.crc() == crc {
            return Ok(blob);
        }
    }
    bail!("the board runs another model than those here, with CRC {crc:08x}: name it by --model")
}

#[cfg(all(test, target_os = "linux"))]
#[path = "../../../gan-tools/tests/common/simulator.rs"]
mod simulator;

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use simulator::Simulator;
    use std::io::BufReader;
    use std::os::unix::net::UnixStream;

    #[test]
    fn images_of_a_board_are_compared() {
        let board = Simulator::start(1 << 17);
        talk(&board.port, Some("truncate 50; bench")).unwrap();
        let passed = compare(&board.port, None).unwrap();
        assert_eq!((passed.passed, passed.failed), (10, 0));
        // Another model is sent first; then what runs is not in models/.
        let tiny = vectors::folder().join("v1-tiny.gan");
        assert_eq!(compare(&board.port, Some(&tiny)).unwrap().failed, 0);
    }

    /// A board whose images are black.
    #[test]
    fn a_board_that_draws_something_else_is_noticed() {
        let (host, board) = UnixStream::pair().unwrap();
        let model = vectors::default_model().unwrap();
        let crc = Blob::read(&model).unwrap().decode().unwrap().crc();
        std::thread::spawn(move || {
            let mut to = board.try_clone().unwrap();
            for line in BufReader::new(board).split(b'\r').map_while(Result::ok) {
                let line = String::from_utf8(line).unwrap();
                let answer = match line.as_str() {
                    "info" => format!("blob 1 bytes, CRC 0, as a file {crc:08x}\r\n"),
                    "raw" => format!("P5\n8 8\n255\n{}\r\n", "\0".repeat(64)),
                    _ => String::new(),
                };
                to.write_all(format!("{line}\r\n{answer}> ").as_bytes()).unwrap();
            }
        });
        let mut session = Session::new(host.try_clone().unwrap(), host, ());
        let tally = compare_in(&mut session, "black", None).unwrap();
        assert_eq!((tally.passed, tally.failed), (0, 10));
    }
}
