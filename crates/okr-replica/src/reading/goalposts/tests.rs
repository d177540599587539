//! Goalposts: what moved, what it did to the numbers, and what was written too late, live and imported.

mod agreement;

use jiff::civil::date;
use okr_core::Date;
use okr_core::change::Change;
use okr_core::event::{
    CheckInEdit, CheckInEvent, CycleEvent, Edit, KeyResultEdit, KeyResultEvent, NewCheckIn,
    NewCycle, NewKeyResult, NewObjective, ObjectiveEdit, ObjectiveEvent, PersonEvent,
};
use okr_core::id::{EntityId, KeyResultId, ObjectiveId, Position};
use okr_core::progress::Progress;
use okr_core::status::Status;
use okr_core::value::{AmendmentCategory, Role};
use okr_testkit::sample::{
    ANA, BEN, change_id, check_in_id, cycle_id, founding, key_result_id, metric, new_check_in,
    new_cycle, new_key_result, new_objective, new_org, objective_id, text, title, value,
};
use tempfile::TempDir;

use super::*;
use crate::fake_log::FakeLog;
use crate::moment::{Moment, Point};
use crate::replica::Replica;

const USERS: ObjectiveId = objective_id(1);
const DRAFT: ObjectiveId = objective_id(2);
const AWAY: ObjectiveId = objective_id(3);
const MOVED: KeyResultId = key_result_id(1);
const GIVEN_UP: KeyResultId = key_result_id(2);
const GONE: KeyResultId = key_result_id(3);
const LATE: KeyResultId = key_result_id(4);
const END: Date = date(2027, 2, 1);

fn objective(id: ObjectiveId, event: ObjectiveEvent) -> Event {
    Event::Objective(id, event)
}

fn key_result(id: KeyResultId, event: KeyResultEvent) -> Event {
    Event::KeyResult(id, event)
}

fn created(id: KeyResultId, of: ObjectiveId, slug: &str) -> Event {
    let new = NewKeyResult {
        measure: metric("0", "20"),
        ..new_key_result(of, slug)
    };
    key_result(id, KeyResultEvent::Created(new))
}

fn check_in(number: u32, of: KeyResultId, effective: Date, text: &str) -> Event {
    let new = NewCheckIn {
        effective,
        ..new_check_in(of, value(text))
    };
    Event::CheckIn(check_in_id(number), CheckInEvent::Recorded(new))
}

fn edited<T>(from: T, to: T) -> Edit<T> {
    Edit { from, to }
}

fn planned() -> Vec<Event> {
    let mut events = founding(new_org(), ANA);
    events.push(Event::Person(BEN, PersonEvent::Added(Role::Member)));
    events.push(Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle())));
    let later = NewCycle {
        name: okr_testkit::sample::name("2027-Q1"),
        ..new_cycle()
    };
    events.push(Event::Cycle(cycle_id(2), CycleEvent::Created(later)));
    for (id, slug, draft) in [
        (USERS, "users", false),
        (DRAFT, "draft", true),
        (AWAY, "away", false),
    ] {
        let new = NewObjective {
            draft,
            ..new_objective(slug)
        };
        events.push(objective(id, ObjectiveEvent::Created(new)));
    }
    events.push(created(MOVED, USERS, "moved"));
    events.push(created(GIVEN_UP, USERS, "given-up"));
    events.push(created(GONE, AWAY, "gone"));
    events
}

/// The changes of a cycle in which nearly everything moves, each on the day it was authored.
fn story() -> Vec<(Date, Vec<Event>)> {
    let mut story = opened();
    story.extend(moves());
    story.extend(late_facts());
    story
}

fn opened() -> Vec<(Date, Vec<Event>)> {
    let first = date(2026, 10, 9);
    vec![
        (date(2026, 9, 1), planned()),
        (
            date(2026, 10, 1),
            vec![Event::Cycle(cycle_id(1), CycleEvent::Opened)],
        ),
        (
            date(2026, 10, 10),
            vec![
                check_in(1, MOVED, first, "10"),
                check_in(2, GIVEN_UP, first, "5"),
                check_in(3, GONE, first, "20"),
            ],
        ),
    ]
}

fn moves() -> Vec<(Date, Vec<Event>)> {
    let measure = KeyResultEdit::Measure(edited(metric("0", "20"), metric("0", "50")));
    let described = KeyResultEdit::Description(edited(None, Some(text("more"))));
    let old_title = new_key_result(AWAY, "gone").title;
    let retitled = KeyResultEdit::Title(edited(old_title, title("elsewhere")));
    let away = ObjectiveEdit::Cycle(edited(cycle_id(1), cycle_id(2)));
    let edit = |id, edit| key_result(id, KeyResultEvent::Edited(edit));
    let day = |month, day| date(2026, month, day);
    vec![
        (
            day(10, 20),
            vec![edit(MOVED, measure), edit(MOVED, described)],
        ),
        (day(10, 21), vec![created(LATE, USERS, "late")]),
        (
            day(10, 25),
            vec![objective(DRAFT, ObjectiveEvent::Published)],
        ),
        (
            day(11, 5),
            vec![key_result(GIVEN_UP, KeyResultEvent::Abandoned)],
        ),
        (
            day(11, 6),
            vec![objective(AWAY, ObjectiveEvent::Edited(away))],
        ),
        (day(11, 7), vec![edit(GONE, retitled)]),
    ]
}

fn late_facts() -> Vec<(Date, Vec<Event>)> {
    let corrected = CheckInEdit::Value(edited(value("10"), value("12")));
    let corrected = CheckInEvent::Corrected(corrected);
    let about = |month, day| date(2026, month, day);
    let day = |day| date(2027, 1, day);
    vec![
        (about(11, 10), vec![check_in(4, MOVED, about(10, 15), "8")]),
        (day(5), vec![check_in(5, MOVED, about(12, 20), "25")]),
        (day(6), vec![Event::CheckIn(check_in_id(1), corrected)]),
        (day(9), vec![check_in(6, MOVED, about(12, 31), "30")]),
        (
            day(20),
            vec![key_result(GIVEN_UP, KeyResultEvent::Reopened)],
        ),
    ]
}

fn noon(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0).in_tz("UTC").unwrap().timestamp()
}

/// Brings the story into a log: as it was written, or imported by Ana long after.
fn told(imported: bool) -> (TempDir, Replica) {
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
            reason: Some(text("because")),
            amendment: Some(AmendmentCategory::Other),
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

fn goalposts(replica: &Replica, moment: Moment) -> Option<Goalposts> {
    let reading = replica.reading(moment).unwrap();
    reading.goalposts(cycle_id(1), &TimeZone::UTC).unwrap()
}

fn on(axis: Axis, day: Date) -> Moment {
    Moment {
        axis,
        point: Point::Time(noon(day)),
        day,
        day_is_over: false,
    }
}

/// Every moment that sees the whole story, live or imported.
fn whole() -> Vec<(bool, Moment)> {
    let now = |axis| Moment {
        axis,
        ..Moment::now(END)
    };
    vec![
        (false, now(Axis::Recorded)),
        (false, on(Axis::Authored, END)),
        (false, on(Axis::Effective, END)),
        (true, now(Axis::Recorded)),
        (true, now(Axis::Authored)),
        (true, on(Axis::Authored, END)),
    ]
}

fn steps(found: &Goalposts) -> Vec<(MoveKind, EntityId)> {
    let steps = found.moved.iter().flat_map(|moved| &moved.steps);
    steps.map(|step| (step.kind, step.subject)).collect()
}

fn percent(progress: Option<Progress>) -> String {
    progress.map_or_else(|| "-".to_owned(), Progress::percent)
}

fn both(both: Both) -> (String, String) {
    (percent(both.committed), percent(both.current))
}

#[test]
fn everything_that_moved_is_told_once_and_nothing_else() {
    for (imported, moment) in whole() {
        let (_dir, replica) = told(imported);
        let found = goalposts(&replica, moment).unwrap();
        assert_eq!(
            steps(&found),
            [
                (MoveKind::Amendment, MOVED.into()),
                (MoveKind::LateAddition, LATE.into()),
                (MoveKind::LateAddition, DRAFT.into()),
                (MoveKind::TakenOut, GIVEN_UP.into()),
                (MoveKind::TakenOut, AWAY.into()),
                (MoveKind::PutBack, GIVEN_UP.into()),
            ],
            "{moment:?}"
        );
        let amendment = found.moved[0].entry.change.as_ref().unwrap();
        assert_eq!(amendment.events.len(), 1, "a description is no commitment");
        assert_eq!(found.moved[4].steps[0].objective, Some(AWAY));
        assert_eq!(found.commitment.id, change_id(2));
    }
}

#[test]
fn progress_is_told_against_the_commitment_and_against_what_counts_now() {
    for imported in [false, true] {
        let (_dir, replica) = told(imported);
        let before = on(Axis::Authored, date(2027, 1, 19));
        let found = goalposts(&replica, before).unwrap().effect;
        // Committed: (20 of 20, 5 of 20) and 20 of 20. Now: (30 of 50, none) and nothing.
        assert_eq!(both(found.progress), ("81%".to_owned(), "15%".to_owned()));
        assert_eq!(both(found.teams[&None]), both(found.progress));
        let row = |id| {
            let mut rows = found.objectives.iter();
            rows.find(|row| row.objective.id == id).unwrap()
        };
        let sides = |row: &ObjectiveEffect| {
            let progress = |side: Option<ObjectiveSide>| side.map(|side| percent(side.progress));
            (progress(row.committed), progress(row.current))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(sides(row(USERS)), (some("63%"), some("30%")));
        let reading = replica.reading(before).unwrap();
        let standing = |id| reading.objective_standing(id).unwrap().unwrap();
        assert_eq!(percent(standing(USERS).original), "63%", "as in tables");
        assert_eq!(standing(DRAFT).original, None);
        assert_eq!(sides(row(DRAFT)), (None, some("-")));
        assert_eq!(sides(row(AWAY)), (some("100%"), None));
        assert_eq!(row(AWAY).objective.cycle, cycle_id(2));
        let below = &row(USERS).key_results;
        let ids: Vec<KeyResultId> = below.iter().map(|row| row.key_result.id).collect();
        assert_eq!(ids, [MOVED, GIVEN_UP, LATE]);
        let committed = below[0].committed.as_ref().unwrap();
        assert_eq!(committed.measure, metric("0", "20"));
        assert_eq!(percent(committed.progress), "150%");
        let current = below[0].current.as_ref().unwrap();
        assert_eq!(current.measure, metric("0", "50"));
        assert_eq!(percent(current.progress), "60%");
        // What was given up is still judged by what was promised.
        assert_eq!(below[1].committed.as_ref().unwrap().status, Status::Stale);
        assert_eq!(below[1].current, None);
        assert_eq!(below[2].committed, None);
    }
}

#[test]
fn what_was_written_too_late_is_listed_by_the_clock_that_counts() {
    for (imported, moment) in whole() {
        let (_dir, replica) = told(imported);
        let found = goalposts(&replica, moment).unwrap().reported;
        let counts: Vec<(KeyResultId, usize, usize)> = found
            .iter()
            .map(|one| (one.key_result, one.check_ins, one.before_last_day))
            .collect();
        assert_eq!(
            counts,
            [(MOVED, 4, 3), (GIVEN_UP, 1, 1), (LATE, 0, 0)],
            "{moment:?}"
        );
        let late: Vec<_> = found[0]
            .late
            .iter()
            .map(|one| {
                let day = one.check_in.effective.to_string();
                (day, one.deed, one.lateness.days, one.lateness.after_end)
            })
            .collect();
        assert_eq!(
            late,
            [
                ("2026-10-09".to_owned(), Deed::Corrected, 89, true),
                ("2026-10-15".to_owned(), Deed::Recorded, 26, false),
                ("2026-12-20".to_owned(), Deed::Recorded, 16, true),
            ],
            "{moment:?}"
        );
        assert!(found[1].late.is_empty());
    }
}

#[test]
fn an_earlier_moment_knows_less() {
    let (_dir, replica) = told(false);
    let at = |day| goalposts(&replica, on(Axis::Recorded, day));
    assert!(at(date(2026, 9, 30)).is_none());
    let found = at(date(2026, 10, 21)).unwrap();
    assert_eq!(steps(&found), [(MoveKind::Amendment, MOVED.into())]);
    assert!(found.reported.iter().all(|one| one.late.is_empty()));
    let position = Moment {
        axis: Axis::Recorded,
        point: Point::Position(Position::new(5)),
        day: END,
        day_is_over: false,
    };
    let found = goalposts(&replica, position).unwrap();
    assert_eq!(steps(&found).len(), 2);
    // A day that is still to come on the effective axis has no check-ins yet.
    let found = goalposts(&replica, on(Axis::Effective, date(2026, 12, 19))).unwrap();
    assert_eq!(found.reported[0].check_ins, 2);
}
