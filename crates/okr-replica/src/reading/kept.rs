//! Statements that one answer runs hundreds of times, once for each goal.
//!
//! To look one up by its text costs about as much as what it does; so each is looked up once.

use std::cell::Cell;

use rusqlite::{CachedStatement, Connection};

use super::latest::Makers;
use crate::error::ReplicaError;

/// A statement of one text, from its first use on.
#[derive(Default)]
pub(super) struct Kept<'db>(Cell<Option<CachedStatement<'db>>>);

impl<'db> Kept<'db> {
    /// Lets `run` use the statement, whose text is always the same one.
    pub(super) fn with<T>(
        &self,
        (db, sql): (&'db Connection, &str),
        run: impl FnOnce(&mut CachedStatement<'db>) -> Result<T, ReplicaError>,
    ) -> Result<T, ReplicaError> {
        // While it runs it is not here, so that what it leads to can run another one.
        let mut statement = match self.0.take() {
            Some(statement) => statement,
            None => db.prepare_cached(sql)?,
        };
        let done = run(&mut statement);
        self.0.set(Some(statement));
        done
    }
}

/// What is asked of each key result of many.
pub(super) struct Statements<'db> {
    /// The check-ins that were not taken back.
    pub(super) reports: Kept<'db>,
    /// The change that made something, where that is wanted.
    pub(super) made: Option<Kept<'db>>,
    /// The key results that were ever below an objective.
    pub(super) ever_below: Kept<'db>,
}

impl Statements<'_> {
    pub(super) fn new(makers: Makers) -> Self {
        Self {
            reports: Kept::default(),
            made: match makers {
                Makers::Read => Some(Kept::default()),
                Makers::LeftOut => None,
            },
            ever_below: Kept::default(),
        }
    }
}
