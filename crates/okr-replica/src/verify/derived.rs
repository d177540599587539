//! What is derived from the records: made again from them elsewhere, and compared row by row.

use bytes::Bytes;
use okr_core::id::EntityId;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, Statement};

use super::{Examination, Flaw};
use crate::error::ReplicaError;
use crate::ingest::{Ingest, IngestError};
use crate::meta::{Meta, NewReplica};
use crate::replica::Replica;
use crate::version::{self, EntityKey};

/// What is said where a row is missing or too many.
const MISSING: &str = "a row is missing or too many";
/// How many records are given at once.
const BATCH: usize = 1024;

/// A table whose rows follow from the records.
struct Table {
    name: &'static str,
    order: &'static str,
}

/// What is compared, in this order: what the others refer to comes first.
const TABLES: [Table; 6] = [
    Table {
        name: "authors",
        order: "key",
    },
    Table {
        name: "versions",
        order: "key",
    },
    Table {
        name: "entity_ends",
        order: "short, first_row",
    },
    Table {
        name: "change_ends",
        order: "short, position",
    },
    Table {
        name: "upgrades",
        order: "id, position",
    },
    Table {
        name: "erased_texts",
        order: "change_id, text",
    },
];

/// The numbers that are remembered about what was derived.
const COUNTERS: [(Meta, &str); 3] = [
    (Meta::Entities, "number of things"),
    (Meta::AheadRecorded, "bound of days ahead of recording"),
    (Meta::AheadAuthored, "bound of days ahead of authoring"),
];

/// What was derived from the records, and is stored as it follows from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived {
    /// Versions of things, on both axes.
    pub versions: u64,
    /// Things.
    pub things: u64,
}

impl Examination<'_> {
    /// Makes everything that is derived from the records again, as a new clone would, and compares.
    ///
    /// It takes about as long as the clone, and as much room for files that go away.
    ///
    /// # Errors
    /// The store's failures.
    ///
    /// # Panics
    /// When the records were not checked before, or something is wrong with one.
    pub fn derived(
        &self,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Result<Derived, Flaw>, ReplicaError> {
        assert!(self.complete, "the records are checked first");
        let new = NewReplica {
            org: self.info.org,
            me: self.info.me,
            remote: self.info.remote.clone(),
        };
        let mut again = Replica::temporary(&new)?;
        if let Some(note) = &self.info.checkpoint {
            match self.take_in(&mut again, note, progress) {
                Ok(()) => {}
                Err(IngestError::Integrity(error)) => return Ok(Err(Flaw::Refused(error))),
                Err(IngestError::Replica(error)) => return Err(error),
                Err(IngestError::NoServer | IngestError::Failed | IngestError::Moved { .. }) => {
                    return Err(ReplicaError::damaged(
                        "the records cannot be taken in again",
                    ));
                }
            }
        }
        self.compare(again.db())
    }

    fn take_in(
        &self,
        again: &mut Replica,
        note: &str,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), IngestError> {
        let mut statement = self
            .snapshot
            .db
            .prepare("SELECT bytes FROM records ORDER BY position")?;
        let mut rows = statement.query([])?;
        let mut ingest: Ingest<'_> = again.ingest()?;
        let mut batch = Vec::with_capacity(BATCH);
        while let Some(row) = rows.next()? {
            batch.push(Bytes::from(row.get::<_, Vec<u8>>(0)?));
            if batch.len() == BATCH {
                ingest.records(std::mem::take(&mut batch))?;
                progress(ingest.position().get());
            }
        }
        ingest.records(batch)?;
        ingest.checkpoint(note, okr_core::Timestamp::UNIX_EPOCH)?;
        // What a large history puts off is made here; a disk that is full must not look like an altered copy.
        ingest.end()
    }

    fn compare(&self, again: &Connection) -> Result<Result<Derived, Flaw>, ReplicaError> {
        let here = self.snapshot.db;
        let mut versions = 0;
        for table in &TABLES {
            match same_rows(table, here, again)? {
                Ok(rows) if table.name == "versions" => versions = rows,
                Ok(_) => {}
                Err(flaw) => return Ok(Err(flaw)),
            }
        }
        for (counter, name) in COUNTERS {
            if counter.get::<i64>(here)? != counter.get::<i64>(again)? {
                return Ok(Err(Flaw::Derived {
                    table: "meta",
                    column: name.to_owned(),
                    entity: None,
                    position: None,
                }));
            }
        }
        let things: i64 = Meta::Entities.require(again)?;
        Ok(Ok(Derived {
            versions,
            things: things.unsigned_abs(),
        }))
    }
}

/// Compares the rows of a table, in order, and returns how many there are.
fn same_rows(
    table: &Table,
    here: &Connection,
    again: &Connection,
) -> Result<Result<u64, Flaw>, ReplicaError> {
    let mut expected = again.prepare(&format!(
        "SELECT * FROM {} ORDER BY {}",
        table.name, table.order
    ))?;
    let columns = names(&expected);
    // By name, because the columns of an older file may stand in another order.
    let mut found = here.prepare(&format!(
        "SELECT {} FROM {} ORDER BY {}",
        columns.join(", "),
        table.name,
        table.order
    ))?;
    let (mut expected, mut found) = (expected.query([])?, found.query([])?);
    let mut count = 0;
    loop {
        let (row, other) = (expected.next()?, found.next()?);
        let (row, column) = match (row, other) {
            (None, None) => return Ok(Ok(count)),
            (Some(row), Some(other)) => match differing(&columns, row, other)? {
                None => {
                    count += 1;
                    continue;
                }
                Some(column) => (row, column),
            },
            (Some(row), None) | (None, Some(row)) => (row, MISSING.to_owned()),
        };
        let key = row.get_ref(0)?;
        return Ok(Err(flaw(table, key, column, again)?));
    }
}

/// Names the first column in which two rows differ.
fn differing(
    columns: &[String],
    row: &Row<'_>,
    other: &Row<'_>,
) -> Result<Option<String>, ReplicaError> {
    for (index, column) in columns.iter().enumerate() {
        if row.get_ref(index)? != other.get_ref(index)? {
            return Ok(Some(column.clone()));
        }
    }
    Ok(None)
}

fn names(statement: &Statement<'_>) -> Vec<String> {
    let names = statement.column_names();
    names.into_iter().map(str::to_owned).collect()
}

/// Says what differs, and of which thing, as far as a version tells.
fn flaw(
    table: &Table,
    key: ValueRef<'_>,
    column: String,
    again: &Connection,
) -> Result<Flaw, ReplicaError> {
    let (entity, position) = match (table.name, key) {
        ("versions", ValueRef::Integer(key)) => {
            (entity(key, again)?, version::position_of_row(key))
        }
        (_, _) => (None, None),
    };
    Ok(Flaw::Derived {
        table: table.name,
        column,
        entity,
        position,
    })
}

/// Returns what a version is of; none when it is of nothing that was ever made.
fn entity(key: i64, again: &Connection) -> Result<Option<EntityId>, ReplicaError> {
    let mut statement =
        again.prepare("SELECT kind, id FROM versions WHERE key BETWEEN ?1 AND ?2 LIMIT 1")?;
    let entity = EntityKey::of_row(key);
    let mut rows = statement.query((entity.first_row(), entity.last_row()))?;
    match rows.next()? {
        Some(row) => version::entity_id(row.get(0)?, row.get(1)?).map(Some),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::restored::TABLES_OF_THE_SERVER;

    #[test]
    fn every_table_that_says_what_the_server_says_is_compared() {
        for name in TABLES_OF_THE_SERVER {
            // The records are compared with their bytes, one by one.
            let compared = name == "records" || TABLES.iter().any(|table| table.name == name);
            assert!(compared, "{name} is not checked by okr verify");
        }
    }
}
