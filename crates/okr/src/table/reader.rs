//! Reads a table row by row (RFC 4180), so that a file may be larger than the memory.
//!
//! Stricter than most: a quote that is never closed and text after a closing quote are mistakes,
//! because a row that swallowed its successors would be believed otherwise.

use std::io::{self, BufRead, Read as _};

use super::{Cell, Row, Wrong};

/// The greatest length of a line, in bytes.
const LINE_BYTES_MAX: u64 = 1 << 20;
/// The greatest length of a cell, in bytes: eight times what any text may have.
pub(super) const CELL_BYTES_MAX: usize = 1 << 16;

/// Why no row can be read.
#[derive(Debug)]
pub(crate) enum ReadFault {
    /// The file cannot be read.
    Io(io::Error),
    /// It is no table from here on.
    Wrong(Wrong),
}

impl From<Wrong> for ReadFault {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

/// Reads the rows of a table.
pub(crate) struct Reader<R> {
    input: R,
    separator: char,
    /// How many lines were read.
    line: usize,
}

impl<R: BufRead> Reader<R> {
    pub(crate) const fn new(input: R, separator: char) -> Self {
        Self {
            input,
            separator,
            line: 0,
        }
    }

    /// Returns the next row that is not blank; none at the end.
    ///
    /// # Errors
    /// [`ReadFault`]; there is nothing to be read after one.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, ReadFault> {
        while let Some(text) = self.next_line()? {
            // Excel names the separator in a line of its own.
            let names_it = self.line == 1 && names_separator(&text).is_some();
            if text.is_empty() || names_it {
                continue;
            }
            let row = self.row(text)?;
            if row.cells.iter().any(|cell| !cell.text.trim().is_empty()) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Takes a row apart that begins with a line; more lines are read within quotes.
    fn row(&mut self, text: String) -> Result<Row, ReadFault> {
        let begin = self.line;
        let mut cells = Vec::new();
        let mut rest = Rest {
            text,
            at: 0,
            column: 1,
        };
        loop {
            let (line, column) = (self.line, rest.column);
            let text = if rest.take('"') {
                self.quoted(&mut rest, (line, column))?
            } else {
                rest.until(self.separator)
            };
            cells.push(Cell { text, line, column });
            if rest.take(self.separator) {
                continue;
            }
            if rest.ends() {
                let wrong = None;
                return Ok(Row {
                    line: begin,
                    cells,
                    wrong,
                });
            }
            let message = "text stands after a closing quote";
            let help = "a quote within a quoted cell is written twice: \"\"";
            return Err(Wrong::new((self.line, rest.column), message)
                .with_help(help)
                .into());
        }
    }

    fn quoted(&mut self, rest: &mut Rest, begin: (usize, usize)) -> Result<String, ReadFault> {
        let mut cell = String::new();
        loop {
            cell.push_str(&rest.until('"'));
            if rest.take('"') {
                if rest.take('"') {
                    cell.push('"');
                    continue;
                }
                rest.skip_blanks(self.separator);
                return Ok(cell);
            }
            if cell.len() > CELL_BYTES_MAX {
                let message = "a cell has more than 64 KiB";
                let help = "is its closing quote missing?";
                return Err(Wrong::new(begin, message).with_help(help).into());
            }
            let Some(text) = self.next_line()? else {
                return Err(Wrong::new(begin, "this quote is never closed").into());
            };
            cell.push('\n');
            *rest = Rest {
                text,
                at: 0,
                column: 1,
            };
        }
    }

    /// Reads a line without its end; none at the end of the file.
    fn next_line(&mut self) -> Result<Option<String>, ReadFault> {
        let mut bytes = Vec::new();
        let mut limited = (&mut self.input).take(LINE_BYTES_MAX + 1);
        limited
            .read_until(b'\n', &mut bytes)
            .map_err(ReadFault::Io)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        if bytes.len() as u64 > LINE_BYTES_MAX {
            return Err(Wrong::new((self.line, 1), "a line has more than 1 MiB").into());
        }
        if self.line == 1 {
            if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
                let wrong = Wrong::new((1, 1), "the file is UTF-16");
                return Err(wrong.with_help("save it as UTF-8").into());
            }
            if bytes.starts_with(b"\xef\xbb\xbf") {
                bytes.drain(..3);
            }
        }
        let end = if bytes.ends_with(b"\r\n") {
            2
        } else {
            usize::from(bytes.ends_with(b"\n"))
        };
        bytes.truncate(bytes.len() - end);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let before = String::from_utf8_lossy(&error.as_bytes()[..valid]);
                let place = (self.line, before.chars().count() + 1);
                let wrong = Wrong::new(place, "the file is not UTF-8");
                Err(wrong.with_help("save it as UTF-8").into())
            }
        }
    }
}

/// Returns the separator that a line like `sep=;` names.
pub(super) fn names_separator(line: &str) -> Option<char> {
    let mut named = line.strip_prefix("sep=")?.chars();
    named.next().filter(|_| named.next().is_none())
}

/// What is left of a line.
struct Rest {
    text: String,
    /// In bytes.
    at: usize,
    /// In characters, from 1.
    column: usize,
}

impl Rest {
    fn ends(&self) -> bool {
        self.at == self.text.len()
    }

    /// Goes over a character if it is the next one.
    fn take(&mut self, wanted: char) -> bool {
        let is_next = self.text[self.at..].starts_with(wanted);
        if is_next {
            self.at += wanted.len_utf8();
            self.column += 1;
        }
        is_next
    }

    /// Takes everything before a character, or to the end.
    fn until(&mut self, end: char) -> String {
        let rest = &self.text[self.at..];
        let part = &rest[..rest.find(end).unwrap_or(rest.len())];
        let taken = part.to_owned();
        self.at += part.len();
        self.column += part.chars().count();
        taken
    }

    fn skip_blanks(&mut self, separator: char) {
        while separator != ' ' && self.take(' ') {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Vec<String>>, Wrong> {
        let mut reader = Reader::new(text.as_bytes(), ',');
        let mut rows = Vec::new();
        loop {
            match reader.next() {
                Ok(Some(row)) => {
                    rows.push(row.cells.into_iter().map(|cell| cell.text).collect());
                }
                Ok(None) => return Ok(rows),
                Err(ReadFault::Wrong(wrong)) => return Err(wrong),
                Err(ReadFault::Io(error)) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn quotes_hold_commas_quotes_and_lines() {
        let text = "\u{feff}a,b\r\n\"one, two\",\"she said \"\"no\"\"\nand left\"\r\n\r\n , \nlast,5\" disk";
        let expected = [
            ["a", "b"],
            ["one, two", "she said \"no\"\nand left"],
            ["last", "5\" disk"],
        ];
        assert_eq!(rows(text).unwrap(), expected);
        assert_eq!(rows("sep=,\na,\n\"\",b\n").unwrap(), [["a", ""], ["", "b"]]);
        assert!(rows("").unwrap().is_empty());
    }

    #[test]
    fn cells_know_line_and_column() {
        let mut reader = Reader::new("å,b\n\"x\ny\",\"é\",z\nw".as_bytes(), ',');
        let places = |row: Row| -> Vec<_> {
            row.cells
                .iter()
                .map(|cell| (cell.line, cell.column))
                .collect()
        };
        assert_eq!(places(reader.next().unwrap().unwrap()), [(1, 1), (1, 3)]);
        assert_eq!(
            places(reader.next().unwrap().unwrap()),
            [(2, 1), (3, 4), (3, 8)]
        );
        assert_eq!(places(reader.next().unwrap().unwrap()), [(4, 1)]);
    }

    #[test]
    fn what_is_no_table_is_told_at_its_place() {
        let place = |text: &[u8]| {
            let mut reader = Reader::new(text, ',');
            loop {
                match reader.next() {
                    Ok(Some(_)) => {}
                    Err(ReadFault::Wrong(wrong)) => return (wrong.line, wrong.column),
                    other => panic!("{other:?}"),
                }
            }
        };
        assert_eq!(place(b"a,b\nc,\"d\n\n"), (2, 3));
        assert_eq!(place(b"a,b\n\"c\"d,e\n"), (2, 4));
        assert_eq!(place(b"a\nbl\xe5\n"), (2, 3));
        assert_eq!(place(b"\xff\xfea\0"), (1, 1));
        let endless = format!("a\n\"{}", "x\n".repeat(40_000));
        assert_eq!(place(endless.as_bytes()), (2, 1));
        assert_eq!(place("y".repeat(2 << 20).as_bytes()), (1, 1));
    }
}
