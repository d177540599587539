//! Which changes came late: facts, corrections and grades in a cycle that was closed before.

use std::collections::HashSet;

use okr_core::change::Change;
use okr_core::event::{CheckInEvent, Event, KeyResultEvent, ObjectiveEvent};
use okr_core::id::{ChangeId, CheckInId, KeyResultId, ObjectiveId, Position};
use okr_core::value::CycleState;
use okr_core::view::{Overlay, View};
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::ReplicaError;
use crate::moment::Confirmed;
use crate::pending::PendingChange;
use crate::rebase;
use crate::version::{self, LATE};
use crate::view::ConfirmedView;

/// What of the changes that wait came late, each judged by the ones that were written before it.
#[derive(Debug, Default)]
pub(crate) struct Late {
    changes: HashSet<ChangeId>,
    check_ins: HashSet<CheckInId>,
}

impl Late {
    /// Applies a change, and keeps what of it came late.
    pub(crate) fn apply<V: View>(
        &mut self,
        overlay: &mut Overlay<'_, V>,
        change: &Change,
    ) -> Result<(), V::Error> {
        for event in &change.events {
            if is_late(overlay, event)? {
                self.changes.insert(change.id);
                if let Event::CheckIn(id, CheckInEvent::Recorded(_)) = event {
                    self.check_ins.insert(*id);
                }
            }
            overlay.apply_event(event)?;
        }
        Ok(())
    }

    /// Says whether anything in a change came late.
    pub(crate) fn has_change(&self, id: ChangeId) -> bool {
        self.changes.contains(&id)
    }

    /// Says whether a check-in was recorded late.
    pub(crate) fn has_check_in(&self, id: CheckInId) -> bool {
        self.check_ins.contains(&id)
    }
}

/// Says whether a confirmed change is about a cycle that was closed before it.
pub(super) fn confirmed(
    db: &Connection,
    position: Position,
    change: &Change,
) -> Result<bool, ReplicaError> {
    // Nearly every change is a single check-in, and its row says it.
    if let [Event::CheckIn(id, CheckInEvent::Recorded(_))] = change.events.as_slice() {
        let Some(key) = version::find(db, (*id).into())? else {
            return Ok(false);
        };
        let mut statement = db.prepare_cached("SELECT flags FROM versions WHERE key = ?1")?;
        let flags: Option<i64> = statement
            .query_row([key.row(position)], |row| row.get(0))
            .optional()?;
        return Ok(flags.is_some_and(|flags| flags & LATE != 0));
    }
    if !change.events.iter().any(is_fact) {
        return Ok(false);
    }
    let before = Position::new(position.get().saturating_sub(1));
    let view = ConfirmedView::new(db, Confirmed::Until(before))?;
    if let [only] = change.events.as_slice() {
        return is_late(&view, only);
    }
    let mut late = Late::default();
    late.apply(&mut Overlay::new(&view), change)?;
    Ok(late.has_change(change.id))
}

/// Returns what of the pending changes is about a cycle that was closed before it.
pub(super) fn pending(db: &Connection, waiting: &[PendingChange]) -> Result<Late, ReplicaError> {
    let mut late = Late::default();
    if !waiting
        .iter()
        .any(|one| one.change.events.iter().any(is_fact))
    {
        return Ok(late);
    }
    let view = rebase::head_view(db)?;
    let mut overlay = Overlay::new(&view);
    for one in waiting {
        late.apply(&mut overlay, &one.change)?;
    }
    Ok(late)
}

/// Says whether an event is of those that a closed cycle still takes.
const fn is_fact(event: &Event) -> bool {
    matches!(
        event,
        Event::CheckIn(..)
            | Event::KeyResult(_, KeyResultEvent::Closed { .. })
            | Event::Objective(_, ObjectiveEvent::Closed { .. })
    )
}

fn is_late<V: View>(view: &V, event: &Event) -> Result<bool, V::Error> {
    match event {
        Event::CheckIn(_, CheckInEvent::Recorded(new)) => of_key_result(view, new.key_result),
        Event::CheckIn(id, CheckInEvent::Corrected(_) | CheckInEvent::Retracted) => {
            match view.check_in(*id)? {
                Some(check_in) => of_key_result(view, check_in.key_result),
                None => Ok(false),
            }
        }
        Event::KeyResult(id, KeyResultEvent::Closed { .. }) => of_key_result(view, *id),
        Event::Objective(id, ObjectiveEvent::Closed { .. }) => of_objective(view, *id),
        Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::Cycle(..)
        | Event::Objective(..)
        | Event::KeyResult(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => Ok(false),
    }
}

fn of_key_result<V: View>(view: &V, id: KeyResultId) -> Result<bool, V::Error> {
    match view.key_result(id)? {
        Some(key_result) => of_objective(view, key_result.objective),
        None => Ok(false),
    }
}

fn of_objective<V: View>(view: &V, id: ObjectiveId) -> Result<bool, V::Error> {
    let Some(objective) = view.objective(id)? else {
        return Ok(false);
    };
    let cycle = view.cycle(objective.cycle)?;
    Ok(cycle.is_some_and(|cycle| cycle.state == CycleState::Closed))
}
