//! What an old program did not understand is marked, and right after an upgrade.

use std::sync::LazyLock;

use okr_core::change::Change;
use okr_core::decide::{Command, Proposal};
use okr_core::entity::Entity;
use okr_core::event::{Event, ObjectiveEvent};
use okr_core::id::PersonId;
use okr_core::value::Source;
use okr_testkit::generate::history;
use okr_testkit::sample::{ORG, TODAY, change_id, metric_value_id, new_metric_value, tag, text};
use tempfile::TempDir;

use super::*;
use crate::fake_log::FakeLog;
use crate::moment::Moment;
use crate::replica::Replica;
use crate::sync::SyncError;
use crate::undo::{UndoOrder, UndoStep, Undone};

/// A history with tags in it, which the old program does not know, and nothing after the last one
/// about the same objective.
fn with_tags() -> Vec<(PersonId, Change)> {
    static FOUND: LazyLock<Vec<(PersonId, Change)>> = LazyLock::new(|| {
        let ends_so =
            |history: &Vec<(PersonId, Change)>| ends_with_the_tag(history, tagged(history));
        tagged_histories()
            .find(ends_so)
            .expect("some history has tags")
    });
    FOUND.clone()
}

/// Histories with several tags in them.
fn tagged_histories() -> impl Iterator<Item = Vec<(PersonId, Change)>> {
    let histories = (0..200).map(|seed| history(seed, 120));
    histories.filter(|history| {
        let tags = history.iter().filter(|(_, change)| is_new(change));
        tags.count() >= 2
    })
}

fn is_new(change: &Change) -> bool {
    let mut events = change.events.iter();
    events.any(|event| matches!(event, Event::Objective(_, ObjectiveEvent::Tagged(_))))
}

/// Says whether the last change about an objective tags it and does nothing else.
fn ends_with_the_tag(history: &[(PersonId, Change)], objective: EntityId) -> bool {
    let mut changes = history.iter().rev().map(|(_, change)| change);
    let about = |change: &&Change| change.events.iter().any(|one| one.subject() == objective);
    changes
        .find(about)
        .is_some_and(|change| is_new(change) && change.events.len() == 1)
}

/// The objective that the last tag is about.
fn tagged(history: &[(PersonId, Change)]) -> EntityId {
    let (_, change) = history
        .iter()
        .rev()
        .find(|(_, change)| is_new(change))
        .unwrap();
    change.events[0].subject()
}

/// Everything that is derived from the records.
fn derived(replica: &Replica) -> Vec<String> {
    let queries = [
        "SELECT quote(key) || quote(recorded_from) || quote(recorded_to) || quote(authored_from)
             || quote(authored_to) || quote(kind) || quote(id) || quote(parent) || quote(day)
             || quote(cycle) || quote(team) || quote(slug) || quote(flags) || body
         FROM versions ORDER BY key",
        "SELECT quote(short) || quote(first_row) FROM entity_ends ORDER BY 1",
        "SELECT quote(id) || quote(position) FROM upgrades ORDER BY 1",
        "SELECT name || quote(value) FROM meta ORDER BY 1",
    ];
    let mut all = Vec::new();
    for query in queries {
        let mut statement = replica.db().prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        all.extend(rows.map(Result::unwrap));
    }
    all
}

/// A replica that the old program took a history into.
fn old_replica(log: &FakeLog) -> (TempDir, Replica) {
    old_program::run(|| {
        let (dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        (dir, replica)
    })
}

fn rename(replica: &mut Replica, objective: EntityId) -> Result<crate::Proposed, ReplicaError> {
    let EntityId::Objective(id) = objective else {
        panic!("{objective} is no objective");
    };
    let proposal = Proposal {
        id: change_id(999_999),
        authored_at: okr_core::Timestamp::UNIX_EPOCH,
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        commands: vec![Command::TagObjective { id, tag: tag("zz") }],
    };
    replica.propose(proposal, TODAY)
}

#[test]
fn what_is_not_understood_is_kept_marked_and_not_written_to() {
    let history = with_tags();
    let log = FakeLog::of(&history);
    let (_dir, mut replica) = old_replica(&log);
    assert_eq!(replica.info().unwrap().head, log.head(), "it syncs on");
    let objective = tagged(&history);
    old_program::run(|| {
        let reading = replica.reading(Moment::now(TODAY)).unwrap();
        assert!(reading.upgrade_needed(objective).unwrap());
        let upgrades = reading.upgrades().unwrap();
        assert!(upgrades.entities.contains(&objective.uuid()));
        let tags = history.iter().filter(|(_, change)| is_new(change)).count();
        assert_eq!(upgrades.changes, tags);
        assert!(!reading.upgrade_needed(ORG.into()).unwrap());
        drop(reading);
        let refused = rename(&mut replica, objective);
        assert!(
            matches!(refused, Err(ReplicaError::UpgradeNeeded { entity }) if entity == objective),
            "{refused:?}"
        );
    });
}

#[test]
fn an_upgrade_makes_it_right_without_a_new_clone() {
    let history = with_tags();
    let log = FakeLog::of(&history);
    let (dir, old) = old_replica(&log);
    let (_other, mut fresh) = log.replica();
    log.give_all(&mut fresh);
    assert_ne!(derived(&old), derived(&fresh));
    // The old program opens it as often as it likes, and nothing changes.
    let before = derived(&old);
    drop(old);
    let again = old_program::run(|| Replica::open(dir.path()).unwrap());
    assert_eq!(derived(&again), before);
    drop(again);

    let upgraded = Replica::open(dir.path()).unwrap();
    assert_eq!(derived(&upgraded), derived(&fresh));
    let reading = upgraded.reading(Moment::now(TODAY)).unwrap();
    assert_eq!(reading.upgrades().unwrap(), Upgrades::default());
    assert!(!reading.upgrade_needed(tagged(&history)).unwrap());
    drop(reading);

    // What the new program understood the old one does not touch any more.
    drop(upgraded);
    let refused = old_program::run(|| Replica::open(dir.path()));
    assert!(
        matches!(refused, Err(ReplicaError::NewerVocabulary { found, known: 0 })
            if found == i64::from(VOCABULARY)),
        "{refused:?}"
    );
}

#[test]
fn it_goes_on_from_there() {
    let history = with_tags();
    let (first, rest) = history.split_at(history.len() / 2);
    let mut log = FakeLog::of(first);
    let (dir, replica) = old_replica(&log);
    drop(replica);
    for (author, change) in rest {
        log.append(*author, change);
    }
    let mut upgraded = Replica::open(dir.path()).unwrap();
    log.give_all(&mut upgraded);
    let (_other, mut fresh) = log.replica();
    log.give_all(&mut fresh);
    assert_eq!(derived(&upgraded), derived(&fresh));
}

#[test]
fn a_replica_of_before_vocabularies_were_counted_is_read_again() {
    let history = with_tags();
    let log = FakeLog::of(&history);
    let (dir, old) = old_replica(&log);
    old.db()
        .execute("DELETE FROM meta WHERE name = 'vocabulary'", [])
        .unwrap();
    drop(old);
    let upgraded = Replica::open(dir.path()).unwrap();
    assert!(!is_any_needed(upgraded.db()).unwrap());
}

#[test]
fn a_check_in_on_what_is_not_understood_is_refused_too() {
    let history = with_tags();
    let log = FakeLog::of(&history);
    let (_dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    let check_in = history
        .iter()
        .flat_map(|(_, change)| &change.events)
        .find_map(|event| {
            let EntityId::CheckIn(id) = event.subject() else {
                return None;
            };
            let Some(Entity::CheckIn(check_in)) = reading.entity(id.into()).unwrap() else {
                return None;
            };
            (!check_in.retracted).then_some(check_in)
        });
    let check_in = check_in.expect("the history has check-ins");
    drop(reading);
    let key_result = EntityId::from(check_in.key_result);
    let marked = replica.write(|db| {
        let id = key_result.uuid();
        db.execute("INSERT INTO upgrades VALUES (?1, 1)", [id.as_bytes()])?;
        Ok::<_, ReplicaError>(())
    });
    marked.unwrap();
    let change = Change {
        events: vec![Event::CheckIn(check_in.id, CheckInEvent::Retracted)],
        ..history[0].1.clone()
    };
    let view = crate::rebase::head_view(replica.db()).unwrap();
    let refused = refuse_unknown(replica.db(), &view, &change);
    assert!(
        matches!(refused, Err(ReplicaError::UpgradeNeeded { entity }) if entity == key_result),
        "{refused:?}"
    );
}

#[test]
fn a_value_of_a_metric_that_is_not_understood_is_refused_too() {
    let history = with_tags();
    let log = FakeLog::of(&history);
    let (_dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    let mut metrics = reading.metrics(true).unwrap().into_iter();
    let value = metrics.find_map(|metric| {
        let values = reading.metric_values(metric.id, None).unwrap();
        values.into_iter().find(|fact| !fact.value.retracted)
    });
    let value = value.expect("the history has values of metrics").value;
    drop(reading);
    let metric = EntityId::from(value.metric);
    let marked = replica.write(|db| {
        let id = metric.uuid();
        db.execute("INSERT INTO upgrades VALUES (?1, 1)", [id.as_bytes()])?;
        Ok::<_, ReplicaError>(())
    });
    marked.unwrap();
    let recorded = MetricValueEvent::Recorded(new_metric_value(value.metric, "1"));
    let view = crate::rebase::head_view(replica.db()).unwrap();
    for event in [
        Event::MetricValue(value.id, MetricValueEvent::Retracted),
        Event::MetricValue(metric_value_id(999_997), recorded),
    ] {
        let change = Change {
            events: vec![event],
            ..history[0].1.clone()
        };
        let refused = refuse_unknown(replica.db(), &view, &change);
        assert!(
            matches!(refused, Err(ReplicaError::UpgradeNeeded { entity }) if entity == metric),
            "{refused:?}"
        );
    }
}

#[test]
fn only_the_server_judges_what_waits_while_something_is_not_understood() {
    let history = with_tags();
    let log = FakeLog::of(&history);
    let (_dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    // Waiting, and refused by what is known here: it exists already.
    let mut refused = history[0].1.clone();
    refused.id = change_id(999_998);
    let settle = |replica: &mut Replica| -> Result<usize, SyncError> {
        crate::sync::settle_now(replica)?;
        Ok(replica.info()?.pending)
    };
    let append = |replica: &mut Replica| {
        replica
            .write(|db| crate::pending::append(db, &refused, &crate::pending::encode(&refused)?))
            .unwrap();
    };
    append(&mut replica);
    let mark = |replica: &mut Replica| {
        replica
            .write(|db| {
                db.execute("INSERT INTO upgrades VALUES (?1, 1)", [[7_u8; 16]])?;
                Ok::<_, ReplicaError>(())
            })
            .unwrap();
    };
    mark(&mut replica);
    assert_eq!(settle(&mut replica).unwrap(), 1);
    replica
        .write(|db| {
            db.execute("DELETE FROM upgrades", [])?;
            Ok::<_, ReplicaError>(())
        })
        .unwrap();
    assert_eq!(settle(&mut replica).unwrap(), 0);
    assert_eq!(replica.info().unwrap().conflicts, 1);
}

#[test]
fn undoing_does_not_touch_what_is_not_understood() {
    let order = |change: &Change| UndoOrder {
        steps: vec![UndoStep {
            change: change.id,
            reason: text("no"),
        }],
        entirely: false,
        with_dependents: false,
        amendment: None,
        now: okr_core::Timestamp::UNIX_EPOCH,
        today: TODAY,
        dry_run: true,
    };
    let mut fresh = || Uuid::nil();
    // Of many histories the first in which something about a tagged objective can be undone.
    let found = tagged_histories().find_map(|history| {
        let objective = tagged(&history);
        let log = FakeLog::of(&history);
        let (dir, mut replica) = log.replica();
        log.give_all(&mut replica);
        let is_about =
            |change: &Change| matches!(change.events[..], [ref one] if one.subject() == objective);
        let about = history
            .into_iter()
            .map(|(_, change)| change)
            .filter(is_about);
        let possible: Vec<Change> = about
            .filter(|change| {
                let undone = replica.undo(&order(change), &mut fresh);
                matches!(undone, Ok(Undone::Done(_)))
            })
            .collect();
        (!possible.is_empty()).then_some((dir, replica, objective, possible))
    });
    let (_dir, mut replica, objective, possible) = found.expect("something can be undone");
    let id = objective.uuid();
    replica
        .write(|db| {
            db.execute("INSERT INTO upgrades VALUES (?1, 1)", [id.as_bytes()])?;
            Ok::<_, ReplicaError>(())
        })
        .unwrap();
    for change in &possible {
        let undone = replica.undo(&order(change), &mut fresh);
        assert!(
            matches!(undone, Err(ReplicaError::UpgradeNeeded { entity }) if entity == objective),
            "{undone:?}"
        );
    }
}
