//! The organisation and its policies.

use okr_core::entity::Org;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::reference::{Id, short};
use crate::ui::Item;

/// The organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct OrgItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) name: String,
    pub(crate) time_zone: String,
    /// `monday`, `sunday` or `saturday`.
    pub(crate) week_start: &'static str,
    /// `everyone` or `stewards`.
    pub(crate) edit_policy: &'static str,
    /// Whether a change of a commitment needs a reason and a category.
    pub(crate) reason_after_commitment: bool,
    pub(crate) cadence_days: u16,
    /// `quarter`, `tertial`, `half-year`, `year` or `custom`.
    pub(crate) calendar: &'static str,
    /// The day on which the fiscal year begins, as `MM-DD`.
    pub(crate) fiscal_start: String,
}

impl From<&Org> for OrgItem {
    fn from(org: &Org) -> Self {
        Self {
            id: Id(org.id.uuid()),
            short_id: short(org.id.uuid()),
            name: org.name.to_string(),
            time_zone: org.time_zone.to_string(),
            week_start: org.week_start.word(),
            edit_policy: org.edit_policy.word(),
            reason_after_commitment: org.reason_after_commitment,
            cadence_days: org.cadence.get(),
            calendar: org.calendar.word(),
            fiscal_start: org.fiscal_start.to_string(),
        }
    }
}

impl Item for OrgItem {
    const TYPE: &'static str = "org";
    const SCHEMA: &'static str = "OrgList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}
