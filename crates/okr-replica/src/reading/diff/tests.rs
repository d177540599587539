//! Differences against a comparison of everything with everything.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::event::Event;
use okr_core::id::{PersonId, Position};
use okr_core::value::CycleState;
use okr_testkit::generate::{TODAY, histories};
use okr_testkit::sample::ANA;
use proptest::prelude::*;

use super::*;
use crate::fake_log::{FakeLog, START_US, STEP_US};
use crate::ingest::tests::disorder;
use crate::log::Place;
use crate::moment::{Moment, Point};
use crate::pending;
use crate::replica::Replica;

type History = [(PersonId, Change)];

/// Everything but check-ins that a history is about.
fn things(history: &History) -> BTreeSet<EntityId> {
    let events = history.iter().flat_map(|(_, change)| &change.events);
    let ids = events.map(Event::subject);
    ids.filter(|id| !matches!(id, EntityId::CheckIn(_)))
        .collect()
}

fn stand(reading: &Reading<'_>, id: EntityId) -> Option<Stand> {
    let EntityId::KeyResult(id) = id else {
        return None;
    };
    let standing = reading.standing(id).unwrap()?;
    let latest = standing.latest.as_ref();
    Some(Stand {
        check_in: latest.map(|fact| fact.check_in.clone()),
        late: latest.is_some_and(|fact| fact.late),
        progress: standing.progress,
        status: standing.status,
    })
}

/// Returns the state of the cycle that a key result is in; none where something is missing.
fn cycle_state(reading: &Reading<'_>, id: EntityId) -> Option<CycleState> {
    let EntityId::KeyResult(id) = id else {
        return None;
    };
    let objective = reading.key_result(id).unwrap()?.objective;
    let cycle = reading.objective(objective).unwrap()?.cycle;
    Some(reading.cycle(cycle).unwrap()?.state)
}

/// Checks a difference against the two moments themselves.
fn same(earlier: &Reading<'_>, later: &Reading<'_>, history: &History) {
    let diff = later.diff(earlier, &DiffScope::default()).unwrap();
    let mut found: BTreeMap<EntityId, &Changed> = BTreeMap::new();
    for changed in &diff.things {
        let id = changed.entity.id();
        assert!(found.insert(id, changed).is_none(), "{id} is told twice");
        assert_eq!(later.entity(id).unwrap().as_ref(), Some(&changed.entity));
    }
    for id in things(history) {
        // By the clocks of devices, a goal can be there before what it belongs to.
        let was_there = earlier.entity(id).unwrap().is_some();
        if is_homeless(later, id) || (was_there && is_homeless(earlier, id)) {
            continue;
        }
        let changed = found.get(&id).copied();
        same_fields((earlier, later), changed, id);
        let (before, after) = (stand(earlier, id), stand(later, id));
        match changed.and_then(|changed| changed.stands.as_deref()) {
            Some(stands) => same_stands(stands, before.as_ref(), after.as_ref()),
            None => not_moved(later, id, (before, after)),
        }
    }
    roll_ups(earlier, later, &diff);
}

/// Says whether a goal is there without what it belongs to, so that nobody can see it.
fn is_homeless(reading: &Reading<'_>, id: EntityId) -> bool {
    match id {
        EntityId::KeyResult(_) => stand(reading, id).is_none(),
        EntityId::Objective(id) => reading.objective_standing(id).unwrap().is_none(),
        _ => false,
    }
}

/// Checks which fields differ, and that somebody set each of them between the moments.
fn same_fields(
    (earlier, later): (&Reading<'_>, &Reading<'_>),
    changed: Option<&Changed>,
    id: EntityId,
) {
    if let EntityId::Comment(_) = id {
        assert!(changed.is_none(), "what is said is no difference");
        return;
    }
    let (then, now) = (earlier.entity(id).unwrap(), later.entity(id).unwrap());
    let steps = match &now {
        Some(now) => field_steps(then.as_ref(), Some(now)),
        None => Vec::new(),
    };
    let fields = || changed.iter().flat_map(|changed| &changed.fields);
    let told: Vec<FieldStep> = fields().map(|field| field.step.clone()).collect();
    assert_eq!(told, steps, "{id}");
    for field in fields() {
        let by = field.by.as_ref();
        let by = by.unwrap_or_else(|| panic!("who set {id} {:?}", field.step));
        // Something that was there too early by the clocks has what was written before it came.
        if then.is_some() {
            is_between(earlier, later, by, id);
        }
    }
    let is_added = changed.is_some_and(|changed| changed.added.is_some());
    assert_eq!(is_added, then.is_none() && now.is_some(), "{id}");
}

fn same_stands(stands: &Stands, before: Option<&Stand>, after: Option<&Stand>) {
    assert_eq!(stands.before.as_ref(), before);
    assert_eq!(Some(&stands.after), after);
    let latest = |stand: Option<&Stand>| stand.and_then(|one| one.check_in.clone());
    let is_other = latest(before) != latest(after);
    assert_eq!(is_other, stands.by.is_some(), "{stands:?}");
}

/// Checks that nothing moved; where nothing happened, time alone moves the status, and that is told
/// of open cycles.
fn not_moved(later: &Reading<'_>, id: EntityId, (before, after): (Option<Stand>, Option<Stand>)) {
    let silent = |stand: &Option<Stand>| {
        let stand = stand.clone();
        stand.map(|stand| (stand.check_in, stand.late, stand.progress))
    };
    let has_check_in = after.as_ref().is_some_and(|one| one.check_in.is_some());
    let is_open = cycle_state(later, id) == Some(CycleState::Open);
    let was_there = before.is_some() || has_check_in;
    if was_there && (silent(&before) != silent(&after) || is_open) {
        assert_eq!(before, after, "{id}");
    }
}

fn is_between(earlier: &Reading<'_>, later: &Reading<'_>, by: &LogEntry, id: EntityId) {
    let change = by.change.as_ref().unwrap();
    assert!(
        change.events.iter().any(|event| event.subject() == id),
        "{id}"
    );
    let (from, to) = (earlier.definitions.confirmed, later.definitions.confirmed);
    match (from, to, by.place) {
        (Confirmed::Until(from), Confirmed::Until(to), Place::Confirmed { position, .. }) => {
            assert!(
                position > from && position <= to,
                "{position} is not of {from}..{to}"
            );
        }
        (Confirmed::Authored(from), Confirmed::Authored(to), Place::Confirmed { .. }) => {
            let at = by.authored_at.as_microsecond();
            assert!(at > from && at <= to, "{at} is not of {from}..{to}");
        }
        (_, _, _) => assert_eq!(by.place, Place::Pending),
    }
}

fn roll_ups(earlier: &Reading<'_>, later: &Reading<'_>, diff: &Diff) {
    for roll_up in &diff.roll_ups {
        assert_ne!(roll_up.before, roll_up.after);
        let (before, after) = match roll_up.of {
            RollUpOf::Objective(id) => {
                let of = |reading: &Reading<'_>| {
                    let standing = reading.objective_standing(id).unwrap();
                    standing.unwrap().progress
                };
                (of(earlier), of(later))
            }
            RollUpOf::Cycle(id) => {
                let of =
                    |reading: &Reading<'_>| reading.cycle_standing(id).unwrap().unwrap().progress;
                (of(earlier), of(later))
            }
            RollUpOf::Team(cycle, team) => {
                let of = |reading: &Reading<'_>| {
                    reading.cycle_standing(cycle).unwrap().unwrap().teams[&team]
                };
                (of(earlier), of(later))
            }
        };
        assert_eq!(
            (roll_up.before, roll_up.after),
            (before, after),
            "{:?}",
            roll_up.of
        );
    }
}

fn at(axis: Axis, point: Point) -> Moment {
    Moment {
        axis,
        point,
        day: TODAY,
        day_is_over: false,
    }
}

fn all_given(history: &History) -> (tempfile::TempDir, Replica) {
    let log = FakeLog::of(history);
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    (dir, replica)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn between_two_positions_it_is_what_a_full_comparison_says(
        history in histories(80), first in any::<prop::sample::Index>(), second in any::<prop::sample::Index>(),
    ) {
        let (_dir, replica) = all_given(&history);
        let mut ends = [first, second].map(|index| index.index(history.len() + 1) as u64);
        ends.sort_unstable();
        let [from, to] = ends.map(|end| at(Axis::Recorded, Point::Position(Position::new(end))));
        let (from, to) = (replica.reading(from).unwrap(), replica.reading(to).unwrap());
        same(&from, &to, &history);
        same(&from, &replica.reading(Moment::now(TODAY)).unwrap(), &history);
    }

    #[test]
    fn between_two_times_on_every_axis_too(
        mut history in histories(80), seed in any::<u64>(), days in (0..40i64, 0..40i64),
    ) {
        disorder(&mut history, seed);
        let (_dir, replica) = all_given(&history);
        let start = Timestamp::from_microsecond(START_US).unwrap();
        let mut ends = [days.0, days.1].map(|day| start + SignedDuration::from_hours(24 * (day - 20)));
        ends.sort_unstable();
        for axis in [Axis::Recorded, Axis::Authored, Axis::Effective] {
            let [from, to] = ends.map(|time| Moment {
                day: jiff::tz::TimeZone::UTC.to_datetime(time).date(),
                ..at(axis, Point::Time(time))
            });
            let (from, to) = (replica.reading(from).unwrap(), replica.reading(to).unwrap());
            same(&from, &to, &history);
            let now = replica.reading(at(axis, Point::Now)).unwrap();
            same(&from, &now, &history);
        }
    }

    #[test]
    fn what_is_pending_counts_where_it_counts(
        history in histories(60), cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(history.len()) + 1;
        let log = FakeLog::of(&history[..cut]);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        replica.write(|db| {
            for (author, change) in &history[cut..] {
                if *author == ANA {
                    pending::append(db, change, &pending::encode(change)?)?;
                }
            }
            Ok::<_, ReplicaError>(())
        }).unwrap();
        let head = Moment { point: Point::Position(log.head()), ..Moment::now(TODAY) };
        let early = at(Axis::Recorded, Point::Position(Position::new(cut as u64 / 2)));
        let now = replica.reading(Moment::now(TODAY)).unwrap();
        for from in [head, early] {
            same(&replica.reading(from).unwrap(), &now, &history);
        }
        let time = Timestamp::from_microsecond(START_US + STEP_US).unwrap();
        let from = replica.reading(at(Axis::Authored, Point::Time(time))).unwrap();
        let to = replica.reading(at(Axis::Authored, Point::Now)).unwrap();
        same(&from, &to, &history);
    }
}
