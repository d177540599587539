//! The goals of a cycle before anybody asks how they stand, which is most of the work: whoever is
//! about a few of them chooses first.

use okr_core::entity::{Cycle, Entity, KeyResult, Objective};
use okr_core::id::CycleId;
use okr_core::value::CadenceDays;

use super::kept::{Kept, Statements};
use super::latest::Makers;
use super::list::ObjectiveFilter;
use super::standing::{Frame, KeyResultStanding};
use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::version::RowRef;

/// The goals of a cycle.
#[derive(Clone, Debug)]
pub struct CycleGoals {
    pub(super) frame: Frame,
    pub(super) objectives: Vec<ObjectiveGoals>,
}

/// An objective with its key results, in order.
#[derive(Clone, Debug)]
pub(super) struct ObjectiveGoals {
    pub(super) objective: Objective,
    pub(super) row: Option<RowRef>,
    pub(super) key_results: Vec<Known>,
}

impl CycleGoals {
    /// Returns the cycle.
    pub const fn cycle(&self) -> &Cycle {
        &self.frame.cycle
    }

    /// Returns how often its key results expect a check-in.
    pub const fn cadence(&self) -> CadenceDays {
        self.frame.cadence
    }

    /// Returns its objectives, by the name of their team, then in the order of their creation.
    pub fn objectives(&self) -> impl Iterator<Item = &Objective> {
        self.objectives.iter().map(|goals| &goals.objective)
    }

    /// Returns its key results in the same order, each with its objective.
    pub fn key_results(&self) -> impl Iterator<Item = (&Objective, &KeyResult)> {
        self.known().filter_map(|(objective, known)| {
            let Entity::KeyResult(key_result) = &known.entity else {
                return None;
            };
            Some((objective, &**key_result))
        })
    }

    fn known(&self) -> impl Iterator<Item = (&Objective, &Known)> {
        self.objectives.iter().flat_map(|goals| {
            let key_results = goals.key_results.iter();
            key_results.map(|known| (&goals.objective, known))
        })
    }
}

impl Reading<'_> {
    /// Returns the goals of a cycle; none when it is not there. Archived objectives are left out.
    ///
    /// # Errors
    /// The store's failures.
    pub fn cycle_goals(&self, id: CycleId) -> Result<Option<CycleGoals>, ReplicaError> {
        self.goals_of(id, |objective| !objective.archived)
    }

    /// Returns those objectives of a cycle that are wanted, with their key results.
    pub(super) fn goals_of(
        &self,
        id: CycleId,
        wanted: impl Fn(&Objective) -> bool,
    ) -> Result<Option<CycleGoals>, ReplicaError> {
        let Some(frame) = self.frame(id)? else {
            return Ok(None);
        };
        let filter = ObjectiveFilter {
            cycle: Some(id),
            archived: true,
            ..ObjectiveFilter::default()
        };
        let mut known = self.known_objectives(&filter)?;
        known.retain(|(objective, _)| wanted(objective));
        let mut objectives = Vec::with_capacity(known.len());
        let kept = Kept::default();
        for (objective, row) in known {
            objectives.push(ObjectiveGoals {
                key_results: self.key_results_kept(objective.id, &kept)?,
                objective,
                row,
            });
        }
        Ok(Some(CycleGoals { frame, objectives }))
    }

    /// Returns how those key results of a cycle stand that are wanted, each with its objective, in
    /// the order of the goals.
    ///
    /// # Errors
    /// The store's failures.
    pub fn stand_goals<'g>(
        &self,
        goals: &'g CycleGoals,
        makers: Makers,
        wanted: impl Fn(&Objective, &KeyResult) -> bool,
    ) -> Result<Vec<(&'g Objective, KeyResultStanding)>, ReplicaError> {
        let wanted = goals
            .known()
            .filter(|(objective, known)| match &known.entity {
                Entity::KeyResult(key_result) => wanted(objective, key_result),
                _ => false,
            });
        let wanted: Vec<_> = wanted.collect();
        let told = self.told_of(wanted.iter().filter_map(|(_, known)| known.key()))?;
        let statements = Statements::new(makers);
        let common = (&goals.frame, &told, &statements);
        let standings = wanted.into_iter().map(|(objective, known)| {
            let standing = self.stand(known.clone(), objective, common)?;
            Ok((objective, standing))
        });
        standings.collect()
    }
}
