//! The log against a plain walk through the history.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::event::{
    CheckInEvent, CommentEvent, KeyResultEdit, KeyResultEvent, MetricEdit, MetricEvent,
    MetricValueEvent, ObjectiveEdit, ObjectiveEvent,
};
use okr_testkit::generate::histories;
use proptest::prelude::*;

use super::*;
use crate::fake_log::FakeLog;
use crate::ingest::tests::disorder;

/// What ever belonged to what, by the events.
fn parents(history: &[(PersonId, Change)]) -> BTreeMap<EntityId, BTreeSet<EntityId>> {
    let mut parents: BTreeMap<EntityId, BTreeSet<EntityId>> = BTreeMap::new();
    for event in history.iter().flat_map(|(_, change)| &change.events) {
        let above: Vec<EntityId> = match event {
            Event::Objective(_, ObjectiveEvent::Created(new)) => new
                .team
                .map(EntityId::from)
                .into_iter()
                .chain([new.cycle.into()])
                .collect(),
            Event::Objective(_, ObjectiveEvent::Edited(ObjectiveEdit::Team(edit)))
            | Event::Metric(_, MetricEvent::Edited(MetricEdit::Team(edit))) => {
                edit.to.map(EntityId::from).into_iter().collect()
            }
            Event::Objective(_, ObjectiveEvent::Edited(ObjectiveEdit::Cycle(edit))) => {
                vec![edit.to.into()]
            }
            Event::KeyResult(_, KeyResultEvent::Created(new)) => vec![new.objective.into()],
            Event::KeyResult(_, KeyResultEvent::Edited(KeyResultEdit::Objective(edit))) => {
                vec![edit.to.into()]
            }
            Event::CheckIn(_, CheckInEvent::Recorded(new)) => vec![new.key_result.into()],
            Event::Comment(_, CommentEvent::Added(new)) => vec![new.topic.entity()],
            Event::Metric(_, MetricEvent::Created(new)) => {
                new.team.map(EntityId::from).into_iter().collect()
            }
            Event::MetricValue(_, MetricValueEvent::Recorded(new)) => vec![new.metric.into()],
            _ => continue,
        };
        parents.entry(event.subject()).or_default().extend(above);
    }
    parents
}

fn belongs(id: EntityId, to: EntityId, parents: &BTreeMap<EntityId, BTreeSet<EntityId>>) -> bool {
    id == to
        || parents
            .get(&id)
            .into_iter()
            .flatten()
            .any(|above| belongs(*above, to, parents))
}

fn ids(entries: &[LogEntry]) -> Vec<ChangeId> {
    entries.iter().map(|entry| entry.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn each_filter_is_what_a_walk_through_the_history_finds(
        mut history in histories(80), seed in any::<u64>(), limit in 1..30_usize,
    ) {
        disorder(&mut history, seed);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let mut newest: Vec<&(PersonId, Change)> = history.iter().collect();
        newest.reverse();
        let find = |wanted: &dyn Fn(&(PersonId, Change)) -> bool| -> Vec<ChangeId> {
            newest.iter().filter(|entry| wanted(entry)).map(|entry| entry.1.id).take(limit).collect()
        };
        let all = LogFilter { limit: Some(limit), ..LogFilter::default() };
        prop_assert_eq!(ids(&replica.log(&all).unwrap()), find(&|_| true));

        let parents = parents(&history);
        let subjects: BTreeSet<EntityId> = history
            .iter()
            .flat_map(|(_, change)| change.events.iter().map(Event::subject))
            .collect();
        for id in subjects {
            let about = LogFilter { about: vec![id], ..all.clone() };
            let touches = |change: &Change, with: &dyn Fn(EntityId) -> bool| {
                change.events.iter().any(|event| with(event.subject()))
            };
            let wanted = find(&|(_, change)| touches(change, &|subject| subject == id));
            prop_assert_eq!(ids(&replica.log(&about).unwrap()), wanted);
            let family = LogFilter { with_children: true, ..about };
            let wanted = find(&|(_, change)| {
                touches(change, &|subject| belongs(subject, id, &parents))
            });
            prop_assert_eq!(ids(&replica.log(&family).unwrap()), wanted);
            // A part of the history is found in another way than the whole.
            let last = (history.len() as u64).saturating_sub(1 + seed % 20);
            let part = LogFilter { after_position: Some(Position::new(last)), limit: None, ..family };
            let wanted: Vec<ChangeId> = history
                .iter()
                .skip(usize::try_from(last).unwrap())
                .filter(|(_, change)| touches(change, &|subject| belongs(subject, id, &parents)))
                .map(|(_, change)| change.id)
                .rev()
                .collect();
            prop_assert_eq!(ids(&replica.log(&part).unwrap()), wanted);
            if let EntityId::Person(person) = id {
                let by = LogFilter { author: Some(person), ..all.clone() };
                let wanted = find(&|(author, change)| {
                    *author == person || change.on_behalf_of == Some(person)
                });
                prop_assert_eq!(ids(&replica.log(&by).unwrap()), wanted);
            }
        }

        let mut authored: Vec<&(PersonId, Change)> = history.iter().collect();
        authored.sort_by_key(|(_, change)| change.authored_at);
        let middle = authored[authored.len() / 2].1.authored_at;
        let since = LogFilter { axis: Axis::Authored, since: Some(middle), oldest_first: true, ..all };
        let wanted: Vec<ChangeId> = authored
            .iter()
            .filter(|(_, change)| change.authored_at >= middle)
            .map(|(_, change)| change.id)
            .take(limit)
            .collect();
        prop_assert_eq!(ids(&replica.log(&since).unwrap()), wanted);
        for (_, change) in history.iter().take(5) {
            let entry = replica.change(change.id).unwrap().unwrap();
            prop_assert_eq!(entry.change.as_ref(), Some(change));
            let end: String = change.id.uuid().simple().to_string().chars().rev().take(12).collect();
            prop_assert_eq!(replica.find_change(&end).unwrap(), vec![change.id]);
        }
    }
}
