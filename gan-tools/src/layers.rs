//! Integer layers while a blob is made: the numbers that quantization, or chance, has chosen.

use anyhow::Result;
use gan_core::blob::{self, LayerSpec};
use gan_core::generator::{Layer, Nibbles, Output};
use gan_core::{Element, Header, Packing};

/// Bits of a generator's weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bits {
    /// A scale for each row.
    Eight,
    /// Also a scale for each group of a row's inputs. The first layer has eight bits: few weights,
    /// which everything depends on.
    Four {
        /// Inputs in a group: 16 or 32.
        group: u8,
    },
}

impl Bits {
    /// Those of a blob.
    pub fn of(header: &Header<'_>) -> Self {
        let group = header.layers.iter().find_map(|spec| {
            if let Element::I4 { group } = spec.element { Some(group) } else { None }
        });
        group.map_or(Self::Eight, |group| Self::Four { group })
    }

    /// The type of the weights of layer `index`.
    pub fn element(self, index: usize) -> Element {
        match self {
            Self::Four { group } if index > 0 => Element::I4 { group },
            _ => Element::I8,
        }
    }
}

/// Weights as a blob has them.
#[derive(Debug, Clone)]
pub enum Weights {
    /// A byte each, row after row.
    Bytes(Vec<i8>),
    /// Half a byte each, and a scale for each `group` inputs of a row.
    HalfBytes {
        /// Inputs in a group.
        group: u8,
        /// Two weights each, row after row, whole groups.
        bytes: Vec<u8>,
        /// One a group.
        scales: Vec<u8>,
    },
}

/// The numbers of an integer layer, before they are borrowed by a [`Layer`]. Numbers of several
/// bytes are little-endian.
#[derive(Debug, Clone)]
pub struct IntegerLayer {
    /// Sizes, types, activation.
    pub spec: LayerSpec,
    /// The weights.
    pub weights: Weights,
    /// An i32 for each output; for each label, where the layer depends on it.
    pub bias: Vec<u8>,
    /// A u16 for each output.
    pub multipliers: Vec<u8>,
    /// The same for sums below 0.
    pub negative_multipliers: Vec<u8>,
    /// One for each output.
    pub shifts: Vec<u8>,
    /// The activation, if it is one that is looked up.
    pub table: Option<[u8; 256]>,
}

impl IntegerLayer {
    /// The layer that a blob's encoder wants.
    pub fn borrow(&self) -> Layer<'_> {
        let (bias, multipliers, shifts) = (&self.bias[..], &self.multipliers[..], &self.shifts[..]);
        let output = match &self.table {
            Some(table) => Output::Table(table),
            None => Output::Code { negative_multipliers: &self.negative_multipliers },
        };
        match &self.weights {
            Weights::Bytes(weights) => Layer::I8 { weights, bias, multipliers, shifts, output },
            Weights::HalfBytes { group, bytes: weights, scales } => {
                let (packing, group) = (Packing::Rows, *group);
                Layer::I4(Nibbles {
                    packing,
                    group,
                    weights,
                    scales,
                    bias,
                    multipliers,
                    shifts,
                    output,
                })
            }
        }
    }
}

/// A blob of these parts.
///
/// # Errors
///
/// Parts that the format cannot hold.
pub fn encode(header: &Header<'_>, layers: &[Layer<'_>]) -> Result<Vec<u8>> {
    let mut bytes = vec![0; blob::encoded_len(header)?];
    blob::encode(header, layers.iter().copied(), &mut bytes)?;
    Ok(bytes)
}
