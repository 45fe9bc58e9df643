//! The console: lines, uploads and garbage. Whatever was typed, it is alive afterwards and says
//! which model runs.
#![no_main]

use gan_app::command::Command;
use gan_fuzz::board::Script;
use gan_fuzz::{blobs, memory};
use gan_tests::reference::write::write;
use gan_tests::synthetic::{self, SplitMix64, version3};
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use std::sync::OnceLock;

/// Bytes that an upload may have.
const ROOM: usize = 4096;
/// Images that one command may ask for here: more take only longer.
const MANY: u16 = 40;

fuzz_target!(|data: &[u8]| {
    let Some((&first, typed)) = data.split_first() else { return };
    let long = typed.split(|byte| b"\r\n".contains(byte)).any(|line| {
        let line = String::from_utf8_lossy(line);
        // A command may follow on bytes that are no line's, such as those of an upload.
        let commands = ["morph", "series"].map(|command| line.match_indices(command));
        commands.into_iter().flatten().any(|(at, _)| {
            matches!(
                Command::parse(&line[at..]),
                Ok(Command::Morph(_, steps) | Command::Series(steps)) if steps > MANY
            )
        })
    });
    if long {
        return;
    }
    let residents = residents();
    let resident = &residents[usize::from(first) % residents.len()];
    let script = memory::bounded(data.len(), || Script::play(typed, resident, ROOM));
    let said = String::from_utf8_lossy(&script.said);
    assert!(said.contains("model "), "the console is silent: {said:?}");
});

/// The models that are in flash: one of each kind that the console treats in its own way.
fn residents() -> &'static [Vec<u8>; 5] {
    static RESIDENTS: OnceLock<[Vec<u8>; 5]> = OnceLock::new();
    RESIDENTS.get_or_init(|| {
        [
            synthetic::tiny(),
            version3::table(),
            version3::mask(),
            version3::latent_image(),
            version3::numbers(),
        ]
        .map(|model| write(&model))
    })
}

const LINES: [&str; 20] = [
    "0",
    "7",
    "seed 42",
    "truncate 50",
    "next",
    "grid",
    "bench",
    "info",
    "raw",
    "load 356",
    "latent 1 2 3",
    "latent 2: 70 71",
    "morph 0 1 4",
    "morph 1 18446744073709551615",
    "series 3",
    "image",
    "damage 0 0 2 2",
    "restore",
    "enlarge 1",
    "style",
];

fuzz_mutator!(|data: &mut [u8], size: usize, room: usize, seed: u32| {
    let mut rng = SplitMix64(seed.into());
    let insert = match rng.range(0, 7) {
        0..=2 => format!("{}\r", LINES[rng.range(0, LINES.len() as i64 - 1) as usize]).into_bytes(),
        3 => {
            let mut blob = write(&blobs::any(&mut rng));
            if rng.range(0, 3) == 0 {
                let len = blobs::mutate(&mut blob.clone(), blob.len(), blob.len(), seed);
                blob.truncate(len);
            }
            let announced = blob.len() as i64 + [0, 0, 0, 1, -1][rng.range(0, 4) as usize];
            [format!("load {announced}\r").as_bytes(), &blob].concat()
        }
        _ => return fuzzer_mutate(data, size, room),
    };
    let len = size + insert.len();
    if len > room || len > data.len() {
        return fuzzer_mutate(data, size, room);
    }
    let at = rng.range(0, size as i64) as usize;
    data.copy_within(at..size, at + insert.len());
    data[at..at + insert.len()].copy_from_slice(&insert);
    len
});
