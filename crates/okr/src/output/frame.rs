//! A frame of a replay.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::change::ChangeItem;
use super::goal::ObjectiveItem;
use crate::ui::Item;

/// What happened between two moments, and how goals stood after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FrameItem {
    /// From 1.
    pub(crate) frame: usize,
    /// How many frames there are.
    pub(crate) of: usize,
    /// The moment after the last change of the frame.
    pub(crate) at: String,
    /// `recorded`, `authored` or `effective`.
    pub(crate) axis: &'static str,
    /// The changes, oldest first.
    pub(crate) changes: Vec<ChangeItem>,
    /// The goals after them.
    pub(crate) objectives: Vec<ObjectiveItem>,
}

/// A frame of a replay that was written to a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FrameFileItem {
    /// From 1.
    pub(crate) frame: usize,
    /// How many frames there are.
    pub(crate) of: usize,
    /// The moment after the last change of the frame.
    pub(crate) at: String,
    /// Where it was written.
    pub(crate) file: String,
    /// How many changes it is made of.
    pub(crate) changes: usize,
}

impl Item for FrameFileItem {
    const TYPE: &'static str = "frame_file";
    const SCHEMA: &'static str = "FrameFileList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}

impl Item for FrameItem {
    const TYPE: &'static str = "frame";
    const SCHEMA: &'static str = "FrameList";

    fn id(&self) -> Option<Uuid> {
        // The state after a frame is the state after its last change.
        self.changes.last().and_then(Item::id)
    }
}
