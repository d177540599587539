//! Undo and redo: taken out before the server has it, taken back by a change of its own after.
//!
//! What takes a change back is computed event by event, and only where the state still is as the
//! event left it and nobody else has touched the same since. Redoing is undoing the undo.

mod inverse;
mod line;
mod plan;

use okr_core::admit::{Context, Verdict, admit};
use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::{ChangeId, EntityId};
use okr_core::rejection::{Missing, Rejection};
use okr_core::text::LongText;
use okr_core::value::{AmendmentCategory, Source};
use okr_core::{Date, Timestamp};
use rusqlite::Connection;
use uuid::Uuid;

use crate::dropped::{self, How};
use crate::error::ReplicaError;
use crate::log::{self, LogEntry, LogFilter};
use crate::replica::Replica;
use crate::takeout::{self, TakenOut};
use crate::{meta, pending, record};
use inverse::FOUNDED;

/// What is to be undone or redone, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoOrder {
    /// The change that is to be undone; for redoing, the one that was undone.
    pub change: ChangeId,
    /// Also when other things build on what it made.
    pub with_dependents: bool,
    /// The reason of the change that takes it back.
    pub reason: LongText,
    /// The category of that change, if it is an amendment; none: that of the original, or a
    /// correction.
    pub amendment: Option<AmendmentCategory>,
    /// The id of that change.
    pub new_id: ChangeId,
    /// The time.
    pub now: Timestamp,
    /// The day in the organisation's time zone.
    pub today: Date,
    /// Say what would happen, and write nothing.
    pub dry_run: bool,
}

/// What came of undoing or redoing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undone {
    /// The server never had it: it was taken out, with what built on it.
    TakenOut(Vec<Change>),
    /// What had been taken out waits to be pushed again.
    PutBack(Vec<Change>),
    /// A change of its own takes it back, but for what is kept.
    TakenBack {
        /// The change that was written.
        change: Change,
        /// What of the original stays, and why.
        kept: Vec<Kept>,
    },
    /// Nothing of it can be taken back.
    NothingLeft(Vec<Kept>),
    /// Other things build on what it made.
    DependedOn(Vec<Dependent>),
    /// It is undone already, by this change.
    AlreadyUndone(ChangeId),
    /// The rules refuse what would take it back.
    Rejected(Rejection),
    /// There is no such change, or nothing to redo.
    NoSuchChange,
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
    /// A change that waits to be pushed.
    Pending(ChangeId),
    /// A change of somebody else.
    Change(Box<LogEntry>),
}

/// What would be redone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redoable {
    /// The change that was undone.
    pub change: Change,
    /// The change that undid it; none when it was taken out before it was pushed.
    pub by: Option<ChangeId>,
}

/// How many changes are looked at first to find the one to undo.
const FIRST_LOOK: usize = 8;

impl Replica {
    /// Returns one's own newest change that is not undone: what undoing without a name means.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn undoable(&self) -> Result<Option<LogEntry>, ReplicaError> {
        let (me, passed) = {
            let snapshot = self.snapshot()?;
            (meta::me(snapshot.db)?, line::passed_over(snapshot.db)?)
        };
        let mut limit = FIRST_LOOK + passed.len();
        loop {
            let filter = LogFilter {
                author: Some(me),
                pending: true,
                limit: Some(limit),
                ..LogFilter::default()
            };
            let entries = self.log(&filter)?;
            let is_all = entries.len() < limit;
            let found = entries
                .into_iter()
                .find(|entry| entry.author == me && !passed.contains(&entry.id));
            if found.is_some() || is_all {
                return Ok(found);
            }
            limit *= 4;
        }
    }

    /// Returns what redoing would redo; none when nothing was undone since the last other change.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn redoable(&self) -> Result<Option<Redoable>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let db = snapshot.db;
        let Some(undo) = line::redoable(db)? else {
            return Ok(None);
        };
        let change = if let Some(encoded) = dropped::find(db, undo.change)? {
            Some(pending::decode(&encoded)?)
        } else {
            self.change(undo.change)?.and_then(|entry| entry.change)
        };
        Ok(change.map(|change| Redoable {
            change,
            by: undo.by,
        }))
    }

    /// Undoes a change; durable when it returns. `fresh` makes ids of things that are made anew.
    ///
    /// # Errors
    /// Only when the store fails. What cannot be undone is an [`Undone`].
    pub fn undo(
        &mut self,
        order: &UndoOrder,
        fresh: &mut dyn FnMut() -> Uuid,
    ) -> Result<Undone, ReplicaError> {
        self.step(order.dry_run, |db| {
            let line_end = pending::newest_ordinal(db)?;
            if let Some(by) = line::undone_by(db, order.change)? {
                return Ok(Undone::AlreadyUndone(by));
            }
            let undone = take_back(db, order, fresh)?;
            match &undone {
                Undone::TakenOut(changes) => {
                    takeout::take(db, changes, (How::Undo, order.now))?;
                    // What is redone first is what was asked for; the others come after it.
                    let mut ids: Vec<ChangeId> = vec![order.change];
                    let others = changes.iter().map(|change| change.id);
                    ids.extend(others.filter(|id| *id != order.change));
                    line::note(db, (&ids, None), line_end)?;
                }
                Undone::TakenBack { change, .. } => {
                    line::note(db, (&[order.change], Some(change.id)), line_end)?;
                }
                Undone::PutBack(_)
                | Undone::NothingLeft(_)
                | Undone::DependedOn(_)
                | Undone::AlreadyUndone(_)
                | Undone::Rejected(_)
                | Undone::NoSuchChange
                | Undone::UpgradeNeeded => {}
            }
            Ok(undone)
        })
    }

    /// Redoes what was undone last, which must be the change of the order; durable when it returns.
    ///
    /// # Errors
    /// Only when the store fails. What cannot be redone is an [`Undone`].
    pub fn redo(
        &mut self,
        order: &UndoOrder,
        fresh: &mut dyn FnMut() -> Uuid,
    ) -> Result<Undone, ReplicaError> {
        self.step(order.dry_run, |db| {
            let line_end = pending::newest_ordinal(db)?;
            let undo = line::redoable(db)?.filter(|undo| undo.change == order.change);
            let Some(undo) = undo else {
                return Ok(Undone::NoSuchChange);
            };
            let Some(by) = undo.by else {
                return put_back(db, order, (&undo, line_end));
            };
            let order = UndoOrder {
                change: by,
                ..order.clone()
            };
            let undone = take_back(db, &order, fresh)?;
            match &undone {
                Undone::TakenOut(changes) => {
                    for change in changes {
                        pending::remove(db, change.id)?;
                    }
                    line::forget(db, &undo)?;
                }
                Undone::TakenBack { .. } => line::redone(db, &undo)?,
                Undone::PutBack(_)
                | Undone::NothingLeft(_)
                | Undone::DependedOn(_)
                | Undone::AlreadyUndone(_)
                | Undone::Rejected(_)
                | Undone::NoSuchChange
                | Undone::UpgradeNeeded => {}
            }
            line::extend(db, line_end)?;
            Ok(undone)
        })
    }

    /// Does something in a transaction, and takes it back when it is only a rehearsal.
    fn step(
        &mut self,
        dry_run: bool,
        step: impl FnOnce(&Connection) -> Result<Undone, ReplicaError>,
    ) -> Result<Undone, ReplicaError> {
        let done = self.write(|db| match step(db) {
            Ok(undone) if dry_run => Err(Stop::Rehearsed(Box::new(undone))),
            Ok(undone) => Ok(undone),
            Err(error) => Err(Stop::Failed(error)),
        });
        match done {
            Ok(undone) => Ok(undone),
            Err(Stop::Rehearsed(undone)) => Ok(*undone),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

/// Ends a transaction without writing.
enum Stop {
    Failed(ReplicaError),
    Rehearsed(Box<Undone>),
}

impl From<ReplicaError> for Stop {
    fn from(error: ReplicaError) -> Self {
        Self::Failed(error)
    }
}

/// Says how a change is taken back, and writes the change that does it, if it takes one.
fn take_back(
    db: &Connection,
    order: &UndoOrder,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Undone, ReplicaError> {
    match takeout::plan(db, order.change, order.with_dependents)? {
        TakenOut::Done(changes) => return Ok(Undone::TakenOut(changes)),
        TakenOut::DependedOn(_)
        | TakenOut::Offered(_)
        | TakenOut::Founding
        | TakenOut::NotPending => {}
    }
    let Some(entry) = find(db, order.change)? else {
        return Ok(Undone::NoSuchChange);
    };
    let Some(original) = &entry.change else {
        return Ok(Undone::UpgradeNeeded);
    };
    if takeout::founds(original) {
        let event = original.events[0].clone();
        let why = Why::NoWayBack(FOUNDED);
        return Ok(Undone::NothingLeft(vec![Kept { event, why }]));
    }
    let planned = plan::plan(db, (&entry, original), fresh)?;
    if !planned.dependents.is_empty() && !order.with_dependents {
        return Ok(Undone::DependedOn(planned.dependents));
    }
    if planned.events.is_empty() {
        return Ok(Undone::NothingLeft(planned.kept));
    }
    let change = Change {
        id: order.new_id,
        authored_at: order.now,
        on_behalf_of: None,
        source: Source::Human,
        reason: Some(order.reason.clone()),
        amendment: order.amendment.or(original.amendment),
        events: planned.events,
    };
    write(db, change, (order.today, planned.kept))
}

/// Writes a change that takes another one back, if the rules let it.
fn write(
    db: &Connection,
    mut change: Change,
    (today, kept): (Date, Vec<Kept>),
) -> Result<Undone, ReplicaError> {
    loop {
        let bench = crate::rebase::Bench::read(db)?;
        let view = crate::rebase::head_view(db)?;
        let mut state = okr_core::view::Overlay::new(&view);
        crate::rebase::rebase_onto(&mut state, bench, pending::all(db)?)?;
        let context = Context::new(bench.me, today);
        crate::upgrade::refuse_unknown(db, &state, &change)?;
        match admit(&state, &context, bench.org, &change)? {
            Verdict::Admitted => {
                pending::append(db, &change, &pending::encode(&change)?)?;
                return Ok(Undone::TakenBack { change, kept });
            }
            Verdict::AlreadySo => return Ok(Undone::NothingLeft(kept)),
            // What was written before the commitment may be an amendment by now.
            Verdict::Rejected(Rejection::ReasonRequired {
                missing: Missing::Category,
                ..
            }) if change.amendment.is_none() => {
                change.amendment = Some(AmendmentCategory::Correction);
            }
            Verdict::Rejected(rejection) => return Ok(Undone::Rejected(rejection)),
        }
    }
}

/// Finds a change in the log, or among those that wait.
fn find(db: &Connection, id: ChangeId) -> Result<Option<LogEntry>, ReplicaError> {
    if let Some(position) = record::find_exact(db, id)? {
        return log::entry(db, position);
    }
    let me = meta::me(db)?;
    let mut waiting = pending::all(db)?.into_iter();
    let found = waiting.find(|pending| pending.change.id == id);
    Ok(found.map(|pending| log::pending_entry(me, pending.change)))
}

/// Lets what was taken out wait to be pushed again, with the ids that it had.
fn put_back(
    db: &Connection,
    order: &UndoOrder,
    (undo, line_end): (&line::Undo, i64),
) -> Result<Undone, ReplicaError> {
    let bench = crate::rebase::Bench::read(db)?;
    let view = crate::rebase::head_view(db)?;
    let mut state = okr_core::view::Overlay::new(&view);
    crate::rebase::rebase_onto(&mut state, bench, pending::all(db)?)?;
    let context = Context::new(bench.me, order.today);
    let mut changes = Vec::new();
    for id in std::iter::once(&undo.change).chain(&undo.with) {
        let Some(encoded) = dropped::find(db, *id)? else {
            return Ok(Undone::NoSuchChange);
        };
        let change = pending::decode(&encoded)?;
        crate::upgrade::refuse_unknown(db, &state, &change)?;
        match admit(&state, &context, bench.org, &change)? {
            Verdict::Admitted => {}
            Verdict::AlreadySo => continue,
            Verdict::Rejected(rejection) => return Ok(Undone::Rejected(rejection)),
        }
        state.apply(&change)?;
        changes.push((change, encoded));
    }
    for (change, encoded) in &changes {
        pending::append(db, change, encoded)?;
        dropped::forget(db, change.id)?;
    }
    line::forget(db, undo)?;
    line::extend(db, line_end)?;
    Ok(Undone::PutBack(
        changes.into_iter().map(|(change, _)| change).collect(),
    ))
}

#[cfg(test)]
mod tests;
