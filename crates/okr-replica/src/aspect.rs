//! What an event settles of its entity: one field, one tag, one state. What later events about the
//! same aspect build on.

use okr_core::event::{
    CheckInEvent, CommentEvent, CycleEvent, Event, InitiativeEvent, KeyResultEvent, MetricEvent,
    MetricValueEvent, ObjectiveEvent, OrgEvent, PersonEvent, TeamEvent,
};
use okr_core::id::PersonId;
use okr_core::text::Tag;

/// A part of an entity that events settle independently of the others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Aspect {
    /// That it is there, with all that it began with.
    Existence,
    /// A field, by its stable word.
    Field(&'static str),
    /// Whether it has a tag.
    Tag(Tag),
    /// Whether a team has a member.
    Member(PersonId),
    /// Whether it is planned, draft, open, active, closed or abandoned.
    Stage,
    /// Whether it was put away.
    Archived,
    /// Whether a person is here.
    Presence,
    /// Whether a check-in, a comment or a value of a metric was taken back.
    Retracted,
}

impl Aspect {
    /// Returns what an event settles.
    pub(crate) fn of(event: &Event) -> Self {
        match event {
            Event::Org(_, event) => match event {
                OrgEvent::Created(_) => Self::Existence,
                OrgEvent::Edited(edit) => Self::Field(edit.field()),
                OrgEvent::TextsErased(_) => Self::Field("erased texts"),
            },
            Event::Person(_, event) => match event {
                PersonEvent::Added(_) => Self::Existence,
                PersonEvent::RoleChanged { .. } => Self::Field("role"),
                PersonEvent::Deactivated | PersonEvent::Reactivated => Self::Presence,
            },
            Event::Team(_, event) => match event {
                TeamEvent::Created(_) => Self::Existence,
                TeamEvent::Edited(edit) => Self::Field(edit.field()),
                TeamEvent::MemberAdded(id) | TeamEvent::MemberRemoved(id) => Self::Member(*id),
                TeamEvent::Archived | TeamEvent::Restored => Self::Archived,
            },
            Event::Cycle(_, event) => match event {
                CycleEvent::Created(_) => Self::Existence,
                CycleEvent::Edited(edit) => Self::Field(edit.field()),
                CycleEvent::Opened | CycleEvent::Closed | CycleEvent::Reopened => Self::Stage,
            },
            Event::Objective(_, event) => Self::of_objective(event),
            Event::KeyResult(_, event) => Self::of_key_result(event),
            Event::CheckIn(_, event) => match event {
                CheckInEvent::Recorded(_) => Self::Existence,
                CheckInEvent::Corrected(edit) => Self::Field(edit.field()),
                CheckInEvent::Retracted => Self::Retracted,
            },
            Event::Comment(_, event) => match event {
                CommentEvent::Added(_) => Self::Existence,
                CommentEvent::Edited(edit) => Self::Field(edit.field()),
                CommentEvent::Retracted => Self::Retracted,
            },
            Event::Initiative(_, event) => match event {
                InitiativeEvent::Created(_) => Self::Existence,
                InitiativeEvent::Edited(edit) => Self::Field(edit.field()),
                InitiativeEvent::Archived | InitiativeEvent::Restored => Self::Archived,
            },
            Event::Metric(_, event) => match event {
                MetricEvent::Created(_) => Self::Existence,
                MetricEvent::Edited(edit) => Self::Field(edit.field()),
                MetricEvent::Archived | MetricEvent::Restored => Self::Archived,
            },
            Event::MetricValue(_, event) => match event {
                MetricValueEvent::Recorded(_) => Self::Existence,
                MetricValueEvent::Retracted => Self::Retracted,
            },
        }
    }

    fn of_objective(event: &ObjectiveEvent) -> Self {
        match event {
            ObjectiveEvent::Created(_) => Self::Existence,
            ObjectiveEvent::Edited(edit) => Self::Field(edit.field()),
            ObjectiveEvent::Tagged(tag) | ObjectiveEvent::Untagged(tag) => Self::Tag(tag.clone()),
            ObjectiveEvent::Published
            | ObjectiveEvent::Closed { .. }
            | ObjectiveEvent::Abandoned
            | ObjectiveEvent::Reopened => Self::Stage,
            ObjectiveEvent::Archived | ObjectiveEvent::Restored => Self::Archived,
        }
    }

    fn of_key_result(event: &KeyResultEvent) -> Self {
        match event {
            KeyResultEvent::Created(_) => Self::Existence,
            KeyResultEvent::Edited(edit) => Self::Field(edit.field()),
            KeyResultEvent::Tagged(tag) | KeyResultEvent::Untagged(tag) => Self::Tag(tag.clone()),
            KeyResultEvent::Closed { .. }
            | KeyResultEvent::Abandoned
            | KeyResultEvent::Reopened => Self::Stage,
            KeyResultEvent::Archived | KeyResultEvent::Restored => Self::Archived,
        }
    }

    /// Says whether an event settles this, by itself or by making the entity.
    pub(crate) fn is_settled_by(&self, event: &Event) -> bool {
        let of_event = Self::of(event);
        of_event == *self || of_event == Self::Existence
    }
}
