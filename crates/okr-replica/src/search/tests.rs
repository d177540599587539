//! Searches against what a look at every text says, and the index against one made from nothing.

use std::collections::BTreeSet;

use okr_core::change::Change;
use okr_core::decide::{Command, ObjectivePatch, Proposal};
use okr_core::event::Event;
use okr_core::id::{ChangeId, EntityId, PersonId, Position};
use okr_core::value::Source;
use okr_core::view::View as _;
use okr_core::{Date, Timestamp};
use okr_testkit::generate::{TODAY, histories, history};
use okr_testkit::sample::{
    ANA, BEN, ORG, change_id, check_in_id, cycle_id, key_result_id, new_check_in, new_cycle,
    new_key_result, new_objective, new_org, objective_id, text, title, value,
};
use proptest::prelude::*;
use rusqlite::Connection;

use super::texts::Texts;
use super::*;
use crate::fake_log::{FakeLog, START_US, STEP_US};
use crate::ingest::tests::disorder;
use crate::meta::NewReplica;
use crate::moment::{Axis, Moment, Point};
use crate::replica::{Proposed, Replica};

type History = Vec<(PersonId, Change)>;

/// Every word of the index, with its place.
pub(crate) fn words(replica: &Replica) -> Vec<(i64, String, String, i64)> {
    let db = replica.db();
    db.execute_batch(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.words USING fts5vocab('main', 'search', 'instance')",
    )
    .unwrap();
    let mut statement = db
        .prepare("SELECT doc, col, term, offset FROM temp.words ORDER BY 1, 2, 4, 3")
        .unwrap();
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

pub(crate) fn index(replica: &mut Replica) {
    replica.index_texts(&mut |_| {}).unwrap();
}

/// The words of an index that is made from nothing.
pub(crate) fn words_anew(replica: &mut Replica) -> Vec<(i64, String, String, i64)> {
    replica.write(super::forget).unwrap();
    assert_eq!(words(replica), []);
    index(replica);
    words(replica)
}

fn order(query: &str) -> SearchOrder {
    SearchOrder {
        archived: true,
        ..SearchOrder::new(Query::parse(query).unwrap(), 10_000)
    }
}

/// The ids of what a search finds.
fn found(hits: &Hits) -> BTreeSet<uuid::Uuid> {
    let id = |hit: &Hit| match (&hit.entity, &hit.since) {
        (Some(entity), _) => entity.id().uuid(),
        (None, Some(entry)) => entry.id.uuid(),
        (None, None) => panic!("a hit that is nothing"),
    };
    hits.hits.iter().map(id).collect()
}

/// The ids of what fits by a look at everything that a reading has.
fn by_looking(
    reading: &Reading<'_>,
    changes: &[&Change],
    history: &History,
) -> BTreeSet<uuid::Uuid> {
    let events = history.iter().flat_map(|(_, change)| &change.events);
    let ids: BTreeSet<EntityId> = events.map(Event::subject).collect();
    let mut fitting = BTreeSet::new();
    let has = |text: &str| text.to_lowercase().contains("docs");
    for id in ids {
        let entity = reading.entity(id).unwrap();
        let texts = entity.as_ref().map(Texts::of).unwrap_or_default();
        if TextField::ALL
            .iter()
            .any(|field| texts.get(*field).is_some_and(has))
        {
            fitting.insert(id.uuid());
        }
    }
    let reasons = changes.iter().filter(|change| {
        let reason = change.reason.as_ref();
        reason.is_some_and(|reason| has(reason.as_str()))
    });
    fitting.extend(reasons.map(|change| change.id.uuid()));
    fitting
}

fn at(axis: Axis, point: Point, day: Date) -> Moment {
    Moment {
        axis,
        point,
        day,
        day_is_over: false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_index_caught_up_in_pieces_is_one_made_from_nothing(
        mut history in histories(120),
        cuts in proptest::collection::vec((0..120_usize, any::<bool>()), 0..6),
        seed in any::<u64>(),
    ) {
        disorder(&mut history, seed);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        let mut cuts: Vec<_> = cuts.into_iter().filter(|(cut, _)| *cut < history.len()).collect();
        cuts.sort_unstable();
        for (cut, indexed) in cuts {
            log.give(&mut replica, cut).unwrap();
            if indexed {
                index(&mut replica);
            }
        }
        log.give_all(&mut replica);
        index(&mut replica);
        let caught_up = words(&replica);
        prop_assert_eq!(caught_up, words_anew(&mut replica));
    }

    #[test]
    fn a_search_finds_what_was_there_at_the_moment_whatever_the_index_has(
        mut history in histories(80), seed in any::<u64>(), cut in 0..80_usize, indexed in 0..80_usize,
    ) {
        disorder(&mut history, seed);
        // Reasons are about something, too.
        for (n, (_, change)) in history.iter_mut().enumerate() {
            change.reason = (n % 5 == 0).then(|| text("the docs said so"));
        }
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        log.give(&mut replica, indexed.min(history.len())).unwrap();
        index(&mut replica);
        log.give_all(&mut replica);
        let cut = cut.min(history.len());
        let position = Position::new(cut as u64);
        let time = Timestamp::from_microsecond(START_US + STEP_US * i64::try_from(cut).unwrap()).unwrap();
        let day = jiff::tz::TimeZone::UTC.to_datetime(time).date();
        let moments = [
            (Moment::now(TODAY), history.iter().map(|(_, change)| change).collect::<Vec<_>>()),
            (
                at(Axis::Recorded, Point::Position(position), day),
                history[..cut].iter().map(|(_, change)| change).collect(),
            ),
            (
                at(Axis::Authored, Point::Time(time), day),
                history.iter().map(|(_, change)| change).filter(|change| change.authored_at <= time).collect(),
            ),
            (
                at(Axis::Effective, Point::Time(time), day),
                history.iter().map(|(_, change)| change).filter(|change| change.authored_at <= time).collect(),
            ),
        ];
        for (moment, changes) in moments {
            let reading = replica.reading(moment).unwrap();
            let hits = reading.search(&order("docs")).unwrap();
            prop_assert_eq!(found(&hits).len(), hits.hits.len(), "twice the same at {:?}", moment);
            prop_assert_eq!(found(&hits), by_looking(&reading, &changes, &history), "{:?}", moment);
        }
    }
}

#[test]
fn an_upgrade_makes_the_index_anew() {
    let log = FakeLog::of(&history(11, 120));
    let (_dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    index(&mut replica);
    let before = words(&replica);
    assert!(before.len() > 100, "{}", before.len());
    replica.write(crate::ingest::evolve_again).unwrap();
    assert_eq!(words(&replica), []);
    index(&mut replica);
    assert_eq!(words(&replica), before);
}

/// A workspace without a server, in which somebody writes.
struct Desk {
    replica: Replica,
    _dir: tempfile::TempDir,
    next: u32,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let new = NewReplica {
            org: ORG,
            me: ANA,
            remote: None,
        };
        Self {
            replica: Replica::create(dir.path(), &new).unwrap(),
            _dir: dir,
            next: 1,
        }
    }

    fn write(&mut self, commands: Vec<Command>, reason: Option<&str>) -> ChangeId {
        self.next += 1;
        let proposal = Proposal {
            id: change_id(self.next),
            authored_at: Timestamp::from_second(1_795_000_000 + i64::from(self.next)).unwrap(),
            on_behalf_of: None,
            source: Source::Human,
            reason: reason.map(text),
            amendment: None,
            commands,
        };
        match self.replica.propose(proposal, TODAY).unwrap() {
            Proposed::Written(change) => change.id,
            other => panic!("{other:?}"),
        }
    }
}

/// The history of a desk as a log, so that everything of it is confirmed.
fn confirmed(desk: &Desk) -> (tempfile::TempDir, Replica) {
    let mut log = FakeLog::new();
    for pending in desk.replica.pending().unwrap() {
        log.append(ANA, &pending.change);
    }
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    (dir, replica)
}

/// A desk with an objective that was renamed and back, a key result and two check-ins.
fn planned() -> Desk {
    let mut desk = Desk::new();
    desk.write(
        vec![
            Command::CreateOrg {
                id: ORG,
                new: new_org(),
            },
            Command::AddPerson {
                id: ANA,
                role: okr_core::value::Role::Admin,
            },
            Command::AddPerson {
                id: BEN,
                role: okr_core::value::Role::Member,
            },
        ],
        None,
    );
    let mut objective = new_objective("edge");
    objective.title = title("Edge caching");
    let mut key_result = new_key_result(objective_id(1), "x");
    key_result.title = title("Hit rate of the CDN");
    desk.write(
        vec![Command::AddCycle {
            id: cycle_id(1),
            new: new_cycle(),
        }],
        None,
    );
    desk.write(
        vec![Command::AddObjective {
            id: objective_id(1),
            new: Box::new(objective),
        }],
        Some("the CDN is slow"),
    );
    desk.write(
        vec![Command::AddKeyResult {
            id: key_result_id(1),
            new: Box::new(key_result),
        }],
        None,
    );
    for (number, note) in [
        (1, "CDN contract signed, CDN regions next"),
        (2, "waiting for the contract of the new CDN, as before"),
    ] {
        let mut new = new_check_in(key_result_id(1), value("5"));
        new.note = Some(text(note));
        desk.write(
            vec![Command::RecordCheckIn {
                id: check_in_id(number),
                new,
            }],
            None,
        );
    }
    desk
}

fn retitle(desk: &mut Desk, to: &str) -> ChangeId {
    let patch = ObjectivePatch {
        title: Some(title(to)),
        ..ObjectivePatch::default()
    };
    desk.write(
        vec![Command::SetObjective {
            id: objective_id(1),
            patch: Box::new(patch),
        }],
        None,
    )
}

/// What is found, in order.
fn listed(replica: &Replica, order: &SearchOrder) -> Vec<String> {
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    let hits = reading.search(order).unwrap().hits;
    hits.iter().map(|hit| hit.matches[0].text.clone()).collect()
}

#[test]
fn titles_come_first_then_the_newer() {
    let desk = planned();
    let expected = [
        "Hit rate of the CDN",
        "waiting for the contract of the new CDN, as before",
        "CDN contract signed, CDN regions next",
        "the CDN is slow",
    ];
    assert_eq!(listed(&desk.replica, &order("cdn")), expected, "pending");
    let (_dir, mut replica) = confirmed(&desk);
    assert_eq!(
        listed(&replica, &order("cdn")),
        expected,
        "without an index"
    );
    index(&mut replica);
    assert_eq!(listed(&replica, &order("cdn")), expected);
}

#[test]
fn kinds_fields_and_limits_narrow() {
    let (_dir, mut replica) = confirmed(&planned());
    index(&mut replica);
    let only = |kind| SearchOrder {
        kinds: BTreeSet::from([kind]),
        ..order("cdn")
    };
    assert_eq!(listed(&replica, &only(SearchKind::Objective)), [""; 0]);
    assert_eq!(
        listed(&replica, &only(SearchKind::KeyResult)),
        ["Hit rate of the CDN"]
    );
    assert_eq!(
        listed(&replica, &only(SearchKind::Change)),
        ["the CDN is slow"]
    );
    let notes = SearchOrder {
        fields: BTreeSet::from([TextField::Note]),
        ..order("cdn")
    };
    assert_eq!(listed(&replica, &notes).len(), 2);
    let none = SearchOrder {
        fields: BTreeSet::from([TextField::Note]),
        ..only(SearchKind::Change)
    };
    assert_eq!(none.searched(), []);
    assert_eq!(listed(&replica, &none).len(), 0);
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    let one = SearchOrder {
        limit: 1,
        ..order("cdn")
    };
    let hits = reading.search(&one).unwrap();
    assert_eq!((hits.hits.len(), hits.more), (1, true));
    let here = SearchOrder {
        cycles: Some(BTreeSet::from([cycle_id(1)])),
        ..order("cdn")
    };
    assert_eq!(listed(&replica, &here).len(), 4);
    let elsewhere = SearchOrder {
        cycles: Some(BTreeSet::from([cycle_id(2)])),
        ..order("cdn")
    };
    assert_eq!(listed(&replica, &elsewhere).len(), 0);
}

#[test]
fn what_was_put_away_is_found_only_when_asked_for() {
    let desk = planned_and_archived();
    let (_dir, confirmed) = confirmed(&desk);
    for replica in [desk.replica, confirmed] {
        let usual = SearchOrder {
            archived: false,
            ..order("cdn")
        };
        let reasons = listed(&replica, &usual);
        assert_eq!(reasons, ["no more CDN", "the CDN is slow"]);
        assert_eq!(listed(&replica, &order("cdn")).len(), 5);
    }
}

fn planned_and_archived() -> Desk {
    let mut desk = planned();
    desk.write(
        vec![Command::ArchiveObjective(objective_id(1))],
        Some("no more CDN"),
    );
    desk
}

#[test]
fn a_search_at_any_time_tells_each_time_from_when_to_when() {
    let mut desk = planned();
    let renamed = retitle(&mut desk, "Fast everywhere");
    let back = retitle(&mut desk, "Edge caching");
    let (_dir, mut replica) = confirmed(&desk);
    let mut times = Vec::new();
    for replica in [&desk.replica, &replica] {
        times.push(times_of(replica, "edge caching"));
    }
    index(&mut replica);
    times.push(times_of(&replica, "edge caching"));
    for found in times {
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.contains(&(Some(back), None)), "{found:?}");
        assert!(
            found.iter().any(|(_, until)| *until == Some(renamed)),
            "{found:?}"
        );
    }
    assert_eq!(
        times_of(&replica, "everywhere"),
        [(Some(renamed), Some(back))]
    );
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    assert_eq!(
        reading.search(&order("everywhere")).unwrap(),
        Hits::default()
    );
}

fn times_of(replica: &Replica, query: &str) -> Vec<(Option<ChangeId>, Option<ChangeId>)> {
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    let hits = reading.search_history(&order(query)).unwrap().hits;
    let id = |entry: &Option<LogEntry>| entry.as_ref().map(|entry| entry.id);
    hits.iter()
        .map(|hit| (id(&hit.since), id(&hit.until)))
        .collect()
}

#[test]
fn what_cannot_be_indexed_is_found_all_the_same() {
    let (dir, mut replica) = confirmed(&planned());
    let before = listed(&replica, &order("cdn"));
    replica
        .db()
        .pragma_update(None, "query_only", true)
        .unwrap();
    let refused = replica.index_texts(&mut |_| {});
    assert!(
        matches!(refused, Err(ReplicaError::ReadOnly)),
        "{refused:?}"
    );
    assert_eq!(listed(&replica, &order("cdn")), before);
    replica
        .db()
        .pragma_update(None, "query_only", false)
        .unwrap();
    let other = Connection::open(dir.path().join(crate::schema::FILE_NAME)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let refused = replica.index_texts(&mut |_| {});
    assert!(matches!(refused, Err(ReplicaError::Busy)), "{refused:?}");
    assert_eq!(listed(&replica, &order("cdn")), before);
    other.execute_batch("ROLLBACK").unwrap();
    index(&mut replica);
    assert_eq!(listed(&replica, &order("cdn")), before);
}

#[test]
fn catching_up_tells_how_far_it_is_and_goes_on_where_it_was_stopped() {
    let log = FakeLog::of(&history(12, 40));
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    replica.write(super::index::advance).unwrap();
    let mut told = Vec::new();
    let mut other = Replica::open(dir.path()).unwrap();
    other
        .index_texts(&mut |progress| told.push(progress))
        .unwrap();
    let last = IndexProgress { done: 33, of: 33 };
    assert_eq!(told.first(), Some(&IndexProgress { done: 7, of: 33 }));
    assert_eq!(told.last(), Some(&last));
    assert_eq!(words(&replica), words_anew(&mut other));
}

#[test]
fn several_processes_take_turns() {
    let log = FakeLog::of(&history(13, 90));
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut replica = Replica::open(dir.path()).unwrap();
                match replica.index_texts(&mut |_| {}) {
                    // With so little to do nobody waits for another one.
                    Ok(()) | Err(ReplicaError::Busy) => {}
                    Err(error) => panic!("{error}"),
                }
            });
        }
    });
    index(&mut replica);
    let together = words(&replica);
    assert_eq!(together, words_anew(&mut replica));
}
