//! A check-in: a report of value and confidence on one key result.

use jiff::civil::Date;

use crate::blocker::BlockerReport;
use crate::event::{CheckInEdit, CheckInEvent, NewCheckIn};
use crate::id::{CheckInId, KeyResultId};
use crate::measure::Value;
use crate::text::LongText;
use crate::value::Confidence;

/// A check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckIn {
    /// Its identity.
    pub id: CheckInId,
    /// What it reports on.
    pub key_result: KeyResultId,
    /// The day on which the value was true.
    pub effective: Date,
    /// The value.
    pub value: Value,
    /// The estimate that the target will be met; none: not reported.
    pub confidence: Option<Confidence>,
    /// What is behind the number.
    pub note: Option<LongText>,
    /// What it says of a blocker; none: nothing.
    pub blocker: Option<BlockerReport>,
    /// Whether it was taken back.
    pub retracted: bool,
}

impl CheckIn {
    /// Applies an event.
    pub fn evolve(current: Option<Self>, id: CheckInId, event: &CheckInEvent) -> Option<Self> {
        let Some(mut check_in) = current else {
            return if let CheckInEvent::Recorded(new) = event {
                Some(Self::recorded(id, new))
            } else {
                None
            };
        };
        match event {
            CheckInEvent::Recorded(_) => {}
            CheckInEvent::Corrected(edit) => match edit {
                CheckInEdit::Effective(edit) => check_in.effective = edit.to,
                CheckInEdit::Value(edit) => check_in.value = edit.to.clone(),
                CheckInEdit::Confidence(edit) => check_in.confidence = edit.to,
                CheckInEdit::Note(edit) => check_in.note.clone_from(&edit.to),
                CheckInEdit::Blocker(edit) => check_in.blocker.clone_from(&edit.to),
            },
            CheckInEvent::Retracted => check_in.retracted = true,
        }
        Some(check_in)
    }

    fn recorded(id: CheckInId, new: &NewCheckIn) -> Self {
        let NewCheckIn {
            key_result,
            effective,
            value,
            confidence,
            note,
            blocker,
        } = new.clone();
        Self {
            id,
            key_result,
            effective,
            value,
            confidence,
            note,
            blocker,
            retracted: false,
        }
    }
}
