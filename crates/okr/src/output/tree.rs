//! A cycle with everything in it.

use okr_core::entity::Team;
use okr_replica::CycleStanding;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::goal::{CycleItem, ObjectiveItem};
use super::progress::ProgressItem;
use super::reference::ThingRef;
use crate::names::Names;
use crate::ui::Item;

/// A cycle, its teams and its objectives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct CycleTreeItem {
    #[serde(flatten)]
    pub(crate) cycle: CycleItem,
    /// Of all objectives of the cycle; none when only a part of it was asked for.
    pub(crate) progress: Option<ProgressItem>,
    /// What an even pace would have reached.
    pub(crate) expected: ProgressItem,
    pub(crate) teams: Vec<TeamProgressItem>,
    pub(crate) objectives: Vec<ObjectiveItem>,
}

/// The progress of a team's own objectives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct TeamProgressItem {
    /// None: the objectives of the organisation as a whole.
    pub(crate) team: Option<ThingRef>,
    pub(crate) progress: Option<ProgressItem>,
}

impl CycleTreeItem {
    /// Makes the item of a cycle; `teams` are those that were asked for.
    pub(crate) fn new(standing: &CycleStanding, teams: &[Team], names: &Names) -> Self {
        let asked = |id| teams.iter().any(|team| team.id == id);
        let of_teams = standing
            .teams
            .iter()
            .filter(|(team, _)| team.is_none_or(asked));
        Self {
            cycle: CycleItem::new(&standing.cycle, names),
            progress: standing.progress.map(ProgressItem::from),
            expected: standing.expected.into(),
            teams: of_teams
                .map(|(team, progress)| TeamProgressItem {
                    team: team.map(|team| ThingRef::new(team, names)),
                    progress: progress.map(ProgressItem::from),
                })
                .collect(),
            objectives: standing
                .objectives
                .iter()
                .map(|objective| ObjectiveItem::new(objective, names))
                .collect(),
        }
    }
}

impl Item for CycleTreeItem {
    const TYPE: &'static str = "cycle_tree";
    const SCHEMA: &'static str = "CycleTreeList";

    fn id(&self) -> Option<Uuid> {
        Some(self.cycle.id.0)
    }
}
