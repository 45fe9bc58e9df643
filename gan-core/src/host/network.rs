//! The layers in the order in which the backends read them, and the buffers that they run in. Codes
//! are bytes, and sums and biases are in units of a product of a weight and a code.

use super::nibbles::Nibbles;
use crate::CODE_MAX;
use crate::generator::Generator;
use crate::header::{LayerSpec, Packing};
use crate::payload::{Layer as BlobLayer, Packed};
use crate::quant::Rescale;
use std::vec;
use std::vec::Vec;

/// Rows in a group. A row is an output of a layer.
pub(super) const GROUP: usize = Packing::Blocks16x4.group();
/// Columns in a block. A column is an input of a layer.
pub(super) const COLUMNS: usize = Packing::Blocks16x4.columns();
/// Weights of 16 rows and four columns, which a backend loads at once. They fill a cache line.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
pub(super) struct Block(pub [[i8; COLUMNS]; GROUP]);

/// The integer layers of a generator.
#[derive(Debug, Clone)]
pub(super) struct Network {
    pub layers: Vec<Layer>,
    latent_len: usize,
    pixels_len: usize,
    /// Number of bytes from one image's codes to the next one's. That is enough for the padded
    /// inputs and outputs of every layer.
    stride: usize,
    /// The largest number of scales in a row.
    scales: usize,
}

/// A layer. All that comes in groups of rows is padded with zeros to whole groups.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// Number of blocks of columns in a group.
    pub blocks: usize,
    /// Number of blocks from one group's weights to the next one's. It is larger than `blocks` if
    /// the backend takes several blocks at once and the last ones are padding.
    padded: usize,
    /// `[group][padded block]`. It is empty in a layer of half bytes.
    weights: Vec<Block>,
    /// The weights of a layer of half bytes.
    pub nibbles: Option<Nibbles>,
    /// `[class][group]`
    bias: Vec<[i32; GROUP]>,
    /// `[group]`
    pub rescale: Vec<Rows>,
    /// Added after requantization.
    pub zero_point: i32,
    /// The largest output before the table.
    pub top: u8,
    /// The table that maps an index to an output.
    pub table: Option<[u8; 256]>,
    /// Number of rows, without padding.
    pub outputs: usize,
    /// Whether there is a row of biases for each label.
    labelled: bool,
}

/// How the sums of a group are requantized.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rows {
    /// Factors in units of 2^-32, each less than 2^30. `positive` is for sums that are at least 0,
    /// `negative` for sums below 0.
    Factors { positive: [i32; GROUP], negative: [i32; GROUP] },
    /// Some shift is too large for such a factor, so the whole group is requantized by the
    /// definition.
    Plain { positive: [Rescale; GROUP], negative: [Rescale; GROUP] },
}

impl Network {
    /// The layers of a generator, for a backend that takes `blocks` blocks of columns at once.
    pub fn new(generator: &Generator<'_>, blocks: usize) -> Self {
        let specs = &generator.header().layers;
        let layers =
            specs.iter().zip(generator.layers()).enumerate().map(|(index, (spec, layer))| {
                let classes = if index == 0 { generator.classes() } else { 0 };
                Layer::new(spec, &layer, classes.into(), blocks)
            });
        let layers: Vec<Layer> = layers.collect();
        let widest = layers
            .iter()
            .map(|layer| layer.padded_inputs().max(layer.groups() * GROUP))
            .max()
            .unwrap_or(0);
        let scales = layers
            .iter()
            .filter_map(|layer| Some(layer.nibbles.as_ref()?.scales_a_row()))
            .max()
            .unwrap_or(0);
        // The stride is an odd number of cache lines, so that the codes of several images do not
        // contend for the same sets of the cache.
        let stride = (widest.div_ceil(64) | 1) * 64;
        Self {
            layers,
            latent_len: generator.latent_len(),
            pixels_len: generator.pixels_len(),
            stride,
            scales,
        }
    }

    /// Looks up the last layer's outputs in its table, and writes the pixels of the images.
    pub fn draw(&self, work: &Work, pixels: &mut [u8]) {
        let Some(table) = self.layers.last().and_then(|layer| layer.table.as_ref()) else { return };
        for (pixels, codes) in
            pixels.chunks_exact_mut(self.pixels_len).zip(work.codes.chunks_exact(self.stride))
        {
            pixels
                .iter_mut()
                .zip(codes)
                .for_each(|(pixel, &code)| *pixel = table[usize::from(code)]);
        }
    }
}

impl Layer {
    fn new(spec: &LayerSpec, layer: &BlobLayer<'_>, classes: usize, multiple: usize) -> Self {
        let (inputs, outputs) = (usize::from(spec.inputs), usize::from(spec.outputs));
        let groups = outputs.div_ceil(GROUP);
        let mut bias = vec![[0; GROUP]; groups * classes.max(1)];
        for (class, bias) in bias.chunks_exact_mut(groups).enumerate() {
            for (row, bias) in bias.as_flattened_mut().iter_mut().enumerate().take(outputs) {
                *bias = layer.bias(outputs, class, row).unwrap_or_default();
            }
        }
        let blocks = inputs.div_ceil(COLUMNS);
        let padded = blocks.next_multiple_of(multiple);
        let nibbles = if let BlobLayer::I4(nibbles) = layer {
            Some(Nibbles::new(spec, nibbles))
        } else {
            None
        };
        Self {
            blocks,
            padded,
            weights: if nibbles.is_none() {
                weights(inputs, outputs, padded, layer)
            } else {
                vec![]
            },
            nibbles,
            bias,
            rescale: (0..groups).map(|group| Rows::new(layer, outputs, group * GROUP)).collect(),
            zero_point: spec.zero_point.into(),
            top: if layer.table().is_some() { u8::MAX } else { CODE_MAX },
            table: layer.table().copied(),
            outputs,
            labelled: classes > 0,
        }
    }

    pub fn groups(&self) -> usize {
        self.rescale.len()
    }

    /// Number of bytes of an image's codes that the loops read.
    fn padded_inputs(&self) -> usize {
        self.nibbles.as_ref().map_or(self.padded * COLUMNS, Nibbles::padded_inputs)
    }

    /// The weights of a group, block by block, padding included.
    #[inline(always)]
    pub fn weights(&self, group: usize) -> &[Block] {
        &self.weights[group * self.padded..][..self.padded]
    }

    /// The biases of a group, for an image of this class.
    #[inline(always)]
    pub fn bias(&self, class: usize, group: usize) -> &[i32; GROUP] {
        &self.bias[if self.labelled { class * self.groups() + group } else { group }]
    }
}

fn weights(inputs: usize, outputs: usize, padded: usize, layer: &BlobLayer<'_>) -> Vec<Block> {
    let (blocks, groups) = (inputs.div_ceil(COLUMNS), outputs.div_ceil(GROUP));
    let mut packed = vec![Block([[0; COLUMNS]; GROUP]); groups * padded];
    match *layer {
        BlobLayer::I8 { weights, .. } => {
            for (rows, packed) in
                weights.chunks(GROUP * inputs).zip(packed.chunks_exact_mut(padded))
            {
                for (index, row) in rows.chunks_exact(inputs).enumerate() {
                    let (whole, rest) = row.as_chunks();
                    packed
                        .iter_mut()
                        .zip(whole)
                        .for_each(|(block, columns)| block.0[index] = *columns);
                    if !rest.is_empty() {
                        packed[whole.len()].0[index][..rest.len()].copy_from_slice(rest);
                    }
                }
            }
        }
        BlobLayer::Packed(Packed { packing: Packing::Blocks16x4, weights, .. }) => {
            for (group, packed) in
                weights.as_chunks().0.chunks_exact(blocks).zip(packed.chunks_exact_mut(padded))
            {
                for (bytes, block) in group.iter().zip(packed) {
                    let bytes: &[u8; GROUP * COLUMNS] = bytes;
                    block
                        .0
                        .as_flattened_mut()
                        .iter_mut()
                        .zip(bytes)
                        .for_each(|(weight, byte)| *weight = byte.cast_signed());
                }
            }
        }
        _ => {
            for row in 0..outputs {
                for column in 0..inputs {
                    let block = &mut packed[row / GROUP * padded + column / COLUMNS];
                    block.0[row % GROUP][column % COLUMNS] =
                        layer.weight(inputs, row, column).unwrap_or_default();
                }
            }
        }
    }
    packed
}

impl Rows {
    /// The factors of a group of rows, beginning with row `first`, of a layer with so many
    /// `outputs`. Rows of padding get a factor of 0. Their shift in a packed blob is 0, which no
    /// kernel can take.
    fn new(layer: &BlobLayer<'_>, outputs: usize, first: usize) -> Self {
        let none = Rescale { multiplier: 0, shift: crate::quant::SHIFT_PACKED_MAX };
        let (mut positive, mut negative) = ([none; GROUP], [none; GROUP]);
        for ((row, positive), negative) in (first..outputs).zip(&mut positive).zip(&mut negative) {
            if let Some((above, below)) = layer.rescale(row) {
                (*positive, *negative) = (above, below.unwrap_or(above));
            }
        }
        let factors = |rescales: [Rescale; GROUP]| {
            let mut factors = [0; GROUP];
            for (factor, rescale) in factors.iter_mut().zip(rescales) {
                *factor = i32::try_from(rescale.factor()?).ok()?;
            }
            Some(factors)
        };
        match factors(positive).zip(factors(negative)) {
            Some((positive, negative)) => Self::Factors { positive, negative },
            None => Self::Plain { positive, negative },
        }
    }
}

/// The codes of some images, from layer to layer.
#[derive(Debug)]
pub(super) struct Work {
    /// Number of images.
    pub images: usize,
    /// The label of each image. It is 0 if the generator takes no labels.
    pub classes: Vec<usize>,
    /// A layer's inputs, `stride` bytes for each image. The bytes after the inputs do not matter,
    /// because the weights of padding are 0.
    pub codes: Vec<u8>,
    /// The layer's outputs.
    pub outputs: Vec<u8>,
    pub stride: usize,
    /// The numbers that the sums of a layer of half bytes begin with, `corrections_stride` for each
    /// image.
    pub corrections: Vec<i32>,
    pub corrections_stride: usize,
}

impl Work {
    /// Buffers for so many images, which must be one, or a multiple of the backend's tile.
    pub fn new(network: &Network, room: usize) -> Self {
        let codes = vec![0; room * network.stride];
        Self {
            images: 0,
            classes: vec![0; room],
            outputs: codes.clone(),
            codes,
            stride: network.stride,
            corrections: vec![0; room * network.scales],
            // Chunks cannot have a length of 0. If this would be 0, there is nothing to correct.
            corrections_stride: network.scales.max(1),
        }
    }

    /// Takes the latents and the labels of some images, of which there must not be more than there
    /// is room for.
    pub fn fill(&mut self, network: &Network, latents: &[u8], labels: Option<&[u16]>) {
        self.images = latents.len() / network.latent_len;
        debug_assert!(self.images <= self.classes.len());
        for (codes, latent) in
            self.codes.chunks_exact_mut(self.stride).zip(latents.chunks_exact(network.latent_len))
        {
            codes[..latent.len()].copy_from_slice(latent);
        }
        let labels = labels.unwrap_or_default();
        self.classes.iter_mut().zip(labels).for_each(|(class, &label)| *class = label.into());
    }
}
