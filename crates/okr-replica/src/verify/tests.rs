//! Everything that can be altered in a replica is found, by name and place, and nothing else is.

use bytes::Bytes;
use okr_core::id::Position;
use okr_log::{Frontier, Hash, Record, RecordView, TokenId};
use okr_testkit::generate::{histories, history};
use proptest::prelude::*;
use rusqlite::Connection;
use tempfile::TempDir;

use super::*;
use crate::fake_log::FakeLog;
use crate::ingest::tests::disorder;
use crate::meta::Meta;

/// How many changes the altered replicas have.
const SIZE: usize = 40;

/// Everything that is found, check by check, as far as one builds on the other.
fn flaws(replica: &Replica) -> Vec<Flaw> {
    flaws_of(replica).unwrap()
}

/// Everything that is found, unless the store cannot be read.
pub(super) fn flaws_of(replica: &Replica) -> Result<Vec<Flaw>, ReplicaError> {
    let mut examination = replica.examine()?;
    let mut flaws = Vec::new();
    flaws.extend(examination.records(&mut |_| {})?);
    match examination.signature() {
        Ok(Some(signed)) if flaws.is_empty() => flaws.extend(examination.root(&signed).err()),
        Ok(_) => {}
        Err(flaw) => flaws.push(flaw),
    }
    if flaws.is_empty() {
        flaws.extend(examination.derived(&mut |_| {})?.err());
    }
    flaws.extend(examination.waiting()?.err());
    Ok(flaws)
}

fn replica() -> (FakeLog, TempDir, Replica) {
    let log = FakeLog::of(&history(11, SIZE));
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    (log, dir, replica)
}

/// Alters a replica and returns what is found.
fn altered(alter: impl FnOnce(&FakeLog, &Connection)) -> Vec<Flaw> {
    let (log, _dir, replica) = replica();
    assert_eq!(flaws(&replica), [], "before it was altered");
    alter(&log, replica.db());
    let before = replica.db().total_changes();
    let flaws = flaws(&replica);
    assert_eq!(replica.db().total_changes(), before, "nothing is written");
    flaws
}

fn sql(text: &str) -> Vec<Flaw> {
    altered(|_, db| db.execute_batch(text).unwrap())
}

/// Returns a record that says that another device made it.
fn forged(bytes: &Bytes) -> Bytes {
    let mut record = Record::decode(bytes).unwrap();
    record.token = TokenId([0xEE; 16]);
    record.encode().unwrap()
}

fn put(db: &Connection, position: i64, bytes: &[u8]) {
    db.execute(
        "UPDATE records SET bytes = ?2 WHERE position = ?1",
        (position, bytes),
    )
    .unwrap();
}

fn put_with_leaf(db: &Connection, position: i64, bytes: &[u8]) {
    put(db, position, bytes);
    let leaf = RecordView::parse(bytes).unwrap().leaf_hash();
    db.execute(
        "UPDATE records SET leaf = ?2 WHERE position = ?1",
        (position, leaf.as_bytes()),
    )
    .unwrap();
}

/// Writes the right edge of the tree over what is stored.
fn put_frontier(db: &Connection) {
    let mut frontier = Frontier::new();
    for leaf in crate::divergence::leaves(db).unwrap() {
        frontier.push(leaf);
    }
    Meta::Frontier.set(db, frontier.to_bytes()).unwrap();
}

const fn at(position: u64) -> Position {
    Position::new(position)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_was_pulled_in_any_way_is_without_a_flaw(
        mut history in histories(90), cut in any::<prop::sample::Index>(), seed in any::<u64>(),
    ) {
        disorder(&mut history, seed);
        let log = FakeLog::of(&history);
        let (_dir, mut replica) = log.replica();
        prop_assert_eq!(flaws(&replica), []);
        log.give(&mut replica, cut.index(history.len() + 1)).unwrap();
        prop_assert_eq!(flaws(&replica), []);
        log.give_all(&mut replica);
        prop_assert_eq!(flaws(&replica), []);
    }
}

#[test]
fn an_altered_record_is_named() {
    let found = altered(|log, db| put(db, 17, &forged(&log.records[16])));
    assert_eq!(found, [Flaw::Altered { position: at(17) }]);
    let found = altered(|log, db| put(db, 17, &log.records[16][..50]));
    assert!(
        matches!(&found[..], [Flaw::Record { position, .. }] if *position == at(17)),
        "{found:?}"
    );
    let found = sql("UPDATE records SET bytes = 'text' WHERE position = 3");
    assert!(matches!(&found[..], [Flaw::Record { .. }]), "{found:?}");
}

#[test]
fn a_record_altered_with_its_hash_leads_to_another_root() {
    let found = altered(|log, db| put_with_leaf(db, 35, &forged(&log.records[34])));
    let (first, last) = (at(33), at(40));
    assert_eq!(found, [Flaw::Root { first, last }]);
    let found = altered(|log, db| {
        put_with_leaf(db, 35, &forged(&log.records[34]));
        put_frontier(db);
    });
    let (first, last) = (at(1), at(40));
    assert_eq!(found, [Flaw::Root { first, last }]);
}

#[test]
fn a_dropped_record_is_missed() {
    let found = sql("DELETE FROM records WHERE position = 17");
    assert_eq!(found, [Flaw::Missing { position: at(17) }]);
    let found = sql("DELETE FROM records WHERE position = 40");
    assert_eq!(found, [Flaw::Missing { position: at(40) }]);
    let found = altered(|_, db| {
        db.execute_batch("DELETE FROM records WHERE position = 40")
            .unwrap();
        Meta::Head.set(db, 39).unwrap();
        put_frontier(db);
    });
    let (stated, here) = (at(40), at(39));
    assert_eq!(found, [Flaw::Size { stated, here }]);
}

#[test]
fn records_in_another_order_are_found() {
    let swap = "UPDATE records SET position = -1 WHERE position = 17;
        UPDATE records SET position = 17 WHERE position = 18;
        UPDATE records SET position = 18 WHERE position = -1;";
    let (position, stated) = (at(17), at(18));
    assert_eq!(sql(swap), [Flaw::Misplaced { position, stated }]);
    let found = altered(|log, db| {
        for (place, from) in [(17, 17), (18, 16)] {
            let mut record = Record::decode(&log.records[from]).unwrap();
            record.position = okr_log::Position::new(place);
            put_with_leaf(db, place.cast_signed(), &record.encode().unwrap());
        }
    });
    // It is listed under the other one's columns still.
    assert!(matches!(&found[..], [Flaw::Column { .. }]), "{found:?}");
}

#[test]
fn an_inserted_record_is_found() {
    let insert = |position: i64| {
        format!(
            "INSERT INTO records SELECT {position}, recorded_at, authored_at, author, on_behalf_of,
             source, change_id, leaf, bytes FROM records WHERE position = 40"
        )
    };
    let (position, head) = (at(41), at(40));
    assert_eq!(sql(&insert(41)), [Flaw::Surplus { position, head }]);
    assert!(!sql(&insert(0)).is_empty());
}

#[test]
fn what_is_listed_beside_a_record_is_what_it_says() {
    for (column, value, name) in [
        ("recorded_at", "recorded_at + 1", "time of recording"),
        ("authored_at", "authored_at - 1", "time of authoring"),
        ("author", "author + 1", "author"),
        ("author", "'nobody'", "author"),
        ("on_behalf_of", "author", "person"),
        ("source", "'robot'", "source"),
        ("change_id", "zeroblob(16)", "id"),
    ] {
        let found = sql(&format!(
            "UPDATE records SET {column} = {value} WHERE position = 9"
        ));
        let (position, column) = (at(9), name);
        assert_eq!(found, [Flaw::Column { position, column }]);
    }
}

#[test]
fn the_checkpoint_is_the_servers_and_of_what_is_here() {
    let found = sql("DELETE FROM meta WHERE name = 'checkpoint'");
    assert_eq!(found, [Flaw::NoCheckpoint { head: at(40) }]);
    let found = sql("UPDATE meta SET value = replace(value, '40', '41') WHERE name = 'checkpoint'");
    assert!(matches!(&found[..], [Flaw::Signature(_)]), "{found:?}");
    let found = altered(|log, db| {
        Meta::Checkpoint.set(db, log.checkpoint_of(39)).unwrap();
    });
    let (stated, here) = (at(39), at(40));
    assert_eq!(found, [Flaw::Size { stated, here }]);
    let found = sql("UPDATE meta SET value = 'okr.example/other' WHERE name = 'origin'");
    assert!(matches!(&found[..], [Flaw::Signature(_)]), "{found:?}");
}

#[test]
fn what_is_derived_is_what_the_records_say() {
    for (text, table) in [
        (
            "UPDATE versions SET body = replace(body, '\"', ' \"') WHERE key = (SELECT key FROM versions WHERE kind > 4 LIMIT 1)",
            "versions",
        ),
        (
            "UPDATE versions SET recorded_to = NULL WHERE recorded_to IS NOT NULL",
            "versions",
        ),
        ("UPDATE versions SET flags = flags + 1", "versions"),
        (
            "DELETE FROM versions WHERE key = (SELECT max(key) FROM versions)",
            "versions",
        ),
        (
            "INSERT INTO versions SELECT key + (9999 << 32), recorded_from, recorded_to, authored_from, authored_to, kind, id,
             parent, day, cycle, team, slug, flags, body FROM versions LIMIT 1",
            "versions",
        ),
        ("DELETE FROM entity_ends WHERE first_row = (SELECT min(first_row) FROM entity_ends)", "entity_ends"),
        ("DELETE FROM change_ends WHERE position = 5", "change_ends"),
        ("INSERT INTO authors VALUES (77, zeroblob(16))", "authors"),
        ("INSERT INTO upgrades VALUES (zeroblob(16), 3)", "upgrades"),
        ("UPDATE meta SET value = value + 1 WHERE name = 'entities'", "meta"),
    ] {
        let found = sql(text);
        assert!(
            matches!(&found[..], [Flaw::Derived { table: named, .. }] if *named == table),
            "{text}: {found:?}"
        );
    }
    let found = sql("UPDATE versions SET flags = 64 WHERE recorded_from = 23");
    let [Flaw::Derived { column, entity, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(
        (column.as_str(), found[0].position()),
        ("flags", Some(at(23)))
    );
    assert!(entity.is_some());
}

#[test]
fn what_waits_can_be_sent_and_is_not_confirmed() {
    let insert = "INSERT INTO pending (change_id, authored_at, body, texts)
        SELECT change_id, authored_at, x'00', x'' FROM records WHERE position = 7";
    let found = sql(insert);
    assert!(matches!(&found[..], [Flaw::Waiting { .. }]), "{found:?}");
    let found = altered(|log, db| {
        let record = Record::decode(&log.records[6]).unwrap();
        db.execute(
            "INSERT INTO pending (change_id, authored_at, body, texts)
             SELECT change_id, authored_at, ?1, ?2 FROM records WHERE position = 7",
            (record.body.as_ref(), texts(&record)),
        )
        .unwrap();
    });
    let [Flaw::Waiting { problem, .. }] = &found[..] else {
        panic!("{found:?}")
    };
    assert_eq!(problem, "it is confirmed already, at 7");
}

fn texts(record: &Record) -> Vec<u8> {
    let texts = record.texts.iter().map(|text| match text {
        okr_log::RecordText::Present { salt, text } => okr_proto::SaltedText {
            salt: *salt,
            text: text.clone(),
        },
        okr_log::RecordText::Erased { .. } => panic!("nothing was erased"),
    });
    crate::pending::write_texts(&texts.collect::<Vec<_>>())
}

#[test]
fn a_workspace_without_a_server_has_nothing_to_prove() {
    let dir = tempfile::tempdir().unwrap();
    let new = crate::meta::NewReplica {
        org: okr_testkit::sample::ORG,
        me: okr_testkit::sample::ANA,
        remote: None,
    };
    let replica = Replica::create(dir.path(), &new).unwrap();
    assert_eq!(flaws(&replica), []);
    assert_eq!(replica.examine().unwrap().signature(), Ok(None));
    assert_eq!(replica.anchor(None).unwrap(), None);
}

/// Checks one text against a replica of the first `size` changes.
fn anchor_found(text: &str) -> AnchorFinding {
    let (_log, _dir, replica) = replica();
    let mut examination = replica.examine().unwrap();
    assert_eq!(examination.records(&mut |_| {}).unwrap(), None);
    let kept = read_anchors(text);
    assert_eq!(kept.len(), 1, "{kept:?}");
    examination.anchor(&kept[0]).unwrap()
}

#[test]
fn every_earlier_checkpoint_is_an_anchor() {
    let (log, _dir, replica) = replica();
    let mut examination = replica.examine().unwrap();
    examination.records(&mut |_| {}).unwrap();
    let key = examination.signature().unwrap().unwrap().key;
    let notes = (0..=SIZE).map(|size| ["# one\n", &log.checkpoint_of(size), "\n"].concat());
    let file = notes.collect::<Vec<_>>().concat();
    let kept = read_anchors(&file);
    assert_eq!(kept.len(), SIZE + 1);
    assert_eq!((kept[0].line, kept[1].line), (2, 9));
    for (size, kept) in kept.iter().enumerate() {
        let fits = AnchorFinding::Fits {
            size: at(size as u64),
            key: Some(key.clone()),
        };
        assert_eq!(examination.anchor(kept), Ok(fits));
    }
    for size in [0, 1, 17, 40] {
        let anchored = replica.anchor(Some(at(size))).unwrap().unwrap();
        let line = Fingerprint::new(anchored.size, &anchored.root).to_string();
        let fits = AnchorFinding::Fits {
            size: at(size),
            key: None,
        };
        assert_eq!(anchor_found(&line), fits, "{line}");
        assert_eq!(anchor_found(&line.replace('-', " ")), fits);
        assert_eq!(anchored.note.is_some(), size == 40);
    }
    assert!(matches!(
        replica.anchor(Some(at(41))),
        Err(ReplicaError::BeyondHead { .. })
    ));
}

#[test]
fn an_anchor_that_does_not_fit_says_why() {
    let (log, ..) = replica();
    let note = log.checkpoint_of(17);
    let other = FakeLog::of(&history(12, SIZE));
    assert_eq!(
        anchor_found(&other.checkpoint_of(17)),
        AnchorFinding::Rewritten { size: at(17) }
    );
    let found = anchor_found(&note.replace("\n17\n", "\n18\n"));
    assert_eq!(found, AnchorFinding::Forged);
    let found = anchor_found(&note.replace("acme", "umbrella"));
    let origin = "okr.example/umbrella".to_owned();
    assert_eq!(found, AnchorFinding::OtherLog { origin });
    let found = anchor_found(&note.replace("\u{2014} okr.example ", "\u{2014} okr.elsewhere "));
    assert!(
        matches!(&found, AnchorFinding::OtherKey { signers } if signers[0].starts_with("okr.elsewhere+")),
        "{found:?}"
    );
    let body = &note[..note.find('\u{2014}').unwrap()];
    assert_eq!(anchor_found(body), AnchorFinding::Unsigned);
    for torn in [note.len() - 40, note.len() - 1] {
        let found = anchor_found(&note[..torn]);
        assert!(matches!(found, AnchorFinding::Unreadable(_)), "{found:?}");
    }
    let mut longer = log;
    for (author, change) in history(13, 45).split_off(SIZE) {
        longer.append(author, &change);
    }
    let found = anchor_found(&longer.checkpoint_of(44));
    assert_eq!(found, AnchorFinding::Beyond { size: at(44) });
    let line = Fingerprint::new(at(17), &Hash([7; 32])).to_string();
    assert_eq!(line, "17 0707-0707-0707-0707-0707-0707-0707-0707-0707-0707");
    assert_eq!(
        anchor_found(&line),
        AnchorFinding::Rewritten { size: at(17) }
    );
}

#[test]
fn an_anchor_of_what_is_damaged_is_undecided() {
    let (log, _dir, replica) = replica();
    put(replica.db(), 17, &forged(&log.records[16]));
    let mut examination = replica.examine().unwrap();
    assert!(examination.records(&mut |_| {}).unwrap().is_some());
    let found = |size: usize| {
        let kept = read_anchors(&log.checkpoint_of(size)).remove(0);
        examination.anchor(&kept).unwrap()
    };
    assert!(matches!(found(16), AnchorFinding::Fits { .. }));
    assert_eq!(found(17), AnchorFinding::Undecided { size: at(17) });
}

#[test]
fn no_anchor_is_made_of_what_was_not_signed() {
    let (log, _dir, replica) = replica();
    put_with_leaf(replica.db(), 17, &forged(&log.records[16]));
    assert!(matches!(
        replica.anchor(None),
        Err(ReplicaError::Damaged { .. })
    ));
}
