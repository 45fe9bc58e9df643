/// Name of the board: its cargo feature.
pub const NAME: &str = "mps2-an385";
/// What computes.
pub const CORE: &str = "Cortex-M3";
