//! What stands in the tree and where: teams below their parents, objectives, key results.

use std::collections::BTreeMap;

use okr_core::entity::Team;
use okr_core::event::Support;
use okr_core::id::{EntityId, TeamId};
use okr_core::progress::Progress;
use okr_replica::{CycleStanding, KeyResultStanding, ObjectiveStanding};

use crate::render::Node;

/// How far down the whole tree goes: objectives are 1, key results 2.
pub(crate) const DEPTH_KEY_RESULTS: usize = 2;

/// One thing in the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'a> {
    /// A team, with the progress of its own objectives.
    Team {
        team: &'a Team,
        progress: Option<Progress>,
    },
    /// An objective.
    Objective(&'a ObjectiveStanding),
    /// A key result.
    KeyResult(&'a KeyResultStanding),
    /// The goal that the objective above supports.
    Supports(Support),
}

/// Returns the thing that a row is about.
pub(crate) fn about(row: &Row<'_>) -> EntityId {
    match row {
        Row::Team { team, .. } => team.id.into(),
        Row::Objective(standing) => standing.objective.id.into(),
        Row::KeyResult(standing) => standing.key_result.id.into(),
        Row::Supports(Support::Objective(id)) => (*id).into(),
        Row::Supports(Support::KeyResult(id)) => (*id).into(),
    }
}

/// Arranges the objectives of a cycle below their teams.
///
/// Objectives without a team, or of one that is not there, hang from the top. Teams without any
/// objective in the cycle, here or below them, are left out.
pub(crate) fn arrange<'a>(
    cycle: &'a CycleStanding,
    teams: &'a [Team],
    depth: usize,
) -> Vec<Node<Row<'a>>> {
    let known = |id: TeamId| teams.iter().any(|team| team.id == id);
    let mut nodes = Vec::new();
    if depth > 0 {
        let top = cycle
            .objectives
            .iter()
            .filter(|standing| !standing.objective.team.is_some_and(known));
        nodes.extend(top.map(|standing| objective(standing, depth)));
    }
    let mut below: BTreeMap<Option<TeamId>, Vec<&'a Team>> = BTreeMap::new();
    for team in teams {
        let parent = team.parent.filter(|parent| known(*parent));
        below.entry(parent).or_default().push(team);
    }
    let arranging = Arranging {
        cycle,
        below,
        depth,
    };
    nodes.extend(arranging.teams(None, teams.len()));
    nodes
}

struct Arranging<'a> {
    cycle: &'a CycleStanding,
    below: BTreeMap<Option<TeamId>, Vec<&'a Team>>,
    depth: usize,
}

impl<'a> Arranging<'a> {
    /// Returns the teams below one; `levels` bounds the depth whatever the history says.
    fn teams(&self, parent: Option<TeamId>, levels: usize) -> Vec<Node<Row<'a>>> {
        let Some(levels) = levels.checked_sub(1) else {
            return Vec::new();
        };
        let children = self.below.get(&parent).map_or(&[][..], Vec::as_slice);
        children
            .iter()
            .filter_map(|team| self.team(team, levels))
            .collect()
    }

    fn team(&self, team: &'a Team, levels: usize) -> Option<Node<Row<'a>>> {
        let own: Vec<&ObjectiveStanding> = self
            .cycle
            .objectives
            .iter()
            .filter(|standing| standing.objective.team == Some(team.id))
            .collect();
        let mut children = Vec::new();
        if self.depth > 0 {
            children.extend(own.iter().map(|standing| objective(standing, self.depth)));
        }
        children.extend(self.teams(Some(team.id), levels));
        let progress = self.cycle.teams.get(&Some(team.id)).copied().flatten();
        (!own.is_empty() || !children.is_empty()).then_some(Node {
            item: Row::Team { team, progress },
            children,
        })
    }
}

/// Returns the rows of the key results of an objective.
pub(crate) fn key_results(standing: &ObjectiveStanding) -> Vec<Node<Row<'_>>> {
    let below = standing.key_results.iter();
    below
        .map(|standing| Node::leaf(Row::KeyResult(standing)))
        .collect()
}

fn objective(standing: &ObjectiveStanding, depth: usize) -> Node<Row<'_>> {
    let mut children = Vec::new();
    if depth >= DEPTH_KEY_RESULTS {
        children.extend(key_results(standing));
        if let Some(support) = standing.objective.supports {
            children.push(Node::leaf(Row::Supports(support)));
        }
    }
    Node {
        item: Row::Objective(standing),
        children,
    }
}
