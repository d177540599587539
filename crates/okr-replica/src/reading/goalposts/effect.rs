//! How goals stand against what was committed and against what counts now.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::entity::{CheckIn, Cycle, Entity, KeyResult, Objective};
use okr_core::id::{KeyResultId, ObjectiveId, TeamId};
use okr_core::measure::Measure;
use okr_core::progress::{Progress, expected, progress, roll_up};
use okr_core::status::{Status, StatusInput, status};
use okr_core::value::{GoalState, Weight};
use okr_core::view::View as _;

use super::super::committed::{committed_progress, is_committed, is_counted};
use super::super::standing::{counts, state_within};
use super::super::{CycleStanding, KeyResultStanding, ObjectiveFilter, Reading};
use crate::error::ReplicaError;

/// Progress against the commitment and against what counts now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Both {
    /// Against the goals, measures and weights of the commitment, by the values of the moment.
    pub committed: Option<Progress>,
    /// Against those of the moment.
    pub current: Option<Progress>,
}

/// How the goals of a cycle stand on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The cycle.
    pub progress: Both,
    /// Each team; none is the organisation as a whole.
    pub teams: BTreeMap<Option<TeamId>, Both>,
    /// Each objective that was committed to or counts now.
    pub objectives: Vec<ObjectiveEffect>,
}

/// How an objective stands on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectiveEffect {
    /// The objective at the moment.
    pub objective: Objective,
    /// As it was committed to; none: it was not.
    pub committed: Option<ObjectiveSide>,
    /// As it counts now; none: it does not.
    pub current: Option<ObjectiveSide>,
    /// Its key results, on either side.
    pub key_results: Vec<KeyResultEffect>,
}

/// One side of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectiveSide {
    /// The team that pursues it.
    pub team: Option<TeamId>,
    /// How much it counts.
    pub weight: Weight,
    /// How far it is.
    pub progress: Option<Progress>,
}

/// How a key result stands on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyResultEffect {
    /// The key result at the moment.
    pub key_result: KeyResult,
    /// As it was committed to, below this objective; none: it was not.
    pub committed: Option<KeyResultSide>,
    /// As it counts now, below this objective; none: it does not.
    pub current: Option<KeyResultSide>,
}

/// One side of a key result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyResultSide {
    /// How it is measured.
    pub measure: Measure,
    /// How much it counts.
    pub weight: Weight,
    /// How far it is.
    pub progress: Option<Progress>,
    /// What an even pace would have reached.
    pub expected: Progress,
    /// How it stands.
    pub status: Status,
}

impl Reading<'_> {
    /// Compares how goals stand with how they would stand, had nothing moved since the commitment.
    pub(super) fn effect(
        &self,
        then: &Self,
        standing: &CycleStanding,
    ) -> Result<Effect, ReplicaError> {
        let id = standing.cycle.id;
        let filter = ObjectiveFilter {
            cycle: Some(id),
            ..ObjectiveFilter::default()
        };
        let mut objectives: Vec<ObjectiveEffect> =
            standing.objectives.iter().map(current).collect();
        let Some(cycle) = then.cycle(id)? else {
            return Err(ReplicaError::damaged("a commitment without its cycle"));
        };
        let comparing = Comparing {
            reading: self,
            cycle: &cycle,
            standing,
        };
        for committed in then.objectives(&filter)? {
            if !is_committed(&committed) {
                continue;
            }
            let key_results = then.key_results(committed.id)?;
            comparing.add(&mut objectives, &committed, &key_results)?;
        }
        objectives.retain(|one| one.committed.is_some() || one.current.is_some());
        Ok(roll_up_both(objectives, standing))
    }
}

/// Returns an objective by what counts now.
fn current(standing: &super::super::ObjectiveStanding) -> ObjectiveEffect {
    let objective = &standing.objective;
    let is_in_force = counts(objective);
    ObjectiveEffect {
        objective: objective.clone(),
        committed: None,
        current: is_in_force.then_some(ObjectiveSide {
            team: objective.team,
            weight: objective.weight,
            progress: standing.progress,
        }),
        key_results: standing
            .key_results
            .iter()
            .map(|one| KeyResultEffect {
                key_result: one.key_result.clone(),
                committed: None,
                current: (is_in_force && is_counted(&one.key_result)).then(|| KeyResultSide {
                    measure: one.key_result.measure.clone(),
                    weight: one.key_result.weight,
                    progress: one.progress,
                    expected: one.expected,
                    status: one.status,
                }),
            })
            .collect(),
    }
}

/// What the committed side is made of.
struct Comparing<'a, 'r> {
    reading: &'a Reading<'r>,
    /// The cycle at the commitment.
    cycle: &'a Cycle,
    standing: &'a CycleStanding,
}

impl Comparing<'_, '_> {
    /// Adds what an objective and its key results were at the commitment.
    fn add(
        &self,
        objectives: &mut Vec<ObjectiveEffect>,
        committed: &Objective,
        key_results: &[KeyResult],
    ) -> Result<(), ReplicaError> {
        let known = objectives
            .iter()
            .position(|one| one.objective.id == committed.id);
        let index = if let Some(index) = known {
            index
        } else {
            let now = self.reading.objective(committed.id)?;
            let objective = now.map_or_else(|| committed.clone(), std::borrow::Cow::into_owned);
            objectives.push(ObjectiveEffect {
                objective,
                committed: None,
                current: None,
                key_results: Vec::new(),
            });
            objectives.len() - 1
        };
        let row = &mut objectives[index];
        let mut counted: Vec<(&KeyResult, Option<CheckIn>)> = Vec::new();
        for then in key_results.iter().filter(|then| is_counted(then)) {
            let (now, latest) = self.now(then)?;
            let side = self.side((committed, then), &now, latest.as_ref());
            counted.push((then, latest));
            let known = row
                .key_results
                .iter_mut()
                .find(|one| one.key_result.id == then.id);
            match known {
                Some(known) => known.committed = Some(side),
                None => row.key_results.push(KeyResultEffect {
                    key_result: now,
                    committed: Some(side),
                    current: None,
                }),
            }
        }
        let shares = counted
            .iter()
            .map(|(then, latest)| (*then, latest.as_ref()));
        row.committed = Some(ObjectiveSide {
            team: committed.team,
            weight: committed.weight,
            progress: committed_progress(shares),
        });
        Ok(())
    }

    /// Returns what a key result is at the moment, and what was last reported on it.
    fn now(&self, then: &KeyResult) -> Result<(KeyResult, Option<CheckIn>), ReplicaError> {
        if let Some(one) = find(self.standing, (then.objective, then.id)) {
            let latest = one.latest.as_ref().map(|fact| fact.check_in.clone());
            return Ok((one.key_result.clone(), latest));
        }
        let now = self.reading.key_result(then.id)?;
        let now = now.map_or_else(|| then.clone(), std::borrow::Cow::into_owned);
        let latest = self
            .reading
            .latest(then.id, None)?
            .map(|known| known.entity);
        Ok((now, latest.and_then(Entity::into_check_in)))
    }

    /// Returns how a key result would stand, had it stayed what it was.
    fn side(
        &self,
        (objective, then): (&Objective, &KeyResult),
        now: &KeyResult,
        latest: Option<&CheckIn>,
    ) -> KeyResultSide {
        let reached = latest.and_then(|latest| progress(&then.measure, &latest.value));
        let pace = expected(
            self.cycle.period,
            then.start,
            then.due,
            self.reading.moment.pace_day(),
        );
        // What was given up or put away is judged as if it still had to be reached; a grade stays one.
        let state = match state_within(now, objective) {
            GoalState::Closed => GoalState::Closed,
            GoalState::Draft | GoalState::Active | GoalState::Abandoned | GoalState::Archived => {
                GoalState::Active
            }
        };
        KeyResultSide {
            measure: then.measure.clone(),
            weight: then.weight,
            progress: reached,
            expected: pace,
            status: status(&StatusInput {
                state,
                kind: objective.kind,
                score: now.score,
                latest: latest.map(|latest| (latest.effective, latest.confidence)),
                progress: reached,
                expected: pace,
                cadence: self.standing.cadence,
                today: self.reading.moment.day,
            }),
        }
    }
}

fn find(
    standing: &CycleStanding,
    (objective, id): (ObjectiveId, KeyResultId),
) -> Option<&KeyResultStanding> {
    let below = |id: ObjectiveId| {
        let mut objectives = standing.objectives.iter();
        objectives.find(move |one| one.objective.id == id)
    };
    let mut key_results = below(objective)?.key_results.iter();
    key_results.find(|one| one.key_result.id == id)
}

fn roll_up_both(objectives: Vec<ObjectiveEffect>, standing: &CycleStanding) -> Effect {
    let sides = objectives
        .iter()
        .flat_map(|one| [one.committed, one.current]);
    let teams: BTreeSet<Option<TeamId>> = sides.flatten().map(|side| side.team).collect();
    Effect {
        progress: Both {
            committed: committed(&objectives, |_| true),
            current: standing.progress,
        },
        teams: teams
            .into_iter()
            .map(|team| {
                let both = Both {
                    committed: committed(&objectives, |of| of == team),
                    current: standing.teams.get(&team).copied().flatten(),
                };
                (team, both)
            })
            .collect(),
        objectives,
    }
}

/// Returns the progress of what was committed to, of the teams that are wanted.
fn committed(
    objectives: &[ObjectiveEffect],
    is_wanted: impl Fn(Option<TeamId>) -> bool,
) -> Option<Progress> {
    let sides = objectives.iter().filter_map(|one| one.committed);
    let sides = sides.filter(|side| is_wanted(side.team));
    roll_up(sides.map(|side| (side.weight, side.progress)))
}
