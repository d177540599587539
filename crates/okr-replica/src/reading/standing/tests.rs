//! Standings: the moved target, the late addition, the late and the corrected check-in.

use jiff::civil::date;
use okr_core::change::Change;
use okr_core::event::{
    CheckInEdit, CheckInEvent, CycleEvent, Edit, Event, KeyResultEdit, KeyResultEvent, NewCheckIn,
    NewKeyResult, ObjectiveEvent, PersonEvent,
};
use okr_core::id::Position;
use okr_core::value::{Role, Source};
use okr_core::{Date, Timestamp};
use okr_testkit::sample::{
    ANA, BEN, change_id, check_in_id, cycle_id, founding, key_result_id, metric, new_check_in,
    new_cycle, new_key_result, new_objective, new_org, objective_id, value,
};
use tempfile::TempDir;

use super::*;
use crate::fake_log::FakeLog;
use crate::log::Place;
use crate::moment::{Axis, Moment, Point};
use crate::replica::Replica;

const KR: KeyResultId = key_result_id(1);
const LATE: KeyResultId = key_result_id(2);
const DAY: Date = date(2026, 11, 23);

fn check_in(number: u32, day: Date, text: &str) -> Event {
    let new = NewCheckIn {
        effective: day,
        ..new_check_in(KR, value(text))
    };
    Event::CheckIn(check_in_id(number), CheckInEvent::Recorded(new))
}

fn moved(from: &str, to: &str) -> Event {
    let edit = Edit {
        from: metric("0", from),
        to: metric("0", to),
    };
    Event::KeyResult(KR, KeyResultEvent::Edited(KeyResultEdit::Measure(edit)))
}

fn create(id: KeyResultId, slug: &str, order: u32) -> Event {
    let new = NewKeyResult {
        order,
        measure: metric("0", "20"),
        ..new_key_result(objective_id(1), slug)
    };
    Event::KeyResult(id, KeyResultEvent::Created(new))
}

/// The changes of a cycle whose target moves, each on the day it was authored.
fn story() -> Vec<(Date, Vec<Event>)> {
    let mut first = founding(new_org(), ANA);
    first.push(Event::Person(BEN, PersonEvent::Added(Role::Member)));
    first.push(Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle())));
    let objective = ObjectiveEvent::Created(new_objective("users"));
    first.push(Event::Objective(objective_id(1), objective));
    let correction = CheckInEdit::Value(Edit {
        from: value("12"),
        to: value("15"),
    });
    vec![
        (date(2026, 9, 1), first),
        (date(2026, 9, 2), vec![create(KR, "active-users", 0)]),
        (
            date(2026, 10, 1),
            vec![Event::Cycle(cycle_id(1), CycleEvent::Opened)],
        ),
        (
            date(2026, 10, 10),
            vec![check_in(1, date(2026, 10, 9), "10")],
        ),
        (date(2026, 10, 20), vec![moved("20", "50")]),
        (date(2026, 10, 21), vec![create(LATE, "retention", 1)]),
        (
            date(2026, 11, 1),
            vec![check_in(2, date(2026, 11, 1), "12")],
        ),
        (
            date(2026, 11, 2),
            vec![Event::CheckIn(
                check_in_id(2),
                CheckInEvent::Corrected(correction),
            )],
        ),
        (
            date(2027, 1, 2),
            vec![Event::Cycle(cycle_id(1), CycleEvent::Closed)],
        ),
        (
            date(2027, 1, 9),
            vec![check_in(3, date(2026, 12, 31), "25")],
        ),
    ]
}

fn noon(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0).in_tz("UTC").unwrap().timestamp()
}

/// Brings the story into a log: as it was written, or imported by Ana long after.
pub(in crate::reading) fn told(imported: bool) -> (TempDir, Replica) {
    let mut log = FakeLog::new();
    for (number, (day, events)) in (1..).zip(story()) {
        let change = Change {
            id: change_id(number),
            authored_at: noon(day),
            on_behalf_of: imported.then_some(BEN),
            source: if imported {
                Source::Import
            } else {
                Source::Human
            },
            reason: None,
            amendment: None,
            events,
        };
        let recorded = if imported { date(2027, 6, 1) } else { day };
        log.now = noon(recorded).as_microsecond() + i64::from(number);
        log.append(ANA, &change);
    }
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    (dir, replica)
}

fn standing(replica: &Replica, moment: Moment, id: KeyResultId) -> Option<KeyResultStanding> {
    replica.reading(moment).unwrap().standing(id).unwrap()
}

pub(crate) fn on(axis: Axis, day: Date) -> Moment {
    Moment {
        axis,
        point: Point::Time(noon(day)),
        day,
        day_is_over: false,
    }
}

fn percent(progress: Option<Progress>) -> Option<String> {
    progress.map(Progress::percent)
}

#[test]
fn a_moved_target_is_shown_against_both() {
    let (_dir, replica) = told(false);
    let now = standing(&replica, on(Axis::Recorded, DAY), KR).unwrap();
    assert_eq!(percent(now.progress).as_deref(), Some("30%"));
    assert_eq!(percent(now.original).as_deref(), Some("75%"));
    assert_eq!(now.original_measure, Some(metric("0", "20")));
    assert!(!now.late_addition && !now.pending);
    let before = standing(&replica, on(Axis::Recorded, date(2026, 10, 19)), KR).unwrap();
    assert_eq!(percent(before.progress).as_deref(), Some("50%"));
    assert_eq!((before.original, before.original_measure), (None, None));
    let reading = replica.reading(on(Axis::Recorded, DAY)).unwrap();
    let objective = reading
        .objective_standing(objective_id(1))
        .unwrap()
        .unwrap();
    assert_eq!(percent(objective.progress).as_deref(), Some("15%"));
    // Only what was committed to: the key result that came later is not part of it.
    assert_eq!(percent(objective.original).as_deref(), Some("75%"));
    assert!(!objective.late_addition);
}

#[test]
fn the_end_of_a_day_counts_the_day() {
    let (_dir, replica) = told(false);
    let pace = |day, day_is_over| {
        let moment = Moment {
            day_is_over,
            ..on(Axis::Recorded, day)
        };
        let reading = replica.reading(moment).unwrap();
        let cycle = reading.cycle_standing(cycle_id(1)).unwrap().unwrap();
        let key_result = reading.standing(KR).unwrap().unwrap();
        assert_eq!(cycle.expected, key_result.expected);
        cycle.expected.percent()
    };
    for (day, begun, over) in [
        (date(2026, 9, 30), "0%", "0%"),
        (date(2026, 10, 1), "0%", "1%"),
        // 39 of 92 days.
        (date(2026, 11, 8), "41%", "42%"),
        (date(2026, 11, 15), "49%", "50%"),
        (date(2026, 12, 31), "99%", "100%"),
        (date(2027, 1, 1), "100%", "100%"),
    ] {
        assert_eq!(
            (&*pace(day, false), &*pace(day, true)),
            (begun, over),
            "{day}"
        );
    }
}

#[test]
fn what_was_added_after_the_commitment_is_late() {
    let (_dir, replica) = told(false);
    let late = standing(&replica, on(Axis::Recorded, DAY), LATE).unwrap();
    assert!(late.late_addition);
    assert_eq!((late.original_measure, late.progress), (None, None));
    assert_eq!(late.status, Status::NoCheckIn);
    let position = |position| Moment {
        axis: Axis::Recorded,
        point: Point::Position(Position::new(position)),
        day: DAY,
        day_is_over: false,
    };
    assert_eq!(standing(&replica, position(5), LATE), None);
    let planned = standing(&replica, position(2), KR).unwrap();
    assert!(!planned.late_addition && planned.latest.is_none());
}

#[test]
fn a_check_in_keeps_its_place_when_corrected_and_says_when_it_was_late() {
    let (_dir, replica) = told(false);
    let reading = replica.reading(Moment::now(DAY)).unwrap();
    let facts = reading.check_ins(KR, None).unwrap();
    let marks: Vec<(bool, bool)> = facts
        .iter()
        .map(|fact| (fact.late, fact.corrected))
        .collect();
    assert_eq!(marks, [(true, false), (false, true), (false, false)]);
    let places: Vec<Place> = facts.iter().map(|fact| fact.place).collect();
    let position = |place: &Place| match place {
        Place::Confirmed { position, .. } => position.get(),
        Place::Pending => 0,
    };
    assert_eq!(places.iter().map(position).collect::<Vec<_>>(), [10, 7, 4]);
    assert_eq!(facts[1].check_in.value, value("15"));
    assert_eq!((facts[1].author, facts[1].source), (ANA, Source::Human));
    assert_eq!(reading.check_ins(KR, Some(1)).unwrap(), facts[..1]);
}

#[test]
fn late_facts_are_the_difference_between_the_axes() {
    let (_dir, replica) = told(false);
    let end = date(2027, 1, 1);
    let recorded = standing(&replica, on(Axis::Recorded, end), KR).unwrap();
    assert_eq!(percent(recorded.progress).as_deref(), Some("30%"));
    let effective = standing(&replica, on(Axis::Effective, end), KR).unwrap();
    assert_eq!(percent(effective.progress).as_deref(), Some("50%"));
    assert!(effective.latest.unwrap().late);
}

#[test]
fn imported_history_is_there_at_its_own_times_on_the_authored_axis() {
    let (_dir, replica) = told(true);
    assert_eq!(standing(&replica, on(Axis::Recorded, DAY), KR), None);
    let authored = standing(&replica, on(Axis::Authored, DAY), KR).unwrap();
    assert_eq!(percent(authored.progress).as_deref(), Some("30%"));
    assert_eq!(percent(authored.original).as_deref(), Some("75%"));
    let latest = authored.latest.and_then(|latest| latest.fact()).unwrap();
    assert_eq!(
        (latest.author, latest.on_behalf_of, latest.source),
        (ANA, Some(BEN), Source::Import)
    );
    assert_eq!(latest.authored_at, noon(date(2026, 11, 1)));
    assert!(
        standing(&replica, on(Axis::Authored, DAY), LATE)
            .unwrap()
            .late_addition
    );
    let live = told(false).1;
    let tree = |replica: &Replica| {
        let reading = replica.reading(on(Axis::Authored, DAY)).unwrap();
        reading
            .cycle_standing(cycle_id(1))
            .unwrap()
            .unwrap()
            .progress
    };
    assert_eq!(tree(&replica), tree(&live));
}

#[test]
fn a_state_is_that_of_the_objective_where_it_ends_things() {
    let (_dir, replica) = told(false);
    let now = standing(&replica, Moment::now(DAY), KR).unwrap();
    let mut objective = okr_core::entity::Objective::evolve(
        None,
        objective_id(1),
        &ObjectiveEvent::Created(new_objective("users")),
    )
    .unwrap();
    let state = |objective: &Objective| state_within(&now.key_result, objective);
    assert_eq!(state(&objective), GoalState::Active);
    objective.stage = GoalState::Draft;
    assert_eq!(state(&objective), GoalState::Draft);
    objective.stage = GoalState::Abandoned;
    assert_eq!(state(&objective), GoalState::Abandoned);
    objective.archived = true;
    assert_eq!(state(&objective), GoalState::Archived);
}
