//! Tables as spreadsheets and other programs write them: rows of cells with line and column of each.
//!
//! What stands in a table is settled in crates/okr/IMPORT.md. Nothing here knows an organisation.

mod columns;
mod day;
mod form;
mod json;
mod number;
mod reader;
mod separator;

pub(crate) use columns::{Asked, Columns, Field, Kind};
pub(crate) use day::{day, moment};
pub(crate) use form::{Form, Rows, Shape, begins_as_json};
pub(crate) use number::{Commas, number};
pub(crate) use reader::ReadFault;
pub(crate) use separator::Separator;

/// One cell, and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// From 1.
    pub(crate) line: usize,
    /// In characters, from 1.
    pub(crate) column: usize,
}

/// One row that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// Where it begins, from 1.
    pub(crate) line: usize,
    pub(crate) cells: Vec<Cell>,
    /// What is wrong with its form, where the rows after it can still be read.
    pub(crate) wrong: Option<Wrong>,
}

/// What is wrong with a table at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wrong {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) message: String,
    /// What to write instead.
    pub(crate) help: Option<String>,
}

impl Wrong {
    pub(crate) fn new((line, column): (usize, usize), message: impl Into<String>) -> Self {
        Self {
            line,
            column,
            message: message.into(),
            help: None,
        }
    }

    /// Says what is wrong with a cell.
    pub(crate) fn at(cell: &Cell, message: impl Into<String>) -> Self {
        Self::new((cell.line, cell.column), message)
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Takes the apostrophe away that an export put before a text which a spreadsheet would take for a
/// formula.
pub(crate) fn without_guard(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => rest,
        Some(_) | None => text,
    }
}

/// Writes a text so that [`without_guard`] gives it back: where a cell may have an apostrophe that an
/// export put there, but this text has one of its own.
fn with_guard(text: String) -> String {
    if without_guard(&text) == text {
        return text;
    }
    format!("'{text}")
}
