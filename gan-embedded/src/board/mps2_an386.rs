/// Name of the board: its cargo feature.
pub const NAME: &str = "mps2-an386";
/// What computes.
pub const CORE: &str = "Cortex-M4";
