//! Events in words.

use okr_core::blocker::BlockerReport;
use okr_core::entity::Entity;
use okr_core::event::{CheckInEdit, CheckInEvent, NewCheckIn};
use okr_core::measure::{Measure, Metric, Value};
use okr_core::text::{BlockerText, LongText};
use okr_replica::{Directory, DirectoryEntry};
use okr_testkit::sample::{
    ANA, BEN, check_in_id, confidence, cycle_id, key_result_id, metric, new_check_in, new_cycle,
    new_key_result, new_objective, number, objective_id, slug, text, title, unit,
};

use super::*;

fn in_ms(target: &str) -> Measure {
    match metric("480", target) {
        Measure::Metric(metric) => Measure::Metric(Metric {
            unit: Some(unit("ms")),
            ..metric
        }),
        other => other,
    }
}

fn latency() -> NewKeyResult {
    NewKeyResult {
        title: title("p99 latency of public API"),
        slug: slug("api-p99"),
        measure: in_ms("150"),
        ..new_key_result(objective_id(1), "api-p99")
    }
}

fn names() -> Names {
    let mut directory = Directory::default();
    for (person, handle) in [(ANA, "ana"), (BEN, "ben")] {
        directory.set(DirectoryEntry {
            person,
            handle: handle.to_owned(),
            name: String::new(),
            email: String::new(),
        });
    }
    let mut names = Names::new(directory);
    for event in [
        Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle())),
        Event::Objective(
            objective_id(1),
            ObjectiveEvent::Created(new_objective("fast")),
        ),
        Event::KeyResult(key_result_id(1), KeyResultEvent::Created(latency())),
        Event::CheckIn(check_in_id(1), CheckInEvent::Recorded(report("340"))),
    ] {
        names.learn(Entity::evolve(None, &event).unwrap());
    }
    names
}

fn report(value: &str) -> NewCheckIn {
    NewCheckIn {
        confidence: Some(confidence(7)),
        ..new_check_in(key_result_id(1), Value::Number(number(value)))
    }
}

fn line(event: &Event, latest: Option<&CheckIn>) -> String {
    let said = said(event, Before { latest }, &names(), &Screen::terminal(80));
    let lines: Vec<String> = said
        .iter()
        .map(|said| {
            let about = names().label(said.about);
            let note = said.note.as_deref().unwrap_or("-");
            format!("{about} | {} | {} | {note}", said.word, said.text)
        })
        .collect();
    lines.join("\n")
}

fn kr(event: KeyResultEvent) -> String {
    line(&Event::KeyResult(key_result_id(1), event), None)
}

#[test]
fn a_check_in_moves_the_value_that_counted_before() {
    let before =
        CheckIn::evolve(None, check_in_id(1), &CheckInEvent::Recorded(report("340"))).unwrap();
    let new = NewCheckIn {
        confidence: Some(confidence(6)),
        note: Some(text("Gains\nare in")),
        ..report("312")
    };
    let event = Event::CheckIn(check_in_id(2), CheckInEvent::Recorded(new.clone()));
    assert_eq!(
        line(&event, Some(&before)),
        "api-p99 | check-in | 340 → 312 ms, confidence 7 → 6 | Gains\nare in"
    );
    assert_eq!(
        line(&event, None),
        "api-p99 | check-in | 312 ms, confidence 6 | Gains\nare in"
    );
    let stands = BlockerText::new("no staff\u{202e}").unwrap();
    for (blocker, said) in [
        (
            BlockerReport::Stands(stands),
            "blocked: \"no staff\\u{202e}\"",
        ),
        (BlockerReport::Lifted, "unblocked"),
    ] {
        let new = NewCheckIn {
            blocker: Some(blocker),
            ..report("312")
        };
        let event = Event::CheckIn(check_in_id(2), CheckInEvent::Recorded(new));
        assert_eq!(
            line(&event, None),
            format!("api-p99 | check-in | 312 ms, confidence 7, {said} | -")
        );
    }
    // A report about an earlier day does not move anything.
    let later = CheckIn {
        effective: okr_core::Date::constant(2026, 11, 23),
        ..before
    };
    assert_eq!(
        line(&event, Some(&later)),
        "api-p99 | check-in | 312 ms, confidence 6 | Gains\nare in"
    );
}

#[test]
fn corrections_and_retractions_name_the_day_they_are_about() {
    let edit = CheckInEdit::Value(Edit {
        from: Value::Number(number("340")),
        to: Value::Number(number("342")),
    });
    let event = Event::CheckIn(check_in_id(1), CheckInEvent::Corrected(edit));
    assert_eq!(
        line(&event, None),
        "api-p99 | correction | value 340 → 342 ms of 2026-11-22 | -"
    );
    let event = Event::CheckIn(check_in_id(1), CheckInEvent::Retracted);
    assert_eq!(
        line(&event, None),
        "api-p99 | retraction | 340 ms of 2026-11-22 | -"
    );
}

#[test]
fn a_moved_target_and_a_new_owner_say_from_and_to() {
    let moved = KeyResultEdit::Measure(Edit {
        from: in_ms("150"),
        to: in_ms("200"),
    });
    assert_eq!(
        kr(KeyResultEvent::Edited(moved)),
        "api-p99 | target | 150 → 200 ms | -"
    );
    let owner = KeyResultEdit::Owner(Edit { from: ANA, to: BEN });
    assert_eq!(
        kr(KeyResultEvent::Edited(owner)),
        "api-p99 | owner | @ana → @ben | -"
    );
}

#[test]
fn a_creation_says_what_there_is_now() {
    assert_eq!(
        kr(KeyResultEvent::Created(latency())),
        "api-p99 | created | key result \"p99 latency of public API\" of fast, @ben, 480 → 150 ms | -"
    );
    let event = Event::Objective(
        objective_id(1),
        ObjectiveEvent::Created(new_objective("fast")),
    );
    assert_eq!(
        line(&event, None),
        "fast | created | objective \"fast\", @ben, aspirational goal of everybody in 2026-Q4 | -"
    );
}

#[test]
fn text_of_others_cannot_steer_the_terminal() {
    let description = |text: &str| Some(LongText::new(text).unwrap());
    let edit = KeyResultEdit::Description(Edit {
        from: None,
        to: description("a\nb\u{202e}c"),
    });
    assert_eq!(
        kr(KeyResultEvent::Edited(edit)),
        "api-p99 | description | \"none\" → \"a\\nb\\u{202e}c\" | -"
    );
}
