//! Products of matrices on the CPU, by the crate `gemm` as in burn's own.
//!
//! burn's product fills its result with zeros and copies it to another alignment before it is
//! computed, a twentieth of a step. Here results are written once, and parts of matrices are
//! factors where they lie.

use burn::backend::flex::FlexTensor;
use gemm::Parallelism;

/// Multiplications that are worth a second core: burn's own limit.
const PARALLEL: usize = 192 * 192 * 192;

/// A matrix somewhere in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'v> {
    /// From its first number on.
    numbers: &'v [f32],
    /// Rows and columns.
    pub size: [usize; 2],
    /// Numbers from one row to the next, and from one column to the next.
    strides: [usize; 2],
}

impl<'v> View<'v> {
    /// A tensor of two dimensions, in whatever order its numbers are.
    pub fn of(x: &'v FlexTensor) -> Self {
        let (shape, layout) = (x.layout().shape(), x.layout());
        let stride = |dim: usize| usize::try_from(layout.strides()[dim]).expect("flips are copied");
        let (size, strides) = ([shape[0], shape[1]], [stride(0), stride(1)]);
        Self { numbers: &x.storage::<f32>()[layout.start_offset()..], size, strides }
    }

    /// Its rows `first..end`.
    pub fn rows(self, first: usize, end: usize) -> Self {
        assert!(first <= end && end <= self.size[0], "rows of the matrix");
        let numbers = if first == end { &[][..] } else { &self.numbers[first * self.strides[0]..] };
        Self { numbers, size: [end - first, self.size[1]], ..self }
    }

    /// Rows as columns.
    pub fn transposed(self) -> Self {
        let ([rows, columns], [down, right]) = (self.size, self.strides);
        Self { numbers: self.numbers, size: [columns, rows], strides: [right, down] }
    }

    /// Whether all of it lies in its memory.
    fn fits(&self) -> bool {
        let [rows, columns] = self.size;
        let last = |count: usize, stride: usize| (count - 1).checked_mul(stride);
        rows == 0
            || columns == 0
            || last(rows, self.strides[0])
                .zip(last(columns, self.strides[1]))
                .and_then(|(down, right)| down.checked_add(right))
                .is_some_and(|last| last < self.numbers.len())
    }
}

/// `a b`, row by row.
pub(super) fn multiplied(a: View<'_>, b: View<'_>) -> Vec<f32> {
    multiplied_below(&[a], b)
}

/// The products of all `factors` with `b` below each other, row by row.
pub(super) fn multiplied_below(factors: &[View<'_>], b: View<'_>) -> Vec<f32> {
    let columns = b.size[1];
    let len = factors.iter().map(|a| a.size[0] * columns).sum();
    let mut products = Vec::<f32>::with_capacity(len);
    let mut first = 0;
    for a in factors {
        check(*a, b);
        // SAFETY: the factors lie in their memory; the product's rows begin at `first`, and all
        // rows of all products have room in the vector.
        unsafe { gemm(products.as_mut_ptr().add(first), *a, b, false) };
        first += a.size[0] * columns;
    }
    // SAFETY: each of the numbers was written.
    unsafe { products.set_len(len) };
    products
}

/// Adds `a b` to `sums`, which are row by row.
pub(super) fn add_product(sums: &mut [f32], a: View<'_>, b: View<'_>) {
    check(a, b);
    assert_eq!(sums.len(), a.size[0] * b.size[1], "sums of the product's size");
    // SAFETY: the factors lie in their memory, and the product in that of `sums`.
    unsafe { gemm(sums.as_mut_ptr(), a, b, true) };
}

fn check(a: View<'_>, b: View<'_>) {
    assert_eq!(a.size[1], b.size[0], "columns of the left and rows of the right factor");
    assert!(a.fits() && b.fits(), "a matrix lies in its memory");
}

/// Writes `a b` to `to`, row by row, or adds it to what is there.
///
/// # Safety
///
/// Both factors lie in their memory and have sizes that go together; `to` has room for the product.
unsafe fn gemm(to: *mut f32, a: View<'_>, b: View<'_>, add: bool) {
    let ([m, k], n) = (a.size, b.size[1]);
    let large = m.saturating_mul(n).saturating_mul(k) >= PARALLEL;
    let parallelism = if large { Parallelism::Rayon(0) } else { Parallelism::None };
    let strides = |view: &View<'_>| view.strides.map(|stride| stride as isize);
    let ([a_down, a_right], [b_down, b_right]) = (strides(&a), strides(&b));
    let (a, b) = (a.numbers.as_ptr(), b.numbers.as_ptr());
    // SAFETY: the caller's promise; `gemm` reads and writes what sizes and strides say.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            to,
            1,
            n as isize,
            add,
            a,
            a_right,
            a_down,
            b,
            b_right,
            b_down,
            1.0,
            1.0,
            false,
            false,
            false,
            parallelism,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(numbers: &[f32], size: [usize; 2], strides: [usize; 2]) -> View<'_> {
        View { numbers, size, strides }
    }

    /// Expected values: by hand.
    #[test]
    fn products_of_all_kinds() {
        let (a, b) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.0, 0.0, -1.0]);
        let (c, d) = ([1.0, 10.0], [2.0, 0.0, 1.0]);
        let a = view(&a, [2, 3], [3, 1]);
        assert_eq!(multiplied(a, view(&b, [3, 1], [1, 1])), [-2.0, -2.0]);
        assert_eq!(multiplied(a.transposed(), view(&c, [2, 1], [1, 1])), [41.0, 52.0, 63.0]);
        assert_eq!(multiplied(a, view(&d, [1, 3], [3, 1]).transposed()), [5.0, 14.0]);
        let below = [a.transposed(), view(&d, [1, 2], [2, 2])];
        assert_eq!(multiplied_below(&below, view(&c, [2, 1], [1, 1])), [41.0, 52.0, 63.0, 12.0]);
        let mut sums = vec![100.0, 200.0];
        add_product(&mut sums, a.rows(1, 2).transposed().rows(0, 2), view(&[2.0], [1, 1], [1, 1]));
        assert_eq!(sums, [108.0, 210.0]);
    }

    #[test]
    #[should_panic(expected = "a matrix lies in its memory")]
    fn a_matrix_that_is_not_all_there_is_refused() {
        multiplied(view(&[1.0; 5], [2, 3], [3, 1]), view(&[1.0; 3], [3, 1], [1, 1]));
    }
}
