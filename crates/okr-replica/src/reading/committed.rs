//! How far an objective would be, had nothing of it moved since the commitment of its cycle: the
//! figure that tables of goals give beside its progress, and the goalposts for each objective.

use std::collections::BTreeSet;

use okr_core::entity::{CheckIn, Entity, KeyResult, Objective};
use okr_core::event::{Event, KeyResultEdit, KeyResultEvent};
use okr_core::id::{EntityKind, KeyResultId, ObjectiveId};
use okr_core::progress::{Progress, objective_progress};
use okr_core::value::GoalState;

use super::kept::Kept;
use super::standing::{KeyResultStanding, counts};
use super::{Queue, Reading};
use crate::error::ReplicaError;
use crate::moment::Bound;
use crate::version::{self, RowRef};

/// The query for every key result that was ever below an objective.
const EVER_BELOW_SQL: &str = "SELECT DISTINCT id FROM versions WHERE kind = ?1 AND parent = ?2";

/// A key result as it was committed to, with what was last reported on it by the moment.
type Share = (KeyResult, Option<CheckIn>);

/// Returns how far an objective is against the key results, measures and weights that it was
/// committed to with.
pub(super) fn committed_progress<'a>(
    shares: impl Iterator<Item = (&'a KeyResult, Option<&'a CheckIn>)>,
) -> Option<Progress> {
    objective_progress(shares.filter(|(then, _)| is_counted(then)))
}

/// Says whether an objective, as it was then, was part of the commitment.
pub(super) fn is_committed(then: &Objective) -> bool {
    counts(then) && then.stage != GoalState::Draft
}

/// Says whether a key result counts in the progress of its objective.
pub(super) const fn is_counted(key_result: &KeyResult) -> bool {
    match key_result.state() {
        GoalState::Draft | GoalState::Active | GoalState::Closed => true,
        GoalState::Abandoned | GoalState::Archived => false,
    }
}

impl Reading<'_> {
    /// Returns the progress of an objective against its commitment, when its key results, a measure
    /// or a weight are others since; none, too, when it was not committed to.
    ///
    /// Key results come with the rows that they were read from.
    pub(super) fn original_progress<'a>(
        &'a self,
        (objective, row): (&Objective, Option<RowRef>),
        key_results: &[(KeyResultStanding, Option<RowRef>)],
        (commitment, kept): (Option<Bound>, &Kept<'a>),
    ) -> Result<Option<Progress>, ReplicaError> {
        let Some(bound) = commitment else {
            return Ok(None);
        };
        if !self.was_committed((objective, row), bound)? {
            return Ok(None);
        }
        let mut shares: Vec<Share> = Vec::with_capacity(key_results.len());
        let mut is_moved = false;
        for (standing, row) in key_results {
            let now = &standing.key_result;
            let then = match row {
                // Most key results are today what they were then.
                Some(row) if row.was_there(bound.confirmed) => Some(now.clone()),
                Some(_) | None => self.key_result_by((objective.id, now.id), bound)?,
            };
            is_moved |= has_moved(then.as_ref(), now);
            let latest = standing.latest.as_ref();
            let latest = latest.map(|latest| latest.check_in.clone());
            shares.extend(then.map(|then| (then, latest)));
        }
        let here = key_results.iter().map(|(one, _)| one.key_result.id);
        for id in self.moved_away(objective.id, &here.collect(), kept)? {
            let Some(then) = self.key_result_by((objective.id, id), bound)? else {
                continue;
            };
            is_moved |= is_counted(&then);
            let latest = self.latest(id, None)?.map(|known| known.entity);
            shares.push((then, latest.and_then(Entity::into_check_in)));
        }
        if !is_moved {
            return Ok(None);
        }
        let shares = shares.iter().map(|(then, latest)| (then, latest.as_ref()));
        Ok(committed_progress(shares))
    }

    fn was_committed(
        &self,
        (now, row): (&Objective, Option<RowRef>),
        bound: Bound,
    ) -> Result<bool, ReplicaError> {
        if row.is_some_and(|row| row.was_there(bound.confirmed)) {
            return Ok(is_committed(now));
        }
        Ok(match self.entity_by(now.id.into(), bound)? {
            Some(Entity::Objective(then)) => then.cycle == now.cycle && is_committed(&then),
            _ => false,
        })
    }

    /// Returns a key result as it was by some changes; none when it was not below the objective.
    fn key_result_by(
        &self,
        (objective, id): (ObjectiveId, KeyResultId),
        bound: Bound,
    ) -> Result<Option<KeyResult>, ReplicaError> {
        let then = self.entity_by(id.into(), bound)?;
        let then = then.and_then(Entity::into_key_result);
        Ok(then.filter(|then| then.objective == objective))
    }

    /// Returns the key results that were below an objective at some time, but for those that are here.
    fn moved_away<'a>(
        &'a self,
        id: ObjectiveId,
        here: &BTreeSet<KeyResultId>,
        kept: &Kept<'a>,
    ) -> Result<BTreeSet<KeyResultId>, ReplicaError> {
        let mut found: BTreeSet<KeyResultId> = self.queue.moved_from(id).collect();
        if let Some(key) = self.key(id.into())? {
            let kind = version::kind_number(EntityKind::KeyResult);
            kept.with((self.snapshot.db, EVER_BELOW_SQL), |statement| {
                let mut rows = statement.query((kind, key.0))?;
                while let Some(row) = rows.next()? {
                    found.insert(KeyResultId::from_bytes(row.get(0)?));
                }
                Ok(())
            })?;
        }
        found.retain(|id| !here.contains(id));
        Ok(found)
    }
}

/// Says whether a key result counts in another way than it was committed to.
fn has_moved(then: Option<&KeyResult>, now: &KeyResult) -> bool {
    let then = then.filter(|then| is_counted(then));
    match (then, is_counted(now)) {
        (None, is_counted) => is_counted,
        (Some(_), false) => true,
        (Some(then), true) => then.measure != now.measure || then.weight != now.weight,
    }
}

impl Queue {
    /// Returns the key results that a pending change moved from an objective to another one.
    fn moved_from(&self, id: ObjectiveId) -> impl Iterator<Item = KeyResultId> {
        let moved = self.moved.iter();
        moved.filter_map(move |(from, moved)| (*from == id).then_some(*moved))
    }
}

/// Returns what an event moves, and the objective that it was below.
pub(super) fn moves(event: &Event) -> Option<(ObjectiveId, KeyResultId)> {
    let Event::KeyResult(id, KeyResultEvent::Edited(KeyResultEdit::Objective(edit))) = event else {
        return None;
    };
    Some((edit.from, *id))
}
