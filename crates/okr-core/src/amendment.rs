//! Amendments: which events change what was committed to, and what they are called.
//!
//! [`admit`](crate::admit) asks for a reason and a category by this list, and the goalpost report
//! tells by it. Owners, slugs, descriptions, tags and the order of key results are no part of a
//! commitment: who pursues a goal may change without the goal becoming another one.

use crate::event::{
    CycleEdit, CycleEvent, Event, KeyResultEdit, KeyResultEvent, ObjectiveEdit, ObjectiveEvent,
};

/// Returns what an event does to a commitment, as a person would say it; none for other events.
///
/// Whether there is a commitment at all is for the caller to know: a goal in a planned cycle and a
/// draft can be changed freely.
pub const fn amends(event: &Event) -> Option<&'static str> {
    match event {
        Event::Cycle(_, event) => of_cycle(event),
        Event::Objective(_, event) => of_objective(event),
        Event::KeyResult(_, event) => of_key_result(event),
        Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => None,
    }
}

pub(crate) const fn of_cycle(event: &CycleEvent) -> Option<&'static str> {
    match event {
        CycleEvent::Edited(CycleEdit::Period(_)) => {
            Some("changing the period of a cycle that has begun")
        }
        CycleEvent::Edited(CycleEdit::Name(_) | CycleEdit::Cadence(_))
        | CycleEvent::Created(_)
        | CycleEvent::Opened
        | CycleEvent::Closed
        | CycleEvent::Reopened => None,
    }
}

pub(crate) const fn of_objective(event: &ObjectiveEvent) -> Option<&'static str> {
    match event {
        ObjectiveEvent::Edited(edit) => match edit {
            ObjectiveEdit::Title(_) => Some("changing the title of a committed objective"),
            ObjectiveEdit::Team(_) => Some("moving a committed objective to another team"),
            ObjectiveEdit::Cycle(_) => Some("moving a committed objective to another cycle"),
            ObjectiveEdit::Kind(_) => Some("changing the kind of a committed objective"),
            ObjectiveEdit::Weight(_) => Some("changing the weight of a committed objective"),
            ObjectiveEdit::Description(_)
            | ObjectiveEdit::Slug(_)
            | ObjectiveEdit::Owner(_)
            | ObjectiveEdit::Supports(_)
            | ObjectiveEdit::Continues(_)
            | ObjectiveEdit::Score(_)
            | ObjectiveEdit::Reflection(_) => None,
        },
        ObjectiveEvent::Abandoned => Some("abandoning a committed objective"),
        ObjectiveEvent::Archived => Some("archiving a committed objective"),
        ObjectiveEvent::Created(_)
        | ObjectiveEvent::Tagged(_)
        | ObjectiveEvent::Untagged(_)
        | ObjectiveEvent::Published
        | ObjectiveEvent::Closed { .. }
        | ObjectiveEvent::Reopened
        | ObjectiveEvent::Restored => None,
    }
}

pub(crate) const fn of_key_result(event: &KeyResultEvent) -> Option<&'static str> {
    match event {
        KeyResultEvent::Edited(edit) => match edit {
            KeyResultEdit::Objective(_) => {
                Some("moving a committed key result to another objective")
            }
            KeyResultEdit::Title(_) => Some("changing the title of a committed key result"),
            KeyResultEdit::Measure(_) => Some("changing the measure of a committed key result"),
            KeyResultEdit::Weight(_) => Some("changing the weight of a committed key result"),
            KeyResultEdit::Start(_) => Some("changing the start of a committed key result"),
            KeyResultEdit::Due(_) => Some("changing the due date of a committed key result"),
            KeyResultEdit::Description(_)
            | KeyResultEdit::Slug(_)
            | KeyResultEdit::Owner(_)
            | KeyResultEdit::Order(_)
            | KeyResultEdit::Score(_)
            | KeyResultEdit::FedBy(_) => None,
        },
        KeyResultEvent::Abandoned => Some("abandoning a committed key result"),
        KeyResultEvent::Archived => Some("archiving a committed key result"),
        KeyResultEvent::Created(_)
        | KeyResultEvent::Tagged(_)
        | KeyResultEvent::Untagged(_)
        | KeyResultEvent::Closed { .. }
        | KeyResultEvent::Reopened
        | KeyResultEvent::Restored => None,
    }
}
