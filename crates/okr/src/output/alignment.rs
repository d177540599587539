//! Which goal serves which, and what is wrong with that.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::progress::ProgressItem;
use super::reference::{Id, ThingRef};
use crate::ui::Item;

/// An objective and what it supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct AlignmentItem {
    pub(crate) objective: ThingRef,
    pub(crate) title: String,
    pub(crate) cycle: ThingRef,
    pub(crate) supports: ThingRef,
    pub(crate) supports_title: String,
}

impl Item for AlignmentItem {
    const TYPE: &'static str = "alignment";
    const SCHEMA: &'static str = "AlignmentList";

    fn id(&self) -> Option<Uuid> {
        Some(self.objective.id.0)
    }
}

/// Something about the alignment of an objective that a person may want to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct AlignmentFindingItem {
    /// `orphan`, `given_up` or `other_time`.
    pub(crate) finding: &'static str,
    pub(crate) objective: ThingRef,
    pub(crate) title: String,
    /// What it supports; none of an orphan.
    pub(crate) supports: Option<ThingRef>,
    /// The same in words.
    pub(crate) message: String,
}

impl Item for AlignmentFindingItem {
    const TYPE: &'static str = "alignment_finding";
    const SCHEMA: &'static str = "AlignmentFindingList";

    fn id(&self) -> Option<Uuid> {
        Some(self.objective.id.0)
    }
}

/// A goal of a graph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct AlignedGoalItem {
    /// `objective` or `key_result`.
    pub(crate) kind: &'static str,
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) cycle: ThingRef,
    /// `draft`, `active`, `closed`, `abandoned` or `archived`.
    pub(crate) state: &'static str,
    pub(crate) progress: Option<ProgressItem>,
    /// What an objective supports, or the objective that a key result measures.
    pub(crate) above: Option<ThingRef>,
}

impl Item for AlignedGoalItem {
    const TYPE: &'static str = "aligned_goal";
    const SCHEMA: &'static str = "AlignedGoalList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}
