//! Rules for check-ins.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use okr_core::admit::Verdict;
use okr_core::authorize::Refusal;
use okr_core::event::{
    CheckInEdit, CheckInEvent, Event, KeyResultEdit, KeyResultEvent, NewCheckIn, NewKeyResult,
    ObjectiveEvent, PersonEvent,
};
use okr_core::id::CheckInId;
use okr_core::measure::{Measure, Metric, Value};
use okr_core::rejection::{Missing, Rejection};
use okr_core::value::{Role, Zone};
use okr_testkit::sample::{
    ANA, BEN, CAI, TODAY, VIC, check_in_id, confidence, done, edit, key_result_id, milestones,
    new_check_in, number, person_id, text, unit, value, zones,
};
use okr_testkit::scenario::Scenario;

use crate::world::{
    CHECK_IN, KEY_RESULT, OBJECTIVE, already_exists, check_in, closed, conflict, first_key_result,
    key_result, key_result_closed, not_permitted, objective, objective_closed, open, planned,
    stewarded, unknown_reference, unknown_subject, wrong_state,
};

const OTHER: CheckInId = check_in_id(2);

fn recorded(new: NewCheckIn) -> Event {
    Event::CheckIn(OTHER, CheckInEvent::Recorded(new))
}

fn reported(text: &str) -> Event {
    recorded(new_check_in(KEY_RESULT, value(text)))
}

fn on(effective: Date) -> Event {
    recorded(NewCheckIn {
        effective,
        ..new_check_in(KEY_RESULT, value("20"))
    })
}

fn corrected(edit: CheckInEdit) -> Event {
    check_in(CheckInEvent::Corrected(edit))
}

fn revalued() -> Event {
    corrected(CheckInEdit::Value(edit(value("10"), value("12"))))
}

fn measured_by(measure: Measure) -> Scenario {
    open().given([Event::KeyResult(
        key_result_id(2),
        KeyResultEvent::Created(NewKeyResult {
            measure,
            ..first_key_result()
        }),
    )])
}

fn of_second(value: Value) -> Event {
    recorded(new_check_in(key_result_id(2), value))
}

#[test]
fn a_check_in_is_recorded_under_a_fresh_id_on_a_known_key_result() {
    open().admits(BEN, [reported("20")]);
    open().refuses(
        BEN,
        check_in(CheckInEvent::Recorded(new_check_in(
            KEY_RESULT,
            value("20"),
        ))),
        already_exists(CHECK_IN),
    );
    open().refuses(
        BEN,
        recorded(new_check_in(key_result_id(9), value("20"))),
        unknown_reference(OTHER, "key result", key_result_id(9)),
    );
}

#[test]
fn check_ins_never_clash_with_each_other() {
    let third = Event::CheckIn(
        check_in_id(3),
        CheckInEvent::Recorded(new_check_in(KEY_RESULT, value("99"))),
    );
    open().given([reported("20")]).admits(CAI, [third]);
}

#[test]
fn the_day_is_not_to_come() {
    open().admits(BEN, [on(TODAY)]);
    let tomorrow = date(2026, 11, 24);
    open().refuses(
        BEN,
        on(tomorrow),
        Rejection::FutureDate {
            subject: OTHER.into(),
            date: tomorrow,
            today: TODAY,
        },
    );
    // Tomorrow is judged by tomorrow's clock.
    open().on(tomorrow).admits(BEN, [on(tomorrow)]);
}

#[test]
fn the_day_is_not_before_the_cycle_by_more_than_its_length() {
    // 92 days before 1 October.
    let earliest = date(2026, 7, 1);
    open().admits(BEN, [on(earliest)]);
    let too_early = date(2026, 6, 30);
    open().refuses(
        BEN,
        on(too_early),
        Rejection::TooEarly {
            subject: OTHER.into(),
            date: too_early,
            earliest,
        },
    );
}

#[test]
fn a_value_fits_its_measure_or_is_told_what_would() {
    let refused = |measure: Measure, value, given: &str, expected: &str| {
        measured_by(measure).refuses(
            BEN,
            of_second(value),
            Rejection::WrongValue {
                subject: OTHER.into(),
                given: given.to_owned(),
                expected: expected.to_owned(),
            },
        );
    };
    let in_ms = || {
        Measure::Metric(Metric {
            unit: Some(unit("ms")),
            baseline: number("480"),
            target: number("200"),
            commit: None,
            stretch: None,
        })
    };
    let steps = || milestones(&["1", "1"]);
    refused(in_ms(), done(&[1, 2]), "milestones 1, 2", "a number in ms");
    refused(
        first_key_result().measure,
        Value::Zone(Zone::Commit),
        "commit",
        "a number",
    );
    refused(
        steps(),
        value("1"),
        "1",
        "milestones out of 1 (Step 1), 2 (Step 2)",
    );
    refused(
        steps(),
        done(&[3]),
        "milestones 3",
        "milestones out of 1 (Step 1), 2 (Step 2)",
    );
    refused(
        zones(),
        value("0.7"),
        "0.7",
        "one of fail, commit, target, stretch",
    );
    measured_by(steps()).admits(BEN, [of_second(Value::Milestones(BTreeSet::new()))]);
    measured_by(zones()).admits(BEN, [of_second(Value::Zone(Zone::Stretch))]);
    measured_by(in_ms()).admits(BEN, [of_second(value("-5"))]);
}

#[test]
fn what_is_closed_takes_late_facts_and_corrections() {
    for scenario in [
        closed(),
        open().given([objective_closed()]),
        open().given([key_result_closed()]),
    ] {
        scenario.admits(BEN, [reported("20")]);
        scenario.admits(BEN, [revalued()]);
        scenario
            .because("typed twice")
            .admits(BEN, [check_in(CheckInEvent::Retracted)]);
    }
}

#[test]
fn what_is_abandoned_or_archived_takes_nothing() {
    let key_result = |event| (key_result(event), KEY_RESULT.into());
    let objective = |event| (objective(event), OBJECTIVE.into());
    let cases: [((Event, okr_core::id::EntityId), _); 4] = [
        (key_result(KeyResultEvent::Abandoned), "abandoned"),
        (key_result(KeyResultEvent::Archived), "archived"),
        (objective(ObjectiveEvent::Abandoned), "abandoned"),
        (objective(ObjectiveEvent::Archived), "archived"),
    ];
    for ((event, subject), state) in cases {
        let scenario = open().given([event]).because("typed twice");
        for event in [
            reported("20"),
            revalued(),
            check_in(CheckInEvent::Retracted),
        ] {
            scenario.refuses(BEN, event, wrong_state(subject, state, "take check-ins"));
        }
    }
}

#[test]
fn a_correction_fits_what_is_there_and_obeys_the_same_rules() {
    open().admits(BEN, [revalued()]);
    open().refuses(
        BEN,
        corrected(CheckInEdit::Value(edit(value("11"), value("12")))),
        conflict(CHECK_IN, "value", ["11", "12", "10"]),
    );
    let tomorrow = date(2026, 11, 24);
    open().refuses(
        BEN,
        corrected(CheckInEdit::Effective(edit(date(2026, 11, 22), tomorrow))),
        Rejection::FutureDate {
            subject: CHECK_IN.into(),
            date: tomorrow,
            today: TODAY,
        },
    );
    open().refuses(
        BEN,
        corrected(CheckInEdit::Value(edit(value("10"), done(&[1])))),
        Rejection::WrongValue {
            subject: CHECK_IN.into(),
            given: "milestones 1".to_owned(),
            expected: "a number".to_owned(),
        },
    );
    open().admits(
        BEN,
        [
            corrected(CheckInEdit::Confidence(edit(None, Some(confidence(7))))),
            corrected(CheckInEdit::Note(edit(
                None,
                Some(text("after the launch")),
            ))),
        ],
    );
}

#[test]
fn a_correction_to_what_is_there_is_already_so() {
    let scenario = open().given([revalued()]);
    assert_eq!(scenario.judged(BEN, [revalued()]), Verdict::AlreadySo);
}

#[test]
fn a_value_is_corrected_by_the_measure_of_today() {
    let checklist = edit(first_key_result().measure, milestones(&["1"]));
    let event = key_result(KeyResultEvent::Edited(KeyResultEdit::Measure(checklist)));
    planned().given([event]).admits(
        BEN,
        [corrected(CheckInEdit::Value(edit(value("10"), done(&[1]))))],
    );
}

#[test]
fn retracting_needs_a_reason_and_happens_once() {
    let retracted = check_in(CheckInEvent::Retracted);
    open().refuses(
        BEN,
        retracted.clone(),
        Rejection::ReasonRequired {
            subject: CHECK_IN.into(),
            action: "retracting a check-in",
            missing: Missing::Reason,
        },
    );
    open()
        .because("typed twice")
        .admits(BEN, [retracted.clone()]);
    let gone = open().given([retracted.clone()]);
    assert_eq!(gone.judged(BEN, [retracted]), Verdict::AlreadySo);
    gone.refuses(
        BEN,
        revalued(),
        wrong_state(CHECK_IN, "retracted", "be corrected"),
    );
}

#[test]
fn an_unknown_check_in_is_neither_corrected_nor_retracted() {
    let correction = CheckInEdit::Note(edit(None, Some(text("late"))));
    for event in [CheckInEvent::Corrected(correction), CheckInEvent::Retracted] {
        open().refuses(BEN, Event::CheckIn(OTHER, event), unknown_subject(OTHER));
    }
}

#[test]
fn under_stewards_check_ins_are_for_those_who_may_edit_the_key_result() {
    let dan = person_id(1);
    let scenario = || {
        stewarded()
            .given([Event::Person(dan, PersonEvent::Added(Role::Member))])
            .because("typed twice")
    };
    for author in [ANA, BEN, CAI] {
        for event in [
            reported("20"),
            revalued(),
            check_in(CheckInEvent::Retracted),
        ] {
            scenario().admits(author, [event]);
        }
    }
    let refused = |subject: CheckInId| not_permitted(subject, Refusal::NeedsSteward);
    scenario().refuses(dan, reported("20"), refused(OTHER));
    scenario().refuses(dan, revalued(), refused(CHECK_IN));
    scenario().refuses(dan, check_in(CheckInEvent::Retracted), refused(CHECK_IN));
    open().admits(CAI, [reported("20")]);
    open().refuses(VIC, reported("20"), not_permitted(OTHER, Refusal::Viewer));
}
