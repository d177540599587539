//! What an event does to fields: which it sets, and what differs between two states.

use crate::entity::Entity;
use crate::event::{
    CheckInEvent, CommentEvent, CycleEvent, Edit, Event, InitiativeEvent, KeyResultEdit,
    KeyResultEvent, MetricEvent, MetricValueEvent, NewCheckIn, NewMetricValue, ObjectiveEvent,
    OrgEvent, PersonEvent, TeamEvent,
};
use crate::field::state::{Field, FieldValue, of_measure};
use crate::measure::Measure;

/// A field that differs between two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldStep {
    /// The stable word for the field.
    pub word: &'static str,
    /// What it held; [`FieldValue::None`] also where there was no such field.
    pub from: FieldValue,
    /// What it holds; the same where there is no such field any more.
    pub to: FieldValue,
}

/// Returns the fields that differ between two states of one thing, in the order of the later one.
///
/// Without an earlier state every field that holds something has come, without a later one every
/// field has gone.
pub fn field_steps(before: Option<&Entity>, after: Option<&Entity>) -> Vec<FieldStep> {
    let before = before.map(Entity::fields).unwrap_or_default();
    let after = after.map(Entity::fields).unwrap_or_default();
    steps_between(before, after)
}

fn steps_between(mut before: Vec<Field>, after: Vec<Field>) -> Vec<FieldStep> {
    let mut steps = Vec::new();
    for Field { word, value: to } in after {
        let known = before.iter().position(|field| field.word == word);
        let from = known.map_or(FieldValue::None, |index| before.remove(index).value);
        if from != to {
            steps.push(FieldStep { word, from, to });
        }
    }
    // What the later state has no word for any more: parts of another kind of measure.
    let gone = before.into_iter().map(|field| FieldStep {
        word: field.word,
        from: field.value,
        to: FieldValue::None,
    });
    steps.extend(gone.filter(|step| step.from != FieldValue::None));
    steps
}

impl Event {
    /// Returns the words of the fields that the event sets of something that was there.
    ///
    /// A check-in sets the value of its key result, and what else it reports; so does a value of a
    /// health metric. A measure that is edited is set as a whole, `measure`, and in its parts. A
    /// creation sets nothing that was there.
    pub fn fields_set(&self) -> Vec<&'static str> {
        match self {
            Self::Org(_, OrgEvent::Edited(edit)) => vec![edit.field()],
            Self::Team(_, TeamEvent::Edited(edit)) => vec![edit.field()],
            Self::Cycle(_, CycleEvent::Edited(edit)) => vec![edit.field()],
            Self::Objective(_, ObjectiveEvent::Edited(edit)) => vec![edit.field()],
            Self::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::Measure(edit))) => {
                parts_set(edit)
            }
            Self::KeyResult(_, KeyResultEvent::Edited(edit)) => vec![edit.field()],
            Self::CheckIn(_, CheckInEvent::Corrected(edit)) => vec![edit.field()],
            Self::Comment(_, CommentEvent::Edited(edit)) => vec![edit.field()],
            Self::CheckIn(_, CheckInEvent::Recorded(new)) => reported(new),
            Self::Initiative(_, InitiativeEvent::Edited(edit)) => vec![edit.field()],
            Self::Metric(_, MetricEvent::Edited(edit)) => vec![edit.field()],
            Self::MetricValue(_, event) => of_value(event),
            Self::Person(_, PersonEvent::RoleChanged { .. }) => vec!["role"],
            Self::Team(_, TeamEvent::MemberAdded(_) | TeamEvent::MemberRemoved(_)) => {
                vec!["members"]
            }
            Self::Objective(_, ObjectiveEvent::Tagged(_) | ObjectiveEvent::Untagged(_))
            | Self::KeyResult(_, KeyResultEvent::Tagged(_) | KeyResultEvent::Untagged(_)) => {
                vec!["tags"]
            }
            Self::Objective(_, ObjectiveEvent::Closed { .. }) => {
                vec!["state", "score", "reflection"]
            }
            Self::KeyResult(_, KeyResultEvent::Closed { .. }) => vec!["state", "score"],
            Self::Person(_, PersonEvent::Deactivated | PersonEvent::Reactivated)
            | Self::Team(_, TeamEvent::Archived | TeamEvent::Restored)
            | Self::Cycle(_, CycleEvent::Opened | CycleEvent::Closed | CycleEvent::Reopened)
            | Self::Objective(
                _,
                ObjectiveEvent::Published
                | ObjectiveEvent::Abandoned
                | ObjectiveEvent::Reopened
                | ObjectiveEvent::Archived
                | ObjectiveEvent::Restored,
            )
            | Self::KeyResult(
                _,
                KeyResultEvent::Abandoned
                | KeyResultEvent::Reopened
                | KeyResultEvent::Archived
                | KeyResultEvent::Restored,
            )
            | Self::CheckIn(_, CheckInEvent::Retracted)
            | Self::Comment(_, CommentEvent::Retracted)
            | Self::Initiative(_, InitiativeEvent::Archived | InitiativeEvent::Restored)
            | Self::Metric(_, MetricEvent::Archived | MetricEvent::Restored) => vec!["state"],
            Self::Org(_, OrgEvent::Created(_) | OrgEvent::TextsErased(_))
            | Self::Person(_, PersonEvent::Added(_))
            | Self::Team(_, TeamEvent::Created(_))
            | Self::Cycle(_, CycleEvent::Created(_))
            | Self::Objective(_, ObjectiveEvent::Created(_))
            | Self::KeyResult(_, KeyResultEvent::Created(_))
            | Self::Comment(_, CommentEvent::Added(_))
            | Self::Initiative(_, InitiativeEvent::Created(_))
            | Self::Metric(_, MetricEvent::Created(_)) => Vec::new(),
        }
    }
}

/// Returns the word of the whole measure, by which the log calls the edit, and those of its parts.
fn parts_set(edit: &Edit<Measure>) -> Vec<&'static str> {
    let parts = steps_between(of_measure(&edit.from), of_measure(&edit.to));
    let parts = parts.iter().map(|step| step.word);
    let whole = "measure";
    std::iter::once(whole)
        .chain(parts.filter(|word| *word != whole))
        .collect()
}

fn of_value(event: &MetricValueEvent) -> Vec<&'static str> {
    match event {
        MetricValueEvent::Recorded(NewMetricValue { note: None, .. }) => vec!["value"],
        MetricValueEvent::Recorded(_) => vec!["value", "note"],
        MetricValueEvent::Retracted => vec!["state"],
    }
}

fn reported(new: &NewCheckIn) -> Vec<&'static str> {
    let mut words = vec!["value"];
    words.extend(new.confidence.map(|_| "confidence"));
    words.extend(new.note.as_ref().map(|_| "note"));
    words.extend(new.blocker.as_ref().map(|_| "blocker"));
    words
}
