//! Fields as text: what `log` and conflicts show of an edit.

use std::collections::BTreeSet;

use jiff::civil::date;
use okr_core::event::{
    CheckInEdit, CheckInEvent, CycleEdit, CycleEvent, Event, KeyResultEdit, KeyResultEvent,
    ObjectiveEvent, OrgEdit, OrgEvent, PersonEvent, TeamEdit, TeamEvent,
};
use okr_core::field::{FieldChange, Shown};
use okr_core::measure::{Hold, Measure, Metric};
use okr_core::value::{CadenceDays, Role};
use okr_testkit::sample::{
    ANA, BEN, ORG, done, edit, hold, metric, milestones, name, number, period, unit, value, zones,
};

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
