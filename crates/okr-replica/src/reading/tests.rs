//! Readings against what a plain fold of the history says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::change::Change;
use okr_core::event::Topic;
use okr_core::progress::latest;
use okr_core::view::MemoryView;
use okr_core::{Date, Timestamp};
use okr_testkit::generate::{ORG, TODAY, histories, replay};
use okr_testkit::sample::ANA;
use proptest::prelude::*;

use super::list::ObjectiveFilter;
use super::*;
use crate::fake_log::{FakeLog, START_US, STEP_US};
use crate::ingest::tests::disorder;
use crate::pending;

type History = [(PersonId, Change)];

/// Every entity that a history is about, in the order of appearance.
fn entities(history: &History) -> Vec<EntityId> {
    let mut seen = BTreeSet::new();
    let events = history.iter().flat_map(|(_, change)| &change.events);
    events
        .map(okr_core::event::Event::subject)
        .filter(|id| seen.insert(*id))
        .collect()
}

fn of<T>(all: &[Entity], into: fn(Entity) -> Option<T>) -> Vec<T> {
    all.iter().cloned().filter_map(into).collect()
}

/// Checks every question that both kinds of view answer.
fn same(reading: &Reading<'_>, oracle: &MemoryView, history: &History) {
    let ids = entities(history);
    let all: Vec<Entity> = ids
        .iter()
        .filter_map(|id| oracle.entity(*id).unwrap())
        .collect();
    for id in &ids {
        assert_eq!(
            reading.entity(*id).unwrap(),
            oracle.entity(*id).unwrap(),
            "{id}"
        );
    }
    assert_eq!(reading.people().unwrap(), of(&all, Entity::into_person));
    let mut teams = of(&all, Entity::into_team);
    teams.sort_by_key(|team| team.name.clone());
    assert_eq!(reading.teams().unwrap(), teams);
    let mut cycles = of(&all, Entity::into_cycle);
    cycles.sort_by_key(|cycle| (cycle.period.start(), cycle.period.end()));
    assert_eq!(reading.cycles().unwrap(), cycles);
    let objectives = of(&all, Entity::into_objective);
    let filter = ObjectiveFilter {
        archived: true,
        ..ObjectiveFilter::default()
    };
    let listed = reading.objectives(&filter).unwrap();
    assert_eq!(ids_of(&listed), ids_of(&objectives));
    for cycle in &cycles {
        let wanted = objectives
            .iter()
            .filter(|found| found.cycle == cycle.id && !found.archived);
        let filter = ObjectiveFilter {
            cycle: Some(cycle.id),
            ..ObjectiveFilter::default()
        };
        let listed = reading.objectives(&filter).unwrap();
        assert_eq!(ids_of(&listed), ids_of(wanted));
        assert!(reading.cycle_standing(cycle.id).unwrap().is_some());
    }
    same_below(reading, oracle, &all);
    same_comments(
        reading,
        &of(&all, Entity::into_comment),
        &reported_on(history),
    );
    same_work(reading, &all);
}

/// What every check-in that there will ever be reports on.
fn reported_on(history: &History) -> BTreeMap<CheckInId, KeyResultId> {
    let all = replay(history);
    let check_ins = all.entities().filter_map(Entity::into_check_in);
    check_ins
        .map(|check_in| (check_in.id, check_in.key_result))
        .collect()
}

/// The same for comments, which are given in the order in which they came.
fn same_comments(
    reading: &Reading<'_>,
    all: &[Comment],
    reported_on: &BTreeMap<CheckInId, KeyResultId>,
) {
    let said = |facts: Vec<CommentFact>| -> Vec<Comment> {
        facts.into_iter().map(|fact| fact.comment).collect()
    };
    for topic in all.iter().map(|comment| comment.topic) {
        let on_it = all.iter().filter(|comment| comment.topic == topic).cloned();
        let found = said(reading.comments_on(topic).unwrap());
        assert_eq!(found, on_it.collect::<Vec<_>>(), "{topic:?}");
        if let Topic::KeyResult(id) = topic {
            let at_it = all.iter().filter(|comment| match comment.topic {
                // By the clocks of their devices, a comment can be older than its check-in.
                Topic::CheckIn(check_in) => reported_on.get(&check_in) == Some(&id),
                other => other == topic,
            });
            let found = said(reading.comments_at(topic).unwrap());
            assert_eq!(found, at_it.cloned().collect::<Vec<_>>());
        }
    }
    let standing = all.iter().rev().filter(|comment| !comment.retracted);
    let newest = CommentFilter {
        limit: Some(5),
        ..CommentFilter::default()
    };
    let found = said(reading.newest_comments(&newest).unwrap());
    assert_eq!(found, standing.take(5).cloned().collect::<Vec<_>>());
    for comment in all {
        let fact = reading.comment_by(comment.id).unwrap().unwrap();
        assert_eq!(fact.comment, *comment);
    }
}

/// The same for initiatives, health metrics and their values.
fn same_work(reading: &Reading<'_>, all: &[Entity]) {
    let filter = InitiativeFilter {
        archived: true,
        ..InitiativeFilter::default()
    };
    let initiatives = of(all, Entity::into_initiative);
    let listed = reading.initiatives(&filter).unwrap();
    assert_eq!(listed.len(), initiatives.len());
    assert!(listed.iter().all(|one| initiatives.contains(one)));
    let states: Vec<bool> = listed.iter().map(|one| one.state.is_open()).collect();
    assert!(states.is_sorted_by(|earlier, later| earlier >= later));
    for key_result in of(all, Entity::into_key_result) {
        let filter = InitiativeFilter {
            key_results: Some(BTreeSet::from([key_result.id])),
            open: true,
            ..InitiativeFilter::default()
        };
        let wanted = |one: &&Initiative| {
            one.key_results.contains(&key_result.id) && one.state.is_open() && !one.archived
        };
        let listed = reading.initiatives(&filter).unwrap();
        assert_eq!(listed.len(), initiatives.iter().filter(wanted).count());
        assert!(listed.iter().all(|one| wanted(&one)));
    }
    let metrics = of(all, Entity::into_metric);
    let values = of(all, Entity::into_metric_value);
    assert_eq!(reading.metrics(true).unwrap().len(), metrics.len());
    for metric in metrics {
        let standing = reading.metric_standing(metric.id).unwrap().unwrap();
        let order: Vec<EntityId> = all.iter().map(Entity::id).collect();
        let newest = newest_value(&order, &values, (metric.id, Date::MAX));
        let latest = newest.as_ref().map(|value| value.value);
        assert_eq!(standing.health, metric.band.health(latest));
        assert_eq!(standing.latest.map(|fact| fact.value), newest);
        assert_eq!(standing.metric, metric);
        let facts = reading.metric_values(metric.id, None).unwrap();
        let own = values.iter().filter(|value| value.metric == metric.id);
        assert_eq!(facts.len(), own.count());
        let days: Vec<Date> = facts.iter().map(|fact| fact.value.effective).collect();
        assert!(days.is_sorted_by(|earlier, later| earlier >= later));
    }
}

/// Returns the value of a metric that counts up to a day; `order` is that of the log.
fn newest_value(
    order: &[EntityId],
    values: &[MetricValue],
    (metric, last): (MetricId, Date),
) -> Option<MetricValue> {
    let place = |value: &MetricValue| order.iter().position(|id| *id == value.id.into());
    values
        .iter()
        .filter(|value| value.metric == metric && !value.retracted && value.effective <= last)
        .max_by_key(|value| (value.effective, place(value)))
        .cloned()
}

/// The same for key results and check-ins.
fn same_below(reading: &Reading<'_>, oracle: &MemoryView, all: &[Entity]) {
    let key_results = of(all, Entity::into_key_result);
    let check_ins = of(all, Entity::into_check_in);
    for objective in &of(all, Entity::into_objective) {
        let mut own: Vec<KeyResult> = key_results.clone();
        own.retain(|key_result| key_result.objective == objective.id);
        own.sort_by_key(|key_result| key_result.order);
        assert_eq!(reading.key_results(objective.id).unwrap(), own);
        for found in reading.by_slug(objective.slug.as_str()).unwrap() {
            assert_eq!(found.slug.as_deref(), Some(objective.slug.as_str()));
        }
    }
    for key_result in &key_results {
        let mut own: Vec<CheckIn> = check_ins.clone();
        own.retain(|check_in| check_in.key_result == key_result.id);
        let ours = reading.latest_check_in(key_result.id).unwrap();
        assert_eq!(ours.map(|fact| fact.check_in), latest(&own).cloned());
        let newest_first = reading.check_ins(key_result.id, None).unwrap();
        for fact in &newest_first {
            let found = reading.check_in_by(fact.check_in.id).unwrap();
            assert_eq!(found.as_ref(), Some(fact));
        }
        own.sort_by_key(|check_in| check_in.effective);
        own.reverse();
        let days = |list: &[CheckIn]| list.iter().map(|one| one.effective).collect::<Vec<_>>();
        let facts: Vec<CheckIn> = newest_first.into_iter().map(|fact| fact.check_in).collect();
        assert_eq!(days(&facts), days(&own));
        let objective = oracle.objective(key_result.objective).unwrap();
        let cycle = objective.and_then(|objective| oracle.cycle(objective.cycle).unwrap());
        let standing = reading.standing(key_result.id).unwrap();
        assert_eq!(standing.is_some(), cycle.is_some());
    }
}

fn ids_of<'a>(objectives: impl IntoIterator<Item = &'a Objective>) -> BTreeSet<ObjectiveId> {
    objectives
        .into_iter()
        .map(|objective| objective.id)
        .collect()
}

fn at(axis: Axis, point: Point) -> Moment {
    Moment {
        axis,
        point,
        day: TODAY,
        day_is_over: false,
    }
}

/// Returns the state of the changes authored by a moment, in the order of the log.
fn authored_by(history: &History, until: Timestamp) -> MemoryView {
    replay(
        history
            .iter()
            .filter(|(_, change)| change.authored_at <= until),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_position_is_the_replay_from_zero(history in histories(60)) {
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        for count in 0..=history.len() {
            let position = Position::new(u64::try_from(count).unwrap());
            let moment = at(Axis::Recorded, Point::Position(position));
            same(&replica.reading(moment).unwrap(), &replay(&history[..count]), &history);
        }
        same(&replica.reading(Moment::now(TODAY)).unwrap(), &replay(&history), &history);
    }

    #[test]
    fn a_time_on_the_recorded_axis_is_the_newest_position_by_then(history in histories(40)) {
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        for count in 0..=history.len() {
            let steps = i64::try_from(count).unwrap();
            let time = Timestamp::from_microsecond(START_US + steps * STEP_US - 1).unwrap();
            let position = Position::new(u64::try_from(count).unwrap());
            prop_assert_eq!(replica.position_at(time).unwrap(), position);
            let reading = replica.reading(at(Axis::Recorded, Point::Time(time))).unwrap();
            same(&reading, &replay(&history[..count]), &history);
        }
    }

    #[test]
    fn the_authored_axis_is_the_fold_of_what_was_authored_by_then(
        mut history in histories(60), seed in any::<u64>(),
    ) {
        disorder(&mut history, seed);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let times: BTreeSet<Timestamp> = history.iter().map(|(_, change)| change.authored_at).collect();
        for time in times {
            for time in [time, time - SignedDuration::from_micros(1)] {
                let reading = replica.reading(at(Axis::Authored, Point::Time(time))).unwrap();
                same(&reading, &authored_by(&history, time), &history);
            }
        }
        let now = replica.reading(at(Axis::Authored, Point::Now)).unwrap();
        same(&now, &replay(&history), &history);
    }

    #[test]
    fn the_effective_axis_is_what_is_known_now_about_days_until_then(
        mut history in histories(60), seed in any::<u64>(),
    ) {
        disorder(&mut history, seed);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let everything = replay(&history);
        let check_ins: Vec<CheckIn> =
            everything.entities().filter_map(Entity::into_check_in).collect();
        let values: Vec<MetricValue> =
            everything.entities().filter_map(Entity::into_metric_value).collect();
        let days: BTreeSet<Date> = check_ins
            .iter()
            .map(|check_in| check_in.effective)
            .chain(values.iter().map(|value| value.effective))
            .collect();
        for day in days {
            let end = day.at(23, 59, 59, 0).in_tz("UTC").unwrap().timestamp();
            let moment = Moment { axis: Axis::Effective, point: Point::Time(end), day, day_is_over: false };
            let reading = replica.reading(moment).unwrap();
            let definitions = authored_by(&history, end);
            for id in entities(&history) {
                let wanted = match id {
                    EntityId::CheckIn(id) => check_ins
                        .iter()
                        .find(|check_in| check_in.id == id && check_in.effective <= day)
                        .cloned()
                        .map(Entity::CheckIn),
                    EntityId::MetricValue(id) => values
                        .iter()
                        .find(|value| value.id == id && value.effective <= day)
                        .cloned()
                        .map(Entity::MetricValue),
                    other => definitions.entity(other).unwrap(),
                };
                prop_assert_eq!(reading.entity(id).unwrap(), wanted);
                if let EntityId::Metric(metric) = id {
                    let newest = newest_value(&entities(&history), &values, (metric, day));
                    let ours = reading.metric_standing(metric).unwrap();
                    let ours = ours.and_then(|standing| standing.latest);
                    // A metric that was not written down yet stands no way.
                    let newest = newest.filter(|_| reading.metric(metric).unwrap().is_some());
                    prop_assert_eq!(ours.map(|fact| fact.value), newest);
                }
            }
            for id in entities(&history) {
                let EntityId::KeyResult(key_result) = id else { continue };
                let mut known: Vec<CheckIn> = Vec::new();
                for id in entities(&history) {
                    // In the order of the log, by which ties are decided.
                    known.extend(check_ins.iter().find(|found| EntityId::from(found.id) == id).cloned());
                }
                known.retain(|found| found.key_result == key_result && found.effective <= day);
                let ours = reading.latest_check_in(key_result).unwrap();
                prop_assert_eq!(ours.map(|fact| fact.check_in), latest(&known).cloned());
            }
        }
    }

    #[test]
    fn pending_changes_that_fit_lie_over_what_is_confirmed(
        history in histories(80), cut in 1..80_usize,
    ) {
        let cut = cut.min(history.len());
        let mut log = FakeLog::of(&history[..cut]);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let mut oracle = replay(&history[..cut]);
        let context = Context::new(ANA, Date::MAX);
        let (mut fitting, mut waiting) = (Vec::new(), Vec::new());
        for (_, change) in &history[cut..] {
            replica.write(|db| pending::append(db, change, &pending::encode(change)?)).unwrap();
            if admit(&oracle, &context, ORG, change).unwrap() == Verdict::Admitted {
                oracle.apply(change);
                fitting.push(change.clone());
            } else {
                waiting.push(change);
            }
        }
        same(&replica.reading(Moment::now(TODAY)).unwrap(), &oracle, &history);
        same(&replica.reading(at(Axis::Authored, Point::Now)).unwrap(), &oracle, &history);
        let head = at(Axis::Recorded, Point::Position(log.head()));
        same(&replica.reading(head).unwrap(), &replay(&history[..cut]), &history);

        // Once they are confirmed, nothing has changed but their place; what still waits is judged
        // again, and may fit by now.
        for change in &fitting {
            log.append(ANA, change);
        }
        let ingested = log.give_all(&mut replica);
        prop_assert_eq!(ingested.own.len(), fitting.len());
        for change in waiting {
            if admit(&oracle, &context, ORG, change).unwrap() == Verdict::Admitted {
                oracle.apply(change);
            }
        }
        same(&replica.reading(Moment::now(TODAY)).unwrap(), &oracle, &history);
    }
}
