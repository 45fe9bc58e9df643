//! ONNX graphs: one chain of operations from the input to the output.

mod bound;

use crate::file::{Kind, Tensor};
use crate::fold::{self, Step};
use crate::{Activation, Network, Options};
use anyhow::{Context, Result, bail, ensure};
use gan_tools::onnx::proto::{self, Model, Node, Type};
use prost::Message;
use std::collections::HashMap;
use std::rc::Rc;

/// The types of numbers: f64.
const DOUBLE: i32 = 11;
/// Numbers that layers may hold beside twice those of the constants: layers can share a constant,
/// and a small file would else name a large one a thousand times.
const SHARED: usize = 1 << 20;

/// The network of a file.
pub fn network(bytes: &[u8], options: &Options) -> Result<Network> {
    ensure!(
        options.activations.is_empty() && options.layers.is_empty(),
        "the graph says its layers and activations: leave out --layers and --activations"
    );
    bound::check(bytes).context("is no ONNX file")?;
    let model = Model::decode(bytes).context("is no ONNX file")?;
    let graph = model.graph.context("is no ONNX file: it has no graph")?;
    let mut constants: HashMap<String, Rc<Tensor>> = HashMap::new();
    for tensor in &graph.initializer {
        if let Some(found) = constant(tensor)? {
            constants.insert(tensor.name.clone(), Rc::new(found));
        }
    }
    let room = 2 * constants.values().map(|tensor| tensor.values.len()).sum::<usize>() + SHARED;
    let (steps, notes) = (Vec::new(), Vec::new());
    let mut chain = Chain { current: None, constants, steps, room, notes };
    for node in &graph.node {
        let name = if node.name.is_empty() { &node.op_type } else { &node.name };
        chain.add(node).with_context(|| format!("{name} ({})", node.op_type))?;
    }
    let layers = fold::layers(chain.steps)?;
    Ok(Network { layers, embedding: None, notes: chain.notes })
}

/// The operations so far.
struct Chain {
    /// The value that the last of them made; none before the first.
    current: Option<String>,
    constants: HashMap<String, Rc<Tensor>>,
    steps: Vec<Step>,
    /// Numbers that further layers may hold.
    room: usize,
    notes: Vec<String>,
}

impl Chain {
    fn add(&mut self, node: &Node) -> Result<()> {
        let name = node.name.clone();
        let output = node.output.first().context("has no output")?.clone();
        let act = |act| Step::Act { name: name.clone(), act };
        let step = match node.op_type.as_str() {
            // torch has equal constants once, and names the others so.
            "Identity" if let Ok(same) = self.constant_at(node, 0) => {
                self.constants.insert(output, same);
                return Ok(());
            }
            "Constant" => {
                let value = node.attribute.iter().find_map(|set| set.t.as_ref());
                if let Some(found) = value.map(constant).transpose()?.flatten() {
                    self.room += 2 * found.values.len();
                    self.constants.insert(output, Rc::new(found));
                }
                return Ok(());
            }
            "Identity" | "Flatten" | "Reshape" | "Dropout" | "Cast" | "Squeeze" | "Unsqueeze" => {
                self.follow(node, &output)?;
                self.notes.push(format!("{} changes no number and is left out", node.op_type));
                return Ok(());
            }
            "Gemm" => self.gemm(node)?,
            "MatMul" => self.product(node, false, None)?,
            "Add" => {
                self.follow(node, &output)?;
                return self.bias(node);
            }
            "BatchNormalization" => {
                let numbers = [1, 2, 3, 4].map(|at| self.constant_at(node, at));
                let [gain, shift, mean, variance] = numbers;
                let (gain, shift, mean, variance) = (gain?, shift?, mean?, variance?);
                let numbers = [&gain, &shift, &mean, &variance].map(|it| it.values.as_slice());
                ensure!(
                    numbers.iter().all(|it| it.len() == gain.values.len()),
                    "numbers of different lengths"
                );
                Step::norm(&name, numbers, real(node, "epsilon", 1e-5))
            }
            "Relu" => act(Activation::Relu),
            "LeakyRelu" => act(Activation::LeakyRelu(real(node, "alpha", 0.01))),
            "Tanh" => act(Activation::Tanh),
            "Sigmoid" => act(Activation::Sigmoid),
            "Softplus" => act(Activation::Softplus),
            "Gelu" => act(Activation::Gelu),
            "Selu" => act(Activation::Selu),
            "Elu" => {
                let alpha = real(node, "alpha", 1.0);
                ensure!(alpha == 1.0, "alpha is {alpha}, and 1 is what can be run");
                act(Activation::Elu)
            }
            _ => bail!(
                "is no part of an MLP (expected Gemm, MatMul, Add, BatchNormalization and \
                 activations, one after the other)"
            ),
        };
        self.follow(node, &output)?;
        if let Step::Linear { weights, .. } = &step {
            let left = self.room.checked_sub(weights.len());
            self.room = left.context("shares its weights with too many layers")?;
        }
        self.steps.push(step);
        Ok(())
    }

    /// Makes sure that the operation takes what the one before made.
    fn follow(&mut self, node: &Node, output: &str) -> Result<()> {
        let values = node.input.iter().filter(|name| !self.constants.contains_key(*name));
        // Shapes and ratios, which are constants of integers, are not among the constants here.
        let taken = match &self.current {
            Some(current) => values.clone().find(|name| *name == current),
            None => values.clone().next(),
        };
        ensure!(taken.is_some(), "does not take the result of the operation before it");
        self.current = Some(output.to_owned());
        Ok(())
    }

    fn constant_at(&self, node: &Node, at: usize) -> Result<Rc<Tensor>> {
        let name = node.input.get(at).context("lacks an input")?;
        self.constants.get(name).cloned().with_context(|| format!("{name} is no constant"))
    }

    fn gemm(&self, node: &Node) -> Result<Step> {
        for name in ["alpha", "beta"] {
            ensure!(real(node, name, 1.0) == 1.0, "{name} is not 1");
        }
        let flag = |name: &str| node.attribute.iter().any(|set| set.name == name && set.i != 0);
        ensure!(!flag("transA"), "transposes what goes in");
        let bias = match node.input.get(2) {
            Some(name) if !name.is_empty() => Some(self.constant_at(node, 2)?),
            _ => None,
        };
        self.product(node, flag("transB"), bias)
    }

    fn product(&self, node: &Node, by_rows: bool, bias: Option<Rc<Tensor>>) -> Result<Step> {
        let weight = self.constant_at(node, 1)?;
        let [one, two] = weight.shape[..] else { bail!("a weight of shape {:?}", weight.shape) };
        let (inputs, outputs) = if by_rows { (two, one) } else { (one, two) };
        let place = |at: usize| match by_rows {
            true => weight.values[at % outputs * inputs + at / outputs],
            false => weight.values[at],
        };
        let weights = (0..inputs * outputs).map(place).collect();
        let bias = bias.map_or_else(|| vec![0.0; outputs], |bias| bias.values.clone());
        ensure!(bias.len() == outputs, "{} biases for {outputs} outputs", bias.len());
        Ok(Step::Linear { name: node.name.clone(), inputs, outputs, weights, bias })
    }

    /// Adds a constant to the sums before.
    fn bias(&mut self, node: &Node) -> Result<()> {
        let added = (0..node.input.len()).find_map(|at| self.constant_at(node, at).ok());
        let added = &added.context("adds no constant")?.values;
        match self.steps.last_mut() {
            Some(Step::Linear { bias, .. }) if bias.len() == added.len() => {
                bias.iter_mut().zip(added).for_each(|(bias, added)| *bias += added);
                Ok(())
            }
            _ => bail!("adds {} numbers to no sums", added.len()),
        }
    }
}

fn real(node: &Node, name: &str, default: f32) -> f32 {
    node.attribute.iter().find(|set| set.name == name).map_or(default, |set| set.f)
}

/// A constant of reals; none of integers, which are shapes.
fn constant(tensor: &proto::Tensor) -> Result<Option<Tensor>> {
    ensure!(tensor.data_location != 1, "{}: its numbers are in another file", tensor.name);
    let kind = match tensor.data_type {
        kind if kind == Type::Float as i32 => Kind::F32,
        DOUBLE => Kind::F64,
        _ => return Ok(None),
    };
    let shape: Result<Vec<usize>, _> = tensor.dims.iter().map(|&size| size.try_into()).collect();
    let shape = shape.with_context(|| format!("{}: a shape below 0", tensor.name))?;
    let written: Vec<u8>;
    let bytes = if tensor.raw_data.is_empty() && matches!(kind, Kind::F32) {
        written = tensor.float_data.iter().flat_map(|number| number.to_le_bytes()).collect();
        &written
    } else {
        &tensor.raw_data
    };
    Tensor::new(tensor.name.clone(), shape, kind, bytes).map(Some)
}
