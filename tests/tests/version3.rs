//! These tests check the fields that only version 3 of the format has: `decode` accepts the last
//! allowed value and refuses the next one. The reference has to decide the same about each blob.

use gan_core::error::{DecodeError, EncodeError, InputsFault, LayerField};
use gan_core::{ImageShape, InputPart, InputParts, Known, MaskShape, OutputKind, blob, decode};
use gan_tests::reference::write::{assemble, header, payload, seal, write};
use gan_tests::reference::{Model, Outputs, Part, parse};
use gan_tests::synthetic::version3::{enlarge, latent_image, mask, numbers, tiny};
use gan_tests::synthetic::{Shape, SplitMix64};

#[path = "common/aligned.rs"]
mod aligned;
use aligned::Blob;

#[track_caller]
fn accepted(model: &Model) {
    let bytes = write(model);
    assert_eq!(parse(&bytes).as_ref(), Ok(model), "the reference refuses it");
    let blob = Blob::new(&bytes);
    let generator = decode(&blob).expect("valid");
    assert_eq!(generator.header().version(), bytes[4]);
    let mut out = vec![0xA5; bytes.len()];
    assert_eq!(blob::encoded_len(generator.header()), Ok(bytes.len()));
    assert_eq!(generator.encode(&mut out), Ok(bytes.len()));
    assert_eq!(out, bytes, "encoded again");
    let known = Known::read(&blob).expect("the header is one");
    assert_eq!(known.header(), generator.header());
    assert_eq!(known.inputs(), generator.inputs());
}

#[track_caller]
fn refused(blob: &[u8], expected: DecodeError) {
    assert_eq!(decode(&Blob::new(blob)).map(|_| "accepted"), Err(expected));
    assert!(parse(blob).is_err(), "the reference accepts it");
    let known = Known::read(blob);
    assert_eq!(known.map(|_| "accepted"), Err(expected), "read by a compiler");
}

#[test]
fn fields_are_read_and_written_back() {
    for model in [tiny(), enlarge(), mask(), latent_image(), numbers()] {
        accepted(&model);
        assert_eq!(write(&model)[4], 3, "version");
    }
    let shape = |width, height, channels| ImageShape { width, height, channels };
    let blob = Blob::new(&write(&mask()));
    let generator = decode(&blob).expect("valid");
    let cells = MaskShape { width: 4, height: 3 };
    let parts = [InputPart::Image(shape(9, 7, 1)), InputPart::Mask(cells)];
    assert_eq!(Some(*generator.inputs()), InputParts::from_slice(&parts));
    assert_eq!((generator.inputs().latent(), generator.latent_len()), (0, 75));
    assert_eq!(generator.inputs().mask(), Some(cells));
    let blob = Blob::new(&write(&latent_image()));
    let generator = decode(&blob).expect("valid");
    assert_eq!((generator.inputs().latent(), generator.latent_len()), (6, 66));
    assert_eq!(generator.inputs().image(), Some(shape(5, 4, 3)));
    assert_eq!(generator.inputs().mask(), None);
    let blob = Blob::new(&write(&numbers()));
    let generator = decode(&blob).expect("valid");
    assert_eq!(generator.header().outputs, OutputKind::Numbers);
    assert_eq!(generator.header().metadata, Vec::from_iter(0..=199u8));
    assert!(generator.inputs().is_latent());
}

/// The input has three codes, so a part can be a latent, one RGB pixel, or a mask beside one grey
/// pixel.
fn plain() -> Model {
    let shape = Shape {
        latent_len: 3,
        classes: 0,
        width: 3,
        height: 2,
        channels: 1,
        hidden: vec![],
        last: gan_tests::reference::Activation::Sigmoid,
    };
    let mut model = shape.int8("plain", &mut SplitMix64(0));
    model.inputs = vec![rgb()];
    model
}

fn rgb() -> Part {
    Part::Image { width: 1, height: 1, channels: 3 }
}

fn grey(width: u16, height: u16) -> Part {
    Part::Image { width, height, channels: 1 }
}

fn cells(width: u16, height: u16) -> Part {
    Part::Mask { width, height }
}

#[test]
fn inputs_at_a_limit_are_accepted() {
    for inputs in [
        vec![rgb()],
        vec![grey(3, 1)],
        vec![grey(1, 3)],
        vec![grey(2, 1), cells(1, 1)],
        vec![cells(1, 2), grey(1, 1)],
        vec![Part::Latent(2), grey(1, 1)],
        vec![cells(1, 1), Part::Latent(1), grey(1, 1)],
        vec![grey(1, 1), cells(1, 1), Part::Latent(1)],
    ] {
        accepted(&Model { inputs, ..plain() });
    }
    for len in [1, 127, 128, 16_384, 65_535] {
        accepted(&Model { metadata: vec![0xA5; len], ..plain() });
        let latent = Model { inputs: vec![Part::Latent(3)], ..plain() };
        accepted(&Model { metadata: vec![0xA5; len], ..latent });
    }
    accepted(&Model { outputs: Outputs::Numbers, ..plain() });
}

#[test]
fn inputs_beyond_a_limit_are_refused() {
    let image = |width, height, channels| Part::Image { width, height, channels };
    for (inputs, fault) in [
        (vec![], InputsFault::Count),
        (vec![grey(1, 1), cells(1, 1), Part::Latent(1), grey(1, 1)], InputsFault::Count),
        (vec![Part::Latent(1), Part::Latent(2)], InputsFault::Twice),
        (vec![grey(1, 1), grey(2, 1)], InputsFault::Twice),
        (vec![cells(1, 1), grey(1, 1), cells(1, 1)], InputsFault::Twice),
        (vec![cells(3, 1)], InputsFault::MaskAlone),
        (vec![Part::Latent(2), cells(1, 1)], InputsFault::MaskAlone),
        (vec![Part::Latent(0), rgb()], InputsFault::Size),
        (vec![image(0, 1, 1)], InputsFault::Size),
        (vec![image(1, 0, 1)], InputsFault::Size),
        (vec![image(1, 1, 0)], InputsFault::Size),
        (vec![image(1, 1, 2)], InputsFault::Size),
        (vec![image(1, 1, 4)], InputsFault::Size),
        (vec![rgb(), cells(0, 3)], InputsFault::Size),
        (vec![rgb(), cells(3, 0)], InputsFault::Size),
        (vec![grey(2, 1)], InputsFault::Sum),
        (vec![grey(4, 1)], InputsFault::Sum),
        (vec![rgb(), cells(1, 1)], InputsFault::Sum),
        // These lengths have sums that wrap around 16 and 32 bits.
        (vec![Part::Latent(65_535), grey(2, 2)], InputsFault::Sum),
        (vec![image(65_535, 65_535, 3), cells(65_535, 65_535)], InputsFault::Sum),
    ] {
        println!("{inputs:?}");
        refused(&write(&Model { inputs, ..plain() }), DecodeError::Inputs { fault });
    }
    let three = Model { width: 1, channels: 3, ..plain() };
    accepted(&three);
    refused(&write(&Model { outputs: Outputs::Numbers, ..three }), DecodeError::Outputs);
    let long = Model { metadata: vec![0; 65_536], ..plain() };
    refused(&write(&long), DecodeError::Metadata);
    // The sum is right, but the first layer has another number of inputs.
    let other = Model { latent_len: 2, inputs: vec![grey(2, 1)], ..plain() };
    let inputs = DecodeError::Layer { index: 0, field: LayerField::Inputs };
    refused(&write(&other), inputs);
}

/// Bytes that no model encodes to are refused: kinds that do not exist, numbers in a longer form
/// than needed, blobs that end inside a field, and models that an older version can hold.
#[test]
fn other_bytes_are_refused() {
    let model = plain();
    let (head, body) = (header(&model), payload(&model));
    // Before the inputs are "GANB", the version, the name with its length, latent_len, classes,
    // width, height and channels.
    let inputs = 4 + 1 + 6 + 5;
    assert_eq!(head[inputs..inputs + 7], [1, 1, 1, 1, 3, 0, 0], "the fields of version 3");
    let with = |at: std::ops::Range<usize>, bytes: &[u8]| {
        let mut head = head.clone();
        head.splice(at, bytes.iter().copied());
        assemble(&head, &body)
    };
    let at = |offset: usize| inputs + offset..inputs + offset + 1;
    let fault = |fault| DecodeError::Inputs { fault };
    refused(&with(at(1), &[3]), fault(InputsFault::Part));
    refused(&with(at(2), &[0x80, 0x80, 4]), fault(InputsFault::Size));
    refused(&with(at(5), &[2]), DecodeError::Outputs);
    refused(&with(at(6), &[0x80, 0x80, 4]), DecodeError::Metadata);
    for offset in [0, 1, 2, 3, 5, 6] {
        let byte = head[inputs + offset];
        refused(&with(at(offset), &[byte | 0x80, 0]), DecodeError::NotCanonical);
    }
    // A model that an older version can hold must not have version 3, and the other way round.
    refused(&with(inputs..inputs + 7, &[1, 0, 3, 0, 0]), DecodeError::NotCanonical);
    let mut old = header(&Model { inputs: vec![Part::Latent(3)], ..plain() });
    assert_eq!(old[4], 1);
    old[4] = 3;
    assert!(decode(&Blob::new(&assemble(&old, &body))).is_err());
    assert!(parse(&assemble(&old, &body)).is_err());
    let mut other = head.clone();
    for version in [1, 2, 4] {
        other[4] = version;
        assert!(decode(&Blob::new(&assemble(&other, &body))).is_err(), "version {version}");
        assert!(parse(&assemble(&other, &body)).is_err(), "version {version}");
    }
    for len in 5..head.len() {
        let cut = seal(head[..len].to_vec());
        assert!(decode(&Blob::new(&cut)).is_err(), "{len} bytes");
        assert_eq!(Known::read(&head[..len]).map(|_| ()), Err(DecodeError::Truncated), "{len}");
    }
}

#[test]
fn metadata_that_is_too_long_is_not_written() {
    let blob = Blob::new(&write(&plain()));
    let generator = decode(&blob).expect("valid");
    let (mut header, long) = (generator.header().clone(), vec![0; 65_536]);
    header.metadata = &long;
    assert_eq!(blob::encoded_len(&header), Err(EncodeError::Header));
    header.metadata = &long[..65_535];
    let len = blob::encoded_len(&header).expect("it fits");
    let mut out = vec![0; len];
    assert_eq!(blob::encode(&header, generator.layers(), &mut out), Ok(len));
    assert_eq!(decode(&Blob::new(&out)).map(|read| read.header().metadata.len()), Ok(65_535));
}
