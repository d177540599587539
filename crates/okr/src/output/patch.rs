//! A change with every field that it set, and counts of changes.

use okr_replica::{LogEntry, Patch};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::change::ChangeItem;
use super::diff::{CountItem, FieldStepItem};
use super::reference::ThingRef;
use crate::names::Names;
use crate::ui::Item;

/// A change with every field that it set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PatchItem {
    #[serde(flatten)]
    pub(crate) change: ChangeItem,
    pub(crate) patch: Vec<ThingPatchItem>,
}

/// What a change did to a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ThingPatchItem {
    #[serde(flatten)]
    pub(crate) thing: ThingRef,
    /// Whether the change made it.
    pub(crate) created: bool,
    /// From what they held in the log just before the change.
    pub(crate) fields: Vec<FieldStepItem>,
}

impl PatchItem {
    pub(crate) fn new(entry: &LogEntry, patch: &[Patch], names: &Names) -> Self {
        let things = patch.iter().map(|one| ThingPatchItem::new(one, names));
        Self {
            change: ChangeItem::new(entry, names),
            patch: things.collect(),
        }
    }
}

impl ThingPatchItem {
    fn new(patch: &Patch, names: &Names) -> Self {
        let steps = patch.steps.iter();
        Self {
            thing: ThingRef::new(patch.about, names),
            created: patch.created,
            fields: steps.map(|step| FieldStepItem::new(step, None)).collect(),
        }
    }
}

impl Item for PatchItem {
    // It is a change with something added to it.
    const TYPE: &'static str = ChangeItem::TYPE;
    const SCHEMA: &'static str = ChangeItem::SCHEMA;

    fn id(&self) -> Option<Uuid> {
        self.change.id()
    }
}

/// How many changes there are, of what and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct LogStatItem {
    pub(crate) changes: usize,
    /// When the first one was written, and the last, RFC 3339; none without any.
    pub(crate) first: Option<String>,
    pub(crate) last: Option<String>,
    /// By kind; a change of several kinds counts for each.
    pub(crate) kinds: Vec<CountItem>,
    /// By whoever did it, or on whose behalf it was recorded.
    pub(crate) people: Vec<CountItem>,
    /// By goal, team or cycle; a check-in counts for its key result.
    pub(crate) things: Vec<ThingCountItem>,
}

/// How many changes are about a thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ThingCountItem {
    #[serde(flatten)]
    pub(crate) thing: ThingRef,
    pub(crate) count: usize,
}

impl Item for LogStatItem {
    const TYPE: &'static str = "log_stat";
    const SCHEMA: &'static str = "LogStatList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}
