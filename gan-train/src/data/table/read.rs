//! The cells of a table: of a CSV file (RFC 4180), which has commas, quotes and a header, or of a
//! Parquet file.

use super::super::parquet;
use super::super::texts::Texts;
use anyhow::{Context, Result, bail, ensure};
use csv_core::{ReadRecordResult, Reader};

/// Columns of a file, at most.
const MOST: usize = 1024;
/// Bytes of a record for which there is room before it is read.
const RECORD: usize = 4096;

/// A file's cells, without the spaces around them.
#[derive(Debug)]
pub(super) struct Cells {
    /// The names of the columns.
    pub header: Vec<String>,
    /// Each column's cells.
    columns: Vec<Texts>,
    /// Where the rows are in the file.
    places: Places,
    /// Which columns are of words because the file says so. CSV files say nothing of it.
    words: Vec<bool>,
}

/// Where rows are in a file.
#[derive(Debug)]
enum Places {
    /// Row after row.
    Rows,
    /// Of each row of a CSV file how many lines lie between its beginning and that of the row
    /// before it: a 255 and what is left of it where there are as many.
    Lines(Vec<u8>),
}

impl Cells {
    /// Reads the content of a Parquet file.
    ///
    /// # Errors
    ///
    /// Names the column, and the row where there is one.
    pub fn of_parquet(bytes: &[u8]) -> Result<Self> {
        let columns = parquet::read(bytes)?;
        ensure!(!columns.is_empty(), "there are no columns");
        ensure!(columns.len() <= MOST, "over {MOST} columns");
        let rows = columns.iter().map(|column| column.texts.len()).min().unwrap_or(0);
        ensure!(rows > 0, "there are no rows");
        let names: Vec<&str> = columns.iter().map(|column| column.name.trim()).collect();
        let header = header("the schema", &names)?;
        let words = columns.iter().map(|column| column.words).collect();
        let columns = columns.into_iter().map(|column| column.texts).collect();
        let cells = Self { header, columns, places: Places::Rows, words };
        for column in 0..cells.header.len() {
            let empty = cells.column(column).position(str::is_empty);
            empty.map_or(Ok(()), |row| Err(cells.is_empty(row, column)))?;
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
        let (mut cells, mut last) = (None, 0);
        for_each_record(text, |line, record| match &mut cells {
            None => {
                cells = Some(Self::of_csv(line, record)?);
                last = line;
                Ok(())
            }
            Some(cells) => {
                let between = line - std::mem::replace(&mut last, line);
                cells.add(line, between, record)
            }
        })?;
        let cells = cells.context("the file is empty (expected a header and rows)")?;
        ensure!(cells.count() > 0, "line 2: there are no rows below the header");
        Ok(cells)
    }

    /// Takes the header of a CSV file, which is in this line.
    fn of_csv(line: u64, record: &[&str]) -> Result<Self> {
        let header = header(&format!("line {line}"), record)?;
        let columns = vec![Texts::default(); header.len()];
        let mut lines = Vec::new();
        push_lines(&mut lines, line);
        Ok(Self { header, columns, places: Places::Lines(lines), words: Vec::new() })
    }

    /// How many rows.
    pub fn count(&self) -> usize {
        self.columns.first().map_or(0, Texts::len)
    }

    /// A row's cell.
    pub fn get(&self, row: usize, column: usize) -> &str {
        // There are as many cells in every column. Those of a Parquet file may have spaces.
        self.columns[column].get(row).unwrap_or_default().trim()
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
        let column = &self.header[column];
        match &self.places {
            Places::Rows => format!("row {}, column {column:?}", row + 1),
            // The header is the first of them.
            Places::Lines(lines) => {
                format!("line {}, column {column:?}", line_of(lines, row + 1))
            }
        }
    }

    /// Takes a record of a CSV file below the header, and how many lines after the one before it
    /// begins.
    fn add(&mut self, line: u64, between: u64, record: &[&str]) -> Result<()> {
        ensure!(
            record.len() == self.header.len(),
            "line {line}: {} cells, but the header has {}",
            record.len(),
            self.header.len()
        );
        if let Places::Lines(lines) = &mut self.places {
            push_lines(lines, between);
        }
        for (column, cell) in record.iter().enumerate() {
            if cell.is_empty() {
                return Err(self.is_empty(self.columns[column].len(), column));
            }
            self.columns[column].push(cell)?;
        }
        Ok(())
    }

    /// The error of a cell without a value.
    fn is_empty(&self, row: usize, column: usize) -> anyhow::Error {
        let place = self.place(row, column);
        anyhow::anyhow!(
            "{place}: the cell is empty (expected a value: fill it in, or leave the row out)"
        )
    }
}

/// Adds a number of lines.
fn push_lines(lines: &mut Vec<u8>, mut count: u64) {
    while count >= 255 {
        lines.push(255);
        count -= 255;
    }
    lines.push(count as u8);
}

/// The sum of the first `count` numbers of lines and of the one after them.
fn line_of(lines: &[u8], count: usize) -> u64 {
    let (mut line, mut left) = (0, count);
    for &byte in lines {
        line += u64::from(byte);
        if byte < 255 {
            match left.checked_sub(1) {
                Some(less) => left = less,
                None => break,
            }
        }
    }
    line
}

/// Checks the names of columns.
fn header(place: &str, names: &[&str]) -> Result<Vec<String>> {
    for (at, name) in names.iter().enumerate() {
        ensure!(!name.is_empty(), "{place}: column {} has no name", at + 1);
        let twice = names[..at].contains(name);
        ensure!(!twice, "{place}: two columns are called {name:?}");
    }
    Ok(names.iter().map(|&name| name.to_owned()).collect())
}

/// Calls `each` with the line on which a record begins and with its cells.
fn for_each_record(text: &str, mut each: impl FnMut(u64, &[&str]) -> Result<()>) -> Result<()> {
    let (mut reader, bytes) = (Reader::new(), text.as_bytes());
    let (mut output, mut ends) = (vec![0; RECORD], vec![0; MOST + 1]);
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
                ReadRecordResult::OutputFull => output.resize(2 * output.len(), 0),
                ReadRecordResult::OutputEndsFull => bail!("line {line}: over {MOST} columns"),
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

    #[test]
    fn lines_are_counted_across_many_empty_ones() {
        for empty in [0, 253, 254, 255, 256, 1000] {
            let gap = "\n".repeat(empty);
            let text = format!("{gap}a\n1\n{gap}2\n{gap}{gap}\n3\n4\n");
            let cells = Cells::parse(text.as_bytes()).unwrap();
            let lines = [2, 3 + empty, 5 + 3 * empty, 6 + 3 * empty];
            for (row, line) in lines.iter().enumerate() {
                let expected = format!("line {}, column \"a\"", line + empty);
                assert_eq!(cells.place(row, 0), expected, "{empty}, {row}");
            }
        }
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
