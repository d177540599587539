//! What is said about check-ins: the step they make, and how they were put right.

use okr_core::blocker::BlockerReport;
use okr_core::entity::{CheckIn, Entity};
use okr_core::event::{CheckInEdit, CheckInEvent, NewCheckIn};
use okr_core::field::Shown as _;
use okr_core::id::{CheckInId, EntityId};
use okr_core::value::Confidence;

use super::{Before, Said, Speaker, quoted};
use crate::wording::measure::{value, value_change};

impl Speaker<'_> {
    pub(super) fn check_in(&self, id: CheckInId, event: &CheckInEvent, before: Before<'_>) -> Said {
        let (reported, word, text, note) = match event {
            CheckInEvent::Recorded(new) => {
                let text = self.new_check_in(new, before.latest);
                let note = new.note.as_ref().map(ToString::to_string);
                (Some(new.key_result), "check-in", text, note)
            }
            CheckInEvent::Corrected(edit) => {
                let text = self.correction(id, edit);
                (self.names.reported(id), "correction", text, None)
            }
            CheckInEvent::Retracted => {
                let text = self.taken_back(id);
                (self.names.reported(id), "retraction", text, None)
            }
        };
        Said {
            about: reported.map_or(EntityId::CheckIn(id), EntityId::KeyResult),
            word,
            text,
            note,
        }
    }

    fn new_check_in(&self, new: &NewCheckIn, latest: Option<&CheckIn>) -> String {
        let measure = self.names.measure(new.key_result);
        // A report about an earlier day than the one that counts does not move the value.
        let earlier = latest.filter(|latest| latest.effective <= new.effective);
        let mut text = match earlier {
            Some(latest) if latest.value == new.value => {
                format!("{} (as before)", value(&new.value, measure, self.screen))
            }
            Some(latest) => value_change(&latest.value, &new.value, measure, self.screen),
            None => value(&new.value, measure, self.screen),
        };
        match (earlier.and_then(|latest| latest.confidence), new.confidence) {
            (Some(from), Some(to)) if from != to => {
                let step = self.step(&from.to_string(), &to.to_string());
                text = format!("{text}, confidence {step}");
            }
            (_, Some(to)) => text = format!("{text}, confidence {to}"),
            (_, None) => {}
        }
        match &new.blocker {
            Some(BlockerReport::Stands(stands)) => {
                format!("{text}, blocked: {}", quoted(stands.as_str()))
            }
            Some(BlockerReport::Lifted) => format!("{text}, unblocked"),
            None => text,
        }
    }

    fn correction(&self, id: CheckInId, edit: &CheckInEdit) -> String {
        let measure = self
            .names
            .reported(id)
            .and_then(|id| self.names.measure(id));
        let optional = |confidence: Option<Confidence>| confidence.shown();
        let step = match edit {
            CheckInEdit::Effective(edit) => self.shown(edit),
            CheckInEdit::Value(edit) => value_change(&edit.from, &edit.to, measure, self.screen),
            CheckInEdit::Confidence(edit) => self.step(&optional(edit.from), &optional(edit.to)),
            CheckInEdit::Note(edit) => self.titles(edit),
            CheckInEdit::Blocker(edit) => {
                let (from, to) = (blocker(edit.from.as_ref()), blocker(edit.to.as_ref()));
                format!("{from} {} {to}", self.screen.arrow())
            }
        };
        format!("{} {step}{}", edit.field(), self.of_day(id))
    }

    fn taken_back(&self, id: CheckInId) -> String {
        let measure = self
            .names
            .reported(id)
            .and_then(|id| self.names.measure(id));
        match self
            .names
            .thing(id.into())
            .cloned()
            .and_then(Entity::into_check_in)
        {
            Some(check_in) => {
                let shown = value(&check_in.value, measure, self.screen);
                format!("{shown}{}", self.of_day(id))
            }
            None => String::new(),
        }
    }

    fn of_day(&self, id: CheckInId) -> String {
        match self
            .names
            .thing(id.into())
            .cloned()
            .and_then(Entity::into_check_in)
        {
            Some(check_in) => format!(" of {}", check_in.effective),
            None => String::new(),
        }
    }
}

fn blocker(report: Option<&BlockerReport>) -> String {
    match report {
        None => "none".to_owned(),
        Some(BlockerReport::Stands(text)) => quoted(text.as_str()),
        Some(lifted @ BlockerReport::Lifted) => lifted.shown(),
    }
}
