//! What the index tells about check-ins that were written, put right or taken back late is what the whole log tells, read change by change.

use std::collections::BTreeMap;

use okr_core::backfill::{Lateness, lateness};
use okr_core::entity::CheckIn;
use okr_core::event::{CheckInEdit, CheckInEvent, Event};
use okr_core::id::{CheckInId, KeyResultId};
use okr_core::value::{CadenceDays, CyclePeriod};
use okr_testkit::generate::histories;
use proptest::prelude::*;

use super::*;
use crate::log::LogFilter;
use crate::pending;

/// A late deed, in an order that does not depend on how it was found.
type Late = (CheckInId, Deed, Timestamp, i32, bool);

/// What is told of a key result: check-ins, those before the last day, and what was late.
type Told = (usize, usize, Vec<Late>);

fn told_by_index(one: &Reported) -> Told {
    let late = one.late.iter().map(|late| {
        let Lateness { days, after_end } = late.lateness;
        (
            late.check_in.id,
            late.deed,
            late.written_at,
            days,
            after_end,
        )
    });
    let mut late: Vec<Late> = late.collect();
    late.sort_unstable();
    (one.check_ins, one.before_last_day, late)
}

fn told_by_log(
    entries: &[LogEntry],
    of: KeyResultId,
    (cadence, period): (CadenceDays, CyclePeriod),
    axis: Axis,
) -> Told {
    let mut check_ins: BTreeMap<CheckInId, (CheckIn, Vec<Late>)> = BTreeMap::new();
    for entry in entries {
        let written_at = match (axis, entry.place) {
            (Axis::Recorded, Place::Confirmed { recorded_at, .. })
                if entry.source != Source::Import =>
            {
                recorded_at
            }
            (_, _) => entry.authored_at,
        };
        for event in entry.change.iter().flat_map(|change| &change.events) {
            let Event::CheckIn(id, event) = event else {
                continue;
            };
            let before = check_ins.remove(id);
            let (before, mut late) = before.map_or((None, Vec::new()), |(check_in, late)| {
                (Some(check_in), late)
            });
            let Some(after) = CheckIn::evolve(before, *id, event) else {
                continue;
            };
            let deed = match event {
                CheckInEvent::Recorded(_) => Some(Deed::Recorded),
                CheckInEvent::Corrected(CheckInEdit::Note(_) | CheckInEdit::Blocker(_)) => None,
                CheckInEvent::Corrected(_) => Some(Deed::Corrected),
                CheckInEvent::Retracted => Some(Deed::Retracted),
            };
            let written = TimeZone::UTC.to_datetime(written_at).date();
            if let Some(deed) = deed
                && let Some(found) = lateness(after.effective, written, cadence, period)
            {
                late.push((*id, deed, written_at, found.days, found.after_end));
            }
            check_ins.insert(*id, (after, late));
        }
    }
    let mut told = (0, 0, Vec::new());
    for (check_in, late) in check_ins.into_values() {
        if check_in.key_result != of {
            continue;
        }
        if !check_in.retracted {
            told.0 += 1;
            told.1 += usize::from(check_in.effective < period.end());
        }
        let counts = |one: &Late| !check_in.retracted || one.1 == Deed::Retracted;
        told.2.extend(late.into_iter().filter(counts));
    }
    told.2.sort_unstable();
    told
}

/// Checks that tables of goals give the figure of the goalposts.
fn same_original(reading: &Reading<'_>) -> Result<(), TestCaseError> {
    for cycle in reading.cycles().unwrap() {
        let standing = reading.cycle_standing(cycle.id).unwrap().unwrap();
        let posts = reading.goalposts(cycle.id, &TimeZone::UTC).unwrap();
        for one in &standing.objectives {
            let id = one.objective.id;
            let mut effects = posts.iter().flat_map(|posts| &posts.effect.objectives);
            let effect = effects.find(|effect| effect.objective.id == id);
            match (effect.and_then(|effect| effect.committed), one.original) {
                (None, original) => prop_assert_eq!(original, None),
                (Some(side), None) => prop_assert!(
                    side.progress == one.progress || side.progress.is_none(),
                    "{id}: nothing moved, and {side:?} is not {:?}",
                    one.progress
                ),
                (Some(side), original) => prop_assert_eq!(side.progress, original),
            }
            let alone = reading.objective_standing(id).unwrap().unwrap();
            prop_assert_eq!(alone.original, one.original);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn tables_give_the_figure_of_the_goalposts(
        history in histories(200), cut in 1..200_usize, axis in 0..3_usize,
    ) {
        let cut = cut.min(history.len());
        let log = FakeLog::of(&history[..cut]);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        for (_, change) in &history[cut..] {
            let encoded = pending::encode(change).unwrap();
            replica.write(|db| pending::append(db, change, &encoded)).unwrap();
        }
        let axis = [Axis::Recorded, Axis::Authored, Axis::Effective][axis];
        let moment = Moment {
            axis,
            ..Moment::now(END)
        };
        same_original(&replica.reading(moment).unwrap())?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_index_tells_what_the_log_tells(history in histories(200), authored in any::<bool>()) {
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let axis = if authored { Axis::Authored } else { Axis::Recorded };
        let filter = LogFilter {
            oldest_first: true,
            ..LogFilter::default()
        };
        let entries = replica.log(&filter).unwrap();
        let moment = Moment {
            axis,
            ..Moment::now(END)
        };
        let reading = replica.reading(moment).unwrap();
        for cycle in reading.cycles().unwrap() {
            let Some(found) = reading.goalposts(cycle.id, &TimeZone::UTC).unwrap() else {
                continue;
            };
            let rule = (found.standing.cadence, cycle.period);
            for one in &found.reported {
                let by_log = told_by_log(&entries, one.key_result, rule, axis);
                prop_assert_eq!(told_by_index(one), by_log, "{:?}", axis);
            }
        }
    }
}
