//! Bits of a weight: training rounds to them, and quantization writes them.

use gan_core::{Element, Header};

/// Into how many bits a generator's weights are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bits {
    /// Eight bits, with a scale for each row.
    Eight,
    /// Four bits, with a scale for each group of a row's inputs too. The first layer keeps eight
    /// bits: it has few weights, and everything depends on them.
    Four {
        /// Inputs in a group: 16 or 32.
        group: u8,
    },
}

impl Bits {
    /// The bits of a blob with this header.
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
