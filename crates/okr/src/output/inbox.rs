//! What happened to what somebody owns or follows, and what they follow.

use okr_replica::{FollowedThing, Unread};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::change::ChangeItem;
use super::reference::ThingRef;
use crate::names::Names;
use crate::ui::Item;

/// What a change of somebody else did to one thing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct InboxItem {
    /// What it is about; the key result for a check-in and for a comment on one.
    pub(crate) thing: ThingRef,
    pub(crate) title: String,
    /// Why it is told: `reply`, `mention`, `given`, `taken`, `yours`, `followed`.
    pub(crate) because: Vec<&'static str>,
    pub(crate) unread: bool,
    /// The change, with those of its events only that are about the thing.
    pub(crate) change: ChangeItem,
}

impl Item for InboxItem {
    const TYPE: &'static str = "inbox";
    const SCHEMA: &'static str = "InboxList";

    fn id(&self) -> Option<Uuid> {
        self.change.id()
    }
}

/// Something that is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FollowedItem {
    pub(crate) thing: ThingRef,
    pub(crate) title: String,
    /// What happened up to this position is not told.
    pub(crate) since_position: u64,
}

impl FollowedItem {
    pub(crate) fn new(followed: &FollowedThing, names: &Names) -> Self {
        Self {
            thing: ThingRef::new(followed.thing, names),
            title: names.title(followed.thing),
            since_position: followed.since.get(),
        }
    }
}

impl Item for FollowedItem {
    const TYPE: &'static str = "followed";
    const SCHEMA: &'static str = "FollowedList";

    fn id(&self) -> Option<Uuid> {
        Some(self.thing.id.0)
    }
}

/// How much somebody has not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct UnreadItem {
    /// Changes with comments among them.
    pub(crate) comments: usize,
    pub(crate) changes: usize,
    /// Whether comments further back were not counted that may answer or mention one.
    pub(crate) at_least: bool,
}

impl UnreadItem {
    pub(crate) const fn new(unread: Unread) -> Self {
        Self {
            comments: unread.comments,
            changes: unread.changes,
            at_least: unread.is_more,
        }
    }
}
