//! The goals of two moments, side by side.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::entity::{Entity, Objective};
use okr_core::id::{CycleId, EntityId, KeyResultId, ObjectiveId, TeamId};
use okr_core::progress::Progress;
use okr_core::view::View as _;

use super::super::{CycleStanding, KeyResultStanding, ObjectiveStanding, Reading};
use super::{Changed, Diff, DiffScope, RollUp, RollUpOf, Stand, Stands};
use crate::error::ReplicaError;

/// The goals of one moment, by their ids and in the order in which they are shown.
#[derive(Debug, Default)]
struct Side {
    objectives: BTreeMap<ObjectiveId, ObjectiveStanding>,
    /// Which objective each key result has.
    homes: BTreeMap<KeyResultId, ObjectiveId>,
    order: Vec<ObjectiveId>,
    cycles: BTreeMap<CycleId, Option<Progress>>,
    teams: BTreeMap<(CycleId, Option<TeamId>), Option<Progress>>,
}

/// The goals of two moments.
pub(super) struct Goals<'a, 'r> {
    earlier: &'a Reading<'r>,
    later: &'a Reading<'r>,
    scope: &'a DiffScope,
    before: Side,
    after: Side,
}

impl Side {
    fn add(&mut self, objective: ObjectiveStanding) {
        let id = objective.objective.id;
        if self.objectives.contains_key(&id) {
            return;
        }
        for one in &objective.key_results {
            self.homes.insert(one.key_result.id, id);
        }
        self.order.push(id);
        self.objectives.insert(id, objective);
    }

    fn add_cycle(&mut self, standing: CycleStanding) {
        let cycle = standing.cycle.id;
        self.cycles.insert(cycle, standing.progress);
        for (team, progress) in standing.teams {
            self.teams.insert((cycle, team), progress);
        }
        for objective in standing.objectives {
            self.add(objective);
        }
    }

    fn key_result(&self, id: KeyResultId) -> Option<&KeyResultStanding> {
        let objective = self.objectives.get(self.homes.get(&id)?)?;
        let mut below = objective.key_results.iter();
        below.find(|one| one.key_result.id == id)
    }
}

impl<'a, 'r> Goals<'a, 'r> {
    /// Reads the goals of some cycles, and those that are named, at both moments.
    pub(super) fn read(
        earlier: &'a Reading<'r>,
        later: &'a Reading<'r>,
        scope: &'a DiffScope,
        cycles: &BTreeSet<CycleId>,
    ) -> Result<Self, ReplicaError> {
        let mut goals = Self {
            earlier,
            later,
            scope,
            before: Side::default(),
            after: Side::default(),
        };
        for cycle in in_order(later, cycles)? {
            let then = earlier.whole_cycle(cycle)?;
            if let Some(then) = then {
                goals.before.add_cycle(then);
            }
            if let Some(now) = later.whole_cycle(cycle)? {
                goals.after.add_cycle(now);
            }
        }
        for id in scope.things.iter().flatten() {
            goals.named(*id)?;
        }
        complete(earlier, &mut goals.before, &goals.after)?;
        complete(later, &mut goals.after, &goals.before)?;
        Ok(goals)
    }

    /// Adds the objective that is named, or that a key result which is named belongs to.
    fn named(&mut self, id: EntityId) -> Result<(), ReplicaError> {
        for (reading, side) in [
            (self.earlier, &mut self.before),
            (self.later, &mut self.after),
        ] {
            let objective = match id {
                EntityId::Objective(id) => Some(id),
                EntityId::KeyResult(id) => {
                    let key_result = reading.key_result(id)?;
                    key_result.map(|key_result| key_result.objective)
                }
                EntityId::Org(_)
                | EntityId::Person(_)
                | EntityId::Team(_)
                | EntityId::Cycle(_)
                | EntityId::CheckIn(_)
                | EntityId::Comment(_)
                | EntityId::Initiative(_)
                | EntityId::Metric(_)
                | EntityId::MetricValue(_) => None,
            };
            if let Some(objective) = objective
                && !side.objectives.contains_key(&objective)
                && let Some(standing) = reading.objective_standing(objective)?
            {
                side.add(standing);
            }
        }
        Ok(())
    }

    /// Adds what differs.
    pub(super) fn compare(self, diff: &mut Diff) -> Result<(), ReplicaError> {
        for id in &self.after.order {
            let Some(now) = self.after.objectives.get(id) else {
                continue;
            };
            let then = self.before.objectives.get(id);
            if self.has_objective(now, then) {
                diff.things.extend(self.objective(then, now)?);
                diff.roll_ups.extend(roll_up(then, now));
            }
            for one in &now.key_results {
                if self.has_key_result(one, (now, then)) {
                    diff.things.extend(self.key_result(one)?);
                }
            }
        }
        self.roll_up_outer(diff);
        Ok(())
    }

    fn objective(
        &self,
        then: Option<&ObjectiveStanding>,
        now: &ObjectiveStanding,
    ) -> Result<Option<Changed>, ReplicaError> {
        let entity = |objective: &Objective| Entity::Objective(Box::new(objective.clone()));
        if then.is_some_and(|then| then.objective == now.objective) {
            return Ok(None);
        }
        let before = then.map(|then| entity(&then.objective));
        let after = entity(&now.objective);
        let changed = self
            .later
            .changed(self.earlier, before.as_ref(), Some(after))?;
        Ok(changed.map(|changed| Changed {
            late_addition: changed.added.is_some() && now.late_addition,
            ..changed
        }))
    }

    fn key_result(&self, now: &KeyResultStanding) -> Result<Option<Changed>, ReplicaError> {
        let then = self.before.key_result(now.key_result.id);
        let stands = self.stands(then, now)?;
        let entity = Entity::KeyResult(Box::new(now.key_result.clone()));
        let before = then.map(|then| Entity::KeyResult(Box::new(then.key_result.clone())));
        let changed = if before.as_ref() == Some(&entity) {
            None
        } else {
            let after = Some(entity.clone());
            self.later.changed(self.earlier, before.as_ref(), after)?
        };
        Ok(match (changed, stands) {
            (None, None) => None,
            (Some(changed), stands) => Some(Changed {
                late_addition: changed.added.is_some() && now.late_addition,
                stands,
                ..changed
            }),
            (None, stands @ Some(_)) => Some(Changed {
                entity,
                added: None,
                late_addition: false,
                fields: Vec::new(),
                stands,
            }),
        })
    }

    /// Compares how a key result stood and stands.
    fn stands(
        &self,
        then: Option<&KeyResultStanding>,
        now: &KeyResultStanding,
    ) -> Result<Option<Box<Stands>>, ReplicaError> {
        let (before, after) = (then.map(Stand::of), Stand::of(now));
        if before.as_ref() == Some(&after) {
            return Ok(None);
        }
        if before.is_none() && after.check_in.is_none() {
            return Ok(None);
        }
        let reported = before.as_ref().and_then(|before| before.check_in.as_ref());
        let by = match (reported, &after.check_in) {
            (then, now) if then == now.as_ref() => None,
            // One that was there before counts again when what counted was taken back or put right.
            (then, now) => {
                let check_ins = [now.as_ref(), then];
                self.later
                    .last_about(self.earlier, check_ins.into_iter().flatten())?
            }
        };
        Ok(Some(Box::new(Stands { before, after, by })))
    }

    /// Says whether an objective is compared, as it was or as it is.
    fn has_objective(&self, now: &ObjectiveStanding, then: Option<&ObjectiveStanding>) -> bool {
        let objectives = [Some(now), then].into_iter().flatten();
        let mut objectives = objectives.map(|standing| &standing.objective);
        objectives.any(|objective| {
            self.is_in_scope(objective)
                && self.scope.things.as_ref().is_none_or(|things| {
                    things.contains(&objective.id.into()) || is_below(objective, things)
                })
        })
    }

    /// Says whether a key result is compared, as it was or as it is.
    fn has_key_result(
        &self,
        one: &KeyResultStanding,
        (now, then): (&ObjectiveStanding, Option<&ObjectiveStanding>),
    ) -> bool {
        let things = self.scope.things.as_ref();
        let is_named = things.is_some_and(|things| things.contains(&one.key_result.id.into()));
        (is_named && self.is_in_scope(&now.objective)) || self.has_objective(now, then)
    }

    fn is_in_scope(&self, objective: &Objective) -> bool {
        let cycles = self.scope.cycles.as_ref();
        let teams = self.scope.teams.as_ref();
        cycles.is_none_or(|cycles| cycles.contains(&objective.cycle))
            && teams.is_none_or(|teams| objective.team.is_some_and(|team| teams.contains(&team)))
    }

    /// Adds the progress of teams and cycles that are compared as a whole.
    fn roll_up_outer(&self, diff: &mut Diff) {
        let has = |id: EntityId| {
            let things = self.scope.things.as_ref();
            things.is_none_or(|things| things.contains(&id))
        };
        for ((cycle, team), after) in &self.after.teams {
            let Some(before) = self.before.teams.get(&(*cycle, *team)) else {
                continue;
            };
            let teams = self.scope.teams.as_ref();
            let is_wanted = match team {
                Some(team) => {
                    teams.is_none_or(|teams| teams.contains(team))
                        && (has((*team).into()) || has((*cycle).into()))
                }
                None => teams.is_none() && has((*cycle).into()),
            };
            if is_wanted && before != after {
                let of = RollUpOf::Team(*cycle, *team);
                let (before, after) = (*before, *after);
                diff.roll_ups.push(RollUp { of, before, after });
            }
        }
        for (cycle, after) in &self.after.cycles {
            let Some(before) = self.before.cycles.get(cycle) else {
                continue;
            };
            if self.scope.teams.is_none() && has((*cycle).into()) && before != after {
                let of = RollUpOf::Cycle(*cycle);
                let (before, after) = (*before, *after);
                diff.roll_ups.push(RollUp { of, before, after });
            }
        }
    }
}

impl Stand {
    fn of(standing: &KeyResultStanding) -> Self {
        let latest = standing.latest.as_ref();
        Self {
            check_in: latest.map(|latest| latest.check_in.clone()),
            late: latest.is_some_and(|latest| latest.late),
            progress: standing.progress,
            status: standing.status,
        }
    }
}

/// Adds to a moment what only the other one has in the cycles that are compared: goals that moved to
/// another cycle or objective.
fn complete(reading: &Reading<'_>, side: &mut Side, other: &Side) -> Result<(), ReplicaError> {
    for id in &other.order {
        if !side.objectives.contains_key(id)
            && let Some(standing) = reading.objective_standing(*id)?
        {
            side.add(standing);
        }
    }
    for id in other.homes.keys() {
        if !side.homes.contains_key(id)
            && let Some(key_result) = reading.key_result(*id)?
            && let Some(standing) = reading.objective_standing(key_result.objective)?
        {
            side.add(standing);
        }
    }
    Ok(())
}

fn is_below(objective: &Objective, things: &BTreeSet<EntityId>) -> bool {
    let team = objective.team.map(EntityId::from);
    things.contains(&objective.cycle.into()) || team.is_some_and(|team| things.contains(&team))
}

fn roll_up(then: Option<&ObjectiveStanding>, now: &ObjectiveStanding) -> Option<RollUp> {
    let before = then?.progress;
    (before != now.progress).then_some(RollUp {
        of: RollUpOf::Objective(now.objective.id),
        before,
        after: now.progress,
    })
}

/// Returns cycles by their first day.
fn in_order(
    reading: &Reading<'_>,
    wanted: &BTreeSet<CycleId>,
) -> Result<Vec<CycleId>, ReplicaError> {
    let cycles = reading.cycles()?.into_iter().map(|cycle| cycle.id);
    Ok(cycles.filter(|cycle| wanted.contains(cycle)).collect())
}
