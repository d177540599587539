//! Properties of undoing on random histories of several people.

use std::collections::BTreeMap;

use okr_core::admit::{Verdict, admit};
use okr_core::change::Change;
use okr_core::entity::{CheckIn, Comment, Entity};
use okr_core::event::CycleEvent;
use okr_core::id::{ChangeId, EntityId, PersonId};
use okr_core::value::Source;
use okr_core::view::MemoryView;
use okr_testkit::generate::{TODAY, history, replay};
use okr_testkit::sample::{
    ANA, ORG, change_id, context, cycle_id, founding, new_cycle, new_org, text,
};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::aspect::Aspect;
use crate::fake_log::FakeLog;
use crate::log::{LogFilter, Place};
use crate::operation::{self, Did, Operation};
use crate::pending;

type History = Vec<(PersonId, Change)>;

/// A replica of Ana's with all of a history confirmed.
fn confirmed(history: &History) -> (TempDir, Replica) {
    let log = FakeLog::of(history);
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    (dir, replica)
}

fn order(changes: impl IntoIterator<Item = ChangeId>) -> UndoOrder {
    let steps = changes.into_iter().map(|change| UndoStep {
        change,
        reason: text("a mistake"),
    });
    UndoOrder {
        steps: steps.collect(),
        entirely: false,
        with_dependents: false,
        amendment: Some(AmendmentCategory::Correction),
        now: Timestamp::from_second(1_795_000_000).unwrap(),
        today: TODAY,
        dry_run: false,
    }
}

/// Makes ids that no history has.
fn fresh_ids(first: u128) -> impl FnMut() -> Uuid {
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
        if entry.place == Place::Pending {
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
    let order = order([history[index].1.id]);
    let undone = replica.undo(&order, &mut fresh_ids(2 << 100)).unwrap();
    (history, index, dir, replica, undone)
}

/// Returns the change that takes the only one of an order back, if it is taken back.
fn counter(undone: &Undone) -> Option<&Counter> {
    match undone {
        Undone::Done(steps) => steps.written.first(),
        Undone::Refused(_) => None,
    }
}

#[test]
fn what_cannot_be_taken_back_is_passed_over_once_that_was_said() {
    let cycle = |event| vec![Event::Cycle(cycle_id(1), event)];
    let story = [
        founding(new_org(), ANA),
        cycle(CycleEvent::Created(new_cycle())),
        cycle(CycleEvent::Opened),
    ];
    let history: History = (1..)
        .zip(story)
        .map(|(number, events)| {
            let change = Change {
                id: change_id(number),
                authored_at: Timestamp::from_second(1_790_000_000).unwrap(),
                on_behalf_of: None,
                source: Source::Human,
                reason: None,
                amendment: None,
                events,
            };
            (ANA, change)
        })
        .collect();
    let (_dir, mut replica) = confirmed(&history);
    for (_, change) in history.iter().rev() {
        let found = replica.undoable().unwrap().unwrap();
        let ids: Vec<ChangeId> = found.changes.iter().map(|entry| entry.id).collect();
        assert_eq!(ids, [change.id]);
        let refused = |replica: &mut Replica| {
            let undone = replica
                .undo(&order([change.id]), &mut fresh_ids(1 << 99))
                .unwrap();
            let Undone::Refused(obstacles) = undone else {
                panic!("{undone:?}");
            };
            let [
                Obstacle {
                    why: Hindrance::Stays(kept),
                    ..
                },
            ] = obstacles.as_slice()
            else {
                panic!("{obstacles:?}");
            };
            assert_eq!(kept.len(), change.events.len());
        };
        refused(&mut replica);
        replica.pass_over(&ids).unwrap();
        // It is not undone: asked for by its id, it says why again, and there is nothing to redo.
        refused(&mut replica);
        assert_eq!(replica.redoable().unwrap(), []);
    }
    assert_eq!(replica.undoable().unwrap(), None);
}

/// Redoes what would be redone.
fn redo(replica: &mut Replica, first: u128) -> Undone {
    let redoable = replica.redoable().unwrap();
    let mut order = order(redoable.iter().map(|one| one.entry.id));
    order.entirely = true;
    replica.redo(&order, &mut fresh_ids(first)).unwrap()
}

/// What a state says but for things that were made and put away since another one.
fn without_new(
    (mut things, said): (BTreeMap<EntityId, Entity>, Vec<String>),
    before: &(BTreeMap<EntityId, Entity>, Vec<String>),
) -> (BTreeMap<EntityId, Entity>, Vec<String>) {
    things.retain(|id, thing| before.0.contains_key(id) || !is_put_away(thing));
    (things, said)
}

fn is_put_away(thing: &Entity) -> bool {
    match thing {
        Entity::Person(one) => !one.active,
        Entity::Team(one) => one.archived,
        Entity::Objective(one) => one.archived,
        Entity::KeyResult(one) => one.archived,
        Entity::Initiative(one) => one.archived,
        Entity::Metric(one) => one.archived,
        Entity::Org(_)
        | Entity::Cycle(_)
        | Entity::CheckIn(_)
        | Entity::Comment(_)
        | Entity::MetricValue(_) => false,
    }
}

/// A replica whose owner wrote the last changes of a history with one command, and the state before
/// it. Some of them wait to be pushed still.
struct Written {
    history: History,
    before: (BTreeMap<EntityId, Entity>, Vec<String>),
    changes: Vec<ChangeId>,
    _dir: TempDir,
    replica: Replica,
}

/// Makes Ana's changes at the end of a history those of one command. The first `confirmed` of 8 parts
/// of them are in the log, the others wait.
fn written(seed: u64, confirmed: usize) -> Written {
    let mut all = history(seed, 60);
    let split = 45;
    let (early, late) = all.split_at(split);
    // Only what fits without what others wrote meanwhile.
    let mut view: MemoryView = replay(early);
    let mut own = Vec::new();
    for (_, change) in late.iter().filter(|(author, _)| *author == ANA) {
        let verdict = admit(&view, &context(ANA), ORG, change);
        if matches!(verdict, Ok(Verdict::Admitted)) {
            view.apply(change);
            own.push((ANA, change.clone()));
        }
    }
    all.truncate(split);
    let pristine = self::confirmed(&all);
    let before = state(&all, &pristine.1);
    let pushed = own.len() * confirmed / 8;
    let mut history = all;
    history.extend(own[..pushed].iter().cloned());
    let (dir, mut replica) = self::confirmed(&history);
    let changes: Vec<ChangeId> = own.iter().map(|(_, change)| change.id).collect();
    let operation = Operation {
        id: Uuid::from_u128(7),
        begun_at: Timestamp::UNIX_EPOCH,
        command: "okr plan apply".to_owned(),
        program: "okr 1".to_owned(),
        process: 1,
    };
    replica
        .write(|db| {
            for (_, change) in &own[pushed..] {
                pending::append(db, change, &pending::encode(change)?)?;
            }
            let written = changes.iter().map(|id| (*id, Did::Written));
            operation::note_changes(db, &operation, &written.collect::<Vec<_>>())
        })
        .unwrap();
    Written {
        history,
        before,
        changes,
        _dir: dir,
        replica,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn undoing_and_redoing_leaves_everything_as_it_was(seed: u64, index: prop::sample::Index) {
        let (history, _, _dir, mut replica, undone) = undo_one(seed, index);
        let pristine = confirmed(&history);
        let before = state(&history, &pristine.1);
        if let Some(Counter { change, .. }) = counter(&undone) {
            prop_assert_ne!(&state(&history, &replica), &before);
            let redoable = replica.redoable().unwrap();
            prop_assert_eq!(redoable.len(), 1);
            prop_assert_eq!(redoable[0].by, Some(change.id));
            let taken_out = vec![change.clone()];
            let steps = Steps { taken_out, ..Steps::default() };
            prop_assert_eq!(redo(&mut replica, 4 << 100), Undone::Done(Box::new(steps)));
            prop_assert_eq!(replica.redoable().unwrap(), vec![]);
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
        if let Some(Counter { change, .. }) = counter(&undone) {
            replica.write(|db| pending::offer(db, change.id)).unwrap();
            // A role or an archived goal may not let it: then it is said, and nothing is written.
            match redo(&mut replica, 4 << 100) {
                Undone::Done(steps) => {
                    prop_assert_eq!(&steps.written[0].kept, &vec![]);
                    prop_assert_eq!(state(&history, &replica), before);
                }
                Undone::Refused(obstacles) => {
                    let all = obstacles.iter().all(|one| {
                        matches!(one.why, Hindrance::Rejected(_) | Hindrance::Stays(_))
                    });
                    prop_assert!(all, "{:?}", obstacles);
                    prop_assert_eq!(replica.info().unwrap().pending, 1);
                }
            }
        }
    }

    #[test]
    fn undoing_never_touches_what_somebody_else_settled_since(
        seed: u64,
        index: prop::sample::Index,
    ) {
        let (history, index, _dir, _replica, undone) = undo_one(seed, index);
        if let Some(Counter { change, .. }) = counter(&undone) {
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
        if let Some(Counter { change, kept, .. }) = counter(&undone) {
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

    #[test]
    fn what_a_command_wrote_is_undone_as_a_whole_or_not_at_all(seed: u64, confirmed in 0..=8_usize) {
        let Written { history, before, changes, mut replica, .. } = written(seed, confirmed);
        prop_assume!(!changes.is_empty());
        let after = state(&history, &replica);
        let waiting = replica.info().unwrap().pending;
        let last = replica.undoable().unwrap().unwrap();
        let last: Vec<ChangeId> = last.changes.iter().map(|entry| entry.id).collect();
        prop_assert_eq!(&last, &changes);
        let mut order = order(last);
        order.entirely = true;
        match replica.undo(&order, &mut fresh_ids(2 << 100)).unwrap() {
            Undone::Refused(_) => {
                prop_assert_eq!(replica.info().unwrap().pending, waiting);
                prop_assert_eq!(replica.redoable().unwrap(), vec![]);
            }
            Undone::Done(steps) => {
                let undone = without_new(state(&history, &replica), &before);
                prop_assert_eq!(undone, without_new(before.clone(), &before), "{:?}", steps);
                let redone = redo(&mut replica, 3 << 100);
                prop_assert!(matches!(redone, Undone::Done(_)), "{:?}", redone);
            }
        }
        prop_assert_eq!(state(&history, &replica), after);
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
            let mut order = order([change.id]);
            order.dry_run = true;
            let undone = replica.undo(&order, &mut fresh_ids(number << 100)).unwrap();
            let kind = match &undone {
                Undone::Done(steps) if steps.written[0].kept.is_empty() => "all of it",
                Undone::Done(_) => "a part",
                Undone::Refused(obstacles) => match obstacles.first().map(|one| &one.why) {
                    None | Some(Hindrance::Stays(_)) => "nothing",
                    Some(Hindrance::DependedOn(_)) => "depended on",
                    Some(Hindrance::Rejected(_)) => "rejected",
                    Some(_) => panic!("{undone:?}"),
                },
            };
            *counts.entry(kind).or_insert(0) += 1;
        }
        assert_eq!(
            replica.info().unwrap().pending,
            0,
            "rehearsals write nothing"
        );
        assert_eq!(replica.redoable().unwrap(), []);
    }
    for kind in KINDS {
        assert!(counts.get(kind).copied().unwrap_or(0) > 3, "{counts:?}");
    }
}
