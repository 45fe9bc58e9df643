//! Puts a graph together, operation by operation.

use super::proto::{
    Attribute, Dimension, Graph, INT, INTS, Node, Shape, Tensor, TensorType, Type, ValueInfo,
    ValueType,
};
use super::proto::{FLOAT, OperatorSet};

/// The version of the operators: the one that all tools of the last years read.
pub const OPSET: i64 = 17;
/// The version of the format that belongs to it.
pub const IR_VERSION: i64 = 8;
/// What the number of images is called, which may be any.
const COUNT: &str = "count";

/// The name of a value.
pub type Value = String;

/// A graph in the making. Values are called after the operation that makes them.
#[derive(Debug, Default)]
pub struct Builder {
    graph: Graph,
}

impl Builder {
    /// A value that goes in: `count` times this shape.
    pub fn input(&mut self, name: &str, kind: Type, shape: &[usize], about: &str) -> Value {
        self.graph.input.push(info(name, kind, shape, about));
        name.into()
    }

    /// Gives a value that comes out its name.
    pub fn output(&mut self, value: &Value, name: &str, kind: Type, shape: &[usize], about: &str) {
        let node = self.graph.node.iter_mut().find(|node| node.output.contains(value));
        if let Some(node) = node {
            node.output = vec![name.into()];
        }
        self.graph.output.push(info(name, kind, shape, about));
    }

    /// The result of an operation.
    pub fn op(&mut self, operator: &str, inputs: &[&Value]) -> Value {
        self.op_with(operator, inputs, vec![])
    }

    /// The same with settings.
    pub fn op_with(&mut self, operator: &str, inputs: &[&Value], set: Vec<Attribute>) -> Value {
        let name = format!("{operator}_{}", self.graph.node.len());
        self.graph.node.push(Node {
            input: inputs.iter().map(|&input| input.clone()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operator.into(),
            attribute: set,
        });
        name
    }

    /// The value in another type.
    pub fn cast(&mut self, value: &Value, kind: Type) -> Value {
        self.op_with("Cast", &[value], vec![integer("to", kind as i64)])
    }

    /// A constant, of numbers as little-endian bytes.
    pub fn constant(&mut self, name: &str, kind: Type, shape: &[usize], bytes: Vec<u8>) -> Value {
        let name = format!("{name}_{}", self.graph.initializer.len());
        self.graph.initializer.push(Tensor {
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: kind as i32,
            name: name.clone(),
            raw_data: bytes,
            ..Tensor::default()
        });
        name
    }

    /// A constant of i64.
    pub fn long(&mut self, name: &str, shape: &[usize], numbers: &[i64]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(name, Type::Int64, shape, bytes)
    }

    /// A constant of i32.
    pub fn int(&mut self, name: &str, shape: &[usize], numbers: &[i32]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(name, Type::Int32, shape, bytes)
    }

    /// A constant of f32.
    pub fn float(&mut self, name: &str, shape: &[usize], numbers: &[f32]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.constant(name, Type::Float, shape, bytes)
    }

    /// The value in another shape behind the number of images.
    pub fn reshape(&mut self, value: &Value, shape: &[usize]) -> Value {
        // 0 keeps the size that is there.
        let sizes: Vec<i64> =
            [0].into_iter().chain(shape.iter().map(|&size| size as i64)).collect();
        let sizes = self.long("shape", &[sizes.len()], &sizes);
        self.op("Reshape", &[value, &sizes])
    }

    /// The file's message.
    pub fn finish(self, name: &str) -> super::proto::Model {
        super::proto::Model {
            ir_version: IR_VERSION,
            producer_name: "gan".into(),
            producer_version: env!("CARGO_PKG_VERSION").into(),
            graph: Some(Graph { name: name.into(), ..self.graph }),
            opset_import: vec![OperatorSet { domain: String::new(), version: OPSET }],
            ..Default::default()
        }
    }
}

/// A setting that is an integer.
pub fn integer(name: &str, i: i64) -> Attribute {
    Attribute { name: name.into(), i, r#type: INT, ..Default::default() }
}

/// A setting that is several integers.
pub fn integers(name: &str, ints: &[i64]) -> Attribute {
    Attribute { name: name.into(), ints: ints.into(), r#type: INTS, ..Default::default() }
}

/// A setting that is a real.
pub fn real(name: &str, f: f32) -> Attribute {
    Attribute { name: name.into(), f, r#type: FLOAT, ..Default::default() }
}

fn info(name: &str, kind: Type, shape: &[usize], about: &str) -> ValueInfo {
    let count = Dimension { dim_param: Some(COUNT.into()), dim_value: None };
    let size = |&size| Dimension { dim_value: Some(size as i64), dim_param: None };
    let dim = [count].into_iter().chain(shape.iter().map(size)).collect();
    let tensor = TensorType { elem_type: kind as i32, shape: Some(Shape { dim }) };
    let r#type = Some(ValueType { tensor: Some(tensor) });
    ValueInfo { name: name.into(), r#type, doc_string: about.into() }
}
