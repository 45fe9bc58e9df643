//! What a start costs on each kernel, from the counts of `check` and `decode`.

use super::Record;
use crate::firmware::Count;
use crate::fit::starts::{Counted, Kernel};
use crate::prelude::*;

/// Returns the models whose `check` and `decode` were counted, for each kernel.
pub fn of(records: &[Record]) -> Result<Vec<Kernel>> {
    let mut kernels: Vec<Kernel> = Vec::new();
    for check in records {
        let Some(name) = check.kernel.strip_suffix(Count::Check.label()) else { continue };
        let decode = format!("{name}{}", Count::Decode.label());
        let (board, of_model) = (check.board, &check.model);
        let same = |other: &&Record| {
            (other.board, &other.model, &other.kernel) == (board, of_model, &decode)
        };
        let decode = records.iter().find(same);
        let decode =
            decode.with_context(|| format!("{board} {of_model}: `decode` was not counted"))?;
        let model = Counted {
            bytes: check.bytes,
            weights: check.macs,
            check: check.instructions,
            decode: decode.instructions,
            cycles: check.estimated_cycles.zip(decode.estimated_cycles),
        };
        match kernels.iter_mut().find(|kernel| kernel.kernel == name) {
            Some(kernel) => kernel.models.push(model),
            None => kernels.push(Kernel {
                kernel: name.into(),
                core: super::core(check.board)?.into(),
                models: vec![model],
            }),
        }
    }
    Ok(kernels)
}
