use super::*;
use gan_core::blob::LayerSpecs;
use gan_core::host::Model;
use gan_core::{Activation, Element, Header, ImageShape, LayerSpec};
use gan_tools::layers::{IntegerLayer, Weights, encode};

/// A layer of two inputs and two outputs. Its sums are divided by 8: the factor is
/// `16384 2^-17`. Sums below 0 are treated alike.
fn layer(weights: [i8; 4], bias: [i32; 2], activation: Activation, last: bool) -> IntegerLayer {
    let multipliers = [16384u16; 2].map(u16::to_le_bytes).concat();
    IntegerLayer {
        spec: LayerSpec::new(2, 2, Element::I8, activation),
        weights: Weights::Bytes(weights.to_vec()),
        bias: bias.map(i32::to_le_bytes).concat(),
        negative_multipliers: if last { Vec::new() } else { multipliers.clone() },
        multipliers,
        shifts: vec![17; 2],
        table: last.then(|| std::array::from_fn(|index| index as u8)),
    }
}

/// A blob of two latent units, two hidden ones and two pixels.
fn blob(first: ([i8; 4], [i32; 2]), second: ([i8; 4], [i32; 2])) -> Model {
    // Of slope 1, so that both signs have the same factor.
    let first = layer(first.0, first.1, Activation::LeakyRelu(1.0), false);
    let second = layer(second.0, second.1, Activation::Linear, true);
    let specs = LayerSpecs::from_slice(&[first.spec, second.spec]).unwrap();
    let image = ImageShape { width: 2, height: 1, channels: 1 };
    let header = Header::new("hand", 2, 0, image, specs);
    Model::new(&encode(&header, &[first.borrow(), second.borrow()]).unwrap()).unwrap()
}

fn measure(blob: &Model, codes: &[u8]) -> Sensitivity {
    let generator = blob.generator();
    let count = codes.len() / 2;
    let samples = Samples { count, codes: codes.to_vec(), labels: vec![0; count] };
    Sensitivity::measure(&Runner::new(&generator), &samples).unwrap()
}

/// ```text
/// h0 = c0                  p0 = 2 h0          = 2 c0
/// h1 = (c0 + c1) / 2       p1 = 150 - h1      = 150 - (c0 + c1) / 2
/// ```
///
/// A sigma is 16 codes. So unit 0 gives p0 32 levels and p1 -8, and unit 1 gives p1 -8, wherever
/// the latent is.
#[test]
fn a_blob_by_hand_has_the_derivatives_by_hand() {
    let blob = blob(([8, 0, 4, 4], [0, 0]), ([16, 0, 0, -8], [0, 1200]));
    // The last one is at the ends of the codes, where less than the whole reach is to be had.
    let sensitivity = measure(&blob, &[64, 64, 30, 90, 101, 7, 127, 0]);
    let [first, second] = &sensitivity.units[..] else { panic!("{sensitivity:?}") };
    assert_eq!((first.unit, second.unit, sensitivity.latents), (0, 1, 4));
    assert_eq!((&first.map[..], &second.map[..]), (&[32.0, -8.0][..], &[0.0, -8.0][..]));
    // Over both pixels: sqrt((32^2 + 8^2) / 2) and sqrt(8^2 / 2).
    assert!((first.strength - 544f64.sqrt()).abs() < 1e-9, "{}", first.strength);
    assert!((second.strength - 32f64.sqrt()).abs() < 1e-9, "{}", second.strength);
    assert!((first.agreement - 1.0).abs() < 1e-9 && (second.agreement - 1.0).abs() < 1e-9);
    // 544 of 576 is 94 %.
    assert_eq!(sensitivity.units_for_90_percent, 1);
}

/// ```text
/// h0 = max(c0 - 64, 0)     p0 = 4 (h0 + h1) = 4 |c0 - 64|
/// h1 = max(64 - c0, 0)     p1 = 0
/// ```
///
/// For each sigma unit 0 gives p0 64 levels to one side of 64 and -64 to the other.
#[test]
fn what_depends_on_the_latent_has_no_agreement() {
    let blob = blob(([8, 0, -8, 0], [-512, 512]), ([32, 32, 0, 0], [0, 0]));
    let units = measure(&blob, &[80, 64, 40, 64]).units;
    assert_eq!((units[0].unit, &units[0].map[..], units[0].agreement), (0, &[0.0, 0.0][..], 0.0));
    assert!((units[0].strength - 2048f64.sqrt()).abs() < 1e-9, "{}", units[0].strength);
    // Three to one: the mean is half of 64.
    let units = measure(&blob, &[80, 64, 90, 64, 100, 64, 40, 64]).units;
    assert_eq!((&units[0].map[..], units[0].agreement), (&[32.0, 0.0][..], 0.5));
    // Unit 1 moves nothing.
    assert_eq!((units[1].unit, units[1].strength, units[1].agreement), (1, 0.0, 0.0));
}

#[test]
fn the_strongest_units_are_counted() {
    // Squares 9, 4, 1, 1 of 15: 90 % of it is 13.5.
    assert_eq!(count_for(&[3.0, 2.0, 1.0, 1.0], 0.9), 3);
    assert_eq!(count_for(&[3.0, 1.0], 0.9), 1);
    assert_eq!(count_for(&[0.0, 0.0], 0.9), 0);
}
