/// Name of the board: its cargo feature.
pub const NAME: &str = "mps2-an500";
/// What computes.
pub const CORE: &str = "Cortex-M7";
