//! A glimpse against reading each change.

use okr_testkit::generate::histories;
use proptest::prelude::*;

use super::*;
use crate::fake_log::FakeLog;
use crate::ingest::tests::disorder;

/// The day that a change reports on for the first time, if it does nothing else.
fn reported(entry: &LogEntry) -> Option<Date> {
    let change = entry.change.as_ref().unwrap();
    let day = of_pending(entry).effective;
    day.filter(|_| change.events.len() == 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_glimpse_shows_what_reading_each_change_shows(
        mut history in histories(80), seed in any::<u64>(), limit in 1..60_usize,
    ) {
        disorder(&mut history, seed);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let subjects: std::collections::HashSet<EntityId> = history
            .iter()
            .flat_map(|(_, change)| change.events.iter().map(Event::subject))
            .collect();
        let axes = [Axis::Recorded, Axis::Authored, Axis::Effective];
        for (id, axis) in subjects.into_iter().flat_map(|id| axes.map(|axis| (id, axis))) {
            let filter = LogFilter {
                about: vec![id],
                with_children: true,
                axis,
                limit: Some(limit),
                oldest_first: true,
                ..LogFilter::default()
            };
            let entries = replica.log(&filter).unwrap();
            let glimpses = replica.glimpses(&filter).unwrap();
            prop_assert_eq!(glimpses.len(), entries.len());
            for (glimpse, entry) in glimpses.iter().zip(&entries) {
                let read = replica.at_spot(glimpse.spot).unwrap();
                prop_assert_eq!(read.as_ref(), Some(entry));
                let Place::Confirmed { recorded_at, .. } = entry.place else {
                    panic!("nothing is pending");
                };
                prop_assert_eq!(glimpse.recorded_at, recorded_at);
                prop_assert_eq!(glimpse.authored_at, entry.authored_at);
                prop_assert_eq!(glimpse.is_imported, entry.source == Source::Import);
                if let EntityId::Cycle(_) = id {
                    // What a change does to another cycle is no landmark of this one.
                    let is_single = entry.change.as_ref().unwrap().events.len() == 1;
                    let is_left_out = glimpse.landmark.is_none() && !is_single;
                    prop_assert!(is_left_out || glimpse.landmark == landmark_of(entry));
                }
                if axis == Axis::Effective && reported(entry).is_some() {
                    let has_check_ins = !matches!(id, EntityId::CheckIn(_));
                    prop_assert!(!has_check_ins || glimpse.effective == reported(entry));
                }
            }
        }
        let places = |wanted: fn(EntityId) -> bool| -> Vec<EntityId> {
            let events = history.iter().flat_map(|(_, change)| &change.events);
            events.map(Event::subject).filter(|id| wanted(*id)).collect()
        };
        let cycles = places(|id| matches!(id, EntityId::Cycle(_)));
        let teams = places(|id| matches!(id, EntityId::Team(_)));
        for (cycle, team) in cycles.iter().flat_map(|cycle| teams.iter().map(move |team| (cycle, team))) {
            let (EntityId::Cycle(cycle), EntityId::Team(team)) = (*cycle, *team) else {
                unreachable!("they were chosen by kind");
            };
            let ever = |id: EntityId| -> BTreeSet<ObjectiveId> {
                let filter = LogFilter { about: vec![id], with_children: true, ..LogFilter::default() };
                let entries = replica.log(&filter).unwrap();
                let events = entries.iter().flat_map(|entry| &entry.change.as_ref().unwrap().events);
                events
                    .filter_map(|event| match event.subject() {
                        EntityId::Objective(id) => Some(id),
                        _ => None,
                    })
                    .collect()
            };
            let found: BTreeSet<ObjectiveId> =
                replica.goals_ever(cycle, &[team]).unwrap().into_iter().collect();
            let both: BTreeSet<ObjectiveId> =
                ever(cycle.into()).intersection(&ever(team.into())).copied().collect();
            prop_assert!(found.is_subset(&both));
            let single = history.iter().all(|(_, change)| change.events.len() == 1);
            prop_assert!(!single || found == both);
        }
    }
}
