//! The gradient of a network's only output with respect to its inputs, and the gradient of a
//! function of that.
//!
//! For layers that are linear piece by piece the input gradient is a product of matrices, `v₀ = ((w
//! ∘ mₙ) Wₙᵀ ∘ mₙ₋₁) Wₙ₋₁ᵀ …`, with slopes `m` that are constant almost everywhere. So its own
//! derivative needs no second pass through a graph: what a function of `v₀` has as gradient `q₀`
//! runs forward through the same linear layers, and each weight matrix gets `qᵀ g`.

use super::{Mlp, Tape};
use crate::nn::matrix::{Matrix, Product};
use burn::prelude::Device;

impl Mlp {
    /// The gradients of all params, in their order, of a function of the input gradients
    /// `[row][input]` at the tape's rows. `function` gets them and returns its own gradient with
    /// respect to them.
    ///
    /// Biases get 0: they move the places where the slopes change, and nothing else.
    pub fn gradients_through_input_gradient(
        &mut self,
        tape: &mut Tape,
        device: &Device,
        function: impl FnOnce(&Matrix) -> Matrix,
    ) -> Vec<Matrix> {
        let offsets = self.offsets();
        let rows = tape.input.rows();
        // Backwards: the gradient of each layer's sums.
        let mut sums: Vec<Matrix> = Vec::with_capacity(self.layers.len());
        let mut v = Matrix::new(rows, 1, vec![1.0; rows]);
        for (index, layer) in self.layers.iter().enumerate().rev() {
            tape.layers[index].before_activation(layer.activation, &mut v);
            let mut g = v;
            v = self.params[offsets[index]].product_transposed(&mut g, device);
            sums.push(g);
        }
        sums.reverse();
        // Forwards again: the derivative with respect to each layer's input gradient.
        let mut q = function(&v);
        let mut gradients = Vec::with_capacity(self.params.len());
        for (index, layer) in self.layers.iter().enumerate() {
            gradients.push(q.product(&mut sums[index], Product::TransposedLeft, device));
            gradients.push(Matrix::zeros(1, layer.outputs));
            if index + 1 < self.layers.len() {
                q = self.params[offsets[index]].product(&mut q, device);
                tape.layers[index].before_activation(layer.activation, &mut q);
            }
        }
        gradients
    }
}
