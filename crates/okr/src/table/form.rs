//! The form in which the rows of a file are written, and the reader of each.

use std::io::{self, BufRead};

use super::json::{JsonReader, Names};
use super::separator::{Separator, sniff};
use super::{Asked, Columns, ReadFault, Row, Wrong, reader};

/// How far into a file its form is looked for, in bytes.
const LOOKED_AT: u64 = 4096;

/// The form of the rows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Cells with a character between them.
    Separated(Separator),
    /// Objects in JSON, and the names of their members.
    Json(Names),
}

impl Form {
    /// Reads the rows from the beginning of the file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn rows<R: BufRead>(&self, input: R) -> Result<Rows<'_, R>, ReadFault> {
        Ok(match self {
            Self::Separated(separator) => {
                let mut rows = reader::Reader::new(input, separator.0);
                // The first one names the columns.
                rows.next()?;
                Rows::Separated(rows)
            }
            Self::Json(names) => Rows::Json(JsonReader::new(input, names)),
        })
    }
}

/// What is known of a table before its rows are read.
pub(crate) struct Shape {
    pub(crate) form: Form,
    pub(crate) columns: Columns,
    /// The row that names the columns.
    pub(crate) names: Row,
}

/// Says whether rows are JSON, by what they begin with.
pub(crate) fn begins_as_json(begin: &[u8]) -> bool {
    let begin = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin);
    match begin.trim_ascii_start().split_first() {
        Some((b'[', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'{' | b']')),
        Some((b'{', rest)) => matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')),
        _ => false,
    }
}

impl Shape {
    /// Finds out the form of a file that can be opened again and again, and what its columns mean;
    /// none when it has no rows.
    ///
    /// # Errors
    /// When it cannot be read, or is no table.
    pub(crate) fn of<R: BufRead>(
        mut open: impl FnMut() -> io::Result<R>,
        (separator, asked): (Option<Separator>, &Asked),
    ) -> Result<Option<Self>, ReadFault> {
        let mut begin = Vec::new();
        let mut input = io::Read::take(open().map_err(ReadFault::Io)?, LOOKED_AT);
        io::Read::read_to_end(&mut input, &mut begin).map_err(ReadFault::Io)?;
        if begins_as_json(&begin) {
            return Self::of_json(open, asked);
        }
        let separator = match separator {
            Some(separator) => separator,
            None => sniff(&mut open).map_err(ReadFault::Io)?,
        };
        let input = open().map_err(ReadFault::Io)?;
        let Some(names) = reader::Reader::new(input, separator.0).next()? else {
            return Ok(None);
        };
        let columns = Columns::of(&names, asked)?;
        let form = Form::Separated(separator);
        Ok(Some(Self {
            form,
            columns,
            names,
        }))
    }

    fn of_json<R: BufRead>(
        mut open: impl FnMut() -> io::Result<R>,
        asked: &Asked,
    ) -> Result<Option<Self>, ReadFault> {
        let Some((mut form, names)) = Names::read(open().map_err(ReadFault::Io)?)? else {
            return Ok(None);
        };
        let columns = Columns::of(&names, asked).map_err(|wrong| of_okr(&names, wrong))?;
        for (field, place) in columns.places() {
            form.mean(place, field);
        }
        let form = Form::Json(form);
        Ok(Some(Self {
            form,
            columns,
            names,
        }))
    }
}

/// Says what to do with an answer of `okr`, which is no table.
fn of_okr(names: &Row, wrong: Wrong) -> Wrong {
    let is_answer = ["schema", "items"].into_iter().all(|name| {
        let mut cells = names.cells.iter();
        cells.any(|cell| cell.text == name)
    });
    if !is_answer {
        return wrong;
    }
    Wrong::new(
        (wrong.line, wrong.column),
        "this is an answer of okr, which has no rows",
    )
    .with_help(
        "okr export --kind checkins --to FILE.csv writes rows, and okr export --events everything",
    )
}

/// Reads the rows of a table, in whatever form they are.
pub(crate) enum Rows<'s, R> {
    /// Cells with a character between them.
    Separated(reader::Reader<R>),
    /// Objects in JSON.
    Json(JsonReader<'s, R>),
}

impl<R: BufRead> Rows<'_, R> {
    /// Returns the next row; none at the end.
    ///
    /// # Errors
    /// [`ReadFault`]; there is nothing to be read after one.
    pub(crate) fn next(&mut self) -> Result<Option<Row>, ReadFault> {
        match self {
            Self::Separated(rows) => rows.next(),
            Self::Json(rows) => rows.next(),
        }
    }
}
