//! The key results that a health metric feeds, and why some of them take no value of a day.

use okr_core::Date;
use okr_core::entity::{Cycle, HealthMetric, KeyResult};
use okr_core::id::MetricId;
use okr_core::value::{CycleState, GoalState};
use okr_core::view::View as _;

use super::Reading;
use super::list::ObjectiveFilter;
use crate::error::ReplicaError;

/// A key result that names a health metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fed {
    /// The key result.
    pub key_result: KeyResult,
    /// Why a value of the day is not reported on it; none when it is.
    pub passed_over: Option<PassedOver>,
}

/// Why a value of a health metric is not reported on a key result that names the metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// Its cycle is planned or closed.
    Cycle(CycleState),
    /// Its objective is not pursued.
    Objective(GoalState),
    /// It has ended itself.
    KeyResult(GoalState),
    /// The day lies outside its cycle.
    OtherDay,
    /// Its unit is no longer that of the metric.
    OtherUnit,
}

impl Reading<'_> {
    /// Returns the key results that name a health metric, in cycles that are open or that the day lies
    /// in, and whether a value of the day is reported on each. What was put away is left out.
    ///
    /// # Errors
    /// The store's failures.
    pub fn fed_by(&self, id: MetricId, day: Date) -> Result<Vec<Fed>, ReplicaError> {
        let Some(metric) = self.metric(id)? else {
            return Ok(Vec::new());
        };
        let mut fed = Vec::new();
        for cycle in self.cycles()? {
            if cycle.state != CycleState::Open && !cycle.period.contains(day) {
                continue;
            }
            let filter = ObjectiveFilter {
                cycle: Some(cycle.id),
                ..ObjectiveFilter::default()
            };
            for objective in self.objectives(&filter)? {
                for key_result in self.key_results(objective.id)? {
                    if key_result.fed_by != Some(id) || key_result.archived {
                        continue;
                    }
                    let passed_over = pursued(&cycle, objective.state(), key_result.state())
                        .or_else(|| takes(&metric, &cycle, (&key_result, day)));
                    fed.push(Fed {
                        key_result,
                        passed_over,
                    });
                }
            }
        }
        Ok(fed)
    }
}

fn pursued(cycle: &Cycle, objective: GoalState, key_result: GoalState) -> Option<PassedOver> {
    match (cycle.state, objective, key_result) {
        (CycleState::Open, GoalState::Active, GoalState::Active) => None,
        (CycleState::Open, GoalState::Active, state) => Some(PassedOver::KeyResult(state)),
        (CycleState::Open, state, _) => Some(PassedOver::Objective(state)),
        (state, _, _) => Some(PassedOver::Cycle(state)),
    }
}

fn takes(
    metric: &HealthMetric,
    cycle: &Cycle,
    (key_result, day): (&KeyResult, Date),
) -> Option<PassedOver> {
    if !cycle.period.contains(day) {
        Some(PassedOver::OtherDay)
    } else if key_result.measure.unit() != metric.unit.as_ref() {
        Some(PassedOver::OtherUnit)
    } else {
        None
    }
}
