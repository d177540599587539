//! Writing records and the versions that they lead to, in one transaction for each checkpoint.
//!
//! What is known in memory stays from one transaction to the next of the same load.

use std::collections::HashSet;

use okr_core::id::{ChangeId, PersonId, Position};
use okr_core::quick::HashMap;
use okr_proto::Decoded;
use rusqlite::Connection;

use super::evolve::{Evolver, Stand};
use super::put_off::{self, Collected};
use super::rows::Rows;
use super::{IngestError, rewrite, roll_back};
use crate::ends::{Ends, Of, Seen};
use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::record::{self, Content, NewRecord};
use crate::{erasure, meta, pending, schema, upgrade};

/// Records being written, one transaction after the other.
#[derive(Debug)]
pub(super) struct Load<'db> {
    rows: Rows<'db>,
    evolver: Evolver,
    ends: Ends,
    seen: Seen,
    authors: HashMap<PersonId, i64>,
    pending: HashSet<ChangeId>,
    /// The changes that waited here and are confirmed by this transaction.
    own: Vec<ChangeId>,
    /// Whether there was nothing before, so that nothing has to be looked for.
    from_nothing: bool,
    /// Whether the file is this load's alone, and what can be made at the end is put off.
    alone: bool,
    /// Whether a transaction is open.
    open: bool,
    /// Whether texts are to be erased that these records, or earlier ones, brought.
    erases: bool,
}

fn refuse_repeated(db: &Connection, new: &NewRecord) -> Result<(), IngestError> {
    match record::find_exact(db, new.change)? {
        Some(first) => Err(repeated(new.change, first, new.position)),
        None => Ok(()),
    }
}

fn repeated(change: ChangeId, first: Position, second: Position) -> IngestError {
    IntegrityError::Repeated {
        change,
        first,
        second,
    }
    .into()
}

impl<'db> Load<'db> {
    /// Prepares to write what follows a position; `much` says that there is much to come.
    pub(super) fn new(
        db: &'db Connection,
        base: Position,
        much: bool,
    ) -> Result<Self, ReplicaError> {
        let from_nothing = base == Position::ZERO;
        let alone = from_nothing && much && schema::take_alone(db)?;
        Ok(Self {
            rows: Rows::prepare(db)?,
            evolver: Evolver::new(db, from_nothing)?,
            ends: Ends::new(Of::Changes),
            seen: Seen::default(),
            authors: HashMap::default(),
            pending: HashSet::new(),
            own: Vec::new(),
            from_nothing,
            alone,
            open: false,
            erases: false,
        })
    }

    /// Begins a transaction unless one is open, if nobody else has taken records in since.
    pub(super) fn begin(&mut self, db: &Connection, base: Position) -> Result<(), IngestError> {
        if self.open {
            return Ok(());
        }
        db.execute_batch("BEGIN IMMEDIATE")?;
        self.open = true;
        let head = meta::head(db)?;
        if head != base {
            return Err(IngestError::Moved { head });
        }
        if self.alone && base == Position::ZERO {
            put_off::put_off(db)?;
        }
        self.pending = pending::ids(db)?;
        Ok(())
    }

    pub(super) fn take(
        &mut self,
        db: &Connection,
        records: &[NewRecord],
    ) -> Result<(), IngestError> {
        for new in records {
            // From nothing on, what stands twice is found when the ends are written.
            if !self.from_nothing {
                refuse_repeated(db, new)?;
            }
            self.write(db, new)?;
        }
        Ok(())
    }

    fn write(&mut self, db: &Connection, new: &NewRecord) -> Result<(), ReplicaError> {
        let author = self.author(db, new.author)?;
        let on_behalf_of = match new.on_behalf_of {
            Some(person) => Some(self.author(db, person)?),
            None => None,
        };
        self.rows.record(new, author, on_behalf_of)?;
        let position = record::number(new.position);
        self.seen.add(new.change.uuid());
        self.ends.add(new.change.uuid(), position);
        self.evolve(db, new)?;
        if !self.pending.is_empty() && self.pending.remove(&new.change) {
            pending::forget(db, new.change)?;
            self.own.push(new.change);
        }
        Ok(())
    }

    fn evolve(&mut self, db: &Connection, new: &NewRecord) -> Result<(), ReplicaError> {
        let stand = Stand {
            position: new.position,
            recorded_at: new.recorded_at,
            authored_at: new.authored_at,
        };
        match &new.content {
            Content::CheckIn(check_in) => {
                let (evolver, rows) = (&mut self.evolver, &mut self.rows);
                if !evolver.record(db, rows, check_in, stand)?
                    && let Decoded::Known(change) = new.decode()?
                {
                    evolver.apply(db, rows, &change, stand)?;
                }
            }
            Content::Known(change) => {
                self.evolver.apply(db, &mut self.rows, change, stand)?;
                self.erases |= erasure::note(db, change, new.position)?;
            }
            Content::Newer(newer) => upgrade::mark(db, newer, new.position)?,
        }
        Ok(())
    }

    /// Writes what was put off until the end of a transaction.
    pub(super) fn complete(&mut self, db: &Connection) -> Result<(), IngestError> {
        for key in self.evolver.take_disordered() {
            rewrite::rewrite(db, (&mut self.evolver, &mut self.rows), key)?;
        }
        self.evolver.write_down(db)?;
        if !self.alone {
            self.ends.write(db)?;
            self.evolver.ends().write(db)?;
        }
        if let Some((change, first, second)) = self.seen.repeated(db)? {
            return Err(repeated(change, first, second));
        }
        // A load that is alone has put off what changes are found by: it erases at its end.
        if self.erases && !self.alone {
            self.erases = false;
            if erasure::erase_texts(db)? {
                // What is remembered still has the texts.
                self.evolver = Evolver::new(db, false)?;
            }
        }
        Ok(())
    }

    /// Ends the transaction and returns the changes of this replica that it confirmed.
    pub(super) fn commit(&mut self, db: &Connection) -> Result<Vec<ChangeId>, ReplicaError> {
        db.execute_batch("COMMIT")?;
        self.open = false;
        Ok(std::mem::take(&mut self.own))
    }

    /// Forgets an open transaction, makes what was put off, and leaves the file as others expect it.
    pub(super) fn end(self, db: &Connection) -> Result<(), ReplicaError> {
        let Self {
            open,
            alone,
            rows,
            ends,
            mut evolver,
            ..
        } = self;
        drop(rows);
        if open {
            roll_back(db);
        }
        if !alone {
            return Ok(());
        }
        let made = if open {
            // Some of what was collected is not there any more.
            put_off::catch_up(db)
        } else {
            let entities = std::mem::replace(evolver.ends(), Ends::new(Of::Entities));
            put_off::finish(
                db,
                Collected {
                    changes: ends,
                    entities,
                },
            )
        };
        let erased = made.and_then(|()| erasure::catch_up(db));
        schema::share(db);
        erased
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
