//! The records: dense, each what its hash says, and listed as what it is.

use okr_core::id::{PersonId, Position};
use okr_core::quick::HashMap;
use okr_core::value::Source;
use okr_proto::{ConfirmedChange, Decoded};
use rusqlite::{Connection, Row};

use super::{Examination, Flaw};
use crate::error::ReplicaError;
use crate::record;

/// After how many records it is told how far the check is.
const RECORDS_BETWEEN_TELLING: u64 = 4096;

impl Examination<'_> {
    /// Reads and hashes every record, and returns the first thing that is wrong.
    ///
    /// `progress` is told now and then how many are done.
    ///
    /// # Errors
    /// The store's failures.
    pub fn records(&mut self, progress: &mut dyn FnMut(u64)) -> Result<Option<Flaw>, ReplicaError> {
        self.leaves.clear();
        let db = self.snapshot.db;
        let authors = authors(db)?;
        let mut statement = db.prepare(
            "SELECT position, recorded_at, authored_at, author, on_behalf_of, source, change_id,
                 leaf, bytes
             FROM records ORDER BY position",
        )?;
        let mut rows = statement.query([])?;
        let mut recorded_at = i64::MIN;
        let mut last = Position::ZERO;
        while let Some(row) = rows.next()? {
            let confirmed = match read(row, last.next(), self.info.head)? {
                Ok(confirmed) => confirmed,
                Err(flaw) => return Ok(Some(flaw)),
            };
            last = confirmed.position;
            if let Some(column) = differing_column(row, &confirmed, &authors)? {
                let position = last;
                return Ok(Some(Flaw::Column { position, column }));
            }
            if confirmed.recorded_at.as_microsecond() < recorded_at {
                return Ok(Some(Flaw::ClockBackwards { position: last }));
            }
            recorded_at = confirmed.recorded_at.as_microsecond();
            self.leaves.push(confirmed.leaf);
            if last.get().is_multiple_of(RECORDS_BETWEEN_TELLING) {
                progress(last.get());
            }
        }
        if last < self.info.head {
            return Ok(Some(Flaw::Missing {
                position: last.next(),
            }));
        }
        self.complete = true;
        Ok(None)
    }

    /// Returns how many records were read without finding anything wrong.
    pub const fn records_read(&self) -> u64 {
        self.leaves.len() as u64
    }
}

/// Reads the record of a row, which must stand at a position and be what was hashed.
fn read(
    row: &Row<'_>,
    expected: Position,
    head: Position,
) -> Result<Result<ConfirmedChange, Flaw>, ReplicaError> {
    let position = record::position(row.get(0)?)?;
    if position != expected {
        return Ok(Err(Flaw::Missing { position: expected }));
    }
    if position > head {
        return Ok(Err(Flaw::Surplus { position, head }));
    }
    // What is of another type than it was written as is no record either.
    let bytes = row.get_ref(8)?.as_blob().unwrap_or_default();
    let confirmed = match record::read(bytes) {
        Ok(confirmed) => confirmed,
        Err(problem) => return Ok(Err(Flaw::Record { position, problem })),
    };
    if confirmed.position != position {
        let stated = confirmed.position;
        return Ok(Err(Flaw::Misplaced { position, stated }));
    }
    let kept = row.get_ref(7)?.as_blob().unwrap_or_default();
    if kept != confirmed.leaf.as_bytes() {
        return Ok(Err(Flaw::Altered { position }));
    }
    Ok(Ok(confirmed))
}

/// Names the first column of a row that is not what the record says.
fn differing_column(
    row: &Row<'_>,
    confirmed: &ConfirmedChange,
    authors: &HashMap<i64, PersonId>,
) -> Result<Option<&'static str>, ReplicaError> {
    let (on_behalf_of, source) = match &confirmed.decoded {
        Decoded::Known(change) => (change.on_behalf_of, Some(change.source)),
        Decoded::Newer {
            on_behalf_of,
            source,
            ..
        } => (*on_behalf_of, *source),
    };
    let person = |column: usize| -> Option<Option<PersonId>> {
        match row.get(column).ok()? {
            None => Some(None),
            Some(key) => authors.get(&key).map(|id| Some(*id)),
        }
    };
    let is = |column: usize, number: i64| row.get(column).is_ok_and(|kept: i64| kept == number);
    let recorded_at = confirmed.recorded_at.as_microsecond();
    let authored_at = confirmed.decoded.authored_at().as_microsecond();
    let kept_source = row.get_ref(5)?.as_str_or_null().unwrap_or(Some(""));
    let kept_id = row.get_ref(6)?.as_blob().unwrap_or_default();
    let checks = [
        ("time of recording", is(1, recorded_at)),
        ("time of authoring", is(2, authored_at)),
        ("author", person(3) == Some(Some(confirmed.author))),
        ("person", person(4) == Some(on_behalf_of)),
        (
            "source",
            // An older program could not always tell, and said nothing.
            kept_source.is_none() || kept_source == source.map(Source::word),
        ),
        ("id", kept_id == confirmed.decoded.id().to_bytes()),
    ];
    let wrong = checks.into_iter().find(|(_, is_right)| !is_right);
    Ok(wrong.map(|(column, _)| column))
}

/// Reads the people who made changes, by their numbers.
fn authors(db: &Connection) -> Result<HashMap<i64, PersonId>, ReplicaError> {
    let mut statement = db.prepare("SELECT key, id FROM authors")?;
    let rows = statement.query_map([], |row| {
        let id: Option<[u8; 16]> = row.get(1).ok();
        Ok((row.get(0)?, id.map(PersonId::from_bytes)))
    })?;
    let mut authors = HashMap::default();
    for row in rows {
        if let (key, Some(id)) = row? {
            authors.insert(key, id);
        }
    }
    Ok(authors)
}
