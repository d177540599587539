//! Taking changes out of what waits, before the server has them: they are as if never written.
//!
//! A change that was ever part of a push whose answer is not known stays: the server may have it.

use std::collections::HashSet;

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::{Event, OrgEvent};
use okr_core::id::ChangeId;
use okr_core::view::Overlay;
use rusqlite::Connection;

use crate::dropped::{self, How};
use crate::error::ReplicaError;
use crate::pending::{self, PendingChange};
use crate::rebase::{self, Bench};
use crate::replica::Replica;

/// What came of taking a change out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenOut {
    /// These are gone, in the order in which they were written: the change, and what built on it.
    Done(Vec<Change>),
    /// These build on it, and only with them it can be taken out.
    DependedOn(Vec<ChangeId>),
    /// The server may have it, or one of those that build on it, already.
    Offered(ChangeId),
    /// It founds the organisation, and everything stands on it.
    Founding,
    /// No change that waits to be pushed has this id.
    NotPending,
}

impl Replica {
    /// Drops a change that waits to be pushed; it is kept among those that were dropped.
    ///
    /// With `with_dependents` also those that build on it; with `dry_run` nothing is written.
    ///
    /// # Errors
    /// Only when the store fails.
    pub fn drop_pending(
        &mut self,
        change: ChangeId,
        (with_dependents, dry_run): (bool, bool),
        now: Timestamp,
    ) -> Result<TakenOut, ReplicaError> {
        self.write(|db| {
            let out = plan(db, change, with_dependents)?;
            if let (TakenOut::Done(changes), false) = (&out, dry_run) {
                take(db, changes, (How::Pending, now))?;
            }
            Ok(out)
        })
    }
}

/// Says what taking a change out would do.
pub(crate) fn plan(
    db: &Connection,
    id: ChangeId,
    with_dependents: bool,
) -> Result<TakenOut, ReplicaError> {
    let waiting = pending::all(db)?;
    let Some(meant) = waiting.iter().find(|pending| pending.change.id == id) else {
        return Ok(TakenOut::NotPending);
    };
    if founds(&meant.change) {
        return Ok(TakenOut::Founding);
    }
    if meant.offered {
        return Ok(TakenOut::Offered(id));
    }
    let dependents = dependents(db, &waiting, id)?;
    if !dependents.is_empty() && !with_dependents {
        let ids = waiting.iter().map(|pending| pending.change.id);
        return Ok(TakenOut::DependedOn(
            ids.filter(|id| dependents.contains(id)).collect(),
        ));
    }
    let goes = |pending: &&PendingChange| {
        pending.change.id == id || dependents.contains(&pending.change.id)
    };
    let going: Vec<&PendingChange> = waiting.iter().filter(goes).collect();
    if let Some(offered) = going.iter().find(|pending| pending.offered) {
        return Ok(TakenOut::Offered(offered.change.id));
    }
    let changes = going.iter().map(|pending| pending.change.clone());
    Ok(TakenOut::Done(changes.collect()))
}

/// Says whether a change founds the organisation.
pub(crate) fn founds(change: &Change) -> bool {
    let founding = |event: &Event| matches!(event, Event::Org(_, OrgEvent::Created(_)));
    change.events.iter().any(founding)
}

/// Finds the waiting changes that fit with a change and would not without it.
fn dependents(
    db: &Connection,
    waiting: &[PendingChange],
    without: ChangeId,
) -> Result<HashSet<ChangeId>, ReplicaError> {
    let fitting = |changes: Vec<PendingChange>| -> Result<HashSet<ChangeId>, ReplicaError> {
        let view = rebase::head_view(db)?;
        let mut overlay = Overlay::new(&view);
        let rebased = rebase::rebase_onto(&mut overlay, Bench::read(db)?, changes)?;
        Ok(rebased
            .fitting
            .iter()
            .map(|pending| pending.change.id)
            .collect())
    };
    let mut with = fitting(waiting.to_vec())?;
    let rest = waiting
        .iter()
        .filter(|pending| pending.change.id != without);
    let alone = fitting(rest.cloned().collect())?;
    with.retain(|id| *id != without && !alone.contains(id));
    Ok(with)
}

/// Takes changes out, and keeps them among those that were dropped.
pub(crate) fn take(
    db: &Connection,
    changes: &[Change],
    (how, now): (How, Timestamp),
) -> Result<(), ReplicaError> {
    let waiting = pending::all(db)?;
    for change in changes {
        let pending = waiting.iter().find(|one| one.change.id == change.id);
        if let Some(pending) = pending {
            dropped::keep(db, (change, &pending.encoded), (how, None), now)?;
            pending::remove(db, change.id)?;
        }
    }
    Ok(())
}
