//! What the index tells about blockers is what all check-ins tell, and who told it when.

use jiff::civil::date;
use okr_core::blocker::BlockerReport;
use okr_core::change::Change;
use okr_core::event::{CheckInEdit, CheckInEvent, CycleEvent, Edit, Event, KeyResultEvent};
use okr_core::event::{NewCheckIn, ObjectiveEvent, PersonEvent};
use okr_core::id::{EntityId, Position};
use okr_core::value::{Role, Source};
use okr_testkit::generate::histories;
use okr_testkit::sample::{
    ANA, BEN, change_id, check_in_id, cycle_id, founding, key_result_id, new_check_in, new_cycle,
    new_key_result, new_objective, new_org, objective_id, value,
};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::fake_log::FakeLog;
use crate::moment::{Axis, Moment, Point};
use crate::pending;
use crate::reading::standing::tests::on;
use crate::replica::Replica;

const KR: KeyResultId = key_result_id(1);
const DAY: Date = date(2026, 11, 23);
const LIFTED: Option<BlockerReport> = Some(BlockerReport::Lifted);

fn stands(text: &str) -> BlockerReport {
    BlockerReport::Stands(BlockerText::new(text).expect("a test gives a valid text"))
}

fn check_in(number: u32, effective: Date, blocker: Option<BlockerReport>) -> Event {
    let new = NewCheckIn {
        effective,
        blocker,
        ..new_check_in(KR, value("1"))
    };
    Event::CheckIn(check_in_id(number), CheckInEvent::Recorded(new))
}

/// A key result whose check-ins are written by Ana and Ben, one change each.
fn told(events: Vec<Event>) -> (TempDir, Replica) {
    let mut first = founding(new_org(), ANA);
    first.push(Event::Person(BEN, PersonEvent::Added(Role::Admin)));
    first.push(Event::Cycle(cycle_id(1), CycleEvent::Created(new_cycle())));
    let objective = ObjectiveEvent::Created(new_objective("users"));
    first.push(Event::Objective(objective_id(1), objective));
    let key_result = KeyResultEvent::Created(new_key_result(objective_id(1), "active"));
    first.push(Event::KeyResult(KR, key_result));
    let mut log = FakeLog::new();
    let mut changes = vec![first];
    changes.extend(events.into_iter().map(|event| vec![event]));
    for (number, events) in (1..).zip(changes) {
        let change = Change {
            id: change_id(number),
            authored_at: "2026-10-01T12:00:00Z".parse().unwrap(),
            on_behalf_of: None,
            source: Source::Human,
            reason: None,
            amendment: None,
            events,
        };
        log.append(if number % 2 == 0 { ANA } else { BEN }, &change);
    }
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    (dir, replica)
}

#[test]
fn a_blocker_is_told_with_who_told_it_and_who_lifted_it() {
    let (_dir, replica) = told(vec![
        check_in(1, date(2026, 11, 2), Some(stands("no staff"))),
        check_in(2, date(2026, 11, 9), Some(stands("one of two"))),
        check_in(3, date(2026, 11, 16), LIFTED),
        check_in(4, date(2026, 11, 20), Some(stands("no money"))),
        check_in(5, date(2026, 11, 21), None),
    ]);
    let reading = replica.reading(Moment::now(DAY)).unwrap();
    let found = reading.blockers_of_cycle(cycle_id(1)).unwrap();
    assert_eq!(found, reading.blockers(KR).unwrap());
    let [gone, standing] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(gone.text.as_str(), "one of two");
    assert_eq!((gone.first.author, gone.last.author), (ANA, BEN));
    let lifted = gone.lifted.as_ref().unwrap();
    assert_eq!(
        (lifted.author, lifted.check_in.effective),
        (ANA, date(2026, 11, 16))
    );
    assert_eq!(
        (standing.text.as_str(), &standing.lifted),
        ("no money", &None)
    );
    let blocker = reading.standing(KR).unwrap().unwrap().blocker;
    assert_eq!(
        blocker,
        Some(StandingBlocker {
            text: standing.text.clone(),
            since: date(2026, 11, 20),
            told_by: check_in_id(4),
        })
    );
}

#[test]
fn key_results_far_apart_have_each_their_own() {
    let other = key_result_id(2);
    let far = u32::try_from(NEIGHBOURS).unwrap() + 10;
    let day = date(2026, 11, 2);
    let mut events: Vec<Event> = (1..=far).map(|n| check_in(n, day, None)).collect();
    let created = KeyResultEvent::Created(new_key_result(objective_id(1), "late"));
    events.push(Event::KeyResult(other, created));
    events.push(check_in(far + 1, day, Some(stands("no staff"))));
    let new = NewCheckIn {
        effective: day,
        blocker: Some(stands("no money")),
        ..new_check_in(other, value("1"))
    };
    let recorded = CheckInEvent::Recorded(new);
    events.push(Event::CheckIn(check_in_id(far + 2), recorded));
    let (_dir, replica) = told(events);
    let reading = replica.reading(Moment::now(DAY)).unwrap();
    let standing = reading.cycle_standing(cycle_id(1)).unwrap().unwrap();
    let key_results = standing.objectives.iter().flat_map(|one| &one.key_results);
    let told: Vec<_> = key_results
        .map(|one| {
            let blocker = one.blocker.as_ref().expect("each has a blocker");
            (one.key_result.id, blocker.text.as_str())
        })
        .collect();
    assert_eq!(told, [(KR, "no staff"), (other, "no money")]);
}

#[test]
fn the_past_knows_what_stood_then() {
    let (_dir, replica) = told(vec![
        check_in(1, date(2026, 11, 2), Some(stands("no staff"))),
        check_in(2, date(2026, 11, 16), LIFTED),
    ]);
    let standing = |moment| {
        let reading = replica.reading(moment).unwrap();
        let blocker = reading.standing(KR).unwrap().unwrap().blocker;
        blocker.map(|blocker| blocker.since)
    };
    let position = Moment {
        axis: Axis::Recorded,
        point: Point::Position(Position::new(2)),
        day: DAY,
        day_is_over: false,
    };
    assert_eq!(standing(Moment::now(DAY)), None);
    assert_eq!(standing(position), Some(date(2026, 11, 2)));
    let of_day = |day| standing(on(Axis::Effective, day));
    assert_eq!(of_day(date(2026, 11, 1)), None);
    assert_eq!(of_day(date(2026, 11, 15)), Some(date(2026, 11, 2)));
    assert_eq!(of_day(date(2026, 11, 16)), None);
}

#[test]
fn a_correction_and_a_retraction_count() {
    let corrected = |number, from, to| {
        let edit = CheckInEdit::Blocker(Edit { from, to });
        Event::CheckIn(check_in_id(number), CheckInEvent::Corrected(edit))
    };
    let text = |events| {
        let (_dir, replica) = told(events);
        let reading = replica.reading(Moment::now(DAY)).unwrap();
        let blocker = reading.standing(KR).unwrap().unwrap().blocker;
        blocker.map(|blocker| blocker.text.to_string())
    };
    let silent = || check_in(1, date(2026, 11, 2), None);
    let added = || corrected(1, None, Some(stands("no staff")));
    assert_eq!(text(vec![silent(), added()]).as_deref(), Some("no staff"));
    let withdrawn = corrected(1, Some(stands("no staff")), None);
    assert_eq!(text(vec![silent(), added(), withdrawn]), None);
    let retracted = Event::CheckIn(check_in_id(1), CheckInEvent::Retracted);
    assert_eq!(text(vec![silent(), added(), retracted]), None);
}

/// Says of every key result whether the index and all its check-ins tell the same.
fn assert_same(
    replica: &Replica,
    moment: Moment,
    ids: &[KeyResultId],
) -> Result<(), TestCaseError> {
    let reading = replica.reading(moment).unwrap();
    for id in ids {
        let mut all = reading.check_ins(*id, None).unwrap();
        all.reverse();
        let all: Vec<CheckIn> = all.into_iter().map(|fact| fact.check_in).collect();
        let told = blockages(&all);
        let found = reading.blockers(*id).unwrap();
        let ids = |fact: &CheckInFact| fact.check_in.id;
        let found: Vec<_> = found
            .iter()
            .map(|one| {
                let lifted = one.lifted.as_ref().map(ids);
                (one.text.as_str(), ids(&one.first), ids(&one.last), lifted)
            })
            .collect();
        let told: Vec<_> = told
            .iter()
            .map(|one| {
                let lifted = one.lifted.map(|check_in| check_in.id);
                (one.text.as_str(), one.first.id, one.last.id, lifted)
            })
            .collect();
        prop_assert_eq!(found, told);
    }
    Ok(())
}

fn key_results(changes: &[(okr_core::id::PersonId, Change)]) -> Vec<KeyResultId> {
    let events = changes.iter().flat_map(|(_, change)| &change.events);
    let ids = events.filter_map(|event| match event.subject() {
        EntityId::KeyResult(id) => Some(id),
        _ => None,
    });
    ids.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_index_tells_what_all_check_ins_tell(
        history in histories(150), cut in 1..150_usize, until in 1..150_u64,
    ) {
        let cut = cut.min(history.len());
        let log = FakeLog::of(&history[..cut]);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        for (_, change) in &history[cut..] {
            replica.write(|db| pending::append(db, change, &pending::encode(change)?)).unwrap();
        }
        let ids = key_results(&history);
        let until = Position::new(until.min(log.head().get()));
        for (axis, point) in [
            (Axis::Recorded, Point::Now),
            (Axis::Recorded, Point::Position(until)),
            (Axis::Authored, Point::Now),
            (Axis::Effective, Point::Now),
        ] {
            assert_same(&replica, Moment { axis, point, day: DAY, day_is_over: false }, &ids)?;
        }
    }
}
