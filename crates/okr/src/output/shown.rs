//! Things with their histories, for `okr show`.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::change::ChangeItem;
use super::check_in::CheckInItem;
use super::comment::CommentItem;
use super::goal::{CycleItem, KeyResultItem, ObjectiveItem, TeamItem};
use super::lineage::LineageItem;
use super::patch::PatchItem;
use super::person::PersonInFullItem;
use super::work::{InitiativeItem, MetricInFullItem, MetricValueItem};
use crate::ui::Item;

/// A thing with its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct WithHistory<T> {
    #[serde(flatten)]
    pub(crate) thing: T,
    /// What it continues and what continues it; of objectives that have either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lineage: Option<LineageItem>,
    /// The newest check-ins, newest first; of key results only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check_ins: Option<Vec<CheckInItem>>,
    /// What was said about it, the oldest first; of a comment what answers it.
    pub(crate) comments: Vec<CommentItem>,
    /// The work that serves it; of key results only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) initiatives: Option<Vec<InitiativeItem>>,
    /// The newest changes of it, newest first.
    pub(crate) changes: Vec<ChangeItem>,
}

impl<T: Item> Item for WithHistory<T> {
    const TYPE: &'static str = T::TYPE;
    const SCHEMA: &'static str = T::SCHEMA;

    fn id(&self) -> Option<Uuid> {
        self.thing.id()
    }
}

/// Anything that can be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ShownItem {
    Objective(Box<WithHistory<ObjectiveItem>>),
    KeyResult(Box<WithHistory<KeyResultItem>>),
    Team(WithHistory<TeamItem>),
    Cycle(WithHistory<CycleItem>),
    Person(Box<WithHistory<PersonInFullItem>>),
    CheckIn(Box<WithHistory<CheckInItem>>),
    Comment(Box<WithHistory<CommentItem>>),
    Initiative(Box<WithHistory<InitiativeItem>>),
    Metric(Box<WithHistory<MetricInFullItem>>),
    MetricValue(Box<WithHistory<MetricValueItem>>),
    Change(Box<PatchItem>),
}

impl Item for ShownItem {
    // Within one document; on lines each thing has the type of its own kind.
    const TYPE: &'static str = "thing";
    const SCHEMA: &'static str = "ThingList";
    const SAYS_TYPE: bool = true;

    fn id(&self) -> Option<Uuid> {
        match self {
            Self::Objective(item) => item.id(),
            Self::KeyResult(item) => item.id(),
            Self::Team(item) => item.id(),
            Self::Cycle(item) => item.id(),
            Self::Person(item) => item.id(),
            Self::CheckIn(item) => item.id(),
            Self::Comment(item) => item.id(),
            Self::Initiative(item) => item.id(),
            Self::Metric(item) => item.id(),
            Self::MetricValue(item) => item.id(),
            Self::Change(item) => item.id(),
        }
    }
}
