//! Undoing and redoing in the transaction that is open, and noting it.

use std::collections::HashSet;

use okr_core::admit::{Verdict, admit};
use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_core::view::Overlay;
use rusqlite::Connection;
use uuid::Uuid;

use super::line::{self, InEffect, Undo};
use super::taking::Taking;
use super::{Hindrance, Obstacle, Steps, UndoOrder, Undone};
use crate::dropped::{self, How};
use crate::error::ReplicaError;
use crate::takeout;
use crate::{pending, rebase, upgrade};

/// Returns what the changes of an order undid, where every one of them is an undo in effect.
pub(super) fn undone_by_all(db: &Connection, order: &UndoOrder) -> Result<Vec<Undo>, ReplicaError> {
    let in_effect = InEffect::read(db)?;
    let undone = order.steps.iter().map(|step| in_effect.by(step.change));
    Ok(undone.collect::<Option<Vec<Undo>>>().unwrap_or_default())
}

/// Undoes changes, and notes that they are undone.
pub(super) fn undo(
    db: &Connection,
    order: &UndoOrder,
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Undone, ReplicaError> {
    let line_end = pending::newest_ordinal(db)?;
    let in_effect = InEffect::read(db)?;
    let mut obstacles = Vec::new();
    let mut ids = Vec::new();
    for step in &order.steps {
        match in_effect.of(step.change).and_then(|undo| undo.by) {
            Some(by) => obstacles.push(Obstacle {
                change: step.change,
                why: Hindrance::AlreadyUndone(by),
            }),
            None => ids.push(step.change),
        }
    }
    let mut taking = Taking::new(db, order, obstacles)?;
    taking.all(&ids, fresh)?;
    let undone = taking.end();
    if let Undone::Done(steps) = &undone {
        takeout::take(db, &steps.taken_out, (How::Undo, order.now))?;
        // Redoing goes forward as the changes were written: the confirmed ones first.
        let taken_back = steps.written.iter().rev();
        let mut rows: Vec<(ChangeId, Option<ChangeId>)> = taken_back
            .map(|counter| (counter.original, Some(counter.change.id)))
            .collect();
        rows.extend(steps.taken_out.iter().map(|change| (change.id, None)));
        line::note(db, &rows, line_end)?;
    }
    Ok(undone)
}

/// Redoes what was undone: what took it back is taken back, and what was taken out is put back.
pub(super) fn redo(
    db: &Connection,
    (order, undone): (&UndoOrder, &[Undo]),
    fresh: &mut dyn FnMut() -> Uuid,
) -> Result<Undone, ReplicaError> {
    let line_end = pending::newest_ordinal(db)?;
    let counters: Vec<ChangeId> = undone.iter().filter_map(|undo| undo.by).collect();
    let mut taking = Taking::new(db, order, Vec::new())?;
    for undo in undone {
        taking.same_reason(undo);
    }
    taking.all(&counters, fresh)?;
    let counters: HashSet<ChangeId> = counters.into_iter().collect();
    let (ways_back, others): (Vec<Change>, Vec<Change>) = taking
        .taken_out()
        .iter()
        .cloned()
        .partition(|change| counters.contains(&change.id));
    for change in &ways_back {
        // Not kept among what was dropped: it was never anything but the way back.
        pending::remove(db, change.id)?;
    }
    takeout::take(db, &others, (How::Undo, order.now))?;
    put_back(db, undone, &mut taking)?;
    let answer = taking.end();
    if let Undone::Done(steps) = &answer {
        settle(db, undone, steps)?;
        let others: Vec<_> = others.iter().map(|change| (change.id, None)).collect();
        line::note(db, &others, line_end)?;
    }
    Ok(answer)
}

/// Notes which of what was undone is so no longer.
fn settle(db: &Connection, undone: &[Undo], steps: &Steps) -> Result<(), ReplicaError> {
    let ids = |changes: &[Change]| -> HashSet<ChangeId> {
        changes.iter().map(|change| change.id).collect()
    };
    let (gone, back) = (ids(&steps.taken_out), ids(&steps.put_back));
    let written = steps.written.iter().map(|counter| counter.original);
    let written: HashSet<ChangeId> = written.collect();
    for undo in undone {
        match undo.by {
            Some(by) if gone.contains(&by) => line::forget(db, undo)?,
            Some(by) if written.contains(&by) => line::redone(db, undo)?,
            None if back.contains(&undo.change) => line::forget(db, undo)?,
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// Lets what was taken out wait to be pushed again, with the ids that it had.
fn put_back(db: &Connection, undone: &[Undo], taking: &mut Taking<'_>) -> Result<(), ReplicaError> {
    let taken_out = undone.iter().filter(|undo| undo.by.is_none());
    let taken_out: Vec<ChangeId> = taken_out.map(|undo| undo.change).collect();
    if taken_out.is_empty() {
        return Ok(());
    }
    let view = rebase::head_view(db)?;
    let mut state = Overlay::new(&view);
    let (bench, context) = (taking.bench(), taking.context());
    rebase::rebase_onto(&mut state, bench, pending::all(db)?)?;
    for id in taken_out {
        let Some(encoded) = dropped::find(db, id)? else {
            taking.hinder(id, Hindrance::NotInEffect);
            continue;
        };
        let change = pending::decode(&encoded)?;
        upgrade::refuse_unknown(db, &state, &change)?;
        match admit(&state, &context, bench.org, &change)? {
            Verdict::Admitted => {
                state.apply(&change)?;
                pending::append(db, &change, &encoded)?;
                dropped::forget(db, id)?;
                taking.put_back(change);
            }
            Verdict::AlreadySo => {}
            Verdict::Rejected(rejection) => taking.hinder(id, Hindrance::Rejected(rejection)),
        }
    }
    Ok(())
}
