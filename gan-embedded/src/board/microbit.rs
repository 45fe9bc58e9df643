/// Name of the board: its cargo feature.
pub const NAME: &str = "microbit";
/// What computes.
pub const CORE: &str = "Cortex-M0";
