//! The tables that are built in: see `data/tables/README.md`.

/// A table of the program's own.
#[derive(Debug, Clone, Copy)]
pub struct BuiltIn {
    /// What `--data` calls it.
    pub name: &'static str,
    /// The CSV file.
    pub text: &'static str,
    /// The column by which its generator is conditioned.
    pub label: &'static str,
    /// Rows of a window, and rows from the start of one to that of the next one.
    pub window: (u16, u16),
}

macro_rules! table {
    ($name:literal, $label:literal, $window:expr) => {
        BuiltIn {
            name: $name,
            text: include_str!(concat!("../../../data/tables/", $name, ".csv")),
            label: $label,
            window: $window,
        }
    };
}

/// All of them.
pub const BUILT_IN: [BuiltIn; 3] = [
    table!("wine", "class", (1, 1)),
    table!("breast-cancer", "diagnosis", (1, 1)),
    table!("motion", "activity", (32, 1)),
];

/// The one of this name.
pub fn built_in(name: &str) -> Option<&'static BuiltIn> {
    BUILT_IN.iter().find(|table| table.name == name)
}
