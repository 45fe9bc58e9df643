//! Reads the tables of golden bytes in docs/blob-format.md.

/// Returns the cells of the rows that begin with a number, of all tables under this heading.
pub fn golden_rows(heading: &str) -> Vec<Vec<String>> {
    let page =
        String::from_utf8(super::disk::read("docs/blob-format.md")).expect("the page is text");
    let heading = format!("\n## {heading}\n");
    let (_, golden) = page.split_once(&heading).expect("the page has golden bytes");
    let golden = golden.split("\n## ").next().unwrap_or_default();
    let cells = |line: &str| {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    let begins = |cells: &Vec<String>| cells[0].starts_with(|c: char| c.is_ascii_digit());
    golden.lines().map(cells).filter(begins).collect()
}

/// Returns the numbers in a cell.
pub fn numbers<T: std::str::FromStr>(cell: &str) -> Vec<T>
where
    T::Err: std::fmt::Debug,
{
    cell.split(", ").map(|number| number.parse().expect("a number")).collect()
}

/// Returns the bytes of the blob that the page lists under this heading. `table` are the bytes of
/// the table in the blob's metadata, which the page lists before.
pub fn documented_bytes(heading: &str, table: &[u8]) -> Vec<u8> {
    let mut documented = Vec::new();
    for row in golden_rows(heading).iter().filter(|row| row.len() == 3) {
        assert_eq!(row[0], documented.len().to_string(), "offset of {row:?}");
        if row[1] == "the 256 bytes of the table above" {
            documented.extend(table);
            continue;
        }
        let bytes = row[1]
            .trim_matches('`')
            .split(' ')
            .map(|byte| u8::from_str_radix(byte, 16).expect("a byte in hex"));
        documented.extend(bytes);
    }
    documented
}
