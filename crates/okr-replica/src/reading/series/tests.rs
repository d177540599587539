//! Series against what the effective axis says about each day, and against a story that is known.

use jiff::civil::date;
use okr_core::change::Change;
use okr_core::measure::Measure;
use okr_core::value::Source;
use okr_testkit::generate::histories;
use okr_testkit::sample::{ANA, BEN, key_result_id, number, objective_id};
use proptest::prelude::*;

use super::*;
use crate::fake_log::FakeLog;
use crate::ingest::tests::disorder;
use crate::moment::{Axis, Moment, Point};
use crate::pending;
use crate::reading::standing::tests::told;
use crate::replica::Replica;

const DAY: Date = date(2026, 11, 23);

fn utc(moment: Timestamp) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(moment).date()
}

fn end_of(day: Date) -> Moment {
    let end = day.at(23, 59, 59, 999_999_999).in_tz("UTC").unwrap();
    Moment {
        axis: Axis::Effective,
        point: Point::Time(end.timestamp()),
        day,
        day_is_over: false,
    }
}

/// Returns every objective and key result that the history is about.
fn goals(history: &[(PersonId, Change)]) -> (BTreeSet<ObjectiveId>, BTreeSet<KeyResultId>) {
    let (mut objectives, mut key_results) = (BTreeSet::new(), BTreeSet::new());
    for event in history.iter().flat_map(|(_, change)| &change.events) {
        match event.subject() {
            EntityId::Objective(id) => {
                objectives.insert(id);
            }
            EntityId::KeyResult(id) => {
                key_results.insert(id);
            }
            _ => {}
        }
    }
    (objectives, key_results)
}

/// Checks the series of everything against what the effective axis says about each day.
fn assert_same(replica: &Replica, history: &[(PersonId, Change)]) {
    let now = Moment {
        axis: Axis::Authored,
        ..Moment::now(Date::MAX)
    };
    let reading = replica.reading(now).unwrap();
    let (objectives, key_results) = goals(history);
    for id in objectives {
        let Some(series) = reading.objective_series(id, utc).unwrap() else {
            continue;
        };
        for (index, (day, progress)) in series.points.iter().enumerate() {
            let then = replica.reading(end_of(*day)).unwrap();
            if let Some(standing) = then.objective_standing(id).unwrap() {
                assert_eq!(standing.progress, *progress, "{id} on {day}");
            }
            // Nothing moved until the next day that the series has.
            let next = series
                .points
                .get(index + 1)
                .map_or(Date::constant(2030, 1, 1), |next| next.0);
            let before = next.yesterday().unwrap();
            let then = replica.reading(end_of(before)).unwrap();
            if let Some(standing) = then.objective_standing(id).unwrap() {
                assert_eq!(standing.progress, *progress, "{id} on {before}");
            }
        }
    }
    for id in key_results {
        let Some(series) = reading.series(id, utc).unwrap() else {
            continue;
        };
        let last = series.steps.last().map(|step| &step.measure);
        assert_eq!(last, Some(&series.standing.key_result.measure), "{id}");
        let latest = series.check_ins.last().map(|fact| fact.check_in.id);
        let counts = series.standing.latest.map(|fact| fact.check_in.id);
        assert_eq!(latest, counts, "{id}");
        for step in &series.steps {
            let then = replica.reading(end_of(step.day)).unwrap();
            let measure = then
                .key_result(id)
                .unwrap()
                .map(|found| found.measure.clone());
            let of_day = series.steps.iter().rfind(|other| other.day == step.day);
            assert_eq!(measure.as_ref(), of_day.map(|step| &step.measure), "{id}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_series_is_what_the_effective_axis_says_about_each_day(
        mut history in histories(80), seed in any::<u64>(), shuffled in any::<bool>(),
    ) {
        if shuffled {
            disorder(&mut history, seed);
        }
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        assert_same(&replica, &history);
    }

    #[test]
    fn what_is_pending_is_part_of_it(history in histories(60), cut in 1..60_usize) {
        let cut = cut.min(history.len());
        let log = FakeLog::of(&history[..cut]);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        for (_, change) in &history[cut..] {
            replica.write(|db| pending::append(db, change, &pending::encode(change)?)).unwrap();
        }
        assert_same(&replica, &history);
    }
}

fn target(step: &MeasureStep) -> okr_core::value::Number {
    match &step.measure {
        Measure::Metric(metric) => metric.target,
        other => panic!("{other:?} has no target"),
    }
}

#[test]
fn a_target_that_moved_is_two_steps_on_their_own_days() {
    for imported in [false, true] {
        let (_dir, replica) = told(imported);
        let reading = replica.reading(Moment::now(DAY)).unwrap();
        let series = reading.series(key_result_id(1), utc).unwrap().unwrap();
        let steps: Vec<_> = series
            .steps
            .iter()
            .map(|step| (step.day, target(step)))
            .collect();
        assert_eq!(
            steps,
            [
                (date(2026, 9, 2), number("20")),
                (date(2026, 10, 20), number("50"))
            ]
        );
        let moved = &series.steps[1].origin;
        assert_eq!(moved.author, ANA);
        assert_eq!(moved.on_behalf_of, imported.then_some(BEN));
        assert_eq!(moved.source == Source::Import, imported);
        // The correction stands in the place of what it corrects.
        let values = series.check_ins.iter().map(|fact| fact.check_in.effective);
        assert_eq!(
            values.collect::<Vec<_>>(),
            [date(2026, 10, 9), date(2026, 11, 1), date(2026, 12, 31)]
        );
        assert_eq!(
            series.check_ins[1].check_in.value,
            okr_testkit::sample::value("15")
        );
    }
}

#[test]
fn a_moment_hides_what_came_later() {
    let (_dir, replica) = told(true);
    let day = date(2026, 10, 15);
    let moment = Moment {
        axis: Axis::Authored,
        ..end_of(day)
    };
    let reading = replica.reading(moment).unwrap();
    let series = reading.series(key_result_id(1), utc).unwrap().unwrap();
    assert_eq!(series.steps.len(), 1);
    assert_eq!(series.check_ins.len(), 1);
    let objective = reading
        .objective_series(objective_id(1), utc)
        .unwrap()
        .unwrap();
    let percent = objective
        .points
        .iter()
        .map(|(day, progress)| (*day, progress.map(okr_core::progress::Progress::percent)));
    assert_eq!(
        percent.collect::<Vec<_>>(),
        [
            (date(2026, 9, 2), Some("0%".to_owned())),
            (date(2026, 10, 9), Some("50%".to_owned()))
        ]
    );
    assert!(reading.series(key_result_id(2), utc).unwrap().is_none());
}
