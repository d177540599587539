//! The status: goals, what is due, and the state of the exchange.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::goal::{CycleItem, KeyResultItem};
use super::inbox::UnreadItem;
use super::progress::ProgressItem;
use super::reference::{PersonRef, ThingRef};
use super::work::{InitiativeItem, MetricItem};
use crate::ui::Item;

/// The status of somebody's goals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StatusItem {
    pub(crate) me: PersonRef,
    pub(crate) cycle: Option<CycleItem>,
    /// How much of the cycle is gone.
    pub(crate) gone: Option<ProgressItem>,
    /// `mine`, `team` or `all`.
    pub(crate) scope: &'static str,
    pub(crate) key_results: Vec<KeyResultItem>,
    /// Those of them that wait for a check-in.
    pub(crate) due: Vec<ThingRef>,
    /// The initiatives with something left to do: mine, or those that serve the key results.
    pub(crate) initiatives: Vec<InitiativeItem>,
    /// The health metrics whose latest value is outside their band.
    pub(crate) metrics_outside: Vec<MetricItem>,
    /// How many changes are in conflict.
    pub(crate) conflicts: usize,
    /// What came since one looked at the inbox; none where another moment is asked about.
    pub(crate) unread: Option<UnreadItem>,
}

impl Item for StatusItem {
    const TYPE: &'static str = "status";
    const SCHEMA: &'static str = "StatusList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}
