//! The ends of ids: two tables by which changes and entities are found, sorted by the last digits.
//!
//! They are collected, sorted in memory and written at the end: a million inserts in order cost a
//! tenth of a million in the order of random digits.

use okr_core::id::{ChangeId, Position};
use okr_core::quick::{HashMap, HashSet};
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::{record, short};

/// How many rows one statement writes into an empty table, which takes half of the time. Elsewhere
/// each is a statement: SQLite would copy every page first, to be able to take several back.
const ROWS_AT_ONCE: usize = 64;

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
        let mut one_by_one = self.collected.as_slice();
        let any = format!("SELECT 1 FROM {} LIMIT 1", self.of.table());
        if !db.prepare_cached(&any)?.exists([])? {
            let (many, rest) = self.collected.as_chunks::<ROWS_AT_ONCE>();
            let mut statement = db.prepare_cached(&self.of.insert(ROWS_AT_ONCE))?;
            for rows in many {
                let values = rows.iter().flat_map(|(end, found)| [*end, *found]);
                statement.execute(params_from_iter(values))?;
            }
            one_by_one = rest;
        }
        let mut statement = db.prepare_cached(&self.of.insert(1))?;
        for row in one_by_one {
            statement.execute(*row)?;
        }
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

    /// Returns the statement that inserts a number of rows.
    fn insert(self, rows: usize) -> String {
        let values = vec!["(?, ?)"; rows].join(", ");
        format!("INSERT INTO {} VALUES {values}", self.table())
    }
}

/// The changes of a load, to find those that stand in the log twice.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    ends: HashSet<i64>,
    /// Changes whose end came before.
    again: HashMap<Uuid, Option<i64>>,
}

impl Seen {
    pub(crate) fn add(&mut self, id: Uuid) {
        if !self.ends.insert(short::of(id)) {
            self.again.insert(id, None);
        }
    }

    /// Returns a change that stands twice in the log, of those that were written.
    ///
    /// Only where ends came twice, which chance does not bring about, all records are looked at.
    pub(crate) fn repeated(
        &mut self,
        db: &Connection,
    ) -> Result<Option<(ChangeId, Position, Position)>, ReplicaError> {
        let mut again = std::mem::take(&mut self.again);
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
