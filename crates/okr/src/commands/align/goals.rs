//! The goals of the cycles in question, and all that they serve.

use std::collections::BTreeMap;

use okr_core::event::Support;
use okr_core::id::{CycleId, EntityId};
use okr_core::progress::Progress;
use okr_core::value::GoalState;
use okr_replica::{KeyResultStanding, ObjectiveStanding};

use crate::commands::past::Past;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;

/// A goal, and the goal above it.
#[derive(Clone, Debug)]
pub(super) struct Goal {
    pub(super) id: EntityId,
    pub(super) slug: String,
    pub(super) title: String,
    pub(super) cycle: CycleId,
    pub(super) state: GoalState,
    pub(super) progress: Option<Progress>,
    /// What an objective supports, or the objective of a key result.
    pub(super) above: Option<EntityId>,
    /// Whether it was asked for; the others are what these serve.
    pub(super) own: bool,
}

/// Goals by their places, those that were asked for first.
#[derive(Debug, Default)]
pub(super) struct Goals {
    pub(super) all: Vec<Goal>,
    places: BTreeMap<EntityId, usize>,
}

impl Goals {
    /// Reads the objectives in scope, and everything above them.
    ///
    /// # Errors
    /// When the scope cannot be found, or the replica cannot be read.
    pub(super) fn read(context: &mut Context, past: &mut Past<'_>) -> Result<Self, CliError> {
        let team = past.team_scope(context)?;
        let mut goals = Self::default();
        for cycle in past.cycles_in_scope(context)? {
            let standing = past.cycle_standing(&cycle)?;
            for objective in standing
                .into_iter()
                .flat_map(|standing| standing.objectives)
            {
                let of = objective.objective.team;
                if team.is_none_or(|team| past.is_within(of, team)) {
                    goals.push(of_objective(&objective, true));
                }
            }
        }
        let mut place = 0;
        while let Some(above) = goals.all.get(place).map(|goal| goal.above) {
            if let Some(above) = above.filter(|above| goals.place(*above).is_none())
                && let Some(goal) = read_above(past, above)?
            {
                goals.push(goal);
            }
            place += 1;
        }
        Ok(goals)
    }

    fn push(&mut self, goal: Goal) {
        self.places.insert(goal.id, self.all.len());
        self.all.push(goal);
    }

    /// Returns the place of a goal.
    pub(super) fn place(&self, id: EntityId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// Returns a goal.
    pub(super) fn get(&self, id: EntityId) -> Option<&Goal> {
        self.place(id).map(|place| &self.all[place])
    }

    /// Returns the objectives that were asked for.
    pub(super) fn own(&self) -> impl Iterator<Item = &Goal> {
        self.all.iter().filter(|goal| goal.own)
    }
}

/// Returns the id of what an objective supports.
const fn support_id(support: Support) -> EntityId {
    match support {
        Support::Objective(id) => EntityId::Objective(id),
        Support::KeyResult(id) => EntityId::KeyResult(id),
    }
}

fn of_objective(standing: &ObjectiveStanding, own: bool) -> Goal {
    let objective = &standing.objective;
    Goal {
        id: objective.id.into(),
        slug: objective.slug.to_string(),
        title: objective.title.to_string(),
        cycle: objective.cycle,
        state: objective.state(),
        progress: standing.progress,
        above: objective.supports.map(support_id),
        own,
    }
}

fn of_key_result(standing: &KeyResultStanding, cycle: CycleId) -> Goal {
    let key_result = &standing.key_result;
    Goal {
        id: key_result.id.into(),
        slug: key_result.slug.to_string(),
        title: key_result.title.to_string(),
        cycle,
        state: key_result.state(),
        progress: standing.progress,
        above: Some(key_result.objective.into()),
        own: false,
    }
}

/// Reads a goal that another one serves; none when it was not there then.
fn read_above(past: &mut Past<'_>, id: EntityId) -> Result<Option<Goal>, CliError> {
    past.learn([id])?;
    Ok(match id {
        EntityId::Objective(id) => {
            let standing = past.reading.objective_standing(id);
            let standing = standing.map_err(failure::replica)?;
            if let Some(standing) = &standing {
                past.learn_standing(standing)?;
            }
            standing.map(|standing| of_objective(&standing, false))
        }
        EntityId::KeyResult(id) => {
            let standing = past.reading.standing(id).map_err(failure::replica)?;
            let Some(standing) = standing else {
                return Ok(None);
            };
            let home = past
                .reading
                .objective_standing(standing.key_result.objective);
            let home = home.map_err(failure::replica)?;
            home.map(|home| of_key_result(&standing, home.objective.cycle))
        }
        _ => None,
    })
}
