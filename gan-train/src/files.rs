//! Files that hold tensors.

pub mod tensor_file;
