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
            let out = plan(db, &[change], with_dependents)?;
            if let (TakenOut::Done(changes), false) = (&out, dry_run) {
                take(db, changes, (How::Pending, now))?;
            }
            Ok(out)
        })
    }
}

/// Says what taking changes out together would do.
pub(crate) fn plan(
    db: &Connection,
    ids: &[ChangeId],
    with_dependents: bool,
) -> Result<TakenOut, ReplicaError> {
    let waiting = pending::all(db)?;
    let asked: HashSet<ChangeId> = ids.iter().copied().collect();
    let meant: Vec<&PendingChange> = waiting
        .iter()
        .filter(|pending| asked.contains(&pending.change.id))
        .collect();
    if meant.is_empty() || meant.len() < asked.len() {
        return Ok(TakenOut::NotPending);
    }
    if meant.iter().any(|pending| founds(&pending.change)) {
        return Ok(TakenOut::Founding);
    }
    if let Some(offered) = meant.iter().find(|pending| pending.offered) {
        return Ok(TakenOut::Offered(offered.change.id));
    }
    let dependents = dependents(db, &waiting, &asked)?;
    if !dependents.is_empty() && !with_dependents {
        let ids = waiting.iter().map(|pending| pending.change.id);
        return Ok(TakenOut::DependedOn(
            ids.filter(|id| dependents.contains(id)).collect(),
        ));
    }
    let goes = |pending: &&PendingChange| {
        asked.contains(&pending.change.id) || dependents.contains(&pending.change.id)
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

/// Finds the waiting changes that fit with some changes and would not without them.
fn dependents(
    db: &Connection,
    waiting: &[PendingChange],
    without: &HashSet<ChangeId>,
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
        .filter(|pending| !without.contains(&pending.change.id));
    let alone = fitting(rest.cloned().collect())?;
    with.retain(|id| !without.contains(id) && !alone.contains(id));
    Ok(with)
}

/// Takes changes out, and keeps them among those that were dropped.
pub(crate) fn take(
    db: &Connection,
    changes: &[Change],
    (how, now): (How, Timestamp),
) -> Result<(), ReplicaError> {
    let going: HashSet<ChangeId> = changes.iter().map(|change| change.id).collect();
    for pending in pending::all(db)? {
        let change = &pending.change;
        if going.contains(&change.id) {
            dropped::keep(db, (change, &pending.encoded), (how, None), now)?;
            pending::remove(db, change.id)?;
        }
    }
    Ok(())
}
