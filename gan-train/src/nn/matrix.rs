//! Matrices of f32 on the host, whose products burn computes.

use burn::prelude::*;
use burn::tensor::TensorData;

/// Numbers, row after row. Its memory is handed to burn for a product and taken back, never copied
/// (by burn's default backend).
#[derive(Debug, Clone)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    data: TensorData,
}

/// Numbers of a part of a product: half a megabyte, less than a core's own cache.
const PART: usize = 1 << 17;

/// Which factor of a product is transposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// `a b`
    Plain,
    /// `aᵀ b`
    TransposedLeft,
    /// `a bᵀ`
    TransposedRight,
}

impl Default for Matrix {
    fn default() -> Self {
        Self::zeros(0, 0)
    }
}

impl Matrix {
    /// From its numbers, `rows * columns` of them.
    pub fn new(rows: usize, columns: usize, values: Vec<f32>) -> Self {
        assert_eq!(values.len(), rows * columns, "a {rows}x{columns} matrix");
        Self { rows, columns, data: TensorData::new(values, [rows, columns]) }
    }

    /// All zero.
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self::new(rows, columns, vec![0.0; rows * columns])
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// How many columns.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// All numbers.
    pub fn values(&self) -> &[f32] {
        self.data.as_slice().expect("made of f32")
    }

    /// All numbers.
    pub fn values_mut(&mut self) -> &mut [f32] {
        self.data.as_mut_slice().expect("made of f32")
    }

    /// All numbers, without a copy if they came from a vector.
    pub fn into_values(self) -> Vec<f32> {
        self.data.try_into_vec().expect("made of f32")
    }

    /// The left `columns` columns.
    pub fn left(&self, columns: usize) -> Self {
        if columns == self.columns {
            return self.clone();
        }
        let values = self
            .values()
            .chunks_exact(self.columns)
            .flat_map(|row| &row[..columns])
            .copied()
            .collect();
        Self::new(self.rows, columns, values)
    }

    /// The product with `other` on `device`. Both are borrowed mutably because burn holds their
    /// memory meanwhile.
    pub fn product(&mut self, other: &mut Self, product: Product, device: &Device) -> Self {
        let (a, b) = (self.lend(device), other.lend(device));
        let result = match product {
            Product::Plain => a.clone().matmul(b.clone()),
            Product::TransposedLeft => a.clone().transpose().matmul(b.clone()),
            Product::TransposedRight => a.clone().matmul(b.clone().transpose()),
        };
        (self.data, other.data) = (a.into_data(), b.into_data());
        let [rows, columns] = result.dims();
        Self { rows, columns, data: result.into_data() }
    }

    /// `selfᵀ other` in parts of some rows, so that each is still in the cache when `part` gets it
    /// with its first row.
    pub fn transposed_product(
        &mut self,
        other: &mut Self,
        device: &Device,
        mut part: impl FnMut(usize, Self),
    ) {
        let (a, b) = (self.lend(device), other.lend(device));
        let step = (PART / other.columns.max(1)).max(1);
        for first in (0..self.columns).step_by(step) {
            let rows = step.min(self.columns - first);
            let result = a.clone().narrow(1, first, rows).transpose().matmul(b.clone());
            part(first, Self { rows, columns: other.columns, data: result.into_data() });
        }
        (self.data, other.data) = (a.into_data(), b.into_data());
    }

    /// Rows as columns.
    pub fn transposed(&self) -> Self {
        /// Numbers of a row and rows that are moved together: a few lines of the cache each.
        const TILE: usize = 32;
        let (rows, columns) = (self.rows, self.columns);
        let mut result = Self::zeros(columns, rows);
        let (from, to) = (self.values(), result.values_mut());
        for first_row in (0..rows).step_by(TILE) {
            let last_row = rows.min(first_row + TILE);
            for first in (0..columns).step_by(TILE) {
                for column in first..columns.min(first + TILE) {
                    let to = &mut to[column * rows + first_row..column * rows + last_row];
                    to.iter_mut()
                        .zip(first_row..)
                        .for_each(|(to, row)| *to = from[row * columns + column]);
                }
            }
        }
        result
    }

    fn lend(&mut self, device: &Device) -> Tensor<2> {
        let empty = TensorData::new(Vec::<f32>::new(), [0]);
        Tensor::from_data(std::mem::replace(&mut self.data, empty), device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected values: by hand.
    #[test]
    fn products_of_all_kinds() {
        let device = Device::flex();
        let mut a = Matrix::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        let mut b = Matrix::new(3, 1, vec![1.0, 0.0, -1.0]);
        let mut c = Matrix::new(2, 1, vec![1.0, 10.0]);
        let mut d = Matrix::new(1, 3, vec![2.0, 0.0, 1.0]);
        assert_eq!(a.product(&mut b, Product::Plain, &device).values(), [-2.0, -2.0]);
        assert_eq!(
            a.product(&mut c, Product::TransposedLeft, &device).values(),
            [41.0, 52.0, 63.0]
        );
        let result = a.product(&mut d, Product::TransposedRight, &device);
        assert_eq!((result.rows(), result.columns(), result.values()), (2, 1, &[5.0, 14.0][..]));
        // The factors have their numbers back.
        assert_eq!((a.values()[5], d.into_values()), (6.0, vec![2.0, 0.0, 1.0]));
    }

    /// Expected values: the whole product, which is tested above, and its definition.
    #[test]
    fn parts_make_the_whole_product_and_rows_become_columns() {
        let device = Device::flex();
        let numbers = |count: usize| (0..count).map(|x| (x * 7919 % 31) as f32 - 15.0).collect();
        let (mut a, mut b) =
            (Matrix::new(3, 401, numbers(3 * 401)), Matrix::new(3, 700, numbers(3 * 700)));
        let whole = a.product(&mut b, Product::TransposedLeft, &device);
        let (mut parts, mut firsts) = (Vec::new(), Vec::new());
        a.transposed_product(&mut b, &device, |first, part| {
            firsts.push(first);
            parts.extend_from_slice(part.values());
        });
        assert_eq!(firsts, [0, 187, 374]);
        assert!(parts == whole.values());
        let transposed = a.transposed();
        assert_eq!((transposed.rows(), transposed.columns()), (401, 3));
        assert!((0..401).all(|column| {
            (0..3)
                .all(|row| transposed.values()[column * 3 + row] == a.values()[row * 401 + column])
        }));
    }

    #[test]
    fn left_columns() {
        let a = Matrix::new(2, 3, vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(a.left(2).values(), [1.0, 2.0, 4.0, 5.0]);
    }
}
