//! What a replica is told and asked, without a server: proposals, the directory, what waits.

mod file;

use okr_core::decide::Command;
use okr_core::event::{NewCheckIn, NewKeyResult};
use okr_core::id::{ChangeId, CheckInId, EntityId};
use okr_core::value::{Role, Source};
use okr_core::view::View as _;
use okr_testkit::generate::TODAY;
use okr_testkit::sample::{
    ANA, BEN, ORG, change_id, check_in_id, cycle_id, key_result_id, new_check_in, new_cycle,
    new_key_result, new_objective, new_org, objective_id, value,
};
use tempfile::TempDir;

use super::*;
use crate::batch::EachOrder;
use crate::directory::DirectoryEntry;
use crate::fake_log::FakeLog;
use crate::log::{LogFilter, Place};
use crate::moment::{Axis, Moment, Point};

fn proposal(id: ChangeId, commands: Vec<Command>) -> Proposal {
    Proposal {
        id,
        authored_at: Timestamp::from_second(1_795_000_000).unwrap(),
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        commands,
    }
}

/// A workspace without a server, with an organisation, a goal and a key result.
fn workspace() -> (TempDir, Replica) {
    let dir = tempfile::tempdir().unwrap();
    let new = NewReplica {
        org: ORG,
        me: ANA,
        remote: None,
    };
    let mut replica = Replica::create(dir.path(), &new).unwrap();
    let founding = vec![
        Command::CreateOrg {
            id: ORG,
            new: new_org(),
        },
        Command::AddPerson {
            id: ANA,
            role: Role::Admin,
        },
        Command::AddPerson {
            id: BEN,
            role: Role::Member,
        },
        Command::AddCycle {
            id: cycle_id(1),
            new: new_cycle(),
        },
        Command::AddObjective {
            id: objective_id(1),
            new: Box::new(new_objective("fast")),
        },
        Command::AddKeyResult {
            id: key_result_id(1),
            new: Box::new(new_key_result(objective_id(1), "p99")),
        },
        Command::OpenCycle(cycle_id(1)),
    ];
    let written = replica
        .propose(proposal(change_id(1), founding), TODAY)
        .unwrap();
    assert!(matches!(written, Proposed::Written(_)), "{written:?}");
    (dir, replica)
}

/// Adds a second key result after the cycle was opened.
fn add_key_result(replica: &mut Replica) {
    let late = NewKeyResult {
        order: 1,
        ..new_key_result(objective_id(1), "p50")
    };
    let add = Command::AddKeyResult {
        id: key_result_id(2),
        new: Box::new(late),
    };
    let mut amendment = proposal(change_id(2), vec![add]);
    amendment.reason = Some(okr_testkit::sample::text("forgotten"));
    amendment.amendment = Some(okr_core::value::AmendmentCategory::Other);
    let written = replica.propose(amendment, TODAY).unwrap();
    assert!(matches!(written, Proposed::Written(_)), "{written:?}");
}

fn check_in(id: CheckInId, number: &str) -> Command {
    let new = new_check_in(key_result_id(1), value(number));
    Command::RecordCheckIn { id, new }
}

#[test]
fn a_workspace_without_a_server_answers_from_what_is_pending() {
    let (dir, mut replica) = workspace();
    let change = proposal(change_id(2), vec![check_in(check_in_id(1), "40")]);
    let preview = replica.preview(change.clone(), TODAY).unwrap();
    assert_eq!(replica.info().unwrap().pending, 1);
    let written = replica.propose(change, TODAY).unwrap();
    assert_eq!(written, preview);
    drop(replica);

    let replica = Replica::open(dir.path()).unwrap();
    assert_eq!(replica.info().unwrap().pending, 2);
    let reading = replica.reading(Moment::now(TODAY)).unwrap();
    let standing = reading.standing(key_result_id(1)).unwrap().unwrap();
    assert_eq!(standing.progress.unwrap().percent(), "40%");
    assert!(standing.pending && !standing.late_addition);
    assert_eq!(
        standing
            .latest
            .and_then(|latest| latest.fact())
            .unwrap()
            .place,
        Place::Pending
    );
    let tree = reading.cycle_standing(cycle_id(1)).unwrap().unwrap();
    assert_eq!(tree.progress.unwrap().percent(), "40%");
}

#[test]
fn of_many_proposals_all_are_judged_and_none_is_written_when_one_is_refused() {
    let (_dir, mut replica) = workspace();
    let tomorrow = TODAY.tomorrow().unwrap();
    let late = |number| {
        let new = NewCheckIn {
            effective: tomorrow,
            ..new_check_in(key_result_id(1), value("1"))
        };
        let id = check_in_id(number);
        proposal(change_id(number), vec![Command::RecordCheckIn { id, new }])
    };
    let fine = |number| {
        let command = check_in(check_in_id(number), &number.to_string());
        proposal(change_id(number), vec![command])
    };
    let order = EachOrder {
        today: TODAY,
        dry_run: false,
        most: u64::MAX,
    };
    let mut take = |proposals: Vec<Proposal>, order| {
        let mut given = proposals.into_iter().map(Ok);
        let mut places = Vec::new();
        let taken = replica.propose_each::<ReplicaError>(&mut given, order, &mut |place, _| {
            places.push(place);
        });
        (taken.unwrap(), places, replica.info().unwrap().pending)
    };
    let (taken, places, pending) = take(vec![fine(2), late(3), fine(4), late(5)], order);
    assert_eq!((taken.refused, places, pending), (2, vec![1, 3], 1));
    let rehearsal = EachOrder {
        dry_run: true,
        ..order
    };
    let (taken, _, pending) = take(vec![fine(2), fine(4)], rehearsal);
    assert_eq!((taken.written, taken.ended, pending), (2, true, 1));
    let part = EachOrder { most: 2, ..order };
    let (taken, _, pending) = take(vec![fine(2), fine(4), fine(6)], part);
    assert_eq!((taken.written, taken.ended, pending), (2, false, 3));
    let (taken, _, pending) = take(vec![fine(2), fine(4), fine(6)], order);
    assert_eq!((taken.written, taken.known, pending), (1, 2, 4));
}

#[test]
fn what_the_rules_refuse_is_not_written() {
    let (_dir, mut replica) = workspace();
    let tomorrow = TODAY.tomorrow().unwrap();
    let new = NewCheckIn {
        effective: tomorrow,
        ..new_check_in(key_result_id(1), value("1"))
    };
    let command = Command::RecordCheckIn {
        id: check_in_id(1),
        new,
    };
    let refused = replica
        .propose(proposal(change_id(2), vec![command]), TODAY)
        .unwrap();
    let Proposed::Rejected(rejection) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(rejection.code(), "future-date");
    let again = vec![Command::OpenCycle(cycle_id(1))];
    let nothing = replica
        .propose(proposal(change_id(3), again), TODAY)
        .unwrap();
    assert_eq!(nothing, Proposed::NothingToDo);
    assert_eq!(replica.info().unwrap().pending, 1);
}

#[test]
fn a_change_is_written_once() {
    let (_dir, mut replica) = workspace();
    let first = proposal(change_id(2), vec![check_in(check_in_id(1), "1")]);
    replica.propose(first, TODAY).unwrap();
    let second = proposal(change_id(2), vec![check_in(check_in_id(2), "2")]);
    let again = replica.propose(second, TODAY);
    assert!(matches!(again, Err(ReplicaError::ChangeExists { id }) if id == change_id(2)));
    assert_eq!(replica.info().unwrap().pending, 2);
}

#[test]
fn a_server_is_given_once_and_may_move() {
    let (_dir, mut replica) = workspace();
    let remote = FakeLog::new().remote();
    replica.connect(&remote).unwrap();
    let moved = RemoteInfo {
        url: "https://okr.example".to_owned(),
        ..remote
    };
    replica.connect(&moved).unwrap();
    assert_eq!(replica.info().unwrap().remote, Some(moved.clone()));
    let other = RemoteInfo {
        origin: "elsewhere".to_owned(),
        ..moved
    };
    let refused = replica.connect(&other);
    assert!(
        matches!(refused, Err(ReplicaError::Connected { .. })),
        "{refused:?}"
    );
}

#[test]
fn what_a_newer_program_changed_is_not_changed_here() {
    let (_dir, mut replica) = workspace();
    let id = EntityId::from(key_result_id(1));
    replica
        .write(|db| {
            db.execute(
                "INSERT INTO upgrades VALUES (?1, 0)",
                [id.uuid().as_bytes()],
            )?;
            Ok::<_, ReplicaError>(())
        })
        .unwrap();
    assert!(
        replica
            .reading(Moment::now(TODAY))
            .unwrap()
            .upgrade_needed(id)
            .unwrap()
    );
    let archive = vec![Command::ArchiveKeyResult(key_result_id(1))];
    let refused = replica.propose(proposal(change_id(2), archive), TODAY);
    assert!(matches!(refused, Err(ReplicaError::UpgradeNeeded { entity }) if entity == id));
    assert_eq!(replica.info().unwrap().pending, 1);
}

#[test]
fn the_directory_keeps_what_the_server_has_yet_to_be_told() {
    let (_dir, mut replica) = workspace();
    let entry = |person, handle: &str| DirectoryEntry {
        person,
        handle: handle.to_owned(),
        name: String::new(),
        email: String::new(),
    };
    replica.set_directory_entry(&entry(ANA, "ana")).unwrap();
    let mut server = crate::directory::Directory {
        version: 3,
        ..Default::default()
    };
    server.set(entry(ANA, "old"));
    server.set(entry(BEN, "ben"));
    replica.replace_directory(&server).unwrap();
    let directory = replica.directory().unwrap();
    assert_eq!(directory.version, 3);
    assert_eq!(
        directory.by_handle("ana").map(|entry| entry.person),
        Some(ANA)
    );
    assert_eq!(
        directory.by_handle("ben").map(|entry| entry.person),
        Some(BEN)
    );
    assert_eq!(directory.by_handle("old"), None);
    let to_push = replica.directory_to_push().unwrap();
    assert_eq!(to_push, vec![entry(ANA, "ana")]);
    replica.set_directory_entry(&entry(ANA, "anna")).unwrap();
    replica.directory_pushed(&to_push).unwrap();
    // What was corrected in the meantime still has to be pushed.
    assert_eq!(
        replica.directory_to_push().unwrap(),
        vec![entry(ANA, "anna")]
    );
    replica.directory_pushed(&[entry(ANA, "anna")]).unwrap();
    assert_eq!(replica.directory_to_push().unwrap(), Vec::new());
    assert!(replica.directory().unwrap().by_handle("anna").is_some());
}

#[test]
fn pending_changes_are_found_and_listed() {
    let (_dir, mut replica) = workspace();
    add_key_result(&mut replica);
    let check_in = vec![check_in(check_in_id(1), "1")];
    replica
        .propose(proposal(change_id(3), check_in), TODAY)
        .unwrap();
    let ids = |filter: &LogFilter| -> Vec<ChangeId> {
        let entries = replica.log(filter).unwrap();
        entries.into_iter().map(|entry| entry.id).collect()
    };
    let all = LogFilter {
        pending: true,
        ..LogFilter::default()
    };
    assert_eq!(ids(&all), [change_id(3), change_id(2), change_id(1)]);
    assert_eq!(ids(&LogFilter::default()), []);
    let about = |id: EntityId, with_children| LogFilter {
        about: vec![id],
        with_children,
        ..all.clone()
    };
    assert_eq!(ids(&about(key_result_id(1).into(), false)), [change_id(1)]);
    assert_eq!(
        ids(&about(key_result_id(1).into(), true)),
        [change_id(3), change_id(1)]
    );
    assert_eq!(ids(&about(cycle_id(1).into(), true)).len(), 3);
}

#[test]
fn what_is_added_after_the_commitment_is_late_wherever_it_waits() {
    let (_dir, mut replica) = workspace();
    add_key_result(&mut replica);
    let standing = |id| {
        let reading = replica.reading(Moment::now(TODAY)).unwrap();
        reading.standing(id).unwrap().unwrap().late_addition
    };
    assert!(!standing(key_result_id(1)));
    assert!(standing(key_result_id(2)));
}

#[test]
fn what_waits_is_late_only_when_it_was_written_after_the_close() {
    let (_dir, mut replica) = workspace();
    let authored_at = |second: i64| Timestamp::from_second(1_795_000_000 + second).unwrap();
    let steps = [
        vec![check_in(check_in_id(1), "40")],
        vec![
            check_in(check_in_id(2), "50"),
            Command::CloseCycle(cycle_id(1)),
            check_in(check_in_id(3), "60"),
        ],
        vec![check_in(check_in_id(4), "70")],
    ];
    for (number, commands) in (2..).zip(steps) {
        let change = Proposal {
            authored_at: authored_at(number.into()),
            ..proposal(change_id(number), commands)
        };
        let written = replica.propose(change, TODAY).unwrap();
        assert!(matches!(written, Proposed::Written(_)), "{written:?}");
    }
    let all = [(4, true), (3, true), (2, false), (1, false)];
    let before = &all[3..];
    for (axis, point, expected) in [
        (Axis::Recorded, Point::Now, &all[..]),
        (Axis::Recorded, Point::Time(authored_at(2)), before),
        (Axis::Authored, Point::Time(authored_at(2)), before),
        // By what is known now, also where definitions are those of a day before the close.
        (Axis::Effective, Point::Time(authored_at(2)), &all),
    ] {
        let day = Date::MAX;
        let reading = replica
            .reading(Moment {
                axis,
                point,
                day,
                day_is_over: false,
            })
            .unwrap();
        let facts = reading.check_ins(key_result_id(1), None).unwrap();
        let found: Vec<_> = facts.iter().map(|f| (f.check_in.id, f.late)).collect();
        let expected = expected.iter().map(|(id, late)| (check_in_id(*id), *late));
        assert_eq!(found, expected.collect::<Vec<_>>(), "{axis:?} {point:?}");
    }
    for (number, late) in [(2, false), (3, true), (4, true)] {
        let entry = replica.change(change_id(number)).unwrap().unwrap();
        assert_eq!(entry.late, late, "{number}");
    }
}

#[test]
fn a_pending_change_is_found_by_the_end_of_its_id() {
    let (_dir, mut replica) = workspace();
    let check_in = vec![check_in(check_in_id(1), "1")];
    replica
        .propose(proposal(change_id(3), check_in), TODAY)
        .unwrap();
    let end: String = change_id(3)
        .uuid()
        .simple()
        .to_string()
        .chars()
        .rev()
        .collect();
    assert_eq!(replica.find_change(&end).unwrap(), [change_id(3)]);
    assert_eq!(
        replica
            .change(change_id(3))
            .unwrap()
            .map(|entry| entry.place),
        Some(Place::Pending)
    );
    assert!(
        replica
            .reading(Moment::now(TODAY))
            .unwrap()
            .org()
            .unwrap()
            .is_some()
    );
}
