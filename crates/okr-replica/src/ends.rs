//! The ends of ids: two tables by which changes and entities are found, sorted by the last digits.
//!
//! They are collected, sorted in memory and written at the end: a million inserts in order cost a
//! tenth of a million in the order of random digits.

use okr_core::id::{ChangeId, Position};
use okr_core::quick::{HashMap, HashSet};
use rusqlite::Connection;
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::insert::Insert;
use crate::{record, short};

/// Which ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// Those of changes; found is a position.
    Changes,
    /// Those of entities; found is the key of the first row.
    Entities,
}

/// The ends of new ids, until they are written.
#[derive(Debug)]
pub(crate) struct Ends {
    of: Of,
    collected: Vec<(i64, i64)>,
}

impl Ends {
    pub(crate) const fn new(of: Of) -> Self {
        Self {
            of,
            collected: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, id: Uuid, found: i64) {
        self.collected.push((short::of(id), found));
    }

    /// Writes what was collected, and forgets it.
    pub(crate) fn write(&mut self, db: &Connection) -> Result<(), ReplicaError> {
        self.collected.sort_unstable();
        let mut rows = Insert::prepare(db, self.of.table(), "(?, ?)")?;
        rows.write(&self.collected, |(end, found), bind| bind(&[end, found]))?;
        self.collected.clear();
        Ok(())
    }
}

impl Of {
    const fn table(self) -> &'static str {
        match self {
            Self::Changes => "change_ends",
            Self::Entities => "entity_ends",
        }
    }
}

/// The ends of the ids of all changes that were read in a load.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashSet<i64>);

impl Seen {
    /// Adds a change, and says whether one with the same end came before.
    pub(crate) fn comes_again(&mut self, id: Uuid) -> bool {
        !self.0.insert(short::of(id))
    }
}

/// The changes of a load whose ends came before, to find those that stand in the log twice.
#[derive(Debug, Default)]
pub(crate) struct Again(HashMap<Uuid, Option<i64>>);

impl Again {
    pub(crate) fn add(&mut self, id: Uuid) {
        self.0.insert(id, None);
    }

    /// Returns a change that stands twice in the log, of those that were written.
    ///
    /// Only where ends came twice, which chance does not bring about, all records are looked at.
    pub(crate) fn repeated(
        &mut self,
        db: &Connection,
    ) -> Result<Option<(ChangeId, Position, Position)>, ReplicaError> {
        let mut again = std::mem::take(&mut self.0);
        if again.is_empty() {
            return Ok(None);
        }
        let mut statement =
            db.prepare("SELECT change_id, position FROM records ORDER BY position")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = Uuid::from_bytes(row.get(0)?);
            let position: i64 = row.get(1)?;
            let Some(first) = again.get_mut(&id) else {
                continue;
            };
            if let Some(first) = first.replace(position) {
                let id = ChangeId::new(id);
                return Ok(Some((
                    id,
                    record::position(first)?,
                    record::position(position)?,
                )));
            }
        }
        Ok(None)
    }
}
