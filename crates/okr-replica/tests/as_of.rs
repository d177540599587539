//! How goals stand at any moment of any axis, against a replay from zero and the formulas of the core.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::Date;
use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::entity::{CheckIn, Entity, KeyResult, Objective};
use okr_core::event::{CheckInEvent, Event};
use okr_core::id::{CheckInId, CycleId, EntityId, KeyResultId, PersonId, Position, TeamId};
use okr_core::progress::{Progress, expected, latest, objective_progress, progress, roll_up};
use okr_core::status::{Status, StatusInput, status};
use okr_core::value::{CadenceDays, GoalState};
use okr_core::view::{MemoryView, View as _};
use okr_replica::{Axis, CycleStanding, Makers, Moment, Point, Reading, Replica};
use okr_testkit::Random;
use okr_testkit::generate::{TODAY, histories, replay};
use okr_testkit::sample::ANA;
use okr_testkit::scenario::never;
use proptest::prelude::*;

use crate::device::Device;
use crate::server::Server;

type History = [(PersonId, Change)];

/// What a replay leads to, and what is judged by it.
struct Replayed {
    definitions: MemoryView,
    /// Those that count, in the order in which they were recorded.
    check_ins: Vec<CheckIn>,
    day: Date,
}

impl Replayed {
    /// Everything up to a number of changes.
    fn until(history: &History, count: usize) -> Self {
        Self::of(&history[..count], TODAY)
    }

    /// Everything written at or before a moment, in the order of the log.
    fn authored(history: &History, until: Timestamp, day: Date) -> Self {
        let written = history
            .iter()
            .filter(|(_, change)| change.authored_at <= until);
        Self::of(&written.cloned().collect::<Vec<_>>(), day)
    }

    /// Definitions written by a moment, and every check-in of now about its day or an earlier one.
    fn effective(history: &History, until: Timestamp, day: Date) -> Self {
        let now = Self::of(history, day);
        let mut check_ins = now.check_ins;
        check_ins.retain(|check_in| check_in.effective <= day);
        Self {
            check_ins,
            ..Self::authored(history, until, day)
        }
    }

    fn of(history: &History, day: Date) -> Self {
        let definitions = replay(history);
        let events = history.iter().flat_map(|(_, change)| &change.events);
        let recorded: Vec<CheckInId> = events
            .filter_map(|event| match event {
                Event::CheckIn(id, CheckInEvent::Recorded(_)) => Some(*id),
                _ => None,
            })
            .collect();
        let found = recorded
            .into_iter()
            .map(|id| never(definitions.check_in(id)));
        let check_ins = found.map(|found| found.unwrap().into_owned()).collect();
        Self {
            definitions,
            check_ins,
            day,
        }
    }

    fn latest(&self, key_result: &KeyResult) -> Option<&CheckIn> {
        let own = self.check_ins.iter();
        latest(own.filter(|check_in| check_in.key_result == key_result.id))
    }

    /// Returns the progress of an objective by its key results.
    fn rolled_up(&self, objective: &Objective) -> Option<Progress> {
        let all = self.definitions.entities();
        let all = all.filter_map(Entity::into_key_result);
        let below: Vec<KeyResult> = all.filter(|one| one.objective == objective.id).collect();
        objective_progress(below.iter().map(|one| (one, self.latest(one))))
    }

    fn status(&self, key_result: &KeyResult, objective: &Objective) -> Status {
        let cycle = never(self.definitions.cycle(objective.cycle)).unwrap();
        let org = never(self.definitions.org());
        let cadence = cycle.cadence.or_else(|| org.map(|org| org.cadence));
        let latest = self.latest(key_result);
        let state = match (objective.state(), key_result.state()) {
            (GoalState::Archived, _) | (_, GoalState::Archived) => GoalState::Archived,
            (GoalState::Abandoned, _) => GoalState::Abandoned,
            (GoalState::Draft, GoalState::Active) => GoalState::Draft,
            (GoalState::Draft | GoalState::Active | GoalState::Closed, state) => state,
        };
        status(&StatusInput {
            state,
            kind: objective.kind,
            score: key_result.score,
            latest: latest.map(|check_in| (check_in.effective, check_in.confidence)),
            progress: latest.and_then(|one| progress(&key_result.measure, &one.value)),
            expected: expected(cycle.period, key_result.start, key_result.due, self.day),
            cadence: cadence.unwrap_or(CadenceDays::WEEKLY),
            today: self.day,
        })
    }
}

/// Checks how every goal stands.
fn same(reading: &Reading<'_>, replayed: &Replayed, ids: &BTreeSet<EntityId>) {
    for id in ids {
        match id {
            EntityId::KeyResult(id) => same_key_result(reading, replayed, *id),
            EntityId::Objective(id) => {
                if let Some(standing) = reading.objective_standing(*id).unwrap() {
                    let rolled_up = replayed.rolled_up(&standing.objective);
                    assert_eq!(standing.progress, rolled_up, "{id}");
                }
            }
            EntityId::Cycle(id) => same_cycle(reading, replayed, *id),
            EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::Team(_)
            | EntityId::Comment(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_) => {
                let replayed = never(replayed.definitions.entity(*id));
                assert_eq!(reading.entity(*id).unwrap(), replayed, "{id}");
            }
            // Which of them counts is seen in how the key results stand; values of metrics are looked
            // at beside the readings themselves.
            EntityId::CheckIn(_) | EntityId::MetricValue(_) => {}
        }
    }
}

fn same_key_result(reading: &Reading<'_>, replayed: &Replayed, id: KeyResultId) {
    let view = &replayed.definitions;
    let key_result = never(view.key_result(id));
    let objective = key_result
        .as_ref()
        .and_then(|one| never(view.objective(one.objective)))
        .filter(|one| never(view.cycle(one.cycle)).is_some());
    let standing = reading.standing(id).unwrap();
    let (Some(key_result), Some(objective)) = (key_result, objective) else {
        assert_eq!(standing, None);
        return;
    };
    let standing = standing.unwrap();
    assert_eq!(standing.key_result, *key_result);
    let counting = replayed.latest(&key_result);
    let found = standing.latest.as_ref().map(|fact| &fact.check_in);
    assert_eq!(found, counting, "{id}");
    let value = counting.map(|check_in| &check_in.value);
    let reached = value.and_then(|value| progress(&key_result.measure, value));
    assert_eq!(standing.progress, reached, "{id}");
    let judged = replayed.status(&key_result, &objective);
    assert_eq!(standing.status, judged, "{id}");
}

fn same_cycle(reading: &Reading<'_>, replayed: &Replayed, id: CycleId) {
    let Some(standing) = reading.cycle_standing(id).unwrap() else {
        assert!(never(replayed.definitions.cycle(id)).is_none());
        return;
    };
    let all = replayed.definitions.entities();
    let all = all.filter_map(Entity::into_objective);
    let gone = |state| matches!(state, GoalState::Archived | GoalState::Abandoned);
    let parts = all
        .filter(|one| one.cycle == id && !gone(one.state()))
        .map(|one| (one.weight, replayed.rolled_up(&one)));
    assert_eq!(standing.progress, roll_up(parts), "{id}");
    same_where_chosen(reading, &standing);
    same_in_part(reading, &standing);
}

/// The objectives of some teams stand as they do among all, and so do these teams; and what stands is
/// the same but for who made it where that is left out.
fn same_in_part(reading: &Reading<'_>, cycle: &CycleStanding) {
    let id = cycle.cycle.id;
    let part = |makers, team: Option<TeamId>| {
        let part = reading.cycle_standing_of(id, makers, |objective| objective.team == team);
        part.unwrap().unwrap()
    };
    for (team, progress) in &cycle.teams {
        let mut own = cycle.objectives.clone();
        own.retain(|one| one.objective.team == *team);
        let read = part(Makers::Read, *team);
        assert_eq!(read.objectives, own);
        assert_eq!(read.teams, BTreeMap::from([(*team, *progress)]));
        assert_eq!(read.progress, *progress);
        let key_results = own.iter_mut().flat_map(|one| &mut one.key_results);
        for latest in key_results.filter_map(|one| one.latest.as_mut()) {
            assert!(latest.fact().is_some());
            latest.made = None;
        }
        assert_eq!(part(Makers::LeftOut, *team).objectives, own);
    }
}

/// Those key results of a cycle that somebody chooses stand as they do among all.
fn same_where_chosen(reading: &Reading<'_>, cycle: &CycleStanding) {
    let goals = reading.cycle_goals(cycle.cycle.id).unwrap().unwrap();
    let is_wanted = |key_result: &KeyResult| key_result.owner == ANA;
    let chosen = reading.stand_goals(&goals, Makers::Read, |_, key_result| is_wanted(key_result));
    let among_all = cycle.objectives.iter().flat_map(|objective| {
        let wanted = objective.key_results.iter();
        let wanted = wanted.filter(|one| is_wanted(&one.key_result));
        wanted.map(|one| (&objective.objective, one.clone()))
    });
    let among_all: Vec<_> = among_all.collect();
    assert_eq!(chosen.unwrap(), among_all);
}

/// Lets days pass between the changes, and their authors' clocks be wrong by up to `hours`.
fn scattered(history: &mut History, seed: u64, hours: usize) {
    let mut random = Random::new(seed);
    for (_, change) in history {
        let back = i64::try_from(random.below(hours)).unwrap();
        change.authored_at -= SignedDuration::from_hours(back);
    }
}

/// Brings a history to a replica by way of a server.
fn replica_of(history: &History) -> Device {
    let server = Server::start();
    for (author, change) in history {
        server.borrow_mut().append(*author, change);
    }
    let mut device = Device::new(&server, ANA, 1);
    device.sync();
    device
}

fn ids_of(history: &History) -> BTreeSet<EntityId> {
    let events = history.iter().flat_map(|(_, change)| &change.events);
    events.map(Event::subject).collect()
}

fn reading(replica: &Replica, axis: Axis, point: Point, day: Date) -> Reading<'_> {
    replica
        .reading(Moment {
            axis,
            point,
            day,
            day_is_over: false,
        })
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn at_every_position_goals_stand_as_after_a_replay(history in histories(70)) {
        let device = replica_of(&history);
        let ids = ids_of(&history);
        for count in 0..=history.len() {
            let point = Point::Position(Position::new(count as u64));
            let then = reading(&device.replica, Axis::Recorded, point, TODAY);
            same(&then, &Replayed::until(&history, count), &ids);
        }
    }

    #[test]
    fn at_every_time_goals_stand_as_written_by_then(
        mut history in histories(70), seed in any::<u64>(),
    ) {
        scattered(&mut history, seed, 24 * 20);
        let device = replica_of(&history);
        let ids = ids_of(&history);
        for (_, change) in &history {
            let time = change.authored_at;
            let then = reading(&device.replica, Axis::Authored, Point::Time(time), TODAY);
            same(&then, &Replayed::authored(&history, time, TODAY), &ids);
        }
    }

    #[test]
    fn on_every_day_goals_stand_as_is_known_of_it_now(
        mut history in histories(70), seed in any::<u64>(),
    ) {
        scattered(&mut history, seed, 24 * 60);
        let device = replica_of(&history);
        let ids = ids_of(&history);
        let now = Replayed::until(&history, history.len());
        let reported = now.check_ins.iter().map(|check_in| check_in.effective);
        let written = history.iter().map(|(_, change)| {
            jiff::tz::TimeZone::UTC.to_datetime(change.authored_at).date()
        });
        for day in reported.chain(written).collect::<BTreeSet<Date>>() {
            let end = day.at(23, 59, 59, 0).in_tz("UTC").unwrap().timestamp();
            let then = reading(&device.replica, Axis::Effective, Point::Time(end), day);
            same(&then, &Replayed::effective(&history, end, day), &ids);
        }
    }
}
