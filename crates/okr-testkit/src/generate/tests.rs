//! The generator makes what it promises: admitted, repeatable, with every kind of event.

use std::collections::BTreeSet;

use okr_core::admit::{Verdict, admit};
use okr_core::event::{
    CheckInEvent, CommentEvent, CycleEvent, Event, InitiativeEvent, KeyResultEvent, MetricEvent,
    MetricValueEvent, ObjectiveEvent, PersonEvent, TeamEvent,
};

use super::*;

#[test]
fn the_same_seed_gives_the_same_history() {
    assert_eq!(history(7, 200), history(7, 200));
    assert_ne!(history(7, 200), history(8, 200));
}

#[test]
fn every_change_is_admitted_where_it_stands() {
    let mut view = MemoryView::new();
    for (author, change) in history(3, 500) {
        let verdict = never(admit(&view, &context(author), ORG, &change));
        assert_eq!(verdict, Verdict::Admitted, "{change:?}");
        view.apply(&change);
    }
}

#[test]
fn long_histories_have_every_kind_of_event() {
    let histories: Vec<_> = (1..=4).flat_map(|seed| history(seed, 4000)).collect();
    let kinds: BTreeSet<String> = histories
        .iter()
        .flat_map(|(_, change)| change.events.iter().map(kind))
        .collect();
    let missing: Vec<String> = EVERY_KIND
        .iter()
        .map(|kind| (*kind).to_owned())
        .filter(|kind| !kinds.contains(kind))
        .collect();
    assert_eq!(missing, Vec::<String>::new(), "only {kinds:?}");
}

/// Names the kind of an event, with the field of an edit.
fn kind(event: &Event) -> String {
    if let Some(change) = event.field_change() {
        return format!("{} {}", event.subject().kind(), change.field);
    }
    let word = match event {
        Event::Org(..) => "created",
        Event::Person(_, event) => match event {
            PersonEvent::Added(_) => "added",
            PersonEvent::RoleChanged { .. } => "role",
            PersonEvent::Deactivated => "deactivated",
            PersonEvent::Reactivated => "reactivated",
        },
        Event::Team(_, event) => match event {
            TeamEvent::Created(_) => "created",
            TeamEvent::Edited(_) => "edited",
            TeamEvent::MemberAdded(_) => "member added",
            TeamEvent::MemberRemoved(_) => "member removed",
            TeamEvent::Archived => "archived",
            TeamEvent::Restored => "restored",
        },
        Event::Cycle(_, event) => match event {
            CycleEvent::Created(_) => "created",
            CycleEvent::Edited(_) => "edited",
            CycleEvent::Opened => "opened",
            CycleEvent::Closed => "closed",
            CycleEvent::Reopened => "reopened",
        },
        Event::Objective(_, event) => match event {
            ObjectiveEvent::Created(_) => "created",
            ObjectiveEvent::Edited(_) => "edited",
            ObjectiveEvent::Tagged(_) => "tagged",
            ObjectiveEvent::Untagged(_) => "untagged",
            ObjectiveEvent::Published => "published",
            ObjectiveEvent::Closed { .. } => "closed",
            ObjectiveEvent::Abandoned => "abandoned",
            ObjectiveEvent::Reopened => "reopened",
            ObjectiveEvent::Archived => "archived",
            ObjectiveEvent::Restored => "restored",
        },
        Event::KeyResult(_, event) => match event {
            KeyResultEvent::Created(_) => "created",
            KeyResultEvent::Edited(_) => "edited",
            KeyResultEvent::Tagged(_) => "tagged",
            KeyResultEvent::Untagged(_) => "untagged",
            KeyResultEvent::Closed { .. } => "closed",
            KeyResultEvent::Abandoned => "abandoned",
            KeyResultEvent::Reopened => "reopened",
            KeyResultEvent::Archived => "archived",
            KeyResultEvent::Restored => "restored",
        },
        Event::CheckIn(_, event) => check_in_word(event),
        Event::Comment(_, event) => comment_word(event),
        Event::Initiative(_, event) => initiative_word(event),
        Event::Metric(_, event) => metric_word(event),
        Event::MetricValue(_, event) => metric_value_word(event),
    };
    format!("{} {word}", event.subject().kind())
}

const fn check_in_word(event: &CheckInEvent) -> &'static str {
    match event {
        CheckInEvent::Recorded(_) => "recorded",
        CheckInEvent::Corrected(_) => "corrected",
        CheckInEvent::Retracted => "retracted",
    }
}

const fn comment_word(event: &CommentEvent) -> &'static str {
    match event {
        CommentEvent::Added(_) => "added",
        CommentEvent::Edited(_) => "edited",
        CommentEvent::Retracted => "retracted",
    }
}

const fn initiative_word(event: &InitiativeEvent) -> &'static str {
    match event {
        InitiativeEvent::Created(_) => "created",
        InitiativeEvent::Edited(_) => "edited",
        InitiativeEvent::Archived => "archived",
        InitiativeEvent::Restored => "restored",
    }
}

const fn metric_word(event: &MetricEvent) -> &'static str {
    match event {
        MetricEvent::Created(_) => "created",
        MetricEvent::Edited(_) => "edited",
        MetricEvent::Archived => "archived",
        MetricEvent::Restored => "restored",
    }
}

const fn metric_value_word(event: &MetricValueEvent) -> &'static str {
    match event {
        MetricValueEvent::Recorded(_) => "recorded",
        MetricValueEvent::Retracted => "retracted",
    }
}

const EVERY_KIND: &[&str] = &[
    "organisation created",
    "organisation name",
    "organisation time zone",
    "organisation week start",
    "organisation edit policy",
    "organisation reason after commitment",
    "organisation cadence",
    "organisation calendar",
    "organisation fiscal start",
    "person added",
    "person role",
    "person deactivated",
    "person reactivated",
    "team created",
    "team name",
    "team slug",
    "team parent",
    "team leads",
    "team member added",
    "team member removed",
    "team archived",
    "team restored",
    "cycle created",
    "cycle name",
    "cycle period",
    "cycle cadence",
    "cycle opened",
    "cycle closed",
    "cycle reopened",
    "objective created",
    "objective title",
    "objective description",
    "objective slug",
    "objective owner",
    "objective team",
    "objective cycle",
    "objective kind",
    "objective weight",
    "objective supports",
    "objective continues",
    "objective score",
    "objective reflection",
    "objective tagged",
    "objective untagged",
    "objective published",
    "objective closed",
    "objective abandoned",
    "objective reopened",
    "objective archived",
    "objective restored",
    "key result created",
    "key result objective",
    "key result title",
    "key result description",
    "key result slug",
    "key result owner",
    "key result measure",
    "key result weight",
    "key result order",
    "key result start",
    "key result due",
    "key result score",
    "key result fed by",
    "key result tagged",
    "key result untagged",
    "key result closed",
    "key result abandoned",
    "key result reopened",
    "key result archived",
    "key result restored",
    "check-in recorded",
    "check-in effective date",
    "check-in value",
    "check-in confidence",
    "check-in note",
    "check-in retracted",
    "comment added",
    "comment kind",
    "comment text",
    "comment retracted",
    "initiative created",
    "initiative title",
    "initiative slug",
    "initiative owner",
    "initiative key results",
    "initiative due",
    "initiative url",
    "initiative state",
    "initiative archived",
    "initiative restored",
    "metric created",
    "metric name",
    "metric slug",
    "metric unit",
    "metric owner",
    "metric team",
    "metric band",
    "metric description",
    "metric archived",
    "metric restored",
    "metric value recorded",
    "metric value retracted",
];
