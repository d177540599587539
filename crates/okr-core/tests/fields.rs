//! Fields as text: what `log` and conflicts show of an edit.

use std::collections::BTreeSet;

use jiff::civil::date;
use okr_core::entity::Entity;
use okr_core::event::{
    CheckInEdit, CheckInEvent, CycleEdit, CycleEvent, Event, KeyResultEdit, KeyResultEvent,
    NewKeyResult, ObjectiveEvent, OrgEdit, OrgEvent, PersonEvent, TeamEdit, TeamEvent,
};
use okr_core::field::{FIELD_WORDS, FieldChange, FieldStep, FieldValue, Shown, field_steps};
use okr_core::measure::{Hold, Measure, Metric};
use okr_core::value::{CadenceDays, Role};
use okr_core::view::{MemoryView, View as _};
use okr_testkit::generate::histories;
use okr_testkit::sample::{
    ANA, BEN, ORG, done, edit, hold, key_result_id, metric, milestones, name, new_check_in,
    new_key_result, number, objective_id, period, unit, value, zones,
};
use okr_testkit::scenario::never;
use proptest::prelude::*;

use crate::world::{check_in, cycle, key_result, objective, team};

fn change(field: &'static str, from: &str, to: &str) -> FieldChange {
    FieldChange {
        field,
        from: from.to_owned(),
        to: to.to_owned(),
    }
}

#[test]
fn edits_say_their_field_and_both_values() {
    let org = OrgEdit::ReasonAfterCommitment(edit(true, false));
    let leads = TeamEdit::Leads(edit(BTreeSet::new(), BTreeSet::from([ANA, BEN])));
    let dates = CycleEdit::Period(edit(
        period(date(2026, 10, 1), date(2026, 12, 31)),
        period(date(2026, 10, 1), date(2027, 1, 15)),
    ));
    let due = KeyResultEdit::Due(edit(None, Some(date(2026, 12, 1))));
    let reading = CheckInEdit::Value(edit(value("1.50"), done(&[])));
    let role = PersonEvent::RoleChanged {
        from: Role::Member,
        to: Role::Admin,
    };
    let cases = [
        (
            Event::Org(ORG, OrgEvent::Edited(org)),
            change("reason after commitment", "yes", "no"),
        ),
        (Event::Person(BEN, role), change("role", "member", "admin")),
        (
            team(TeamEvent::Edited(leads)),
            change("leads", "none", &format!("{ANA}, {BEN}")),
        ),
        (
            cycle(CycleEvent::Edited(dates)),
            change(
                "period",
                "2026-10-01 to 2026-12-31",
                "2026-10-01 to 2027-01-15",
            ),
        ),
        (
            key_result(KeyResultEvent::Edited(due)),
            change("due", "none", "2026-12-01"),
        ),
        (
            check_in(CheckInEvent::Corrected(reading)),
            change("value", "1.5", "no milestone"),
        ),
    ];
    for (event, expected) in cases {
        assert_eq!(event.field_change(), Some(expected));
    }
}

#[test]
fn other_events_edit_no_field() {
    for event in [
        objective(ObjectiveEvent::Published),
        team(TeamEvent::Archived),
        cycle(CycleEvent::Opened),
        key_result(KeyResultEvent::Abandoned),
        check_in(CheckInEvent::Retracted),
        Event::Person(BEN, PersonEvent::Deactivated),
    ] {
        assert_eq!(event.field_change(), None);
    }
}

#[test]
fn a_measure_is_one_line() {
    let full = Measure::Metric(Metric {
        unit: Some(unit("ms")),
        baseline: number("480"),
        target: number("200"),
        commit: Some(number("300")),
        stretch: Some(number("150")),
    });
    let with_unit = Hold::new(Some(unit("%")), Some(number("99.5")), None).expect("a bound");
    for (measure, text) in [
        (metric("0", "100"), "0 to 100"),
        (full, "480 to 200 ms, commit 300, stretch 150"),
        (hold(Some("1"), Some("2")), "within 1 to 2"),
        (hold(None, Some("2")), "at most 2"),
        (Measure::Hold(with_unit), "at least 99.5 %"),
        (
            milestones(&["1", "2.5"]),
            "1. Step 1; 2. Step 2 (weight 2.5)",
        ),
        (zones(), "commit: a demo; target: a pilot; stretch: in use"),
    ] {
        assert_eq!(measure.shown(), text);
    }
}

#[test]
fn small_values_are_words() {
    let two_weeks = CadenceDays::new(14).expect("two weeks");
    let daily = CadenceDays::new(1).expect("a day");
    assert_eq!(two_weeks.shown(), "every 14 days");
    assert_eq!(daily.shown(), "every day");
    assert_eq!(Some(name("Acme")).shown(), "Acme");
    assert_eq!(None::<CadenceDays>.shown(), "none");
}

#[test]
fn the_fields_of_a_state_tell_the_parts_of_a_measure() {
    let in_ms = |baseline: &str, target: &str| match metric(baseline, target) {
        Measure::Metric(metric) => Measure::Metric(Metric {
            unit: Some(unit("ms")),
            ..metric
        }),
        other => other,
    };
    let with = |measure: Measure| {
        let created = KeyResultEvent::Created(NewKeyResult {
            measure,
            ..new_key_result(objective_id(1), "api-p99")
        });
        Entity::evolve(None, &key_result(created)).unwrap()
    };
    let (before, after) = (with(in_ms("480", "200")), with(in_ms("480", "150")));
    let quantity = |text: &str| FieldValue::Quantity(number(text), Some(unit("ms")));
    assert_eq!(
        field_steps(Some(&before), Some(&after)),
        [FieldStep {
            word: "target",
            from: quantity("200"),
            to: quantity("150"),
        }]
    );
    let kept = with(hold(None, Some("200")));
    let words: Vec<&str> = field_steps(Some(&before), Some(&kept))
        .iter()
        .map(|step| step.word)
        .collect();
    assert_eq!(words, ["measure", "unit", "high", "baseline", "target"]);
    assert_eq!(field_steps(Some(&before), Some(&before)), []);
    assert!(
        field_steps(None, Some(&before))
            .iter()
            .all(|step| step.from == FieldValue::None && step.to != FieldValue::None)
    );
}

#[test]
fn an_event_says_which_fields_it_sets() {
    let moved = KeyResultEdit::Measure(edit(metric("480", "200"), metric("480", "150")));
    let moved = key_result(KeyResultEvent::Edited(moved));
    assert_eq!(moved.fields_set(), ["measure", "target"]);
    let reported = check_in(CheckInEvent::Recorded(new_check_in(
        key_result_id(1),
        value("3"),
    )));
    assert_eq!(reported.fields_set()[0], "value");
    let created = KeyResultEvent::Created(new_key_result(objective_id(1), "api-p99"));
    assert!(key_result(created).fields_set().is_empty());
}

proptest! {
    #[test]
    fn what_an_event_sets_is_what_differs_after_it(history in histories(120)) {
        let mut view = MemoryView::new();
        for event in history.iter().flat_map(|(_, change)| &change.events) {
            let before = never(view.entity(event.subject()));
            view.apply_event(event);
            let after = never(view.entity(event.subject()));
            let steps = field_steps(before.as_ref(), after.as_ref());
            prop_assert!(steps.iter().all(|step| step.from != step.to));
            prop_assert!(steps.iter().all(|step| FIELD_WORDS.contains(&step.word)));
            prop_assert_eq!(before == after, steps.is_empty(), "{:?}", event);
            if before.is_some() {
                let set = event.fields_set();
                // Reopening takes the score away with the state.
                let told = |word| set.contains(&word) || (word == "score" && set == ["state"]);
                prop_assert!(steps.iter().all(|step| told(step.word)), "{:?} {:?}", event, steps);
            }
        }
    }
}

#[test]
fn the_words_of_fields_are_sorted_and_unique() {
    assert!(FIELD_WORDS.is_sorted_by(|a, b| a < b), "{FIELD_WORDS:?}");
}
