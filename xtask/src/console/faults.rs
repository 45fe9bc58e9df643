//! Plants what goes wrong in the field, and checks that the board says so, that its console stays
//! alive, and that no image of a damaged model is drawn.

use gan_sign::keys::SecretKey;
use gan_tests::synthetic::SplitMix64;

use super::{Session, build, lines, send, session};
use crate::firmware::Input;
use crate::prelude::*;
use crate::runner::with_segment;
use crate::{partition, room};

/// Room for a received model.
const ROOM: usize = 32 << 10;
/// Bytes of garbage: at 115,200 baud they would take 90 seconds.
const GARBAGE: usize = 1_000_000;
/// Bytes of it after which the board has to answer.
const PIECE: usize = 4_000;
/// Where a model lies by itself.
const AT: &str = "0x200000";

/// Checks a board.
pub fn check(toolchain: Toolchain, board: &Board) -> Result<()> {
    let elf = build(toolchain, board, &vectors::default_model()?, ROOM)?;
    flipped(board, &elf).context("a flipped bit in flash")?;
    let (mut session, _) = session::open(board, &elf, &[])?;
    other_models(&mut session).context("other models")?;
    // One board gets all of it, as it takes a minute.
    let bytes = if board.flash.origin == 0 { GARBAGE } else { GARBAGE / 10 };
    garbage(&mut session, bytes).context("garbage at the console")?;
    // At this address riscv32 has no flash.
    if board.flash.origin == 0 {
        power_lost(toolchain, board).context("power lost while a model was written")?;
        signed(toolchain, board).context("a signed model in flash")?;
    }
    Ok(())
}

/// Flips one bit of the model in the program's file, as flash that wears out does. The board says
/// so, and draws nothing.
fn flipped(board: &Board, elf: &Path) -> Result<()> {
    let blob = Blob::read(&vectors::default_model()?)?.pack_for(board)?;
    let mut program = shell::read(elf)?;
    let len = blob.bytes().len();
    let at = program.windows(len).position(|window| window == blob.bytes());
    let at = at.context("the program does not hold the packed model")?;
    // A weight of a layer in the middle.
    program[at + len / 2] ^= 0x10;
    let damaged = elf.with_extension("flipped");
    fs::write(&damaged, program)?;
    let mut session = session::attach(session::emulator(board, &damaged, &[])?)?;
    session.until(format!("{}: the blob in flash: ", board.name).as_bytes())?;
    session.set_limit(Duration::from_secs(1));
    for drawn in ["label ", "@"] {
        ensure!(session.until(drawn.as_bytes()).is_err(), "it draws: {drawn:?} came");
    }
    Ok(())
}

/// Sends models of a format to come and of other labels.
fn other_models(session: &mut Session) -> Result<()> {
    let tiny = shell::read(vectors::folder().join("v1-tiny.gan"))?;
    let mut newer = tiny[..tiny.len() - 4].to_vec();
    newer[4] = 9;
    let newer = gan_tests::reference::write::seal(newer);
    let answer = lines(&send(session, &newer)?)?;
    let refused = answer.iter().any(|line| line.starts_with("load: version: 9 (expected 1 to 3"));
    ensure!(refused && answer.ends_with(&["still digits8".into()]), "a newer one: {answer:?}");
    let greeting = lines(&send(session, &tiny)?)?;
    ensure!(greeting[0].starts_with("tiny"), "one of two labels: {greeting:?}");
    let label = lines(&session.ask("9")?)?;
    ensure!(label == ["labels are 0 to 1"], "a label of the model before: {label:?}");
    Ok(())
}

/// Sends random bytes, with a command between them now and then, and then asks for an image.
fn garbage(session: &mut Session, bytes: usize) -> Result<()> {
    let mut random = SplitMix64(7);
    for piece in 1..=bytes / PIECE {
        let bytes = (0..PIECE / 8).flat_map(|_| random.next_u64().to_le_bytes());
        session.send(&bytes.collect::<Vec<u8>>())?;
        // The end of the last line of it.
        session.send(b"\r\r")?;
        session.ask(&format!("seed {piece}42")).with_context(|| format!("{piece} pieces"))?;
    }
    session.ask("seed 424242")?;
    let drawn = lines(&session.ask("1")?)?;
    ensure!(
        drawn.iter().any(|line| line.starts_with("label 1, seed 424242, image 0")),
        "no image after it: {drawn:?}"
    );
    Ok(())
}

/// Returns how an application greets whose flash has these bytes in the place of a model by itself.
fn greets(board: &Board, elf: &Path, at: u32, contents: &[u8]) -> Result<String> {
    let path = elf.with_extension("flash-at");
    fs::write(&path, with_segment(&shell::read(elf)?, at, contents)?)?;
    let (_, greeting) = session::open(board, &path, &[])?;
    Ok(lines(&greeting)?.swap_remove(0))
}

/// Leaves a model by itself in flash where its writing ended: from there on flash is erased.
fn power_lost(toolchain: Toolchain, board: &Board) -> Result<()> {
    let tiny = vectors::folder().join("v1-tiny.gan");
    let input = Input { flash_at: Some(AT), ..Input::model(&tiny) };
    let (elf, _) = room::build(toolchain, board, input)?;
    let model = vectors::default_model()?;
    let (at, whole) = partition::contents(board, &model, AT, None)?;
    for written in [0, 3, 16, whole.len() / 2, whole.len() - 1, whole.len()] {
        let mut contents = whole.clone();
        contents[written..].fill(0xFF);
        let greeting = greets(board, &elf, at, &contents)?;
        let expected = if written == whole.len() { "digits8" } else { "tiny" };
        ensure!(greeting.starts_with(expected), "after {written} bytes: {greeting}");
    }
    Ok(())
}

/// Returns the keys of the maker whose models are taken, and of another one.
pub fn makers() -> [SecretKey; 2] {
    [1, 2].map(|byte| SecretKey::new([byte; 32]))
}

/// An application with a maker's key takes a model by itself in flash only if the maker signed it.
fn signed(toolchain: Toolchain, board: &Board) -> Result<()> {
    let [maker, another] = makers();
    let digits = shell::hex(maker.public().as_bytes());
    let tiny = vectors::folder().join("v1-tiny.gan");
    let input = Input { flash_at: Some(AT), key: Some(&digits), ..Input::model(&tiny) };
    let (elf, _) = room::build(toolchain, board, input)?;
    let model = vectors::default_model()?;
    for (key, expected) in [(Some(&maker), "digits8"), (Some(&another), "tiny"), (None, "tiny")] {
        let (at, contents) = partition::contents(board, &model, AT, key)?;
        let greeting = greets(board, &elf, at, &contents)?;
        ensure!(greeting.starts_with(expected), "expected {expected}: {greeting}");
    }
    Ok(())
}
