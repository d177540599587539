//! A check against the server: who goes on from whom, what is not believed, and who was altered.

use okr_core::id::Position;
use okr_log::{Record, RecordView, TokenId};
use okr_replica::{
    AnchorFinding, IntegrityError, Replica, ServerStanding, SignedHead, SyncError, read_anchors,
};
use okr_testkit::sample::CAI;
use rusqlite::Connection;

use crate::device::{Device, tag_it, two_devices};
use crate::fault::Fault;

/// Checks what is here, which must be in order, and then against the server.
fn check(device: &mut Device) -> Result<ServerStanding, SyncError> {
    let mut examination = device.replica.examine().unwrap();
    assert_eq!(examination.records(&mut |_| {}).unwrap(), None);
    let signed = examination.signature().unwrap().unwrap();
    examination.root(&signed).unwrap();
    assert!(examination.derived(&mut |_| {}).unwrap().is_ok());
    examination.server(&mut device.connection)
}

#[test]
fn a_server_may_have_the_same_or_go_on_from_it() {
    let (server, mut ana, mut ben) = two_devices();
    assert_eq!(check(&mut ben).unwrap(), ServerStanding::Same);
    ana.write(tag_it("a1"));
    ana.write(tag_it("a2"));
    ana.sync();
    let before = ben.info();
    let head = server.borrow().head();
    assert_eq!(check(&mut ben).unwrap(), ServerStanding::Ahead { head });
    assert_eq!(ben.info(), before, "nothing was taken in");
}

#[test]
fn a_server_that_was_put_back_or_rewritten_is_named() {
    let (server, mut ana, mut ben) = two_devices();
    let before = usize::try_from(server.borrow().head().get()).unwrap();
    ana.write(tag_it("a1"));
    ana.sync();
    ben.sync();
    server.borrow_mut().restore_to(before);
    let Err(SyncError::Diverged { divergence, .. }) = check(&mut ben) else {
        panic!("a server that lost a change was not noticed");
    };
    assert!(divergence.is_behind());
    assert_eq!(divergence.common.get(), before as u64);

    let (server, mut ana, mut ben) = two_devices();
    ana.write(tag_it("a1"));
    ana.sync();
    ben.sync();
    server.borrow_mut().rewrite_from(3);
    let Err(SyncError::Diverged { divergence, .. }) = check(&mut ben) else {
        panic!("a server that rewrote history was not noticed");
    };
    assert_eq!(divergence.common, Position::new(2));
}

#[test]
fn a_server_that_rewrote_one_change_in_the_middle_is_named() {
    let (server, mut ana, mut ben) = two_devices();
    for tag in ["a1", "a2", "a3"] {
        ana.write(tag_it(tag));
    }
    ana.sync();
    ben.sync();
    server.borrow_mut().ascribe_to(4, CAI);
    let Err(SyncError::Diverged { divergence, .. }) = check(&mut ben) else {
        panic!("a server that rewrote a change was not noticed");
    };
    assert_eq!(divergence.common, Position::new(3));
    assert_eq!(divergence.altered.len(), 1);
    assert!(matches!(ben.try_sync(), Err(SyncError::Diverged { .. })));
}

#[test]
fn a_server_that_lies_is_not_believed() {
    for fault in [
        Fault::Gap,
        Fault::ForgedPositions,
        Fault::OtherRecord,
        Fault::Garbage,
        Fault::Repeated,
        Fault::WrongRoot,
        Fault::OldCheckpoint,
        Fault::CheckpointAhead,
        Fault::OtherKey,
        Fault::OtherOrigin,
        Fault::GarbageCheckpoint,
        Fault::NoCheckpoint,
    ] {
        let (server, mut ana, mut ben) = two_devices();
        for tag in ["a1", "a2", "a3"] {
            ana.write(tag_it(tag));
        }
        ana.sync();
        let before = ben.info();
        server.borrow_mut().fail_next(fault);
        let found = check(&mut ben);
        assert!(
            matches!(found, Err(SyncError::Integrity(_))),
            "{fault:?}: {found:?}"
        );
        assert_eq!(ben.info(), before, "{fault:?}");
        server.borrow_mut().be_honest();
        check(&mut ben).unwrap();
    }
}

#[test]
fn another_key_is_named_also_when_nothing_is_new() {
    let (server, _ana, mut ben) = two_devices();
    server.borrow_mut().change_key();
    let found = check(&mut ben);
    assert!(
        matches!(
            found,
            Err(SyncError::Integrity(IntegrityError::Checkpoint(_)))
        ),
        "{found:?}"
    );
}

#[test]
fn a_fork_for_one_client_is_found_when_two_compare_their_anchors() {
    let (server, mut ana, mut ben) = two_devices();
    for tag in ["a1", "a2", "a3"] {
        ana.write(tag_it(tag));
    }
    ana.sync();
    ben.sync();
    // From now on the server shows another history, but only to Cai, who never saw the first.
    server.borrow_mut().rewrite_from(4);
    let mut cai = Device::new(&server, CAI, 3);
    cai.sync();
    assert_eq!(check(&mut cai).unwrap(), ServerStanding::Same);
    assert_ne!(ben.info().root, cai.info().root);

    let note = ben.replica.anchor(None).unwrap().unwrap().note.unwrap();
    let found = anchored(&cai.replica, &note);
    let size = ben.info().head;
    assert_eq!(found, AnchorFinding::Rewritten { size });
    let until = Some(Position::new(3));
    let line = |replica: &Replica| {
        let anchored = replica.anchor(until).unwrap().unwrap();
        okr_replica::Fingerprint::new(anchored.size, &anchored.root).to_string()
    };
    assert_eq!(line(&ben.replica), line(&cai.replica));
    // One who meets the other's history notices as well.
    assert!(matches!(check(&mut ben), Err(SyncError::Diverged { .. })));
}

fn anchored(replica: &Replica, text: &str) -> AnchorFinding {
    let mut examination = replica.examine().unwrap();
    examination.records(&mut |_| {}).unwrap();
    examination.anchor(&read_anchors(text)[0]).unwrap()
}

/// Alters a record in the file of a replica, with its hash, as somebody who knows the format would.
fn alter(device: &Device, position: u64) {
    let db = Connection::open(device.directory().join("replica.db")).unwrap();
    let bytes: Vec<u8> = db
        .query_row(
            "SELECT bytes FROM records WHERE position = ?1",
            [position.cast_signed()],
            |row| row.get(0),
        )
        .unwrap();
    let mut record = Record::decode(&bytes).unwrap();
    record.token = TokenId([0xEE; 16]);
    let bytes = record.encode().unwrap();
    let leaf = RecordView::parse(&bytes).unwrap().leaf_hash();
    db.execute(
        "UPDATE records SET bytes = ?2, leaf = ?3 WHERE position = ?1",
        (position.cast_signed(), bytes.as_ref(), leaf.as_bytes()),
    )
    .unwrap();
}

/// Asks the server from where on the replica is not what was signed.
fn locate(device: &mut Device) -> Option<Position> {
    let mut examination = device.replica.examine().unwrap();
    assert_eq!(examination.records(&mut |_| {}).unwrap(), None);
    let signed: SignedHead = examination.signature().unwrap().unwrap();
    assert!(examination.root(&signed).is_err());
    examination.locate(&mut device.connection, &signed).unwrap()
}

#[test]
fn the_server_tells_which_change_of_an_altered_copy_is_wrong() {
    let (server, mut ana, mut ben) = two_devices();
    for tag in ["a1", "a2", "a3"] {
        ana.write(tag_it(tag));
    }
    ana.sync();
    ben.sync();
    let newest = ben.info().head.get();
    alter(&ben, newest);
    assert_eq!(locate(&mut ben), Some(Position::new(newest)));
    alter(&ben, 4);
    assert_eq!(locate(&mut ben), Some(Position::new(4)));
    ana.write(tag_it("later"));
    ana.sync();
    assert_eq!(locate(&mut ben), Some(Position::new(4)));
    // A server that lost or rewrote what it signed is no witness.
    server.borrow_mut().rewrite_from(3);
    assert_eq!(locate(&mut ben), None);
}
