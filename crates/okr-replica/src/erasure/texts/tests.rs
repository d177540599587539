//! Texts of the history that are erased: in no byte of the files, read as erased by everybody, and still proven.

use std::path::Path;

use okr_core::decide::{Command, Proposal, TeamPatch};
use okr_core::event::{TeamEdit, TeamEvent};
use okr_core::value::Source;
use okr_core::view::View as _;
use okr_log::RecordView;
use okr_testkit::sample::{self, ANA, BEN, ORG, TODAY, change_id, team_id};
use rusqlite::types::Value;
use tempfile::TempDir;

use super::*;
use crate::fake_log::FakeLog;
use crate::moment::Moment;
use crate::operation::Operation;
use crate::sync::settle_now;
use crate::undo::{Hindrance, Obstacle, UndoOrder, UndoStep, Undone, Why};
use crate::upgrade::old_program;

const PLANTED: [&str; 5] = [
    "planted-one",
    "planted-two",
    "planted-three",
    "planted reason",
    "planted mine",
];

fn change(number: u32, reason: Option<&str>, events: Vec<Event>) -> Change {
    Change {
        id: change_id(number),
        authored_at: Timestamp::from_second(1_795_000_000).unwrap(),
        on_behalf_of: None,
        source: Source::Human,
        reason: reason.map(sample::text),
        amendment: None,
        events,
    }
}

fn renamed(from: &str, to: &str) -> Event {
    let edit = sample::edit(sample::name(from), sample::name(to));
    Event::Team(team_id(1), TeamEvent::Edited(TeamEdit::Name(edit)))
}

/// The erasure of texts, each by the number of its change and its own.
fn erasure(number: u32, texts: &[(u32, u16)]) -> Change {
    let place = |(number, text): &(u32, u16)| TextPlace {
        change: change_id(*number),
        text: *text,
    };
    let places = texts.iter().map(place).collect();
    let event = Event::Org(ORG, OrgEvent::TextsErased(places));
    change(number, Some("the law"), vec![event])
}

/// A team that was given a name, with a reason, and another name.
fn planted() -> FakeLog {
    let mut log = FakeLog::new();
    let founding = sample::founding(sample::new_org(), ANA);
    log.append(ANA, &change(1, None, founding));
    let team = TeamEvent::Created(sample::new_team("planted-one"));
    let created = vec![Event::Team(team_id(1), team)];
    log.append(ANA, &change(2, Some("planted reason"), created));
    log.append(
        ANA,
        &change(3, None, vec![renamed("planted-one", "planted-two")]),
    );
    log
}

const ALL: [(u32, u16); 7] = [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (4, 1), (4, 2)];

/// Does what a server does once the erasure is in its log: it gives the texts to nobody.
fn redact(log: &mut FakeLog, texts: &[(u32, u16)]) {
    for (number, text) in texts {
        let record = &mut log.records[*number as usize - 1];
        let view = RecordView::parse(record).unwrap();
        *record = view.without_texts(&BTreeSet::from([text - 1])).into();
    }
}

fn rename_here(replica: &mut Replica, number: u32, name: &str) {
    let proposal = Proposal {
        id: change_id(number),
        authored_at: Timestamp::from_second(1_795_000_000).unwrap(),
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        commands: vec![Command::SetTeam {
            id: team_id(1),
            patch: TeamPatch {
                name: Some(sample::name(name)),
                ..TeamPatch::default()
            },
        }],
    };
    replica.propose(proposal, TODAY).unwrap();
}

fn name(replica: &Replica) -> String {
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    let team = reading.team(team_id(1)).unwrap().unwrap();
    team.name.to_string()
}

/// The files of a directory that hold a text.
fn holding(dir: &Path, text: &str) -> Vec<String> {
    let files = std::fs::read_dir(dir).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let holds = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    let found = paths.filter(holds);
    found.map(|path| path.display().to_string()).collect()
}

/// Everything in a table, by its first columns.
fn rows(replica: &Replica, table: &str) -> Vec<Vec<Value>> {
    let sql = format!("SELECT * FROM {table} ORDER BY 1, 2");
    let mut statement = replica.db().prepare(&sql).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        (0..columns).map(|column| row.get(column)).collect()
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// A replica in which the texts are everywhere where texts can be.
fn full() -> (FakeLog, TempDir, Replica) {
    let mut log = planted();
    let (dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    replica.begin_operation(Operation {
        id: uuid::Uuid::from_u128(1),
        begun_at: Timestamp::from_second(1_795_000_000).unwrap(),
        command: "okr team set x --name planted-two".to_owned(),
        program: "okr 0".to_owned(),
        process: 1,
    });
    // It will clash with the one that comes, so that a refusal quotes all names.
    rename_here(&mut replica, 11, "planted mine");
    log.append(
        BEN,
        &change(4, None, vec![renamed("planted-two", "planted-three")]),
    );
    log.give_all(&mut replica);
    settle_now(&mut replica).unwrap();
    assert_eq!(replica.info().unwrap().conflicts, 1);
    crate::search::tests::index(&mut replica);
    // What waits has seen the text that is to be erased.
    rename_here(&mut replica, 12, "planted mine");
    (log, dir, replica)
}

#[test]
fn an_erased_text_is_in_no_byte_of_the_files() {
    let (mut log, dir, mut replica) = full();
    for text in PLANTED {
        assert!(!holding(dir.path(), text).is_empty(), "{text}");
    }
    let root = replica.info().unwrap().root;
    log.append(ANA, &erasure(5, &ALL));
    log.give_all(&mut replica);
    settle_now(&mut replica).unwrap();
    assert!(replica.clean().unwrap());
    let [one, two, three, reason, mine] = PLANTED;
    for text in [one, two, three, reason] {
        assert_eq!(holding(dir.path(), text), Vec::<String>::new(), "{text}");
    }
    // What was written here and is not in the history is not erased with it.
    assert!(!holding(dir.path(), mine).is_empty());
    assert_ne!(replica.info().unwrap().root, root, "a record more");

    // What waited follows what everybody reads now, and fits.
    let found = "SELECT count(*) FROM search WHERE search MATCH 'planted'";
    let found: i64 = replica.db().query_row(found, [], |row| row.get(0)).unwrap();
    assert_eq!(found, 0);
    let info = replica.info().unwrap();
    assert_eq!((info.pending, info.conflicts), (1, 1));
    assert_eq!(name(&replica), "planted mine");
    let [waiting] = &pending::all(replica.db()).unwrap()[..] else {
        panic!("one change waits");
    };
    assert_eq!(waiting.change.events, [renamed(ERASED, mine)]);
    drop(replica);
    assert_eq!(Replica::open(dir.path()).unwrap().info().unwrap(), info);
}

#[test]
fn whoever_had_it_and_whoever_comes_later_see_the_same() {
    let (mut log, _dir, mut had) = full();
    log.append(ANA, &erasure(5, &ALL));
    log.give_all(&mut had);
    redact(&mut log, &ALL);
    log.append(ANA, &change(6, None, vec![renamed(ERASED, "Platform")]));
    log.give_all(&mut had);
    let (_later_dir, mut later) = log.replica();
    log.give_all(&mut later);
    let (_slow_dir, mut slow) = log.replica();
    for size in 1..=log.records.len() {
        log.give(&mut slow, size).unwrap();
    }
    for table in crate::restored::TABLES_OF_THE_SERVER {
        assert_eq!(rows(&had, table), rows(&later, table), "{table}");
        assert_eq!(rows(&slow, table), rows(&later, table), "{table}");
    }
    assert_eq!(had.info().unwrap().root, later.info().unwrap().root);
    assert_eq!(Meta::Unclean.get::<i64>(later.db()).unwrap(), None);
    assert_eq!(Meta::Unclean.get::<i64>(had.db()).unwrap(), Some(1));
    assert_eq!(name(&later), "Platform");
}

#[test]
fn a_change_says_which_of_its_texts_were_erased_by_whom_and_why() {
    let (mut log, _dir, mut replica) = full();
    assert_eq!(replica.find_text("planted-two").unwrap().len(), 2);
    log.append(ANA, &erasure(5, &[(2, 1), (3, 2), (4, 1)]));
    log.give_all(&mut replica);
    let entry = replica.change(change_id(2)).unwrap().unwrap();
    let [erased] = &entry.erased[..] else {
        panic!("{:?}", entry.erased);
    };
    assert_eq!((erased.place.text, erased.author), (1, ANA));
    assert_eq!(erased.by_change, change_id(5));
    assert_eq!(erased.reason.as_deref(), Some("the law"));
    assert_eq!(entry.reason.unwrap().as_str(), ERASED);
    assert_eq!(
        replica.texts_of(change_id(3)).unwrap().unwrap(),
        [Some("planted-one".to_owned()), None]
    );
    assert_eq!(replica.find_text("planted-two").unwrap(), []);
    assert_eq!(replica.texts_of(change_id(99)).unwrap(), None);
    assert_eq!(
        replica.change(change_id(4)).unwrap().unwrap().erased.len(),
        1
    );
    assert_eq!(replica.change(change_id(1)).unwrap().unwrap().erased, []);
}

#[test]
fn a_program_that_knew_no_erasures_erases_once_it_is_brought_up_to_date() {
    let (log, dir, replica) = old_program::run(|| {
        let (mut log, dir, mut replica) = full();
        log.append(ANA, &erasure(5, &ALL));
        log.give_all(&mut replica);
        (log, dir, replica)
    });
    assert_eq!(replica.find_text("planted-two").unwrap().len(), 2);
    drop(replica);
    assert!(matches!(
        Replica::open_to_read(dir.path()),
        Err(ReplicaError::Unfinished)
    ));
    let mut replica = Replica::open(dir.path()).unwrap();
    assert!(replica.clean().unwrap());
    for text in &PLANTED[..4] {
        assert_eq!(holding(dir.path(), text), Vec::<String>::new(), "{text}");
    }
    let (_later_dir, mut later) = log.replica();
    log.give_all(&mut later);
    for table in crate::restored::TABLES_OF_THE_SERVER {
        assert_eq!(rows(&replica, table), rows(&later, table), "{table}");
    }
}

#[test]
fn undoing_does_not_write_what_an_erased_text_reads_as() {
    let mut log = planted();
    log.append(ANA, &erasure(4, &[(2, 2), (3, 1), (3, 2)]));
    log.append(ANA, &change(5, None, vec![renamed(ERASED, "Platform")]));
    log.append(ANA, &change(6, None, vec![renamed("Platform", "Core")]));
    let (_dir, mut replica) = log.replica();
    log.give_all(&mut replica);
    let mut undo = |number| {
        let step = UndoStep {
            change: change_id(number),
            reason: sample::text("a mistake"),
        };
        let order = UndoOrder {
            steps: vec![step],
            entirely: false,
            with_dependents: false,
            amendment: None,
            now: Timestamp::from_second(1_795_000_000).unwrap(),
            today: TODAY,
            dry_run: false,
        };
        let mut fresh = || uuid::Uuid::from_u128(u128::from(number) << 100);
        replica.undo(&order, &mut fresh).unwrap()
    };
    assert!(matches!(undo(6), Undone::Done(_)), "back to Platform");
    let Undone::Refused(obstacles) = undo(5) else {
        panic!("it is refused");
    };
    let [Obstacle { why, .. }] = &obstacles[..] else {
        panic!("{obstacles:?}");
    };
    let Hindrance::Stays(kept) = why else {
        panic!("{why:?}");
    };
    assert!(matches!(kept[0].why, Why::NoWayBack(_)), "{kept:?}");
    assert_eq!(name(&replica), "Platform");
}

#[test]
fn what_a_killed_load_had_noted_is_erased_when_the_file_is_opened() {
    let (mut log, dir, mut replica) = full();
    log.append(ANA, &erasure(5, &ALL));
    // As a first load leaves it that was killed before its end.
    let noted = erasure(5, &ALL);
    replica
        .write(|db| note(db, &noted, Position::new(5)).map(drop))
        .unwrap();
    drop(replica);
    assert!(matches!(
        Replica::open_to_read(dir.path()),
        Err(ReplicaError::Unfinished)
    ));
    let replica = Replica::open(dir.path()).unwrap();
    assert_eq!(replica.find_text("planted-two").unwrap(), []);
    assert!(!is_due(replica.db()).unwrap());
    assert!(Replica::open_to_read(dir.path()).is_ok());
}
