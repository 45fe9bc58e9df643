//! The backward passes of the layers, for every device that has [`LayerKernels`].

use super::{Act, Cut, GanOps, LayerKernels, Normed, portable};
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend, TensorMetadata};

/// The backward pass of `act(x weights + bias)`.
#[derive(Debug)]
struct LinearActBackward;

impl<B: LayerKernels> Backward<B, 3> for LinearActBackward {
    /// The nodes of `x` and of the weights, labels, what the activation kept, the activation, and
    /// the shards of the rows.
    type State = (NodeId, NodeId, Option<FloatTensor<B>>, FloatTensor<B>, Act, Cut);

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let [to_x, to_weights, to_bias] = ops.parents;
        let (x, weights, labels, kept, act, cut) = ops.state;
        let x: FloatTensor<B> = checkpointer.retrieve_node_output(x);
        let weights: FloatTensor<B> = checkpointer.retrieve_node_output(weights);
        let g = B::act_backward(gradients.consume::<B>(&ops.node), kept, act);
        if let Some(node) = to_bias {
            gradients.register::<B>(node.id, B::column_sums(g.clone(), &cut));
        }
        let inputs = x.shape()[1];
        if let Some(node) = to_weights {
            gradients.register::<B>(node.id, B::weights_backward(x, labels, g.clone(), &cut));
        }
        if let Some(node) = to_x {
            gradients.register::<B>(node.id, B::inputs_backward(weights, g, inputs, &cut));
        }
    }
}

/// The backward pass of `x weights`.
#[derive(Debug)]
struct ProductBackward;

impl<B: LayerKernels> Backward<B, 2> for ProductBackward {
    /// The nodes of `x` and of the weights, and the shards of the rows.
    type State = (NodeId, NodeId, Cut);

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let [to_x, to_weights] = ops.parents;
        let (x, weights, cut) = ops.state;
        let x: FloatTensor<B> = checkpointer.retrieve_node_output(x);
        let weights: FloatTensor<B> = checkpointer.retrieve_node_output(weights);
        let g = gradients.consume::<B>(&ops.node);
        let inputs = x.shape()[1];
        if let Some(node) = to_weights {
            gradients.register::<B>(node.id, B::weights_backward(x, None, g.clone(), &cut));
        }
        if let Some(node) = to_x {
            gradients.register::<B>(node.id, B::inputs_backward(weights, g, inputs, &cut));
        }
    }
}

/// The backward pass of batch normalization and an activation.
#[derive(Debug)]
struct NormActBackward;

impl<B: LayerKernels> Backward<B, 3> for NormActBackward {
    /// What the activation kept, the normalized input, the columns' factors, gain; the activation,
    /// and the shards of the rows.
    type State = ([FloatTensor<B>; 4], Act, Cut);

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [to_x, to_gain, to_shift] = ops.parents;
        let ([kept, normal, inverse, gain], act, cut) = ops.state;
        let g = B::act_backward(gradients.consume::<B>(&ops.node), kept, act);
        let [of_x, of_gain, of_shift] = B::norm_backward(g, normal, inverse, gain, &cut);
        for (node, gradient) in [(to_x, of_x), (to_gain, of_gain), (to_shift, of_shift)] {
            if let Some(node) = node {
                gradients.register::<B>(node.id, gradient);
            }
        }
    }
}

/// A recorded tensor of the device `B`.
type Recorded<B, C> = FloatTensor<Autodiff<B, C>>;

/// [`GanOps::linear_act`] or [`GanOps::labelled_linear_act`], recorded.
fn recorded_linear_act<B: LayerKernels, C: CheckpointStrategy>(
    x: Recorded<B, C>,
    labels: Option<Recorded<B, C>>,
    weights: Recorded<B, C>,
    bias: Recorded<B, C>,
    act: Act,
    cut: Cut,
) -> Recorded<B, C> {
    let labels = labels.map(Autodiff::<B, C>::inner);
    let forward = |x, weights, bias| {
        let [x, weights, bias] = [x, weights, bias].map(Autodiff::<B, C>::inner);
        match labels.clone() {
            Some(labels) => portable::labelled_linear_act::<B>(x, labels, weights, bias, act, &cut),
            None => portable::linear_act::<B>(x, weights, bias, act, &cut),
        }
    };
    let nodes = [x.node(), weights.node(), bias.node()];
    match LinearActBackward.prepare::<C>(nodes).compute_bound().stateful() {
        OpsKind::Tracked(mut step) => {
            let [x_node, weights_node] = [step.checkpoint(&x), step.checkpoint(&weights)];
            let (y, kept) = forward(x, weights, bias);
            step.finish((x_node, weights_node, labels, kept, act, cut.clone()), y)
        }
        OpsKind::UnTracked(step) => step.finish(forward(x, weights, bias).0),
    }
}

impl<B: LayerKernels, C: CheckpointStrategy> GanOps for Autodiff<B, C> {
    fn linear_act(
        x: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
        cut: Cut,
    ) -> FloatTensor<Self> {
        recorded_linear_act::<B, C>(x, None, weights, bias, act, cut)
    }

    fn labelled_linear_act(
        x: FloatTensor<Self>,
        labels: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
        cut: Cut,
    ) -> FloatTensor<Self> {
        recorded_linear_act::<B, C>(x, Some(labels), weights, bias, act, cut)
    }

    fn product(x: FloatTensor<Self>, weights: FloatTensor<Self>, cut: Cut) -> FloatTensor<Self> {
        match ProductBackward.prepare::<C>([x.node(), weights.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut step) => {
                let [x_node, weights_node] = [step.checkpoint(&x), step.checkpoint(&weights)];
                let y = B::product(Self::inner(x), Self::inner(weights), &cut);
                step.finish((x_node, weights_node, cut), y)
            }
            OpsKind::UnTracked(step) => {
                step.finish(B::product(Self::inner(x), Self::inner(weights), &cut))
            }
        }
    }

    fn norm_act(
        x: FloatTensor<Self>,
        gain: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        act: Act,
        cut: Cut,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), gain.node(), shift.node()];
        let [x, gain, shift] = [x, gain, shift].map(Self::inner);
        match NormActBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(step) => {
                let normed = B::norm_act(x, gain.clone(), shift, act, &cut);
                let Normed { y, kept, normal, inverse } = normed;
                step.finish(([kept, normal, inverse, gain], act, cut), y)
            }
            OpsKind::UnTracked(step) => step.finish(B::norm_act(x, gain, shift, act, &cut).y),
        }
    }
}
