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
    let depths = depths(&above);
    let mut objectives = objectives;
    objectives.sort_by_key(|(id, ..)| depths.get(id).copied().unwrap_or(0));
    objectives
}

/// Says how many things each thing has above it. Every thing is walked once, however deep it lies.
fn depths(above: &BTreeMap<ObjectiveId, ObjectiveId>) -> BTreeMap<ObjectiveId, usize> {
    let mut depths: BTreeMap<ObjectiveId, usize> = BTreeMap::new();
    for start in above.keys() {
        let (mut way, mut seen) = (Vec::new(), BTreeSet::new());
        let mut next = Some(start);
        while let Some(id) = next.filter(|id| !depths.contains_key(*id) && seen.insert(**id)) {
            way.push(*id);
            next = above.get(id);
        }
        let mut depth = next.and_then(|id| depths.get(id)).copied();
        for id in way.into_iter().rev() {
            // The top of a way has nothing above it, and depth 0.
            let own = depth.map_or(0, |depth| depth + 1);
            depths.insert(id, own);
            depth = Some(own);
        }
    }
    depths
}

#[cfg(test)]
mod tests {
    use okr_testkit::sample::objective_id;

    use super::*;

    #[test]
    fn what_is_supported_lies_above_what_supports_it_and_a_circle_comes_to_an_end() {
        let above = |pairs: &[(u32, u32)]| {
            let pairs = pairs.iter();
            let pairs = pairs.map(|(below, above)| (objective_id(*below), objective_id(*above)));
            depths(&pairs.collect())
        };
        // 4 and 3 below 2 below 1, whichever is looked at first.
        let found = above(&[(3, 2), (2, 1), (4, 2)]);
        let expected = [(1, 0), (2, 1), (3, 2), (4, 2)];
        let expected = expected.map(|(id, depth)| (objective_id(id), depth));
        assert_eq!(found, expected.into_iter().collect());
        assert_eq!(above(&[(1, 2), (2, 3), (3, 1), (4, 1)]).len(), 4);
    }
}
