//! Writing records and the versions that they lead to, in one transaction.

use std::collections::{HashMap, HashSet};

use okr_core::id::{ChangeId, PersonId, Position};
use okr_proto::{ConfirmedChange, Decoded};
use rusqlite::Connection;

use super::evolve::{Evolver, Stand};
use super::{IngestError, roll_back};
use crate::ends::{Ends, Of};
use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::record::{self, NewRecord};
use crate::{meta, pending, schema, upgrade};

/// A transaction in which records are being written.
#[derive(Debug)]
pub(super) struct Load {
    pub(super) evolver: Evolver,
    pub(super) ends: Ends,
    authors: HashMap<PersonId, i64>,
    pending: HashSet<ChangeId>,
    /// The changes that waited here and are confirmed by this.
    pub(super) own: Vec<ChangeId>,
    /// Whether there was nothing before, so that nothing has to be looked for.
    from_nothing: bool,
    /// Whether there is much to come.
    pub(super) bulk: bool,
}

/// Begins the transaction, if nobody else has taken records in since.
pub(super) fn begin(
    db: &Connection,
    base: Position,
    more_follow: bool,
) -> Result<Load, IngestError> {
    if base == Position::ZERO && more_follow {
        schema::leave_write_ahead_log(db)?;
    }
    db.execute_batch("BEGIN IMMEDIATE")?;
    let load = prepare(db, base, more_follow);
    if load.is_err() {
        roll_back(db);
    }
    load
}

fn prepare(db: &Connection, base: Position, more_follow: bool) -> Result<Load, IngestError> {
    let head = meta::head(db)?;
    if head != base {
        return Err(IngestError::Moved { head });
    }
    let from_nothing = head == Position::ZERO;
    let pending = pending::ids(db)?;
    Ok(Load {
        evolver: Evolver::new(db, from_nothing)?,
        authors: HashMap::new(),
        ends: Ends::new(Of::Changes, from_nothing),
        pending,
        own: Vec::new(),
        from_nothing,
        bulk: from_nothing && more_follow,
    })
}

fn refuse_repeated(db: &Connection, confirmed: &ConfirmedChange) -> Result<(), IngestError> {
    let change = confirmed.decoded.id();
    match record::find_exact(db, change)? {
        Some(first) => Err(repeated(change, first, confirmed.position)),
        None => Ok(()),
    }
}

pub(super) fn repeated(change: ChangeId, first: Position, second: Position) -> IngestError {
    IntegrityError::Repeated {
        change,
        first,
        second,
    }
    .into()
}

impl Load {
    pub(super) fn take(
        &mut self,
        db: &Connection,
        records: &[NewRecord],
    ) -> Result<(), IngestError> {
        for new in records {
            // From nothing on, what stands twice is found when the ends are sorted.
            if !self.from_nothing {
                refuse_repeated(db, &new.confirmed)?;
            }
            let author = self.author(db, new.confirmed.author)?;
            let on_behalf_of = match new.on_behalf_of() {
                Some(person) => Some(self.author(db, person)?),
                None => None,
            };
            new.insert(db, author, on_behalf_of)?;
            let id = new.confirmed.decoded.id();
            let position = record::number(new.confirmed.position);
            self.ends.add(db, id.uuid(), position)?;
            let stand = Stand {
                position: new.confirmed.position,
                recorded_at: new.confirmed.recorded_at.as_microsecond(),
                authored_at: new.confirmed.decoded.authored_at().as_microsecond(),
            };
            match &new.confirmed.decoded {
                Decoded::Known(change) => self.evolver.apply(db, change, stand)?,
                newer @ Decoded::Newer { .. } => upgrade::mark(db, newer, stand.position)?,
            }
            if !self.pending.is_empty() && self.pending.remove(&id) {
                pending::forget(db, id)?;
                self.own.push(id);
            }
        }
        Ok(())
    }

    fn author(&mut self, db: &Connection, id: PersonId) -> Result<i64, ReplicaError> {
        if let Some(number) = self.authors.get(&id) {
            return Ok(*number);
        }
        let number = record::author_number(db, id)?;
        self.authors.insert(id, number);
        Ok(number)
    }
}
