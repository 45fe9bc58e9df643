//! Files of text: a configuration, what its keys are set to, names of labels, the manifest of a
//! synthetic data set, a checkpoint's tensors with their description.
#![no_main]

use gan_fuzz::{folder, memory};
use gan_tools::files::labels::LabelNames;
use gan_tools::set::Manifest;
use gan_train_parts::config::Config;
use gan_train_parts::files::{json_lines, tensor_file::TensorFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let Some((&kind, bytes)) = input.split_first() else { return };
    let bounded = |read: &mut dyn FnMut()| memory::bounded(bytes.len(), read);
    let name = match kind % 5 {
        0 => "config.toml",
        1 => "a.gan.labels",
        2 => "manifest.json",
        3 => "metrics.jsonl",
        _ => {
            bounded(&mut || {
                let Ok(file) = TensorFile::parse(bytes) else { return };
                let _ = (file.format(), file.description::<Config>("gan-train checkpoint 1"));
                for name in file.names_after("") {
                    let _ = file.values(name, &[1, 2]);
                }
            });
            return;
        }
    };
    folder::with_files("config", &[(name, bytes)], |folder| {
        let path = folder.join(name);
        match kind % 5 {
            0 => bounded(&mut || {
                if let Ok(config) = Config::read(&path) {
                    config.check().expect("what was read is checked");
                }
            }),
            1 => bounded(&mut || {
                let _ = LabelNames::beside(&folder.join("a.gan"), 0x1234_5678, 3);
            }),
            2 => bounded(&mut || drop(Manifest::read(folder))),
            _ => bounded(&mut || {
                let _ = json_lines::read(&path, |line| Ok(line.len()));
            }),
        }
    });
});
