//! Undo and redo: taken out before the server has it, taken back by a change of its own after.
//!
//! What takes a change back is computed event by event, and only where the state still is as the
//! event left it and nobody else has touched the same since. Redoing is undoing the undo.

mod act;
mod inverse;
pub(crate) mod line;
mod plan;
mod taking;
mod which;

use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::{ChangeId, EntityId};
use okr_core::rejection::Rejection;
use okr_core::text::LongText;
use okr_core::value::AmendmentCategory;
use okr_core::{Date, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::log::LogEntry;
use crate::replica::Replica;
pub use which::{OperationUndo, Redoable, Undoable};

/// What is to be undone or redone, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoOrder {
    /// The changes that are to be undone; for redoing, those that were undone.
    pub steps: Vec<UndoStep>,
    /// Only when nothing of them has to stay.
    pub entirely: bool,
    /// Also when other things build on what they made.
    pub with_dependents: bool,
    /// The category of what takes them back, if it is an amendment; none: that of the original, or a
    /// correction.
    pub amendment: Option<AmendmentCategory>,
    /// The time.
    pub now: Timestamp,
    /// The day in the organisation's time zone.
    pub today: Date,
    /// Say what would happen, and write nothing.
    pub dry_run: bool,
}

/// A change that is to be undone or redone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoStep {
    /// Its id.
    pub change: ChangeId,
    /// The reason of the change that takes it back, if it takes one.
    pub reason: LongText,
}

/// What came of undoing or redoing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// It was done.
    Done(Box<Steps>),
    /// Nothing was done. Each obstacle is named; there is none when everything is as before already.
    Refused(Vec<Obstacle>),
}

/// What was done to undo or redo changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// These waited to be pushed and are gone, with what built on them; the oldest first.
    pub taken_out: Vec<Change>,
    /// These had been taken out and wait to be pushed again, the oldest first.
    pub put_back: Vec<Change>,
    /// These were written to take others back, in this order.
    pub written: Vec<Counter>,
    /// What had to stay, of an order that may be done in part.
    pub left: Vec<Obstacle>,
}

/// A change that takes another one back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// What it takes back.
    pub original: ChangeId,
    /// The change itself.
    pub change: Change,
    /// What of the original stays, and why.
    pub kept: Vec<Kept>,
}

/// Why a change is not taken back, or not all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle {
    /// The change.
    pub change: ChangeId,
    /// What stands in the way.
    pub why: Hindrance,
}

/// What stands in the way of taking a change back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// This of it has to stay.
    Stays(Vec<Kept>),
    /// Other things build on what it made.
    DependedOn(Vec<Dependent>),
    /// It is undone already, by this change.
    AlreadyUndone(ChangeId),
    /// The rules refuse what would take it back.
    Rejected(Rejection),
    /// It waits for a decision, and is not in effect.
    InConflict,
    /// There is no such change, or nothing to redo.
    NotInEffect,
    /// Only a newer program knows what it says.
    UpgradeNeeded,
}

/// An event that is not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The event of the change that is undone.
    pub event: Event,
    /// Why it stays.
    pub why: Why,
}

/// Why an event is not taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is as before already.
    AlreadyBack,
    /// This change made something else of it.
    ChangedSince(Option<Box<LogEntry>>),
    /// There is no way back; the reason in words.
    NoWayBack(&'static str),
}

/// Something that builds on what a change made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dependent {
    /// A thing that belongs to what was made.
    Thing(EntityId),
    /// A change of somebody else.
    Change(Box<LogEntry>),
}

impl Replica {
    /// Undoes changes, in one step; durable when it returns. `fresh` makes the ids of what is written.
    ///
    /// Changes that undid others are undone by redoing those.
    ///
    /// # Errors
    /// Only when the store fails. What cannot be undone is an [`Obstacle`].
    pub fn undo(
        &mut self,
        order: &UndoOrder,
        fresh: &mut dyn FnMut() -> Uuid,
    ) -> Result<Undone, ReplicaError> {
        self.step(order.dry_run, |db| {
            let redo = act::undone_by_all(db, order)?;
            if redo.is_empty() {
                act::undo(db, order, fresh)
            } else {
                act::redo(db, (order, &redo), fresh)
            }
        })
    }

    /// Lets undoing without a name go on before changes of which nothing can be taken back, once that
    /// was said; durable when it returns. By their ids they are asked for as before.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn pass_over(&mut self, changes: &[ChangeId]) -> Result<(), ReplicaError> {
        self.write(|db| line::pass_over(db, changes))
    }

    /// Redoes changes that were undone, in one step; durable when it returns.
    ///
    /// # Errors
    /// Only when the store fails. What cannot be redone is an [`Obstacle`].
    pub fn redo(
        &mut self,
        order: &UndoOrder,
        fresh: &mut dyn FnMut() -> Uuid,
    ) -> Result<Undone, ReplicaError> {
        self.step(order.dry_run, |db| {
            let in_effect = line::InEffect::read(db)?;
            let mut undone = Vec::new();
            for step in &order.steps {
                match in_effect.of(step.change) {
                    Some(undo) => undone.push(undo),
                    None => {
                        return Ok(Undone::Refused(vec![Obstacle {
                            change: step.change,
                            why: Hindrance::NotInEffect,
                        }]));
                    }
                }
            }
            act::redo(db, (order, &undone), fresh)
        })
    }

    /// Does something in a transaction, and takes it back when it is refused or only a rehearsal.
    fn step(
        &mut self,
        dry_run: bool,
        step: impl FnOnce(&Connection) -> Result<Undone, ReplicaError>,
    ) -> Result<Undone, ReplicaError> {
        let done = self.write(|db| match step(db) {
            Ok(Undone::Done(steps)) if !dry_run => Ok(steps),
            Ok(undone) => Err(Stop::Unwritten(Box::new(undone))),
            Err(error) => Err(Stop::Failed(error)),
        });
        match done {
            Ok(steps) => Ok(Undone::Done(steps)),
            Err(Stop::Unwritten(undone)) => Ok(*undone),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

/// Ends a transaction without writing.
enum Stop {
    Failed(ReplicaError),
    Unwritten(Box<Undone>),
}

impl From<ReplicaError> for Stop {
    fn from(error: ReplicaError) -> Self {
        Self::Failed(error)
    }
}

#[cfg(test)]
mod tests;
