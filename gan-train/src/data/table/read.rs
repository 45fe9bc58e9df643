//! The cells of a table: of a CSV file (RFC 4180), which has commas, quotes and a header, or of a
//! Parquet file.

use super::super::parquet::{self, ReadColumn};
use anyhow::{Context, Result, bail, ensure};
use csv_core::{ReadRecordResult, Reader};

/// Columns of a file, at most.
const MOST: usize = 1024;

/// A file's cells, without the spaces around them.
#[derive(Debug)]
pub(super) struct Cells {
    /// The names of the columns.
    pub header: Vec<String>,
    /// All rows' cells.
    text: String,
    /// Where each cell ends in it.
    ends: Vec<usize>,
    /// Where each row begins, from 1: the line of a CSV file, the row of another.
    places: Vec<u64>,
    /// What that counts.
    unit: &'static str,
    /// Which columns are of words because the file says so. CSV files say nothing of it.
    words: Vec<bool>,
}

impl Cells {
    fn new(unit: &'static str) -> Self {
        let (header, text, ends) = (Vec::new(), String::new(), Vec::new());
        Self { header, text, ends, places: Vec::new(), unit, words: Vec::new() }
    }

    /// Reads the content of a Parquet file.
    ///
    /// # Errors
    ///
    /// Names the column, and the row where there is one.
    pub fn of_parquet(bytes: &[u8]) -> Result<Self> {
        let columns = parquet::read(bytes)?;
        ensure!(!columns.is_empty(), "there are no columns");
        ensure!(columns.len() <= MOST, "over {MOST} columns");
        let mut cells = Self::new("row");
        let names: Vec<&str> = columns.iter().map(|column| column.name.trim()).collect();
        cells.name("the schema", &names)?;
        cells.words = columns.iter().map(|column| column.words).collect();
        let rows = columns.iter().map(|column| column.texts.len()).min().unwrap_or(0);
        ensure!(rows > 0, "there are no rows");
        for row in 0..rows {
            let texts = columns.iter().map(|ReadColumn { texts, .. }| texts.get(row));
            cells.row(row as u64 + 1, texts.map(|text| text.unwrap_or_default().trim()))?;
        }
        Ok(cells)
    }

    /// Reads the content of a CSV file.
    ///
    /// # Errors
    ///
    /// Names the line and the column.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].iter().filter(|&&byte| byte == b'\n').count();
            anyhow::anyhow!("line {}: is not UTF-8", line + 1)
        })?;
        let mut cells = Self::new("line");
        for_each_record(text, |line, record| cells.add(line, record))?;
        ensure!(!cells.header.is_empty(), "the file is empty (expected a header and rows)");
        ensure!(cells.count() > 0, "line 2: there are no rows below the header");
        Ok(cells)
    }

    /// How many rows.
    pub fn count(&self) -> usize {
        self.places.len()
    }

    /// A row's cell.
    pub fn get(&self, row: usize, column: usize) -> &str {
        let at = row * self.header.len() + column;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at]]
    }

    /// A column's cells.
    pub fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.count()).map(move |row| self.get(row, column))
    }

    /// Whether the file says that a column is of words.
    pub fn says_words(&self, column: usize) -> bool {
        self.words.get(column) == Some(&true)
    }

    /// `line 7, column "hue"`.
    pub fn place(&self, row: usize, column: usize) -> String {
        format!("{} {}, column {:?}", self.unit, self.places[row], self.header[column])
    }

    /// Takes the names of the columns.
    fn name(&mut self, place: &str, names: &[&str]) -> Result<()> {
        self.header = names.iter().map(|&name| name.to_owned()).collect();
        for (at, name) in names.iter().enumerate() {
            ensure!(!name.is_empty(), "{place}: column {} has no name", at + 1);
            let twice = names[..at].contains(name);
            ensure!(!twice, "{place}: two columns are called {name:?}");
        }
        Ok(())
    }

    /// Takes a record of a CSV file: the first one is the header.
    fn add(&mut self, line: u64, record: &[&str]) -> Result<()> {
        if self.header.is_empty() {
            return self.name(&format!("line {line}"), record);
        }
        ensure!(
            record.len() == self.header.len(),
            "line {line}: {} cells, but the header has {}",
            record.len(),
            self.header.len()
        );
        self.row(line, record.iter().copied())
    }

    /// Takes a row's cells.
    fn row<'a>(&mut self, place: u64, row: impl Iterator<Item = &'a str>) -> Result<()> {
        self.places.push(place);
        for (column, cell) in row.enumerate() {
            if cell.is_empty() {
                let place = self.place(self.places.len() - 1, column);
                bail!(
                    "{place}: the cell is empty (expected a value: fill it in, or leave the row \
                       out)"
                );
            }
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
        Ok(())
    }
}

/// Calls `each` with the line on which a record begins and with its cells.
fn for_each_record(text: &str, mut each: impl FnMut(u64, &[&str]) -> Result<()>) -> Result<()> {
    let (mut reader, bytes) = (Reader::new(), text.as_bytes());
    let (mut output, mut ends) = (vec![0; bytes.len()], vec![0; MOST + 1]);
    // The line of `counted`, and where the next record begins.
    let (mut line, mut counted, mut at) = (1, 0, 0);
    loop {
        let begin = at + bytes[at..].iter().take_while(|byte| b"\r\n".contains(byte)).count();
        line += bytes[counted..begin].iter().filter(|&&byte| byte == b'\n').count() as u64;
        counted = begin;
        let (mut written, mut count) = (0, 0);
        loop {
            let (result, read, put, fields) =
                reader.read_record(&bytes[at..], &mut output[written..], &mut ends[count..]);
            (at, written, count) = (at + read, written + put, count + fields);
            match result {
                // The end of the input ends a record too; then it is called with nothing left.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(()),
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    bail!("line {line}: over {MOST} columns")
                }
            }
        }
        let record = std::str::from_utf8(&output[..written]).context("a record's text")?;
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let cells = starts.zip(&ends[..count]).map(|(start, &end)| record[start..end].trim());
        let cells: Vec<&str> = cells.collect();
        ensure!(cells.len() <= MOST, "line {line}: over {MOST} columns");
        each(line, &cells)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Cells::parse(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn quotes_spaces_and_line_ends_are_understood() {
        let text = "\u{FEFF}a, b ,\"c, \"\"d\"\"\"\r\n1, 2 ,\"x\ny\"\r\n\r\n 3,4,z";
        let cells = Cells::parse(text.as_bytes()).unwrap();
        assert_eq!(cells.header, ["a", "b", "c, \"d\""]);
        assert_eq!(cells.count(), 2);
        assert_eq!(cells.column(0).collect::<Vec<_>>(), ["1", "3"]);
        assert_eq!(cells.column(1).collect::<Vec<_>>(), ["2", "4"]);
        assert_eq!(cells.column(2).collect::<Vec<_>>(), ["x\ny", "z"]);
        assert_eq!(cells.place(0, 1), "line 2, column \"b\"");
        // The cell of two lines, and the empty line, count.
        assert_eq!(cells.place(1, 0), "line 5, column \"a\"");
    }

    /// The file is pyarrow's, as those beside it.
    #[test]
    fn a_parquet_file_has_cells_and_says_which_are_words() {
        let file = include_bytes!("../../../tests/data/parquet/snappy.parquet");
        let cells = Cells::of_parquet(file).unwrap();
        assert_eq!((cells.count(), cells.header.len()), (12, 9));
        assert_eq!(cells.header[0], "height [m]");
        assert_eq!((cells.get(0, 0), cells.get(11, 7)), ("1.5", "blü"));
        assert_eq!(cells.place(11, 7), "row 12, column \"colour\"");
        let words: Vec<usize> = (0..9).filter(|&column| cells.says_words(column)).collect();
        assert_eq!(words, [6, 7, 8]);
        assert!(!Cells::parse(b"a\nx\n").unwrap().says_words(0));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_column() {
        for (text, expected) in [
            ("", "the file is empty (expected a header and rows)"),
            ("\n\n", "the file is empty (expected a header and rows)"),
            ("a,b\n", "line 2: there are no rows below the header"),
            ("a,\n1,2\n", "line 1: column 2 has no name"),
            ("a,a\n1,2\n", "line 1: two columns are called \"a\""),
            ("a,b\n1,2\n3\n", "line 3: 1 cells, but the header has 2"),
            ("a,b\n1,2\n3,4,5\n", "line 3: 3 cells, but the header has 2"),
            (
                "a,b\n1,2\n3, \n",
                "line 3, column \"b\": the cell is empty (expected a value: fill \
                                  it in, or leave the row out)",
            ),
        ] {
            assert_eq!(refused(text), expected, "{text:?}");
        }
        let error = Cells::parse(b"a,b\n1,\xFF\n").unwrap_err().to_string();
        assert_eq!(error, "line 2: is not UTF-8");
        assert!(refused(&(",".repeat(2000) + "\n")).contains("over 1024 columns"));
    }
}
