//! The suites of gan-core's decoder, arithmetic and layers as one program, which `cargo mutants`
//! builds anew for each of its changes: one program takes a fraction of the time of twenty.

#[path = "tests/arithmetic.rs"]
mod arithmetic;
#[path = "tests/calls.rs"]
mod calls;
#[path = "tests/damage.rs"]
mod damage;
#[path = "tests/encoding.rs"]
mod encoding;
#[path = "tests/errors.rs"]
mod errors;
#[path = "tests/format.rs"]
mod format;
#[path = "tests/golden.rs"]
mod golden;
#[path = "tests/int4.rs"]
mod int4;
#[path = "tests/int4_limits.rs"]
mod int4_limits;
#[path = "tests/known.rs"]
mod known;
#[path = "tests/morph.rs"]
mod morph;
#[path = "tests/packing.rs"]
mod packing;
#[path = "tests/steps.rs"]
mod steps;
#[path = "tests/trace.rs"]
mod trace;
#[path = "tests/transform.rs"]
mod transform;
#[path = "tests/transform_calls.rs"]
mod transform_calls;
#[path = "tests/truncation.rs"]
mod truncation;
#[path = "tests/version3.rs"]
mod version3;
