//! The ends of ids: two tables by which changes and entities are found, sorted by the last digits.
//!
//! In a first load they are collected, sorted in memory and written at the end: a million inserts in
//! order cost a tenth of a million in the order of random digits.

use okr_core::id::{ChangeId, Position};
use rusqlite::{CachedStatement, Connection};
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::{record, short};

/// Which ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// Those of changes; found is a position.
    Changes,
    /// Those of entities; found is the key of the first row.
    Entities,
}

/// Writes the ends of new ids.
#[derive(Debug)]
pub(crate) struct Ends {
    of: Of,
    /// What is written at the end; none: each at once.
    collected: Option<Vec<(i64, i64)>>,
}

impl Ends {
    pub(crate) fn new(of: Of, collect: bool) -> Self {
        Self {
            of,
            collected: collect.then(Vec::new),
        }
    }

    pub(crate) fn add(
        &mut self,
        db: &Connection,
        id: Uuid,
        found: i64,
    ) -> Result<(), ReplicaError> {
        if let Some(collected) = &mut self.collected {
            collected.push((short::of(id), found));
        } else {
            self.statement(db)?.execute((short::of(id), found))?;
        }
        Ok(())
    }

    /// Writes what was collected; returns what has the same end as the one before it.
    pub(crate) fn finish(mut self, db: &Connection) -> Result<Vec<(i64, i64)>, ReplicaError> {
        let mut collected = self.collected.take().unwrap_or_default();
        collected.sort_unstable();
        let mut statement = self.statement(db)?;
        for pair in &collected {
            statement.execute(*pair)?;
        }
        let pairs = collected.windows(2).filter_map(|pair| match pair {
            [(end, first), (other, second)] if end == other => Some((*first, *second)),
            _ => None,
        });
        Ok(pairs.collect())
    }

    fn statement<'db>(&self, db: &'db Connection) -> Result<CachedStatement<'db>, ReplicaError> {
        Ok(db.prepare_cached(match self.of {
            Of::Changes => "INSERT INTO change_ends (short, position) VALUES (?1, ?2)",
            Of::Entities => "INSERT INTO entity_ends (short, first_row) VALUES (?1, ?2)",
        })?)
    }
}

/// Returns the first change that stands twice in the log, of positions whose ids end alike.
pub(crate) fn repeated(
    db: &Connection,
    alike: &[(i64, i64)],
) -> Result<Option<(ChangeId, Position, Position)>, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT change_id FROM records WHERE position = ?1")?;
    for (first, second) in alike {
        let mut id = |position: &i64| statement.query_row([position], |row| row.get(0));
        let (one, other): ([u8; 16], [u8; 16]) = (id(first)?, id(second)?);
        if one == other {
            return Ok(Some((
                ChangeId::from_bytes(one),
                record::position(*first)?,
                record::position(*second)?,
            )));
        }
    }
    Ok(None)
}
