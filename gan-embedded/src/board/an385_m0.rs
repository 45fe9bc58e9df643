/// Name of the board: its cargo feature.
pub const NAME: &str = "an385-m0";
/// What computes.
pub const CORE: &str = "Cortex-M0 code on a Cortex-M3";
