//! The part of a goalpost report that was asked for.

use okr_core::id::{EntityId, KeyResultId};
use okr_replica::{Both, Goalposts, KeyResultEffect, MoveStep, ObjectiveEffect};

use crate::commands::past::Past;

/// Keeps only what is about a thing; the period of the cycle is about everything.
pub(crate) fn narrow(found: &mut Goalposts, about: Option<EntityId>, past: &Past<'_>) {
    match about {
        Some(EntityId::Team(team)) => {
            keep(
                found,
                |one| {
                    let sides = [one.committed, one.current];
                    let mut sides = sides.into_iter().flatten();
                    sides.any(|side| past.is_within(side.team, team))
                },
                |_| true,
                |step| past.is_within(step.team, team),
            );
        }
        Some(EntityId::Objective(id)) => keep(
            found,
            |one| one.objective.id == id,
            |_| true,
            |step| step.objective == Some(id),
        ),
        Some(EntityId::KeyResult(id)) => keep(
            found,
            |one| one.key_results.iter().any(|one| one.key_result.id == id),
            |one| one.key_result.id == id,
            |step| step.subject == id.into(),
        ),
        Some(
            EntityId::Cycle(_)
            | EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::CheckIn(_)
            | EntityId::Comment(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_)
            | EntityId::MetricValue(_),
        )
        | None => {}
    }
}

fn keep(
    found: &mut Goalposts,
    objective: impl Fn(&ObjectiveEffect) -> bool,
    key_result: impl Fn(&KeyResultEffect) -> bool,
    step: impl Fn(&MoveStep) -> bool,
) {
    found.effect.objectives.retain(|one| objective(one));
    for one in &mut found.effect.objectives {
        one.key_results.retain(|one| key_result(one));
    }
    let below = |one: &ObjectiveEffect| {
        let ids = one.key_results.iter().map(|one| one.key_result.id);
        ids.collect::<Vec<KeyResultId>>()
    };
    let kept: Vec<KeyResultId> = found.effect.objectives.iter().flat_map(below).collect();
    found.reported.retain(|one| kept.contains(&one.key_result));
    for moved in &mut found.moved {
        let is_kept: Vec<bool> = moved
            .steps
            .iter()
            .map(|one| matches!(one.subject, EntityId::Cycle(_)) || step(one))
            .collect();
        let mut of_events = is_kept.iter();
        if let Some(change) = &mut moved.entry.change {
            change.events.retain(|_| of_events.next() == Some(&true));
        }
        let mut of_steps = is_kept.iter();
        moved.steps.retain(|_| of_steps.next() == Some(&true));
    }
    found.moved.retain(|moved| !moved.steps.is_empty());
}

/// Returns the progress of what was asked for, on both sides.
pub(super) fn progress(found: &Goalposts, about: Option<EntityId>) -> Both {
    let effect = &found.effect;
    match about {
        Some(EntityId::Team(team)) => effect.teams.get(&Some(team)).copied().unwrap_or_default(),
        Some(EntityId::Objective(id)) => {
            let mut rows = effect.objectives.iter();
            let row = rows.find(|row| row.objective.id == id);
            row.map(objective_progress).unwrap_or_default()
        }
        Some(EntityId::KeyResult(_)) => {
            let mut rows = effect.objectives.iter().flat_map(|row| &row.key_results);
            rows.next().map(key_result_progress).unwrap_or_default()
        }
        Some(
            EntityId::Cycle(_)
            | EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::CheckIn(_)
            | EntityId::Comment(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_)
            | EntityId::MetricValue(_),
        )
        | None => effect.progress,
    }
}

/// Returns the progress of an objective on both sides.
pub(super) fn objective_progress(row: &ObjectiveEffect) -> Both {
    Both {
        committed: row.committed.and_then(|side| side.progress),
        current: row.current.and_then(|side| side.progress),
    }
}

/// Returns the progress of a key result on both sides.
pub(super) fn key_result_progress(row: &KeyResultEffect) -> Both {
    let progress = |side: &okr_replica::KeyResultSide| side.progress;
    Both {
        committed: row.committed.as_ref().and_then(progress),
        current: row.current.as_ref().and_then(progress),
    }
}
