//! What is kept of the commands that write on a machine.

use okr_core::decide::{Command, Proposal};
use okr_core::value::{Role, Source};
use okr_testkit::sample::{ANA, ORG, TODAY, change_id, cycle_id, new_cycle, new_org, period, text};
use tempfile::TempDir;

use super::*;
use crate::dropped::How;
use crate::meta::NewReplica;
use crate::replica::Proposed;
use crate::undo::{UndoOrder, UndoStep, Undone};

fn operation(number: u32) -> Operation {
    Operation {
        id: change_id(number).uuid(),
        begun_at: Timestamp::from_second(1_795_000_000 + i64::from(number)).unwrap(),
        command: format!("okr number {number}"),
        program: "okr 1".to_owned(),
        process: number,
    }
}

fn founded() -> (TempDir, Replica) {
    let dir = tempfile::tempdir().unwrap();
    let new = NewReplica {
        org: ORG,
        me: ANA,
        remote: None,
    };
    let mut replica = Replica::create(dir.path(), &new).unwrap();
    replica.begin_operation(operation(1));
    let commands = vec![
        Command::CreateOrg {
            id: ORG,
            new: new_org(),
        },
        Command::AddPerson {
            id: ANA,
            role: Role::Admin,
        },
    ];
    let done = replica.propose(proposal(1, commands), TODAY).unwrap();
    assert!(matches!(done, Proposed::Written(_)), "{done:?}");
    (dir, replica)
}

fn proposal(number: u32, commands: Vec<Command>) -> Proposal {
    Proposal {
        id: change_id(number),
        authored_at: Timestamp::from_second(1_795_000_000).unwrap(),
        on_behalf_of: None,
        source: Source::Human,
        reason: None,
        amendment: None,
        commands,
    }
}

/// Adds a cycle that ends on another day than all others.
fn add_cycle(replica: &mut Replica, number: u32) -> Proposed {
    let mut new = new_cycle();
    new.period = period(
        new.period.start(),
        TODAY.saturating_add(jiff::Span::new().days(number)),
    );
    let command = Command::AddCycle {
        id: cycle_id(number),
        new,
    };
    replica
        .propose(proposal(number, vec![command]), TODAY)
        .unwrap()
}

/// Wants a change undone.
fn order(change: ChangeId) -> UndoOrder {
    let reason = text("no");
    UndoOrder {
        steps: vec![UndoStep { change, reason }],
        entirely: true,
        with_dependents: false,
        amendment: None,
        now: Timestamp::UNIX_EPOCH,
        today: TODAY,
        dry_run: false,
    }
}

#[test]
fn what_a_command_writes_is_kept_with_it_and_nothing_of_one_that_writes_nothing() {
    let (_dir, mut replica) = founded();
    replica.begin_operation(operation(2));
    let refused = replica
        .propose(proposal(2, vec![Command::OpenCycle(cycle_id(9))]), TODAY)
        .unwrap();
    assert!(matches!(refused, Proposed::Rejected(_)), "{refused:?}");
    replica.begin_operation(operation(3));
    assert!(matches!(add_cycle(&mut replica, 3), Proposed::Written(_)));
    assert!(matches!(add_cycle(&mut replica, 4), Proposed::Written(_)));
    let entries = replica.operations(None, 10).unwrap();
    let did: Vec<_> = entries
        .iter()
        .map(|entry| (entry.operation.process, entry.changes.as_slice()))
        .collect();
    let written = |number| (change_id(number), Did::Written);
    assert_eq!(
        did,
        [(3, &[written(3), written(4)][..]), (1, &[written(1)]),]
    );
    assert_eq!(entries[0].operation, operation(3));
    let since = Timestamp::from_second(1_795_000_002).unwrap();
    assert_eq!(replica.operations(Some(since), 10).unwrap().len(), 1);
    assert_eq!(replica.operations(None, 1).unwrap().len(), 1);
}

#[test]
fn what_became_of_its_changes_is_told() {
    let (_dir, mut replica) = founded();
    replica.begin_operation(operation(2));
    add_cycle(&mut replica, 2);
    add_cycle(&mut replica, 3);
    replica.begin_operation(operation(4));
    let undone = replica
        .undo(&order(change_id(2)), &mut || uuid::Uuid::nil())
        .unwrap();
    assert!(matches!(undone, Undone::Done(_)), "{undone:?}");
    let newest = &replica.operations(None, 1).unwrap()[0];
    assert_eq!(newest.changes, [(change_id(2), Did::Dropped)]);
    let before = replica.operation(operation(2).id).unwrap().unwrap();
    let changes = replica.operation_changes(&before).unwrap();
    let standings: Vec<_> = changes
        .iter()
        .map(|one| (one.id, one.standing, one.undone, one.change.is_some()))
        .collect();
    assert_eq!(
        standings,
        [
            (change_id(2), Standing::Dropped, true, true),
            (change_id(3), Standing::Pending, false, true),
        ]
    );
    let dropped = replica.dropped().unwrap();
    assert_eq!(dropped[0].how, How::Undo);
}

#[test]
fn an_operation_is_found_by_the_end_of_its_id_and_the_oldest_are_forgotten() {
    let (_dir, mut replica) = founded();
    for number in 2..9 {
        replica.begin_operation(operation(number));
        add_cycle(&mut replica, number);
    }
    let kept = replica.operations(None, usize::MAX).unwrap();
    let processes: Vec<u32> = kept.iter().map(|entry| entry.operation.process).collect();
    assert_eq!(processes, [8, 7, 6, 5, 4]);
    let rows: i64 = replica
        .db()
        .query_row("SELECT count(*) FROM operation_changes", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(rows, 5);
    let digits: String = operation(8).id.simple().to_string().chars().rev().collect();
    assert_eq!(
        replica.find_operation(&digits[..8]).unwrap(),
        [operation(8).id]
    );
    assert_eq!(replica.operation(operation(1).id).unwrap(), None);
}
