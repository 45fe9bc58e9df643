//! What files of a run are made of: tensors, and lines of JSON.

pub mod json_lines;
pub mod tensor_file;
