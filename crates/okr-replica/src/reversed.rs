//! Edits turned round: from what they set to what their author saw.

use okr_core::event::{
    CheckInEdit, CheckInEvent, CommentEdit, CommentEvent, CycleEdit, CycleEvent, Edit, Event,
    InitiativeEdit, InitiativeEvent, KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent,
    ObjectiveEdit, ObjectiveEvent, OrgEdit, OrgEvent, PersonEvent, TeamEdit, TeamEvent,
};

/// Returns the edit that leads back; none for events that are no edit of a field.
pub(crate) fn reversed(event: &Event) -> Option<Event> {
    let event = match event {
        Event::Org(id, OrgEvent::Edited(edit)) => Event::Org(*id, OrgEvent::Edited(edit.back())),
        Event::Person(id, PersonEvent::RoleChanged { from, to }) => {
            let (from, to) = (*to, *from);
            Event::Person(*id, PersonEvent::RoleChanged { from, to })
        }
        Event::Team(id, TeamEvent::Edited(edit)) => {
            Event::Team(*id, TeamEvent::Edited(edit.back()))
        }
        Event::Cycle(id, CycleEvent::Edited(edit)) => {
            Event::Cycle(*id, CycleEvent::Edited(edit.back()))
        }
        Event::Objective(id, ObjectiveEvent::Edited(edit)) => {
            Event::Objective(*id, ObjectiveEvent::Edited(edit.back()))
        }
        Event::KeyResult(id, KeyResultEvent::Edited(edit)) => {
            Event::KeyResult(*id, KeyResultEvent::Edited(edit.back()))
        }
        Event::CheckIn(id, CheckInEvent::Corrected(edit)) => {
            Event::CheckIn(*id, CheckInEvent::Corrected(edit.back()))
        }
        Event::Comment(id, CommentEvent::Edited(edit)) => {
            Event::Comment(*id, CommentEvent::Edited(edit.back()))
        }
        Event::Initiative(id, InitiativeEvent::Edited(edit)) => {
            Event::Initiative(*id, InitiativeEvent::Edited(edit.back()))
        }
        Event::Metric(id, MetricEvent::Edited(edit)) => {
            Event::Metric(*id, MetricEvent::Edited(edit.back()))
        }
        Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::Cycle(..)
        | Event::Objective(..)
        | Event::KeyResult(..)
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => return None,
    };
    Some(event)
}

/// Something that can be turned round.
trait Back {
    fn back(&self) -> Self;
}

impl<T: Clone> Back for Edit<T> {
    fn back(&self) -> Self {
        Self {
            from: self.to.clone(),
            to: self.from.clone(),
        }
    }
}

macro_rules! back {
    ($($kind:ident: $($field:ident)+;)+) => {$(
        impl Back for $kind {
            fn back(&self) -> Self {
                match self {
                    $(Self::$field(edit) => Self::$field(edit.back()),)+
                }
            }
        }
    )+};
}

back! {
    OrgEdit: Name TimeZone WeekStart EditPolicy ReasonAfterCommitment Cadence Calendar FiscalStart;
    TeamEdit: Name Slug Parent Leads;
    CycleEdit: Name Period Cadence;
    ObjectiveEdit: Title Description Slug Owner Team Cycle Kind Weight Supports Continues Score
        Reflection;
    KeyResultEdit: Objective Title Description Slug Owner Measure Weight Order Start Due Score
        FedBy;
    CheckInEdit: Effective Value Confidence Note Blocker;
    CommentEdit: Kind Text;
    InitiativeEdit: Title Slug Owner KeyResults Due Url State;
    MetricEdit: Name Slug Unit Owner Team Band Description;
}
