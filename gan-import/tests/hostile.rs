//! Files of `torch.save` that nobody's PyTorch wrote: each gives one error that names the file, and
//! nothing of a pickle is run.

use gan_import::{Activation, Options, read};
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveWriter};
use std::fs;
use std::io::Write;
use std::path::PathBuf;

/// A file of its own, which goes with the value.
struct File(PathBuf);

impl Drop for File {
    fn drop(&mut self) {
        _ = fs::remove_file(&self.0);
    }
}

impl File {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("gan-import-{}-{name}.pt", std::process::id())))
    }

    /// What reading these bytes says; none if they are read.
    fn error(&self, bytes: &[u8]) -> Option<String> {
        fs::write(&self.0, bytes).unwrap();
        let activations = ["leaky_relu:0.2", "tanh"].map(|name| Activation::parse(name).unwrap());
        let options = Options { activations: activations.into(), ..Options::default() };
        let error = format!("{:#}", read(&self.0, &options).err()?);
        assert!(error.starts_with(self.0.to_str().unwrap()), "{error}");
        Some(error)
    }

    #[track_caller]
    fn refuse(&self, bytes: &[u8], part: &str) {
        let error = self.error(bytes).expect("it was read");
        assert!(error.contains(part), "{error}");
    }
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in files {
        let new = archive.new_file(name).compression_method(CompressionMethod::STORE);
        let (mut entry, config) = new.start().unwrap();
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content).unwrap();
        let (_, descriptor) = writer.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// A file of this pickle and of 64 bytes of numbers.
fn file_of(pickle: &[u8]) -> Vec<u8> {
    zip(&[("x/data.pkl", pickle), ("x/data/0", &[0; 64])])
}

/// A state dict of one tensor: class of its storage, its file, where it begins, sizes, strides.
fn tensor(class: &str, file: &str, start: u8, sizes: &[u8], strides: &[u8]) -> Vec<u8> {
    let mut pickle =
        b"\x80\x02}(X\x08\0\0\x000.weightctorch._utils\n_rebuild_tensor_v2\n((".to_vec();
    let text =
        |text: &str| [b"X", &(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
    pickle.extend(text("storage"));
    pickle.extend(format!("ctorch\n{class}\n").bytes());
    pickle.extend([text(file), text("cpu")].concat());
    pickle.extend([b'K', 16, b't', b'Q', b'K', start]);
    for numbers in [sizes, strides] {
        pickle.push(b'(');
        numbers.iter().for_each(|&number| pickle.extend([b'K', number]));
        pickle.push(b't');
    }
    pickle.extend(b"\x89ccollections\nOrderedDict\n)RtRu.");
    pickle
}

#[test]
fn tensors_that_are_not_there_are_refused() {
    let file = File::new("tensors");
    // The one that is right, for comparison.
    assert_eq!(file.error(&file_of(&tensor("FloatStorage", "0", 0, &[4, 4], &[4, 1]))), None);
    for (class, name, start, sizes, strides, part) in [
        ("FloatStorage", "1", 0, &[4, 4][..], &[4, 1][..], "0.weight: data/1 is missing"),
        ("FloatStorage", "0", 1, &[4, 4], &[4, 1], "0.weight: ends behind data/0"),
        ("FloatStorage", "0", 0, &[4, 4], &[255, 255], "0.weight: ends behind data/0"),
        ("FloatStorage", "0", 0, &[255; 30], &[0; 30], "more than 67108864 numbers"),
        ("FloatStorage", "0", 0, &[255; 9], &[0; 9], "more than 67108864 numbers"),
        ("FloatStorage", "0", 0, &[4, 4], &[4], "0.weight: is no tensor as torch.save writes"),
        ("HalfStorage", "0", 0, &[4, 4], &[4, 1], "0.weight: is of torch.HalfStorage, expected"),
        ("LongStorage", "0", 0, &[4, 2], &[2, 1], "holds no tensors of f32"),
    ] {
        file.refuse(&file_of(&tensor(class, name, start, sizes, strides)), part);
    }
}

#[test]
fn nothing_is_run() {
    let file = File::new("calls");
    let trace = File::new("trace");
    let command = format!("touch {}", trace.0.display());
    let argument = [&[0x8C, command.len() as u8], command.as_bytes()].concat();
    let call = [b"\x80\x02cposix\nsystem\n", &argument[..], b"\x85R."].concat();
    file.refuse(&file_of(&call), "is a posix.system, expected a tensor or a module");
    let inside = [b"\x80\x02}X\x01\0\0\0acposix\nsystem\n", &argument[..], b"\x85Rs."].concat();
    file.refuse(&file_of(&inside), "a: is a posix.system, expected");
    file.refuse(&file_of(b"\x80\x02cbuiltins\neval\n."), "is builtins.eval, expected");
    // INST, which makes an instance of a class in protocol 0.
    let inst = [b"\x80\x02(", &argument[..], b"iposix\nsystem\n."].concat();
    file.refuse(&file_of(&inst), "opcode 0x69: is in no file of tensors");
    assert!(!trace.0.exists());
}

#[test]
fn pickles_without_an_end_or_a_sense_are_refused() {
    let file = File::new("pickles");
    // A dictionary that holds itself.
    file.refuse(&file_of(b"\x80\x02}q\0X\x01\0\0\0ah\0s."), "modules without an end");
    // Each of 30 dictionaries holds the one before twice: 2^30 to look at.
    let mut laughs = b"\x80\x02}q\0".to_vec();
    for index in 0..30 {
        laughs.extend(b"}(X\x01\0\0\0ah");
        laughs.push(index);
        laughs.extend(b"X\x01\0\0\0bh");
        laughs.extend([index, b'u', b'q', index + 1]);
    }
    laughs.push(b'.');
    file.refuse(&file_of(&laughs), "modules without an end");
    for (pickle, part) in [
        (&b""[..], "ends too early"),
        (b"\x80\x02", "ends too early"),
        (b"\x80\x06.", "protocol 6: expected 2 to 5"),
        (b"\x80\x02.", "no value is left"),
        (b"\x80\x02R.", "no value is left"),
        (b"\x80\x02t.", "no mark is left"),
        (b"\x80\x02(N(\x85.", "no value is left"),
        (b"\x80\x02h\x05.", "no value 5"),
        (b"\x80\x02}(Nu.", "a key without a value"),
        (b"\x80\x02X\xff\xff\xff\xffa.", "ends too early"),
        (b"\x80\x02cos\nsystem", "a line without an end"),
        (b"\x80\x02\x8a\x09\0\0\0\0\0\0\0\0\0.", "a number of 9 bytes"),
        (b"\x80\x02N.", "holds no tensors"),
    ] {
        file.refuse(&file_of(pickle), part);
    }
    file.refuse(&file_of(&vec![b'N'; (1 << 20) + 1]), "expected at most 1048576");
}

#[test]
fn zips_that_are_none_are_refused() {
    let file = File::new("zips");
    let pickle = tensor("FloatStorage", "0", 0, &[4, 4], &[4, 1]);
    let whole = file_of(&pickle);
    file.refuse(b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", "since PyTorch 1.6");
    file.refuse(b"PK", "is no zip");
    file.refuse(&whole[..whole.len() - 30], "is no zip");
    file.refuse(&zip(&[("x/data/0", &[0; 64])]), "it has no data.pkl");
    let twice = zip(&[("x/data.pkl", &pickle), ("x/data.pkl", &pickle)]);
    file.refuse(&twice, "x/data.pkl: is there twice");
    let other = |name: &str, text: &[u8]| zip(&[("x/data.pkl", &pickle), (name, text)]);
    file.refuse(&other("x/byteorder", b"big"), "is big-endian");
    file.refuse(&other("x/constants.pkl", b""), "save model.state_dict() instead");
    let mut flipped = whole.clone();
    let archive = ZipArchive::from_slice(&whole).unwrap();
    let record = archive.entries().next_entry().unwrap().unwrap();
    let (start, _) = archive.get_entry(record.wayfinder()).unwrap().compressed_data_range();
    flipped[start as usize + 20] ^= 1;
    file.refuse(&flipped, "x/data.pkl: ");
}

/// Of each byte of a real file's pickle another value, and every other of its beginnings: whatever
/// they mean, none ends the program, and most are told.
#[test]
fn a_pickle_with_a_wrong_byte_is_read_or_refused() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/peers/files/named.pt");
    let bytes = fs::read(path).unwrap();
    let archive = ZipArchive::from_slice(&bytes).unwrap();
    let mut files = Vec::new();
    let mut entries = archive.entries();
    while let Some(record) = entries.next_entry().unwrap() {
        let name = String::from_utf8(record.file_path().as_bytes().to_vec()).unwrap();
        files.push((name, archive.get_entry(record.wayfinder()).unwrap().data()));
    }
    let at = files.iter().position(|(name, _)| name.ends_with("data.pkl")).unwrap();
    let pickle = files[at].1;
    let (file, mut refused) = (File::new("bytes"), 0);
    let mut try_pickle = |changed: &[u8]| {
        let with = |(index, (name, data))| {
            let (name, data): (&String, &&[u8]) = (name, data);
            (name.as_str(), if index == at { changed } else { *data })
        };
        let entries: Vec<(&str, &[u8])> =
            files.iter().map(|(name, data)| (name, data)).enumerate().map(with).collect();
        refused += usize::from(file.error(&zip(&entries)).is_some());
    };
    for place in 0..pickle.len() {
        let mut changed = pickle.to_vec();
        changed[place] ^= [0x01, 0x80, 0xFF][place % 3];
        try_pickle(&changed);
        if place % 2 == 0 {
            try_pickle(&pickle[..place]);
        }
    }
    assert!(refused > pickle.len(), "{refused} of {} were refused", 3 * pickle.len() / 2);
}
