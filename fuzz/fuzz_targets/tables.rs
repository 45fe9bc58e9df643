//! Tables: CSV and Parquet, as `--data` of a table takes them.
#![no_main]

use gan_fuzz::{folder, memory};
use gan_train_parts::config::{Config, Recipe, TableConfig};
use gan_train_parts::data::table;
use libfuzzer_sys::fuzz_target;
use std::sync::OnceLock;

fuzz_target!(|input: &[u8]| {
    let Some((&kind, bytes)) = input.split_first() else { return };
    let (file, series) = (if kind & 1 == 0 { "t.csv" } else { "t.parquet" }, kind & 2 != 0);
    let config = &configs()[usize::from(series)];
    let config = TableConfig { label: (kind & 4 != 0).then(|| "label".into()), ..config.clone() };
    folder::with_files("table", &[(file, bytes)], |folder| {
        let name = folder.join(file).to_string_lossy().into_owned();
        let read = memory::bounded(bytes.len(), || table::open(&name, &config));
        if let Ok((dataset, _)) = read {
            let images = &dataset.train.images;
            assert_eq!(images.pixels.len(), images.count * images.width * images.height);
        }
    });
});

/// The configurations of rows and of a series.
fn configs() -> &'static [TableConfig; 2] {
    static CONFIGS: OnceLock<[TableConfig; 2]> = OnceLock::new();
    CONFIGS.get_or_init(|| {
        ["table", "series"].map(|name| {
            let config = Config::preset(name, Recipe::Default).expect("a preset");
            TableConfig { window: if name == "series" { 4 } else { 1 }, ..config.table.unwrap() }
        })
    })
}
