//! Checks what the console has to do on every board. The images are compared, pixel by pixel, with
//! those of the host.

use gan_core::{LatentSampler, Truncation};
use gan_sign::Refused;

use super::{
    Session, asleep, build, faults, hang, latents, lines, numbers, raw, send, session, transforms,
};
use crate::blob::Maker;
use crate::firmware::Input;
use crate::prelude::*;
use crate::room;

const SEED: u64 = 5;
/// Room for a received model: more than the models that are sent.
const ROOM: usize = 32 << 10;

/// Talks to the application on each board.
pub fn check(toolchain: Toolchain, boards: &[&Board]) -> Result<()> {
    let model = vectors::default_model()?;
    let blob = Blob::read(&model)?;
    let mut grids = Vec::new();
    for board in boards {
        let elf = build(toolchain, board, &model, 0)?;
        let (mut session, greeting) = session::open(board, &elf, &[])?;
        let grid = conversation(&mut session, &greeting, board, &blob);
        grids.push(grid.with_context(|| board.name.clone())?);
        let stack = lines(&session.ask("info")?)?.pop().unwrap_or_default();
        println!("console {}: as expected; {stack}", board.name);
        if asleep::BOARDS.contains(&&*board.name) {
            drop(session);
            asleep::check(board, &elf).with_context(|| board.name.clone())?;
        }
    }
    let of = |names: &'static [&str]| boards.iter().filter(|board| names.contains(&&*board.name));
    for board in of(numbers::BOARDS) {
        numbers::check(toolchain, board).with_context(|| format!("{}: series", board.name))?;
        println!("console {}: prints the numbers of a table", board.name);
    }
    for board in of(transforms::BOARDS) {
        transforms::check(toolchain, board).with_context(|| format!("{}: image", board.name))?;
        println!("console {}: makes of images that are sent what it has to", board.name);
    }
    for (name, tells) in hang::BOARDS {
        for board in boards.iter().filter(|board| board.name == name) {
            hang::check(toolchain, board, tells).with_context(|| format!("{name}: a hang"))?;
        }
    }
    let first = grids.first().context("no board")?;
    ensure!(first.iter().any(|line| line.contains('@')), "a grid without ink");
    for (board, grid) in boards.iter().zip(&grids) {
        ensure!(grid == first, "{} draws another grid than {}", board.name, boards[0].name);
    }
    for board in of(&["mps2-an386", "riscv32"]) {
        received(toolchain, board).with_context(|| format!("{}: load", board.name))?;
        signed(toolchain, board).with_context(|| format!("{}: --key", board.name))?;
        faults::check(toolchain, board).with_context(|| board.name.clone())?;
        // At this address riscv32 has no flash.
        if board.flash.origin == 0 {
            in_ram(toolchain, board).with_context(|| board.name.clone())?;
            println!("console {}: runs a model in RAM, and one in flash by itself", board.name);
        }
        let name = &board.name;
        println!("console {name}: takes a model, and keeps the old one when the new one is bad");
    }
    Ok(())
}

/// Checks a model in RAM, which makes the same images and lies there as a whole.
fn in_ram(toolchain: Toolchain, board: &Board) -> Result<()> {
    let model = vectors::default_model()?;
    let blob = Blob::read(&model)?;
    let ram = Input { ram: true, ..Input::model(&model) };
    let (elf, size) = room::build(toolchain, board, ram)?;
    ensure!(size.data >= blob.bytes().len() as u64, "only {} bytes are in RAM", size.data);
    let (mut session, _) = session::open(board, &elf, &[])?;
    images(&mut session, &blob).context("--ram")
}

/// Checks everything but a model that is received. Returns the grid.
pub fn conversation(
    session: &mut Session,
    greeting: &[u8],
    board: &Board,
    blob: &Blob,
) -> Result<Vec<String>> {
    let greeting = lines(greeting)?;
    ensure!(
        greeting[0].contains(&board.core) && greeting[0].contains(&board.kernel),
        "it greets with {greeting:?}"
    );
    idle(session)?;
    commands(session, board, blob)
}

/// Checks the answers to commands. Returns the grid.
pub fn commands(session: &mut Session, board: &Board, blob: &Blob) -> Result<Vec<String>> {
    images(session, blob)?;
    latents::check(session, blob)?;
    answers(session, &board.kernel)?;
    lines(&session.ask("grid")?)
}

/// Checks that a board that is left alone draws one image after the other.
fn idle(session: &mut Session) -> Result<()> {
    for image in 0..3 {
        session.until(format!("label {image}, seed 0, image {image}\r\n").as_bytes())?;
    }
    Ok(())
}

/// Checks that the images of every label, as files, are those of the host, also those of truncated
/// latents. 70 % are 179.2 of 256, so 179.
fn images(session: &mut Session, blob: &Blob) -> Result<()> {
    let truncation = Truncation::from_256ths(179).context("a factor below 1")?;
    for (percent, truncation) in [(100, Truncation::OFF), (70, truncation), (100, Truncation::OFF)]
    {
        session.ask(&format!("truncate {percent}"))?;
        labels(session, blob, truncation).with_context(|| format!("truncate {percent}"))?;
    }
    Ok(())
}

/// Checks the images of every label, with latents that the board truncates.
fn labels(session: &mut Session, blob: &Blob, truncation: Truncation) -> Result<()> {
    let mut maker = Maker::new(blob)?;
    let (width, height) = (maker.generator.image().width, maker.generator.image().height);
    session.ask(&format!("seed {SEED}"))?;
    let mut sampler = LatentSampler::new(SEED).with_truncation(truncation);
    for label in 0..maker.generator.classes() {
        let pixels = maker.next(&mut sampler, Some(label))?;
        let drawn = lines(&session.ask(&label.to_string())?)?;
        ensure!(drawn.len() == usize::from(height) + 1, "label {label} is drawn as {drawn:?}");
        let head = format!("P5\n{width} {height}\n255\n");
        let expected = [head.as_bytes(), &pixels, b"\r\n"].concat();
        let raw = raw(session)?;
        ensure!(
            raw == expected,
            "label {label}, image {label} of seed {SEED}: expected {expected:?}, got {raw:?}"
        );
        session.ask("next")?;
    }
    Ok(())
}

/// Checks the answers that are no images.
fn answers(session: &mut Session, kernel: &str) -> Result<()> {
    let help = lines(&session.ask("what")?)?;
    ensure!(help.len() == 2 && help[0].contains("seed N"), "the answer to nonsense: {help:?}");
    for (asked, expected) in [
        ("99", "labels are 0 to 9"),
        ("truncate 101", "truncate takes 0 to 100 percent"),
        ("seed x", "seed takes a whole number of 64 bits, as in seed 42"),
        ("load 10", "load: this firmware was built without room for it (GAN_LOAD)\nstill digits8"),
    ] {
        let said = lines(&session.ask(asked)?)?.join("\n");
        ensure!(said == expected, "{asked} says {said}");
    }
    let bench = lines(&session.ask("bench")?)?;
    let time: Option<f64> = bench[0].split(' ').next().and_then(|number| number.parse().ok());
    ensure!(time.is_some_and(|time| time > 0.0), "bench says {bench:?}");
    let info = lines(&session.ask("info")?)?.join("\n");
    ensure!(info.contains(kernel) && info.contains("CRC"), "info says {info}");
    Ok(())
}

/// Checks that a model that comes over the console runs, and that one that is damaged, cut short or
/// too large does not, and leaves the old one alone.
fn received(toolchain: Toolchain, board: &Board) -> Result<()> {
    let elf = build(toolchain, board, &vectors::folder().join("v1-tiny.gan"), ROOM)?;
    let (mut session, _) = session::open(board, &elf, &[])?;
    let model = Blob::read(&vectors::default_model()?)?;
    let good = model.bytes();
    let kept = |answer: Vec<u8>, why: &str| -> Result<()> {
        let answer = lines(&answer)?.join("\n");
        ensure!(
            answer.contains(why) && answer.ends_with("still tiny"),
            "expected `{why}`, got {answer}"
        );
        Ok(())
    };
    let mut damaged = good.to_vec();
    damaged[good.len() / 2] ^= 1;
    kept(send(&mut session, &damaged)?, "crc: does not match")?;
    kept(send(&mut session, &good[..good.len() - 1])?, "truncated")?;
    kept(
        session.send_after("load 100", " bytes now\r\n", b"too few")?,
        "only 7 of 100 bytes came",
    )?;
    kept(session.ask(&format!("load {}", ROOM + 1))?, "too many")?;
    let greeting = lines(&send(&mut session, good)?)?;
    ensure!(greeting[0].starts_with(&model.stem()), "after the model came: {greeting:?}");
    images(&mut session, &model)
}

/// An application with a maker's key runs what that maker has signed, and nothing else.
fn signed(toolchain: Toolchain, board: &Board) -> Result<()> {
    let [maker, another] = faults::makers();
    let digits = shell::hex(maker.public().as_bytes());
    let tiny = vectors::folder().join("v1-tiny.gan");
    let input = Input { load: ROOM, key: Some(&digits), ..Input::model(&tiny) };
    let (elf, _) = room::build(toolchain, board, input)?;
    let (mut session, _) = session::open(board, &elf, &[])?;
    let model = Blob::read(&vectors::default_model()?)?;
    let mut damaged = maker.sign(model.bytes());
    damaged[100] ^= 1;
    let by_another = another.sign(model.bytes());
    for (bytes, reason) in [
        (model.bytes(), Refused::Unsigned),
        (&damaged, Refused::Forged),
        (&by_another, Refused::Forged),
    ] {
        let answer = lines(&send(&mut session, bytes)?)?;
        let expected = [format!("load: {reason}"), "still tiny".into()];
        ensure!(answer.ends_with(&expected), "expected {expected:?}, got {answer:?}");
    }
    let greeting = lines(&send(&mut session, &maker.sign(model.bytes()))?)?;
    ensure!(greeting[0].starts_with(&model.stem()), "after the model came: {greeting:?}");
    images(&mut session, &model)
}
