//! The one table of tolerances. Integer models have none: they are equal bit for bit on every core.
//!
//! Pixels are levels of 255.

/// How far the pixels of many float images may be from the `f64` reference's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Largest difference of any pixel, in levels.
    pub max: u8,
    /// Mean absolute difference of all pixels, in levels. It is what notices a wrong rounding:
    /// truncating pixels would keep within a `max` of 1 but differ by 0.5 on average.
    pub mean: f64,
}

/// Float layers with libm's functions, in `f32`.
///
/// Sums of some hundred terms and libm's functions are off by some 2^-20 of full scale, 0.0003
/// levels: too little to move a pixel unless it lies that near a half, so by one level at most, and
/// fewer than one pixel in a thousand. Measured on the suite's models: 1 and 0.00007.
pub const FLOAT: Tolerance = Tolerance { max: 1, mean: 0.001 };

/// Float layers with micromath's approximate exponential.
///
/// Measured on the suite's models, of two to five layers: 1 and 0.012. Each layer adds its own
/// error, so a deeper model gets a level more.
pub const FLOAT_MICROMATH: Tolerance = Tolerance { max: 2, mean: 0.03 };

/// How far the int8 generator of a model may be from the float one it was quantized from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantization {
    /// File stem of the model.
    pub model: &'static str,
    /// Mean absolute difference of all pixels, in levels, on the same latents and labels.
    pub mean: f64,
}

/// One entry for each model in `models/`, over the images in its `.float.bin`.
///
/// A sigmoid table steps by 1/16 in the pre-activation, which is at most 255/4/16 = 4 levels a step
/// at mid-grey, so rounding the index is off by at most 1 level on average there and by nothing in
/// black or white. The hidden layers' 7-bit codes and the 8-bit weights add noise of the same
/// order. Measured, in the table's order: 1.125, 1.772, 0.630, 0.573, 0.417, 2.349, 5.064, 1.845,
/// 1.672, 1.172, 1.518, 0.984, 0.436, 0.716, 1.273, 0.614 and 1.277. The bounds leave 7 to 38 % for
/// a model that is trained anew; a wrong rounding or zero point anywhere costs several levels.
/// `mnist-nano` loses most: each of its pixels is a sum of 16 products with weights of four bits.
pub const QUANTIZATION: &[Quantization] = &[
    Quantization { model: "breast-cancer", mean: 1.5 },
    Quantization { model: "digits8", mean: 2.0 },
    Quantization { model: "inpaint", mean: 0.7 },
    Quantization { model: "inpaint-large", mean: 0.7 },
    Quantization { model: "mnist-large", mean: 0.5 },
    Quantization { model: "mnist-large-int4", mean: 2.6 },
    Quantization { model: "mnist-nano", mean: 6.0 },
    Quantization { model: "mnist-small", mean: 2.0 },
    Quantization { model: "mnist-tiny", mean: 1.8 },
    Quantization { model: "motion", mean: 1.5 },
    Quantization { model: "stylize", mean: 1.9 },
    Quantization { model: "stylize-large", mean: 1.3 },
    Quantization { model: "super-res-14", mean: 0.6 },
    Quantization { model: "super-res-14-large", mean: 0.9 },
    Quantization { model: "super-res-7", mean: 1.6 },
    Quantization { model: "super-res-7-large", mean: 0.8 },
    Quantization { model: "wine", mean: 1.7 },
];
