//! The data's images on a device.

use super::tensor;
use burn::prelude::*;
use burn::tensor::TensorData;
use gan_tools::images::Images;

/// Bytes of a part of the images: what WebGPU lets every driver's buffers have.
const PART: usize = 128 << 20;

/// All images, `[images, pixels]`, in parts of as many images; the last may have fewer.
#[derive(Debug)]
pub(super) struct Stored {
    parts: Vec<Tensor<2>>,
    in_part: usize,
}

impl Stored {
    /// Sends the images to `device`, each byte as its number in `values`.
    pub fn new(images: &Images, values: &[f32; 256], device: &Device) -> Self {
        let len = images.image_len();
        let in_part = (PART / (size_of::<f32>() * len)).max(1);
        let part = |pixels: &[u8]| {
            let pixels = pixels.iter().map(|&pixel| values[usize::from(pixel)]).collect();
            tensor(pixels, len, device)
        };
        Self { parts: images.pixels.chunks(in_part * len).map(part).collect(), in_part }
    }

    /// The `chosen` images, in this order.
    pub fn rows(&self, chosen: &[u32]) -> Tensor<2> {
        let device = self.parts[0].device();
        let numbers = |numbers: Vec<i32>| {
            let count = numbers.len();
            Tensor::<1, Int>::from_data(TensorData::new(numbers, [count]), &device)
        };
        let mut found = Vec::new();
        // Where each chosen row lies among those that were found.
        let (mut places, mut place) = (vec![0; chosen.len()], 0);
        for (index, part) in self.parts.iter().enumerate() {
            let mut rows = Vec::new();
            for (to, &row) in places.iter_mut().zip(chosen) {
                if row as usize / self.in_part == index {
                    rows.push((row as usize % self.in_part) as i32);
                    *to = place;
                    place += 1;
                }
            }
            if !rows.is_empty() {
                found.push(part.clone().select(0, numbers(rows)));
            }
        }
        match found.len() {
            1 => found.remove(0),
            _ => Tensor::cat(found, 0).select(0, numbers(places)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: the rows themselves, whose numbers are their own.
    #[test]
    fn rows_come_from_all_parts_in_the_order_in_which_they_were_chosen() {
        let device = Device::flex();
        let parts = [0..3, 3..6, 6..8]
            .map(|rows| tensor(rows.flat_map(|row| [row as f32; 2]).collect(), 2, &device));
        let stored = Stored { parts: parts.into(), in_part: 3 };
        for chosen in [vec![7, 0, 5, 2, 0, 6], vec![4, 3], vec![1]] {
            let expected: Vec<f32> = chosen.iter().flat_map(|&row| [row as f32; 2]).collect();
            let rows = stored.rows(&chosen);
            assert_eq!(rows.try_into_vec_as::<f32>().unwrap(), expected);
        }
    }
}
