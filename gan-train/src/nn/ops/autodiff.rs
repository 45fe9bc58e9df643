//! The backward passes of the layers, for every device that has [`LayerKernels`].

use super::{Act, GanOps, LayerKernels, Normed, portable};
use burn::backend::autodiff::NodeId;
use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, AutodiffBackend};

/// The backward pass of `act(x weights + bias)`.
#[derive(Debug)]
struct LinearActBackward;

impl<B: LayerKernels> Backward<B, 3> for LinearActBackward {
    /// The nodes of `x` and of the weights, what the activation kept, and the activation.
    type State = (NodeId, NodeId, FloatTensor<B>, Act);

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let [to_x, to_weights, to_bias] = ops.parents;
        let (x, weights, kept, act) = ops.state;
        let x: FloatTensor<B> = checkpointer.retrieve_node_output(x);
        let weights: FloatTensor<B> = checkpointer.retrieve_node_output(weights);
        let g = B::act_backward(gradients.consume::<B>(&ops.node), kept, act);
        if let Some(node) = to_bias {
            gradients.register::<B>(node.id, B::column_sums(g.clone()));
        }
        if let Some(node) = to_weights {
            gradients.register::<B>(node.id, B::linear_weight_backward(x, g.clone()));
        }
        if let Some(node) = to_x {
            gradients.register::<B>(node.id, B::inputs_backward(weights, g));
        }
    }
}

/// The backward pass of `x weights`.
#[derive(Debug)]
struct ProductBackward;

impl<B: LayerKernels> Backward<B, 2> for ProductBackward {
    /// The nodes of `x` and of the weights.
    type State = (NodeId, NodeId);

    fn backward(
        self,
        ops: Ops<Self::State, 2>,
        gradients: &mut Gradients,
        checkpointer: &mut Checkpointer,
    ) {
        let [to_x, to_weights] = ops.parents;
        let x: FloatTensor<B> = checkpointer.retrieve_node_output(ops.state.0);
        let weights: FloatTensor<B> = checkpointer.retrieve_node_output(ops.state.1);
        let g = gradients.consume::<B>(&ops.node);
        if let Some(node) = to_weights {
            gradients.register::<B>(node.id, B::linear_weight_backward(x, g.clone()));
        }
        if let Some(node) = to_x {
            gradients.register::<B>(node.id, B::inputs_backward(weights, g));
        }
    }
}

/// The backward pass of batch normalization and an activation.
#[derive(Debug)]
struct NormActBackward;

impl<B: LayerKernels> Backward<B, 3> for NormActBackward {
    /// What the activation kept, the normalized input, the columns' factors, gain, activation.
    type State = ([FloatTensor<B>; 4], Act);

    fn backward(
        self,
        ops: Ops<Self::State, 3>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let [to_x, to_gain, to_shift] = ops.parents;
        let ([kept, normal, inverse, gain], act) = ops.state;
        let g = B::act_backward(gradients.consume::<B>(&ops.node), kept, act);
        let [of_x, of_gain, of_shift] = B::norm_backward(g, normal, inverse, gain);
        for (node, gradient) in [(to_x, of_x), (to_gain, of_gain), (to_shift, of_shift)] {
            if let Some(node) = node {
                gradients.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: LayerKernels, C: CheckpointStrategy> GanOps for Autodiff<B, C> {
    fn linear_act(
        x: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        bias: FloatTensor<Self>,
        act: Act,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), weights.node(), bias.node()];
        match LinearActBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(mut step) => {
                let [x_node, weights_node] = [step.checkpoint(&x), step.checkpoint(&weights)];
                let [x, weights, bias] = [x, weights, bias].map(Self::inner);
                let (y, kept) = portable::linear_act::<B>(x, weights, bias, act);
                step.finish((x_node, weights_node, kept, act), y)
            }
            OpsKind::UnTracked(step) => {
                let [x, weights, bias] = [x, weights, bias].map(Self::inner);
                step.finish(portable::linear_act::<B>(x, weights, bias, act).0)
            }
        }
    }

    fn product(x: FloatTensor<Self>, weights: FloatTensor<Self>) -> FloatTensor<Self> {
        match ProductBackward.prepare::<C>([x.node(), weights.node()]).compute_bound().stateful() {
            OpsKind::Tracked(mut step) => {
                let nodes = (step.checkpoint(&x), step.checkpoint(&weights));
                step.finish(nodes, B::float_matmul(Self::inner(x), Self::inner(weights)))
            }
            OpsKind::UnTracked(step) => {
                step.finish(B::float_matmul(Self::inner(x), Self::inner(weights)))
            }
        }
    }

    fn norm_act(
        x: FloatTensor<Self>,
        gain: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        act: Act,
    ) -> FloatTensor<Self> {
        let nodes = [x.node(), gain.node(), shift.node()];
        let [x, gain, shift] = [x, gain, shift].map(Self::inner);
        match NormActBackward.prepare::<C>(nodes).compute_bound().stateful() {
            OpsKind::Tracked(step) => {
                let Normed { y, kept, normal, inverse } = B::norm_act(x, gain.clone(), shift, act);
                step.finish(([kept, normal, inverse, gain], act), y)
            }
            OpsKind::UnTracked(step) => step.finish(B::norm_act(x, gain, shift, act).y),
        }
    }
}
