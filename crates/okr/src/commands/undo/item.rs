//! What was undone or redone, for programs.

use okr_replica::{Kept, Why};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::screen::stays;
use crate::commands::Past;
use crate::output::{ByItem, ChangeItem};
use crate::ui::Item;

/// A change that was undone or redone, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct UndoneItem {
    pub(super) change: Uuid,
    /// The operation that was named or meant, if it is one.
    pub(super) operation: Option<Uuid>,
    /// `taken_out`, `back_in_place`, `taken_back`, or `left` as it was.
    pub(super) outcome: &'static str,
    /// Whether it was done, not only rehearsed.
    pub(super) written: bool,
    /// The change that left what waits or is back, or the one that takes the change back. What built
    /// on the changes and went with them stands at the first.
    pub(super) changes: Vec<ChangeItem>,
    /// What of the change stays.
    pub(super) kept: Vec<KeptItem>,
}

impl Item for UndoneItem {
    const TYPE: &'static str = "undone";
    const SCHEMA: &'static str = "UndoneList";

    fn id(&self) -> Option<Uuid> {
        Some(self.change)
    }
}

/// What of a change stays.
#[derive(Serialize, JsonSchema)]
pub(super) struct KeptItem {
    pub(super) subject: Uuid,
    pub(super) field: Option<&'static str>,
    /// `already_back`, `changed_since` or `no_way_back`.
    pub(super) why: &'static str,
    /// What made something else of it.
    pub(super) by: Option<ByItem>,
    pub(super) text: String,
}

impl KeptItem {
    pub(super) fn new(kept: &Kept, past: &Past<'_>) -> Self {
        Self {
            subject: kept.event.subject().uuid(),
            field: kept.event.field_change().map(|change| change.field),
            why: match &kept.why {
                Why::AlreadyBack => "already_back",
                Why::ChangedSince(_) => "changed_since",
                Why::NoWayBack(_) => "no_way_back",
            },
            by: match &kept.why {
                Why::ChangedSince(Some(by)) => Some(ByItem::new(by, &past.names)),
                Why::ChangedSince(None) | Why::AlreadyBack | Why::NoWayBack(_) => None,
            },
            text: stays(kept, past),
        }
    }
}
