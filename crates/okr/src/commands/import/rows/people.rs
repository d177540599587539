//! Who is named in a table, and when things were written down.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use okr_core::id::PersonId;
use okr_core::{Date, Timestamp};

use crate::resolve::Resolver;
use crate::table::{Cell, Columns, Field, Row, Wrong, day, moment};

/// Why a name means nothing.
pub(super) type NotFound = (String, Option<String>);

/// Finds somebody by handle, address, id or, where only one has it, by name.
pub(super) fn person(resolver: &Resolver<'_, '_>, text: &str) -> Result<PersonId, NotFound> {
    let text = text.trim();
    resolver.person(text).or_else(|error| {
        let entries = resolver.directory.entries.values();
        let mut named = entries.filter(|entry| entry.name.to_lowercase() == text.to_lowercase());
        match (named.next(), named.next()) {
            (Some(only), None) => Ok(only.person),
            _ => Err(not_found(&error)),
        }
    })
}

/// Says why something was not found.
pub(super) fn not_found(error: &crate::error::CliError) -> NotFound {
    (error.message().to_owned(), error.hints().first().cloned())
}

/// Says what is wrong with a cell that names something.
pub(super) fn unknown(cell: &Cell, (message, help): &NotFound) -> Wrong {
    let wrong = Wrong::at(cell, message);
    match help {
        Some(help) => wrong.with_help(help),
        None => wrong,
    }
}

/// The people whom a table names, looked up once.
#[derive(Debug, Default)]
pub(super) struct People(HashMap<String, Result<PersonId, NotFound>>);

impl People {
    /// Looks up whom a cell names.
    pub(super) fn learn(&mut self, cell: Option<&Cell>, resolver: &Resolver<'_, '_>) {
        if let Some(cell) = cell
            && !self.0.contains_key(&cell.text)
        {
            let found = person(resolver, &cell.text);
            self.0.insert(cell.text.clone(), found);
        }
    }

    /// Returns whom a cell names.
    pub(super) fn get(&self, cell: &Cell) -> Result<PersonId, Wrong> {
        match self.0.get(&cell.text) {
            Some(Ok(person)) => Ok(*person),
            Some(Err(why)) => Err(unknown(cell, why)),
            None => Err(Wrong::at(
                cell,
                format!("\"{}\" is nobody", cell.text.trim()),
            )),
        }
    }
}

/// Returns the cell that says who did what a row says.
pub(super) fn author<'a>(columns: &Columns, row: &'a Row) -> Option<&'a Cell> {
    let original = columns.cell(row, Field::OnBehalfOf);
    original.or_else(|| columns.cell(row, Field::Author))
}

/// The clock that rows are read by.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    pub(super) zone: TimeZone,
    pub(super) now: Timestamp,
}

impl Clock {
    /// Returns noon of a day, or now where that is still to come.
    pub(super) fn noon(&self, day: Date) -> Option<Timestamp> {
        let noon = day
            .at(12, 0, 0, 0)
            .to_zoned_datetime(self.zone.clone())
            .ok()?;
        Some(noon.timestamp().min(self.now))
    }

    /// Reads when something was written down; none where the row does not say.
    pub(super) fn written(&self, cell: Option<&Cell>) -> Result<Option<Timestamp>, Wrong> {
        let Some(cell) = cell else {
            return Ok(None);
        };
        let (written, day) = if let Some(written) = moment(&cell.text) {
            let day = written.to_zoned_datetime(self.zone.clone()).date();
            (Some(written), day)
        } else {
            let day = read_day(cell)?;
            (self.noon(day), day)
        };
        let today = self.now.to_zoned_datetime(self.zone.clone()).date();
        let written = written.filter(|written| *written <= self.now && day <= today);
        match written {
            Some(written) => Ok(Some(written)),
            None => Err(Wrong::at(
                cell,
                format!("\"{}\" lies in the future", cell.text.trim()),
            )),
        }
    }
}

/// Reads the day in a cell.
pub(super) fn read_day(cell: &Cell) -> Result<Date, Wrong> {
    day(&cell.text).map_err(|(message, help)| Wrong::at(cell, message).with_help(help))
}
