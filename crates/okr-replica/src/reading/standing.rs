//! How goals stand at the moment: progress, pace, status and roll-up, by the formulas of the core.

use std::collections::BTreeMap;

use okr_core::entity::{CheckIn, Cycle, Entity, KeyResult, Objective};
use okr_core::id::{CycleId, KeyResultId, ObjectiveId, TeamId};
use okr_core::measure::{Measure, Value};
use okr_core::progress::{
    Progress, Suggestion, expected, objective_progress, progress, roll_up, suggest_for_objective,
    zone,
};
use okr_core::status::{Status, StatusInput, status};
use okr_core::value::{CadenceDays, GoalState, Zone};
use okr_core::view::View as _;

use super::blocker::{StandingBlocker, Told};
use super::goals::{CycleGoals, ObjectiveGoals};
use super::kept::Statements;
use super::latest::{Latest, Makers};
use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::moment::Bound;

/// How a key result stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyResultStanding {
    /// The key result.
    pub key_result: KeyResult,
    /// The check-in that counts.
    pub latest: Option<Latest>,
    /// How far its value has come; none without a value or where it is undefined.
    pub progress: Option<Progress>,
    /// The same against the original measure, when that is another.
    pub original: Option<Progress>,
    /// The measure of the original commitment or, of a late addition, the one that it was added with,
    /// when that is another.
    pub original_measure: Option<Measure>,
    /// The progress of an even pace.
    pub expected: Progress,
    /// How it stands, in one word.
    pub status: Status,
    /// Whether it was added after the commitment.
    pub late_addition: bool,
    /// The zone that a metric with zones, or an ordinal key result, has reached.
    pub zone: Option<Zone>,
    /// What stands in its way.
    pub blocker: Option<StandingBlocker>,
    /// Whether pending changes are part of this.
    pub pending: bool,
}

/// How an objective stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectiveStanding {
    /// The objective.
    pub objective: Objective,
    /// Its key results, in order.
    pub key_results: Vec<KeyResultStanding>,
    /// The weighted mean of its key results; none when none counts.
    pub progress: Option<Progress>,
    /// The same against the original commitment, when its key results, a measure or a weight are
    /// others: as the goalposts tell it. None of a late addition.
    pub original: Option<Progress>,
    /// Whether it was added after the commitment.
    pub late_addition: bool,
    /// Whether pending changes are part of this.
    pub pending: bool,
}

impl KeyResultStanding {
    /// Returns the key result with the check-in that counts.
    fn reported(&self) -> (&KeyResult, Option<&CheckIn>) {
        let latest = self.latest.as_ref();
        (&self.key_result, latest.map(|latest| &latest.check_in))
    }
}

impl ObjectiveStanding {
    /// Returns the score that its key results suggest; none when none counts.
    pub fn suggestion(&self) -> Option<Suggestion> {
        suggest_for_objective(self.key_results.iter().map(KeyResultStanding::reported))
    }
}

/// How a cycle stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CycleStanding {
    /// The cycle.
    pub cycle: Cycle,
    /// How often its key results expect a check-in.
    pub cadence: CadenceDays,
    /// Its objectives, by the name of their team, then in the order of their creation.
    pub objectives: Vec<ObjectiveStanding>,
    /// The weighted mean of its objectives; none when none counts.
    pub progress: Option<Progress>,
    /// The progress of an even pace.
    pub expected: Progress,
    /// The same for each team; none is the organisation as a whole.
    pub teams: BTreeMap<Option<TeamId>, Option<Progress>>,
}

/// What the goals of a cycle have in common.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub(super) cycle: Cycle,
    pub(super) cadence: CadenceDays,
    commitment: Option<Bound>,
}

impl Reading<'_> {
    /// Returns how a key result stands; none when it or its cycle is not there.
    ///
    /// # Errors
    /// The store's failures.
    pub fn standing(&self, id: KeyResultId) -> Result<Option<KeyResultStanding>, ReplicaError> {
        let Some(known) = self.known(id.into())? else {
            return Ok(None);
        };
        let told = self.told_of(known.key())?;
        let Entity::KeyResult(key_result) = &known.entity else {
            return Ok(None);
        };
        // By the clocks of devices, a goal can be there before what it belongs to.
        let Some(objective) = self.objective(key_result.objective)? else {
            return Ok(None);
        };
        let Some(frame) = self.frame(objective.cycle)? else {
            return Ok(None);
        };
        let common = (&frame, &told, &Statements::new(Makers::Read));
        self.stand(known, &objective, common).map(Some)
    }

    /// Returns how an objective stands, with its key results; none when it or its cycle is not there.
    ///
    /// # Errors
    /// The store's failures.
    pub fn objective_standing(
        &self,
        id: ObjectiveId,
    ) -> Result<Option<ObjectiveStanding>, ReplicaError> {
        let Some(known) = self.known(id.into())? else {
            return Ok(None);
        };
        let (Some(objective), row) = (known.entity.into_objective(), known.row) else {
            return Ok(None);
        };
        let Some(frame) = self.frame(objective.cycle)? else {
            return Ok(None);
        };
        let key_results = self.known_key_results(objective.id)?;
        let told = self.told_of(key_results.iter().filter_map(Known::key))?;
        let goals = ObjectiveGoals {
            objective,
            row,
            key_results,
        };
        let common = (&frame, &told, &Statements::new(Makers::Read));
        self.stand_objective(goals, common).map(Some)
    }

    /// Returns how a cycle stands, with its objectives; none when it or its cycle is not there.
    ///
    /// Archived objectives are left out.
    ///
    /// # Errors
    /// The store's failures.
    pub fn cycle_standing(&self, id: CycleId) -> Result<Option<CycleStanding>, ReplicaError> {
        self.cycle_standing_of(id, Makers::Read, |_| true)
    }

    /// Returns how a cycle would stand if it had only those objectives that are wanted; none when it
    /// is not there.
    ///
    /// # Errors
    /// The store's failures.
    pub fn cycle_standing_of(
        &self,
        id: CycleId,
        makers: Makers,
        wanted: impl Fn(&Objective) -> bool,
    ) -> Result<Option<CycleStanding>, ReplicaError> {
        let goals = self.goals_of(id, |objective| !objective.archived && wanted(objective))?;
        self.stand_cycle(goals, makers)
    }

    /// Returns how a cycle stands with all its objectives, the archived ones too; these do not count
    /// in its progress.
    pub(super) fn whole_cycle(&self, id: CycleId) -> Result<Option<CycleStanding>, ReplicaError> {
        self.stand_cycle(self.goals_of(id, |_| true)?, Makers::LeftOut)
    }

    fn stand_cycle(
        &self,
        goals: Option<CycleGoals>,
        makers: Makers,
    ) -> Result<Option<CycleStanding>, ReplicaError> {
        let Some(CycleGoals { frame, objectives }) = goals else {
            return Ok(None);
        };
        let key_results = objectives.iter().flat_map(|goals| &goals.key_results);
        let told = self.told_of(key_results.filter_map(Known::key))?;
        let statements = Statements::new(makers);
        let mut standings = Vec::with_capacity(objectives.len());
        for goals in objectives {
            standings.push(self.stand_objective(goals, (&frame, &told, &statements))?);
        }
        let objectives: Vec<ObjectiveStanding> = standings;
        let counting = || {
            objectives
                .iter()
                .filter(|standing| counts(&standing.objective))
        };
        let mut teams = BTreeMap::new();
        for team in counting().map(|standing| standing.objective.team) {
            teams.entry(team).or_insert_with(|| {
                roll_up_objectives(counting().filter(|standing| standing.objective.team == team))
            });
        }
        Ok(Some(CycleStanding {
            progress: roll_up_objectives(counting()),
            expected: expected(frame.cycle.period, None, None, self.moment.pace_day()),
            teams,
            cycle: frame.cycle,
            cadence: frame.cadence,
            objectives,
        }))
    }

    pub(super) fn frame(&self, id: CycleId) -> Result<Option<Frame>, ReplicaError> {
        let Some(cycle) = self.cycle(id)? else {
            return Ok(None);
        };
        let cycle = cycle.into_owned();
        let cadence = match cycle.cadence {
            Some(cadence) => cadence,
            None => self.org()?.map_or(CadenceDays::WEEKLY, |org| org.cadence),
        };
        Ok(Some(Frame {
            cycle,
            cadence,
            commitment: self.commitment(id)?,
        }))
    }

    fn stand_objective<'a>(
        &'a self,
        goals: ObjectiveGoals,
        (frame, told, statements): (&Frame, &Told, &Statements<'a>),
    ) -> Result<ObjectiveStanding, ReplicaError> {
        let ObjectiveGoals { objective, row, .. } = goals;
        let mut key_results = Vec::with_capacity(goals.key_results.len());
        for known in goals.key_results {
            let row = known.row;
            let standing = self.stand(known, &objective, (frame, told, statements))?;
            key_results.push((standing, row));
        }
        let commitment = (frame.commitment, &statements.ever_below);
        let original = self.original_progress((&objective, row), &key_results, commitment)?;
        let key_results: Vec<KeyResultStanding> = key_results
            .into_iter()
            .map(|(standing, _)| standing)
            .collect();
        let progress = objective_progress(key_results.iter().map(KeyResultStanding::reported));
        let pending = self.changed.contains_key(&objective.id.into())
            || key_results.iter().any(|standing| standing.pending);
        Ok(ObjectiveStanding {
            late_addition: self.is_late((&objective, row), frame.commitment)?,
            objective,
            key_results,
            progress,
            original,
            pending,
        })
    }

    pub(super) fn stand<'a>(
        &'a self,
        known: Known,
        objective: &Objective,
        (frame, told, statements): (&Frame, &Told, &Statements<'a>),
    ) -> Result<KeyResultStanding, ReplicaError> {
        let original = self.original(&known, frame.commitment)?;
        let (row, key) = (known.row, known.key());
        let Entity::KeyResult(key_result) = known.entity else {
            return Err(ReplicaError::damaged("a key result that is something else"));
        };
        let key_result = *key_result;
        let newest = self.newest((key_result.id, key), 1, &statements.reports)?;
        let latest = newest.into_iter().next();
        let pending = row.is_none() || latest.as_ref().is_some_and(|latest| latest.row.is_none());
        let latest = match latest {
            Some(latest) => self.latest_kept(latest, statements.made.as_ref())?,
            None => None,
        };
        let value = latest.as_ref().map(|latest| &latest.check_in.value);
        let now = value.and_then(|value| progress(&key_result.measure, value));
        let pace = expected(
            frame.cycle.period,
            key_result.start,
            key_result.due,
            self.moment.pace_day(),
        );
        let report = latest.as_ref().map(|latest| &latest.check_in);
        let status = status(&StatusInput {
            state: state_within(&key_result, objective),
            kind: objective.kind,
            score: key_result.score,
            latest: report.map(|report| (report.effective, report.confidence)),
            progress: now,
            expected: pace,
            cadence: frame.cadence,
            today: self.moment.day,
        });
        let then = original.measure.as_ref().zip(value);
        Ok(KeyResultStanding {
            progress: now,
            original: then.and_then(|(measure, value)| progress(measure, value)),
            original_measure: original.measure,
            expected: pace,
            status,
            late_addition: original.late_addition,
            zone: value.and_then(|value| zone_of(&key_result.measure, value)),
            blocker: self.standing_blocker(key_result.id, key, told),
            pending,
            latest,
            key_result,
        })
    }
}

/// Returns the state of a key result as its objective lets it be.
pub(super) const fn state_within(key_result: &KeyResult, objective: &Objective) -> GoalState {
    match (objective.state(), key_result.state()) {
        (GoalState::Archived, _) => GoalState::Archived,
        (GoalState::Abandoned, state @ GoalState::Archived) => state,
        (GoalState::Abandoned, _) => GoalState::Abandoned,
        (GoalState::Draft, GoalState::Active) => GoalState::Draft,
        (GoalState::Draft | GoalState::Active | GoalState::Closed, state) => state,
    }
}

fn zone_of(measure: &Measure, value: &Value) -> Option<Zone> {
    match (measure, value) {
        (Measure::Metric(metric), Value::Number(number)) => zone(metric, *number),
        (Measure::Zones(_), Value::Zone(zone)) => Some(*zone),
        (
            Measure::Metric(_) | Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_),
            Value::Number(_) | Value::Milestones(_) | Value::Zone(_),
        ) => None,
    }
}

/// Says whether an objective counts in the progress of its team and cycle.
pub(super) const fn counts(objective: &Objective) -> bool {
    match objective.state() {
        GoalState::Draft | GoalState::Active | GoalState::Closed => true,
        GoalState::Abandoned | GoalState::Archived => false,
    }
}

fn roll_up_objectives<'a>(
    objectives: impl Iterator<Item = &'a ObjectiveStanding>,
) -> Option<Progress> {
    roll_up(objectives.map(|standing| (standing.objective.weight, standing.progress)))
}

#[cfg(test)]
pub(super) mod tests;
