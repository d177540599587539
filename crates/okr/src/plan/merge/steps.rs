//! From wishes to changes: one for each goal, and one for a new objective with its new key results.
//!
//! So a clash that shows at the next sync holds up one goal, and nobody sees half an objective.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::change::Change;
use okr_core::decide::Command;
use okr_core::event::{NewKeyResult, NewObjective, Support};
use okr_core::id::{KeyResultId, ObjectiveId};

use super::Step;
use crate::plan::Spot;

/// What a file asks for, goal by goal.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    objectives: Vec<(ObjectiveId, NewObjective, Spot)>,
    key_results: Vec<(KeyResultId, NewKeyResult, Spot)>,
    edits: Vec<Step>,
    archived: Vec<Command>,
}

impl Wishes {
    pub(super) fn add_objective(&mut self, id: ObjectiveId, new: NewObjective, at: Spot) {
        self.objectives.push((id, new, at));
    }

    pub(super) fn add_key_result(&mut self, id: KeyResultId, new: NewKeyResult, at: Spot) {
        self.key_results.push((id, new, at));
    }

    pub(super) fn edit(&mut self, commands: Vec<Command>, at: Spot) {
        if !commands.is_empty() {
            self.edits.push(Step { commands, at });
        }
    }

    pub(super) fn archive(&mut self, command: Command) {
        self.archived.push(command);
    }

    pub(super) const fn archived(&self) -> usize {
        self.archived.len()
    }

    /// Returns the changes in an order in which each finds what it builds on: what is new first, what
    /// is supported before what supports it, and what is let go of before what takes it up.
    pub(super) fn into_steps(self) -> Vec<Step> {
        let mut of_new: BTreeMap<ObjectiveId, Vec<(KeyResultId, NewKeyResult, Spot)>> =
            BTreeMap::new();
        let new: BTreeSet<ObjectiveId> = self.objectives.iter().map(|(id, ..)| *id).collect();
        let mut others = Vec::new();
        for (id, key_result, at) in self.key_results {
            if new.contains(&key_result.objective) {
                of_new
                    .entry(key_result.objective)
                    .or_default()
                    .push((id, key_result, at));
            } else {
                others.push((id, key_result, at));
            }
        }
        let mut steps = Vec::new();
        for (id, objective, at) in in_order(self.objectives, &of_new) {
            let mut commands = vec![Command::AddObjective {
                id,
                new: Box::new(objective),
            }];
            for (id, new, _) in of_new.remove(&id).unwrap_or_default() {
                if commands.len() == Change::MAX_EVENTS {
                    let commands = std::mem::take(&mut commands);
                    steps.push(Step { commands, at });
                }
                commands.push(Command::AddKeyResult {
                    id,
                    new: Box::new(new),
                });
            }
            steps.push(Step { commands, at });
        }
        steps.extend(others.into_iter().map(|(id, new, at)| Step {
            commands: vec![Command::AddKeyResult {
                id,
                new: Box::new(new),
            }],
            at,
        }));
        let (first, last): (Vec<Step>, Vec<Step>) = self.edits.into_iter().partition(lets_go);
        steps.extend(first);
        steps.extend(last);
        steps.extend(self.archived.into_iter().map(|command| Step {
            commands: vec![command],
            at: Spot::default(),
        }));
        steps
    }
}

/// Says whether an edit takes the goal above away.
fn lets_go(step: &Step) -> bool {
    step.commands.iter().any(|command| match command {
        Command::SetObjective { patch, .. } => patch.supports == Some(None),
        _ => false,
    })
}

/// Puts new objectives after the new ones that they support. Of a circle the rules say more.
fn in_order(
    objectives: Vec<(ObjectiveId, NewObjective, Spot)>,
    of_new: &BTreeMap<ObjectiveId, Vec<(KeyResultId, NewKeyResult, Spot)>>,
) -> Vec<(ObjectiveId, NewObjective, Spot)> {
    let of_key_result: BTreeMap<KeyResultId, ObjectiveId> = of_new
        .iter()
        .flat_map(|(objective, own)| own.iter().map(|(id, ..)| (*id, *objective)))
        .collect();
    let above: BTreeMap<ObjectiveId, ObjectiveId> = objectives
        .iter()
        .filter_map(|(id, new, _)| {
            let above = match new.supports? {
                Support::Objective(above) => above,
                Support::KeyResult(above) => *of_key_result.get(&above)?,
            };
            Some((*id, above))
        })
        .collect();
    let depth = |id: ObjectiveId| {
        let mut seen = BTreeSet::from([id]);
        let mut next = above.get(&id);
        while let Some(id) = next {
            if !seen.insert(*id) {
                break;
            }
            next = above.get(id);
        }
        seen.len()
    };
    let mut deep: Vec<(usize, (ObjectiveId, NewObjective, Spot))> = objectives
        .into_iter()
        .map(|objective| (depth(objective.0), objective))
        .collect();
    deep.sort_by_key(|(depth, _)| *depth);
    deep.into_iter().map(|(_, objective)| objective).collect()
}
