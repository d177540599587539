//! The organisation: one log, one set of policies.

use crate::calendar::FiscalStart;
use crate::event::{NewOrg, OrgEdit, OrgEvent};
use crate::id::OrgId;
use crate::text::{Name, TimeZoneName};
use crate::value::{CadenceDays, Calendar, EditPolicy, WeekStart};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Org {
    /// Its identity.
    pub id: OrgId,
    /// Its name.
    pub name: Name,
    /// The zone in which its days begin and end.
    pub time_zone: TimeZoneName,
    /// The first day of its week.
    pub week_start: WeekStart,
    /// Who may edit goals.
    pub edit_policy: EditPolicy,
    /// Whether an amendment needs a reason and a category.
    pub reason_after_commitment: bool,
    /// How often key results expect a check-in.
    pub cadence: CadenceDays,
    /// Which cycles follow each other; quarters unless said otherwise.
    pub calendar: Calendar,
    /// The day on which the fiscal year begins; 1 January unless said otherwise.
    pub fiscal_start: FiscalStart,
}

impl Org {
    /// Applies an event.
    pub fn evolve(current: Option<Self>, id: OrgId, event: &OrgEvent) -> Option<Self> {
        match (current, event) {
            (None, OrgEvent::Created(new)) => Some(Self::created(id, new)),
            (None, OrgEvent::Edited(_) | OrgEvent::TextsErased(_)) => None,
            (Some(org), OrgEvent::Created(_) | OrgEvent::TextsErased(_)) => Some(org),
            (Some(mut org), OrgEvent::Edited(edit)) => {
                match edit {
                    OrgEdit::Name(edit) => org.name = edit.to.clone(),
                    OrgEdit::TimeZone(edit) => org.time_zone = edit.to.clone(),
                    OrgEdit::WeekStart(edit) => org.week_start = edit.to,
                    OrgEdit::EditPolicy(edit) => org.edit_policy = edit.to,
                    OrgEdit::ReasonAfterCommitment(edit) => org.reason_after_commitment = edit.to,
                    OrgEdit::Cadence(edit) => org.cadence = edit.to,
                    OrgEdit::Calendar(edit) => org.calendar = edit.to,
                    OrgEdit::FiscalStart(edit) => org.fiscal_start = edit.to,
                }
                Some(org)
            }
        }
    }

    fn created(id: OrgId, new: &NewOrg) -> Self {
        let NewOrg {
            name,
            time_zone,
            week_start,
            edit_policy,
            reason_after_commitment,
            cadence,
        } = new.clone();
        Self {
            id,
            name,
            time_zone,
            week_start,
            edit_policy,
            reason_after_commitment,
            cadence,
            calendar: Calendar::Quarter,
            fiscal_start: FiscalStart::JANUARY,
        }
    }
}
