//! Files beside those of the crate `parquet`, which wrote the constants here.

use super::*;
use sha2::{Digest, Sha256};

const A: &str = "504152311500150815082c150415001506150600000102ff001500151015102c1504150015061506\
                 000001000000000000001502193c4806736368656d61150400150e150415001805696d6167650015\
                 02250018056c6162656c001604191c192c26001c150e19250006191805696d61676515001604162a\
                 162a2608491c15001500150200000026001c1502192500061918056c6162656c1500160416321632\
                 2632491c150015001502000000165c16042608165c140000193c1805776964746818013200180668\
                 65696768741801310018086368616e6e656c7318013100181367616e2d747261696e207665727369\
                 6f6e2031192c1c00001c000000cb00000050415231";
const B: &str = "504152311500150815082c150415001506150600000102ff001500151a151a2c1504150015061506\
                 00000300000074776f02000000c3a91502193c4806736368656d61150400150e150415001805696d\
                 61676500150c250018056c6162656c25004c1c0000001604191c192c26001c150e19250006191805\
                 696d61676515001604162a162a2608491c15001500150200000026001c150c192500061918056c61\
                 62656c15001604163c163c2632491c1500150015020000001666160426081666140000193c180577\
                 696474681801320018066865696768741801310018086368616e6e656c7318013100181367616e2d\
                 747261696e2076657273696f6e2031192c1c00001c000000d100000050415231";
const C: &str = "504152311500150815082c150415001506150600000102ff001502192c4806736368656d61150200\
                 150e150415001805696d616765001604191c191c26001c150e19250006191805696d616765150016\
                 04162a162a2608491c150015001502000000162a16042608162a140000193c180577696474681801\
                 320018066865696768741801310018086368616e6e656c7318013100181367616e2d747261696e20\
                 76657273696f6e2031191c1c0000009600000050415231";
const D: &str = "f311da73cf79ec6b0389e4fcf6c1ad1e1c9914f6efe3fd2207e4518d51a6d9a9";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn image(bytes: &[u8]) -> Column<'_> {
    Column { name: "image", values: Values::Bytes { len: 2, bytes } }
}

/// The bytes of `SerializedFileWriter` of the crate `parquet` 60.1.0 for the same columns, with
/// the same settings: PARQUET_1_0, PLAIN, uncompressed, no dictionary, no statistics, no offset
/// index, row groups of 65,536 rows.
#[test]
fn files_are_those_of_the_crate_parquet() {
    let sizes = ["width", "height", "channels"].into_iter().zip(["2", "1", "1"]);
    let sizes: Vec<_> = sizes.map(|(name, size)| (name, size.to_owned())).collect();
    let pixels = [1, 2, 255, 0];
    let found = |label: Option<Values<'_>>| {
        let label = label.map(|values| Column { name: "label", values });
        let columns: Vec<_> = std::iter::once(image(&pixels)).chain(label).collect();
        hex(&file(&columns, &sizes).unwrap())
    };
    assert_eq!(found(Some(Values::Integers(vec![1, 0]))), A);
    assert_eq!(found(Some(Values::Texts(vec!["two", "é"]))), B);
    assert_eq!(found(None), C);
}

/// Several pages and row groups, also by that crate.
#[test]
fn long_files_are_those_of_the_crate_parquet() {
    let pixels: Vec<u8> = (0..140_000u32).map(|at| (at % 251) as u8).collect();
    let found = file(&[image(&pixels)], &[]).unwrap();
    assert_eq!(found.len(), 140_317);
    assert_eq!(hex(&Sha256::digest(&found)), D);
}

#[test]
fn columns_of_several_lengths_are_refused() {
    let label = Column { name: "label", values: Values::Integers(vec![1]) };
    file(&[image(&[1, 2, 3, 4]), label], &[]).unwrap_err();
}
