//! Models in the forms that other languages and tools take: a module for each.

pub mod c;
