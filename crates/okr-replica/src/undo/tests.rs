//! Properties of undoing on random histories of several people.

use std::collections::BTreeMap;

use okr_core::change::Change;
use okr_core::entity::{CheckIn, Comment, Entity};
use okr_core::id::{ChangeId, EntityId, PersonId};
use okr_core::view::MemoryView;
use okr_testkit::generate::{TODAY, history, replay};
use okr_testkit::sample::{ANA, text};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::aspect::Aspect;
use crate::fake_log::FakeLog;

type History = Vec<(PersonId, Change)>;

/// A replica of Ana's with all of a history confirmed.
fn confirmed(history: &History) -> (TempDir, Replica) {
    let log = FakeLog::of(history);
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    (dir, replica)
}

fn order(change: ChangeId, number: u128) -> UndoOrder {
    UndoOrder {
        change,
        with_dependents: false,
        reason: text("a mistake"),
        amendment: Some(AmendmentCategory::Correction),
        new_id: ChangeId::new(Uuid::from_u128(number)),
        now: Timestamp::from_second(1_795_000_000).unwrap(),
        today: TODAY,
        dry_run: false,
    }
}

/// Makes ids that no history has.
fn ids(first: u128) -> impl FnMut() -> Uuid {
    let mut next = first;
    move || {
        next += 1;
        Uuid::from_u128(next)
    }
}

/// Everything that a replica shows; check-ins, comments and values of metrics by what they say, since
/// they are made anew.
fn state(history: &History, replica: &Replica) -> (BTreeMap<EntityId, Entity>, Vec<String>) {
    let mut view: MemoryView = replay(history);
    let filter = LogFilter {
        pending: true,
        oldest_first: true,
        ..LogFilter::default()
    };
    for entry in replica.log(&filter).unwrap() {
        if entry.place == crate::log::Place::Pending {
            view.apply(&entry.change.unwrap());
        }
    }
    let (mut things, mut said) = (BTreeMap::new(), Vec::new());
    for entity in view.entities() {
        match entity {
            Entity::CheckIn(CheckIn {
                retracted: true, ..
            })
            | Entity::Comment(Comment {
                retracted: true, ..
            }) => {}
            Entity::Comment(one) => said.push(format!(
                "{:?} {} {} {}",
                one.topic, one.author, one.kind, one.text
            )),
            Entity::MetricValue(one) if one.retracted => {}
            Entity::MetricValue(one) => said.push(format!(
                "{} {} {} {:?}",
                one.metric, one.effective, one.value, one.note
            )),
            Entity::CheckIn(one) => said.push(format!(
                "{} {} {:?} {:?} {:?} {:?}",
                one.key_result, one.effective, one.value, one.confidence, one.note, one.blocker
            )),
            other => {
                things.insert(other.id(), other);
            }
        }
    }
    said.sort();
    (things, said)
}

/// Undoes a change of a history and says what came of it, with the states around it.
fn undo_one(seed: u64, index: prop::sample::Index) -> (History, usize, TempDir, Replica, Undone) {
    let history = history(seed, 80);
    let (dir, mut replica) = confirmed(&history);
    let index = index.index(history.len());
    let order = order(history[index].1.id, 1 << 100);
    let undone = replica.undo(&order, &mut ids(2 << 100)).unwrap();
    (history, index, dir, replica, undone)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn undoing_and_redoing_leaves_everything_as_it_was(seed: u64, index: prop::sample::Index) {
        let (history, _, _dir, mut replica, undone) = undo_one(seed, index);
        let pristine = confirmed(&history);
        let before = state(&history, &pristine.1);
        if let Undone::TakenBack { change, .. } = &undone {
            prop_assert_ne!(&state(&history, &replica), &before);
            let redoable = replica.redoable().unwrap().unwrap();
            prop_assert_eq!(redoable.by, Some(change.id));
            let order = order(redoable.change.id, 3 << 100);
            let redone = replica.redo(&order, &mut ids(4 << 100)).unwrap();
            prop_assert_eq!(redone, Undone::TakenOut(vec![change.clone()]));
            prop_assert_eq!(replica.redoable().unwrap(), None);
        }
        prop_assert_eq!(state(&history, &replica), before, "{:?}", undone);
    }

    #[test]
    fn redoing_what_the_server_may_have_is_a_change_of_its_own(
        seed: u64,
        index: prop::sample::Index,
    ) {
        let (history, _, _dir, mut replica, undone) = undo_one(seed, index);
        let pristine = confirmed(&history);
        let before = state(&history, &pristine.1);
        if let Undone::TakenBack { change, .. } = &undone {
            replica.write(|db| pending::offer(db, change.id)).unwrap();
            let redoable = replica.redoable().unwrap().unwrap();
            let order = order(redoable.change.id, 3 << 100);
            let redone = replica.redo(&order, &mut ids(4 << 100)).unwrap();
            // A role or an archived goal may not let it: then it is said, and nothing is written.
            if let Undone::TakenBack { kept, .. } = &redone {
                prop_assert_eq!(kept, &vec![]);
                prop_assert_eq!(state(&history, &replica), before);
            } else {
                prop_assert!(matches!(redone, Undone::Rejected(_) | Undone::NothingLeft(_)), "{:?}", redone);
                prop_assert_eq!(replica.info().unwrap().pending, 1);
            }
        }
    }

    #[test]
    fn undoing_never_touches_what_somebody_else_settled_since(
        seed: u64,
        index: prop::sample::Index,
    ) {
        let (history, index, _dir, _replica, undone) = undo_one(seed, index);
        if let Undone::TakenBack { change, .. } = &undone {
            for event in &change.events {
                let (subject, aspect) = (event.subject(), Aspect::of(event));
                let by_others = history[index + 1..]
                    .iter()
                    .filter(|(author, _)| *author != ANA)
                    .flat_map(|(_, change)| &change.events)
                    .find(|other| other.subject() == subject && Aspect::of(other) == aspect);
                prop_assert_eq!(by_others, None, "{:?} was undone", event);
            }
        }
    }

    #[test]
    fn an_undone_field_has_the_value_from_before(seed: u64, index: prop::sample::Index) {
        let (history, index, _dir, _replica, undone) = undo_one(seed, index);
        if let Undone::TakenBack { change, kept } = &undone {
            let original = &history[index].1;
            prop_assert_eq!(change.reason.as_ref(), Some(&text("a mistake")));
            for event in &original.events {
                let is_kept = kept.iter().any(|kept| kept.event == *event);
                let Some(edit) = event.field_change().filter(|_| !is_kept) else {
                    continue;
                };
                let back = change.events.iter().find(|back| {
                    back.subject() == event.subject() && Aspect::of(back) == Aspect::of(event)
                });
                let back = back.and_then(okr_core::event::Event::field_change).unwrap();
                prop_assert_eq!((back.from, back.to), (edit.to, edit.from));
            }
        }
    }
}

#[test]
fn every_kind_of_outcome_occurs_in_random_histories() {
    const KINDS: [&str; 5] = ["all of it", "a part", "nothing", "depended on", "rejected"];
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    // As many histories as it takes for the rarest, and not so many that it could be by accident.
    for seed in 0..60 {
        if seed >= 8 && counts.values().all(|count| *count > 3) && counts.len() == KINDS.len() {
            break;
        }
        let history = history(seed, 80);
        let (_dir, mut replica) = confirmed(&history);
        for (number, (_, change)) in (1_u128..).zip(&history) {
            let mut order = order(change.id, (1 << 100) + number);
            order.dry_run = true;
            let kind = match replica.undo(&order, &mut ids(2 << 100)).unwrap() {
                Undone::TakenBack { kept, .. } if kept.is_empty() => "all of it",
                Undone::TakenBack { .. } => "a part",
                Undone::NothingLeft(_) => "nothing",
                Undone::DependedOn(_) => "depended on",
                Undone::Rejected(_) => "rejected",
                other => panic!("{other:?}"),
            };
            *counts.entry(kind).or_insert(0) += 1;
        }
        assert_eq!(
            replica.info().unwrap().pending,
            0,
            "rehearsals write nothing"
        );
        assert_eq!(replica.redoable().unwrap(), None);
    }
    for kind in KINDS {
        assert!(counts.get(kind).copied().unwrap_or(0) > 3, "{counts:?}");
    }
}
