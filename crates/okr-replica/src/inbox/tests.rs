//! The inbox against a plain walk through the history, and what becomes of it.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::change::Change;
use okr_core::event::{CommentEvent, Topic};
use okr_core::id::{ChangeId, CheckInId, KeyResultId, ObjectiveId};
use okr_core::view::{MemoryView, View as _};
use okr_testkit::generate::{histories, history};
use okr_testkit::sample::{ANA, key_result_id};
use proptest::prelude::*;

use super::*;
use crate::directory::DirectoryEntry;
use crate::fake_log::FakeLog;

type History = Vec<(PersonId, Change)>;

/// Everything up to the head.
fn everything(replica: &Replica) -> InboxSpan {
    InboxSpan {
        after: Position::ZERO,
        until: replica.info().unwrap().head,
    }
}

/// What concerns Ana within a span, the newest first: each change with the events that do.
fn read(replica: &Replica, span: InboxSpan) -> Vec<(ChangeId, Vec<Concern>)> {
    let mut found = Vec::new();
    replica
        .inbox(span, |entry| {
            found.push((entry.entry.id, entry.concerns));
            true
        })
        .unwrap();
    found
}

/// What one watches at a moment: whether a thing is owned, and whether it is followed.
struct Plain<'a> {
    view: &'a MemoryView,
    followed: &'a BTreeSet<EntityId>,
}

impl Plain<'_> {
    fn objective(&self, id: ObjectiveId) -> bool {
        let Ok(Some(objective)) = self.view.objective(id) else {
            return false;
        };
        let above = [
            objective.team.map(EntityId::from),
            Some(objective.cycle.into()),
        ];
        objective.owner == ANA
            || self.follows(id.into())
            || above.into_iter().flatten().any(|id| self.follows(id))
    }

    fn key_result(&self, id: KeyResultId) -> bool {
        let Ok(Some(key_result)) = self.view.key_result(id) else {
            return false;
        };
        key_result.owner == ANA || self.follows(id.into()) || self.objective(key_result.objective)
    }

    fn check_in(&self, id: CheckInId) -> bool {
        let Ok(Some(check_in)) = self.view.check_in(id) else {
            return false;
        };
        self.key_result(check_in.key_result)
    }

    fn follows(&self, id: EntityId) -> bool {
        self.followed.contains(&id)
    }

    fn topic(&self, topic: Topic) -> bool {
        match topic {
            Topic::Objective(id) => self.objective(id),
            Topic::KeyResult(id) => self.key_result(id),
            Topic::CheckIn(id) => self.check_in(id),
            other => self.watches(other.entity()),
        }
    }

    fn watches(&self, id: EntityId) -> bool {
        match id {
            EntityId::Objective(id) => self.objective(id),
            EntityId::KeyResult(id) => self.key_result(id),
            EntityId::CheckIn(id) => self.check_in(id),
            EntityId::Comment(id) => {
                let comment = self.view.comment(id);
                comment.is_ok_and(|found| found.is_some_and(|found| self.topic(found.topic)))
            }
            EntityId::Initiative(id) => {
                let owner = self.view.initiative(id).unwrap();
                self.follows(id.into()) || owner.is_some_and(|found| found.owner == ANA)
            }
            EntityId::Metric(id) => {
                let owner = self.view.metric(id).unwrap();
                self.follows(id.into()) || owner.is_some_and(|found| found.owner == ANA)
            }
            EntityId::MetricValue(id) => {
                let value = self.view.metric_value(id).unwrap();
                value.is_some_and(|found| self.watches(found.metric.into()))
            }
            other => other == ANA.into() || self.follows(other),
        }
    }

    fn is_addressed(&self, event: &Event) -> bool {
        let Event::Comment(_, CommentEvent::Added(new)) = event else {
            return false;
        };
        let answered = new.reply_to.and_then(|id| self.view.comment(id).unwrap());
        answered.is_some_and(|answered| answered.author == ANA)
            || mentions(new.text.as_str(), "ana")
    }
}

/// Finds the same by looking at every change, before and after it.
fn plainly(history: &History, followed: &BTreeSet<EntityId>) -> Vec<(ChangeId, Vec<usize>)> {
    let mut before = MemoryView::new();
    let mut found = Vec::new();
    for (author, change) in history {
        let mut after = before.clone();
        after.apply(change);
        let views = [&before, &after].map(|view| Plain { view, followed });
        let events = change.events.iter().enumerate().filter(|(_, event)| {
            let subject = event.subject();
            views.iter().any(|plain| plain.watches(subject)) || views[1].is_addressed(event)
        });
        let events: Vec<usize> = events.map(|(place, _)| place).collect();
        if *author != ANA && !events.is_empty() {
            found.push((change.id, events));
        }
        before = after;
    }
    found.reverse();
    found
}

/// A replica of Ana's, whom the directory knows, with a history confirmed.
fn of(history: &History) -> (tempfile::TempDir, Replica) {
    let log = FakeLog::of(history);
    let (dir, mut replica) = log.replica();
    replica
        .set_directory_entry(&DirectoryEntry {
            person: ANA,
            handle: "ana".to_owned(),
            name: String::new(),
            email: String::new(),
        })
        .unwrap();
    log.give_all(&mut replica);
    (dir, replica)
}

/// Lets some comments mention Ana.
fn mentioning(mut history: History, each: usize) -> History {
    let mut number = 0;
    for event in history
        .iter_mut()
        .flat_map(|(_, change)| &mut change.events)
    {
        if let Event::Comment(_, CommentEvent::Added(new)) = event {
            number += 1;
            if number % each == 0 {
                new.text = okr_testkit::sample::text("what do you think, @Ana?");
            }
        }
    }
    history
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn the_inbox_is_what_a_walk_through_the_history_finds(
        history in histories(90), each in 1..5_usize, cut: prop::sample::Index,
        follows in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let history = mentioning(history, each);
        let (_dir, mut replica) = of(&history);
        let things: Vec<EntityId> = history
            .iter()
            .flat_map(|(_, change)| change.events.iter().map(Event::subject))
            .filter(|id| matches!(
                id,
                EntityId::Objective(_) | EntityId::KeyResult(_) | EntityId::Team(_) | EntityId::Cycle(_)
                    | EntityId::Initiative(_) | EntityId::Metric(_)
            ))
            .collect();
        let mut followed = BTreeSet::new();
        for index in follows.iter().filter(|_| !things.is_empty()) {
            let thing = *index.get(&things);
            replica.follow(thing).unwrap();
            followed.insert(thing);
        }
        // As if each was followed from the beginning.
        replica.write(|db| look_again_after(db, Position::ZERO)).unwrap();
        let wanted = plainly(&history, &followed);
        let events = |found: Vec<(ChangeId, Vec<Concern>)>| -> Vec<(ChangeId, Vec<usize>)> {
            let places = |concerns: Vec<Concern>| concerns.iter().map(|one| one.event).collect();
            found.into_iter().map(|(id, concerns)| (id, places(concerns))).collect()
        };
        let all = everything(&replica);
        prop_assert_eq!(&events(read(&replica, all)), &wanted);
        // Looking at a part finds what the whole has there.
        let at = Position::new(cut.index(history.len() + 1) as u64);
        let later = read(&replica, InboxSpan { after: at, ..all });
        let earlier = read(&replica, InboxSpan { until: at, ..all });
        let parts = [events(later), events(earlier)].concat();
        prop_assert_eq!(&parts, &wanted);
    }

    #[test]
    fn the_number_of_what_is_unread_is_that_of_what_is_listed(
        history in histories(40), cut: prop::sample::Index,
    ) {
        let (_dir, mut replica) = of(&history);
        let head = replica.info().unwrap().head;
        let at = Position::new(cut.index(history.len() + 1) as u64);
        replica.see_inbox(at).unwrap();
        let listed = read(&replica, InboxSpan { after: at, until: head });
        let unread = replica.unread().unwrap();
        prop_assert!(unread.comments + unread.changes <= listed.len());
        if !unread.is_more {
            prop_assert_eq!(unread.comments + unread.changes, listed.len());
        }
        replica.count_unread().unwrap();
        prop_assert_eq!(replica.unread().unwrap(), unread, "what a sync has counted");
        replica.see_inbox(head).unwrap();
        prop_assert_eq!(replica.unread().unwrap(), Unread::default());
    }
}

/// Returns the number as it would be if nothing had been counted before.
fn counted_anew(replica: &mut Replica) -> Unread {
    replica.write(forget_unread).unwrap();
    replica.unread().unwrap()
}

#[test]
fn what_was_counted_is_not_true_any_more_when_something_of_it_changes() {
    let mut differed = 0;
    for seed in 0..20 {
        let history = mentioning(history(seed, 90), 3);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        let person = replica.info().unwrap().me;
        let mut last = Unread::default();
        for step in 0..5 {
            match step {
                0 => drop(log.give(&mut replica, 40).unwrap()),
                1 => drop(log.give_all(&mut replica)),
                2 => {
                    let named = DirectoryEntry {
                        person,
                        handle: "somebody-else".to_owned(),
                        name: String::new(),
                        email: String::new(),
                    };
                    replica.set_directory_entry(&named).unwrap();
                }
                3 => {
                    replica.follow(key_result_id(1).into()).unwrap();
                    let back = |db: &Connection| look_again_after(db, Position::ZERO);
                    replica.write(back).unwrap();
                }
                _ => replica.see_inbox(Position::new(60)).unwrap(),
            }
            let now = replica.unread().unwrap();
            assert_eq!(now, counted_anew(&mut replica), "seed {seed}, step {step}");
            differed += u32::from(now != last);
            last = now;
            replica.count_unread().unwrap();
        }
    }
    assert!(differed > 20, "{differed}");
}

#[test]
fn every_reason_occurs_in_random_histories() {
    let mut counts: BTreeMap<Because, u32> = BTreeMap::new();
    for seed in 0..30 {
        let history = mentioning(history(seed, 90), 3);
        let (_dir, mut replica) = of(&history);
        replica.follow(key_result_id(1).into()).unwrap();
        let teams = history.iter().flat_map(|(_, change)| &change.events);
        let teams: Vec<EntityId> = teams
            .map(Event::subject)
            .filter(|id| matches!(id, EntityId::Team(_)))
            .collect();
        for team in teams {
            replica.follow(team).unwrap();
        }
        replica
            .write(|db| look_again_after(db, Position::ZERO))
            .unwrap();
        for (_, concerns) in read(&replica, everything(&replica)) {
            for concern in concerns {
                *counts.entry(concern.because).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(counts.len(), 6, "{counts:?}");
}

/// What is told because it is followed.
fn because_followed(replica: &Replica) -> BTreeSet<ChangeId> {
    let all = read(replica, everything(replica)).into_iter();
    let concerns = all.flat_map(|(id, concerns)| concerns.into_iter().map(move |one| (id, one)));
    let of = concerns.filter(|(_, one)| one.because == Because::Followed);
    of.map(|(id, _)| id).collect()
}

#[test]
fn following_begins_with_what_comes_next_and_ends_when_asked() {
    let mut told = 0;
    for seed in 0..10 {
        let history = history(seed, 60);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give(&mut replica, 30).unwrap();
        let events = history[..30].iter().flat_map(|(_, change)| &change.events);
        let mut cycles = events
            .map(Event::subject)
            .filter(|id| matches!(id, EntityId::Cycle(_)));
        let Some(thing) = cycles.next() else {
            continue;
        };
        assert!(replica.follow(thing).unwrap());
        assert!(!replica.follow(thing).unwrap(), "it is followed already");
        let since = Position::new(30);
        let followed = [FollowedThing { thing, since }];
        assert_eq!(replica.followed().unwrap(), followed);
        assert_eq!(because_followed(&replica), BTreeSet::new());
        log.give_all(&mut replica);
        let later: BTreeSet<ChangeId> = history[30..].iter().map(|(_, change)| change.id).collect();
        let found = because_followed(&replica);
        assert!(found.is_subset(&later), "{found:?}");
        told += found.len();
        assert!(replica.unfollow(thing).unwrap());
        assert!(!replica.unfollow(thing).unwrap());
        assert_eq!(because_followed(&replica), BTreeSet::new());
    }
    assert!(told > 10, "{told}");
}

#[test]
fn one_who_owns_nothing_and_whom_nobody_knows_has_an_empty_inbox() {
    let log = FakeLog::new();
    let (_dir, replica) = log.replica();
    assert_eq!(read(&replica, everything(&replica)), []);
    assert_eq!(replica.unread().unwrap(), Unread::default());
    assert_eq!(replica.inbox_seen().unwrap(), None);
}

#[test]
fn how_far_somebody_looked_never_goes_back_and_never_beyond_the_head() {
    let (_dir, mut replica) = of(&history(3, 20));
    replica.see_inbox(Position::new(15)).unwrap();
    replica.see_inbox(Position::new(4)).unwrap();
    assert_eq!(replica.inbox_seen().unwrap(), Some(Position::new(15)));
    replica.see_inbox(Position::new(99)).unwrap();
    assert_eq!(replica.inbox_seen().unwrap(), Some(Position::new(20)));
    // But where another history goes on from there.
    replica
        .write(|db| look_again_after(db, Position::new(12)))
        .unwrap();
    assert_eq!(replica.inbox_seen().unwrap(), Some(Position::new(12)));
}
