//! Writing records and the versions that they lead to, in one transaction for each checkpoint.
//!
//! What is known in memory stays from one transaction to the next of the same load.

use std::collections::{BTreeSet, HashSet};

use okr_core::id::{ChangeId, PersonId, Position};
use okr_core::quick::HashMap;
use okr_proto::Decoded;
use rusqlite::Connection;

use super::evolve::{Evolver, Stand, is_definition};
use super::put_off::{self, Collected};
use super::rows::{CheckInRow, RecordRow, Rows};
use super::{IngestError, rewrite, roll_back};
use crate::ends::{Again, Ends, Of};
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
    again: Again,
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
    /// Texts of changes of this machine that were erased before those came back.
    gone: BTreeSet<String>,
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
            again: Again::default(),
            authors: HashMap::default(),
            pending: HashSet::new(),
            own: Vec::new(),
            from_nothing,
            alone,
            open: false,
            erases: false,
            gone: BTreeSet::new(),
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
        // From nothing on, what stands twice is found when the ends are written.
        if !self.from_nothing {
            for new in records {
                refuse_repeated(db, new)?;
            }
        }
        self.write_records(db, records)?;
        let mut check_ins = Vec::new();
        for new in records {
            self.evolve(db, new, &mut check_ins)?;
            if !self.pending.is_empty() && self.pending.remove(&new.change) {
                self.gone.extend(erasure::erased_before(db, new)?);
                pending::forget(db, new.change)?;
                self.own.push(new.change);
            }
        }
        Ok(self.rows.check_ins(&check_ins)?)
    }

    fn write_records(
        &mut self,
        db: &Connection,
        records: &[NewRecord],
    ) -> Result<(), ReplicaError> {
        let mut rows = Vec::with_capacity(records.len());
        for new in records {
            let author = self.author(db, new.author)?;
            let on_behalf_of = match new.on_behalf_of {
                Some(person) => Some(self.author(db, person)?),
                None => None,
            };
            rows.push(RecordRow {
                new,
                author,
                on_behalf_of,
            });
            if new.comes_again {
                self.again.add(new.change.uuid());
            }
            self.ends
                .add(new.change.uuid(), record::number(new.position));
        }
        self.rows.records(&rows)
    }

    /// Takes a change in; what is recorded by it joins the check-ins that wait to be written.
    fn evolve<'n>(
        &mut self,
        db: &Connection,
        new: &'n NewRecord,
        waiting: &mut Vec<CheckInRow<'n>>,
    ) -> Result<(), ReplicaError> {
        let stand = Stand {
            position: new.position,
            recorded_at: new.recorded_at,
            authored_at: new.authored_at,
        };
        match &new.content {
            Content::CheckIn(check_in) => match self.evolver.record(db, check_in, stand)? {
                Some(row) => waiting.push(row),
                None => {
                    if let Decoded::Known(change) = new.decode()? {
                        self.write_waiting(waiting)?;
                        self.evolver.apply(db, &mut self.rows, &change, stand)?;
                    }
                }
            },
            Content::Known(change) => {
                // Only what is no definition looks at check-ins that were recorded before.
                if !change
                    .events
                    .iter()
                    .all(|event| is_definition(event.subject()))
                {
                    self.write_waiting(waiting)?;
                }
                self.evolver.apply(db, &mut self.rows, change, stand)?;
                self.erases |= erasure::note(db, change, new.position)?;
            }
            Content::Newer(newer) => upgrade::mark(db, newer, new.position)?,
        }
        Ok(())
    }

    fn write_waiting(&mut self, waiting: &mut Vec<CheckInRow<'_>>) -> Result<(), ReplicaError> {
        self.rows.check_ins(waiting)?;
        waiting.clear();
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
        if let Some((change, first, second)) = self.again.repeated(db)? {
            return Err(repeated(change, first, second));
        }
        let gone = std::mem::take(&mut self.gone);
        if !gone.is_empty() {
            erasure::forget_here(db, gone)?;
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
