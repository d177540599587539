//! The goals of a cycle at the moment, for whoever shows them: as much as the answer needs, with the
//! names of what is in it learnt.

use std::collections::BTreeSet;

use okr_core::entity::{Cycle, Entity, KeyResult, Objective};
use okr_core::id::{EntityId, TeamId};
use okr_replica::{CycleGoals, CycleStanding, KeyResultStanding, Makers, ObjectiveStanding};

use super::Past;
use crate::error::CliError;
use crate::failure;

impl Past<'_> {
    /// Reads how a cycle stands, and learns the names of everything in it.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn cycle_standing(
        &mut self,
        cycle: &Cycle,
    ) -> Result<Option<CycleStanding>, CliError> {
        let standing = self.reading.cycle_standing(cycle.id);
        let mut standing = standing.map_err(failure::replica)?;
        self.hush(standing.iter_mut().flat_map(|one| &mut one.objectives));
        for objective in standing.iter().flat_map(|standing| &standing.objectives) {
            self.learn_standing(objective)?;
        }
        Ok(standing)
    }

    /// As [`Past::cycle_standing`], for an answer that is a table of goals where people read it. Then
    /// only the objectives of some teams are read if they alone are shown, not who made the
    /// check-ins, and no key result is learnt: it has a line of its own, and nothing names it but
    /// what serves it.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn cycle_table(
        &mut self,
        cycle: &Cycle,
        teams: Option<&BTreeSet<Option<TeamId>>>,
    ) -> Result<Option<CycleStanding>, CliError> {
        if !self.for_people {
            return self.cycle_standing(cycle);
        }
        let wanted =
            |objective: &Objective| teams.is_none_or(|teams| teams.contains(&objective.team));
        let standing = self
            .reading
            .cycle_standing_of(cycle.id, self.makers(), wanted);
        let mut standing = standing.map_err(failure::replica)?;
        self.hush(standing.iter_mut().flat_map(|one| &mut one.objectives));
        for one in standing.iter().flat_map(|standing| &standing.objectives) {
            self.learn_objective(&one.objective)?;
        }
        Ok(standing)
    }

    /// Says whether an answer that is a table needs to know who made check-ins, or an item does.
    const fn makers(&self) -> Makers {
        if self.for_people {
            Makers::LeftOut
        } else {
            Makers::Read
        }
    }

    /// Reads the goals of a cycle, but not how they stand.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn cycle_goals(&self, cycle: &Cycle) -> Result<Option<CycleGoals>, CliError> {
        let goals = self.reading.cycle_goals(cycle.id);
        goals.map_err(failure::replica)
    }

    /// Reads how those key results of a cycle stand that are wanted, and learns their names; who made
    /// their check-ins is left out where people read the answer.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn stand_goals<'g>(
        &mut self,
        goals: &'g CycleGoals,
        wanted: impl Fn(&Objective, &KeyResult, &Self) -> bool,
    ) -> Result<Vec<(&'g Objective, KeyResultStanding)>, CliError> {
        let wanted = |objective: &Objective, one: &KeyResult| wanted(objective, one, self);
        let standings = self.reading.stand_goals(goals, self.makers(), wanted);
        let mut standings = standings.map_err(failure::replica)?;
        if self.all_pending {
            for (_, standing) in &mut standings {
                standing.pending = false;
            }
        }
        for (objective, standing) in &standings {
            self.learn_key_result(&standing.key_result);
            if !self.names.knows(objective.id.into()) {
                self.learn_objective(objective)?;
            }
        }
        Ok(standings)
    }

    /// Takes the marks of what is pending away where they go without saying.
    pub(crate) fn hush<'a>(&self, standings: impl Iterator<Item = &'a mut ObjectiveStanding>) {
        if !self.all_pending {
            return;
        }
        for objective in standings {
            objective.pending = false;
            for one in &mut objective.key_results {
                one.pending = false;
            }
        }
    }

    /// Learns the names of an objective, its key results, and what it names.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(crate) fn learn_standing(&mut self, standing: &ObjectiveStanding) -> Result<(), CliError> {
        for below in &standing.key_results {
            self.learn_key_result(&below.key_result);
        }
        self.learn_objective(&standing.objective)
    }

    /// Learns the names of an objective and what it names.
    fn learn_objective(&mut self, objective: &Objective) -> Result<(), CliError> {
        self.names
            .learn(Entity::Objective(Box::new(objective.clone())));
        let supported = objective.supports.map(|support| match support {
            okr_core::event::Support::Objective(id) => id.into(),
            okr_core::event::Support::KeyResult(id) => id.into(),
        });
        let continued = objective.continues.map(EntityId::from);
        self.learn([supported, continued].into_iter().flatten())
    }

    /// Learns the name of a key result.
    pub(crate) fn learn_key_result(&mut self, key_result: &KeyResult) {
        let key_result = Box::new(key_result.clone());
        self.names.learn(Entity::KeyResult(key_result));
    }
}
