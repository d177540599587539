//! A key result that waits for a check-in.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::reference::{PersonRef, ThingRef};
use crate::ui::Item;

/// A key result that waits for a check-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct DueItem {
    pub(crate) key_result: ThingRef,
    pub(crate) title: String,
    pub(crate) owner: PersonRef,
    pub(crate) cycle: ThingRef,
    /// The effective date of the check-in that counts; none: there is none.
    pub(crate) last_check_in: Option<String>,
    pub(crate) age_days: Option<i32>,
    /// How often one is expected.
    pub(crate) cadence_days: u16,
    /// For how many days one is due; 0 is today.
    pub(crate) days_over: i32,
    pub(crate) overdue: bool,
}

impl Item for DueItem {
    const TYPE: &'static str = "due";
    const SCHEMA: &'static str = "DueList";

    fn id(&self) -> Option<Uuid> {
        Some(self.key_result.id.0)
    }
}
