//! Every way a server or the way to it can fail: refused with its own error, and nothing is lost.

use okr_replica::{IntegrityError, RemoteError, SyncError};
use okr_testkit::sample::BEN;

use crate::device::{Device, now, retitle, tag_it, title_of, two_devices};
use crate::fault::Fault;

/// Lets a pull of several changes go wrong, and checks that nothing changed and that the next
/// sync, with an honest server, brings everything together.
fn after(fault: Fault) -> SyncError {
    let (server, mut ana, mut ben) = two_devices();
    ben.write(tag_it("mine"));
    for tag in ["one", "two", "three", "four"] {
        ana.write(tag_it(tag));
    }
    ana.sync();

    let (before, title) = (ben.info(), title_of(&ben));
    server.borrow_mut().fail_next(fault);
    let error = ben.try_sync().unwrap_err();
    assert!(!server.borrow().is_fault_waiting(), "the fault took place");
    assert_eq!(ben.info(), before, "{fault:?}");
    assert_eq!(title_of(&ben), title);
    assert!(ben.replica.conflicts().unwrap().is_empty());

    ben.sync();
    let server = server.borrow();
    let info = ben.info();
    assert_eq!((info.head, info.root), (server.head(), server.root()));
    assert_eq!(info.pending, 0);
    assert_eq!(&ben.state(server.view()), server.view());
    error
}

#[track_caller]
fn integrity(fault: Fault) -> IntegrityError {
    match after(fault) {
        SyncError::Integrity(error) => error,
        other => panic!("{fault:?} gave {other:?}"),
    }
}

#[test]
fn records_that_do_not_follow_are_a_gap() {
    for fault in [Fault::Gap, Fault::Repeated] {
        let error = integrity(fault);
        assert!(matches!(error, IntegrityError::Gap { .. }), "{error}");
    }
}

#[test]
fn what_is_no_record_or_no_change_is_refused() {
    for fault in [Fault::Garbage, Fault::GarbageChange] {
        let error = integrity(fault);
        assert!(matches!(error, IntegrityError::Record { .. }), "{error}");
    }
}

#[test]
fn forged_records_lead_to_another_root() {
    for fault in [Fault::OtherRecord, Fault::WrongRoot] {
        let error = integrity(fault);
        assert!(matches!(error, IntegrityError::Root { .. }), "{error}");
    }
}

#[test]
fn exchanged_records_are_refused_even_with_positions_that_fit() {
    let error = integrity(Fault::ForgedPositions);
    // Their times are exchanged with them.
    assert!(
        matches!(error, IntegrityError::ClockBackwards { .. }),
        "{error}"
    );
}

#[test]
fn time_does_not_go_backwards() {
    let error = integrity(Fault::ClockBackwards);
    assert!(
        matches!(error, IntegrityError::ClockBackwards { .. }),
        "{error}"
    );
}

#[test]
fn a_checkpoint_of_another_size_is_refused() {
    for fault in [Fault::OldCheckpoint, Fault::CheckpointAhead] {
        let error = integrity(fault);
        assert!(matches!(error, IntegrityError::Size { .. }), "{error}");
    }
}

#[test]
fn a_checkpoint_by_another_key_or_of_another_log_is_refused() {
    for fault in [
        Fault::OtherKey,
        Fault::OtherOrigin,
        Fault::GarbageCheckpoint,
    ] {
        let error = integrity(fault);
        assert!(matches!(error, IntegrityError::Checkpoint(_)), "{error}");
    }
}

#[test]
fn records_without_a_checkpoint_are_refused() {
    let error = integrity(Fault::NoCheckpoint);
    assert!(
        matches!(error, IntegrityError::NoCheckpoint { .. }),
        "{error}"
    );
}

#[test]
fn another_version_and_a_revoked_login_are_no_integrity_errors() {
    assert!(matches!(
        after(Fault::OtherVersion),
        SyncError::Remote(RemoteError::Incompatible { .. })
    ));
    assert!(matches!(
        after(Fault::Revoked),
        SyncError::Remote(RemoteError::LoginNeeded)
    ));
}

#[test]
fn a_broken_stream_is_pulled_again() {
    let (server, mut ana, mut ben) = two_devices();
    ana.write(tag_it("one"));
    ana.sync();
    server.borrow_mut().fail_next(Fault::BrokenStream);
    assert_eq!(ben.sync().pulled, 1);
    assert!(!server.borrow().is_fault_waiting());
}

#[test]
fn a_lost_answer_leads_to_no_double() {
    for fault in [Fault::LostReply, Fault::LostRequest] {
        let (server, _ana, mut ben) = two_devices();
        ben.write(tag_it("one"));
        ben.write(retitle("fastest"));
        let before = server.borrow().head().get();
        server.borrow_mut().fail_next(fault);
        let report = ben.sync();
        assert_eq!(server.borrow().head().get(), before + 2, "{fault:?}");
        assert_eq!(report.pulled, 2);
        let (pushed, duplicates) = if fault == Fault::LostReply {
            (0, 2)
        } else {
            (2, 0)
        };
        assert_eq!((report.pushed, report.duplicates), (pushed, duplicates));
        assert_eq!(ben.info().pending, 0);
        assert!(report.conflicts.is_empty());
    }
}

#[test]
fn an_answer_that_does_not_fit_the_push_is_nonsense_and_the_next_sync_sees_what_happened() {
    let (server, _ana, mut ben) = two_devices();
    ben.write(tag_it("one"));
    server.borrow_mut().fail_next(Fault::MissingAnswer);
    let error = ben.try_sync().unwrap_err();
    assert!(
        matches!(error, SyncError::Remote(RemoteError::Nonsense { .. })),
        "{error}"
    );
    assert_eq!(ben.info().pending, 1);
    let report = ben.sync();
    // It was in the log: the pull confirmed it before anything was pushed.
    assert_eq!((report.pulled, report.pushed, report.duplicates), (1, 0, 0));
    assert_eq!(ben.info().pending, 0);
}

#[test]
fn a_replica_without_a_server_says_so() {
    let (server, ..) = two_devices();
    let mut alone = Device::alone(&server, BEN);
    assert!(matches!(alone.try_sync(), Err(SyncError::NotConnected)));
}

#[test]
fn a_change_that_is_accepted_and_not_in_the_log_is_noticed_and_kept() {
    let (server, _ana, mut ben) = two_devices();
    let change = ben.write(tag_it("one")).id;
    server.borrow_mut().fail_next(Fault::FalseAccept);
    let error = ben.try_sync().unwrap_err();
    assert!(
        matches!(
            error,
            SyncError::Integrity(IntegrityError::NotInLog { change: found, .. }) if found == change
        ),
        "{error}"
    );
    assert_eq!(ben.info().pending, 1);
    assert_eq!(ben.sync().pushed, 1);
    assert_eq!(ben.info().pending, 0);
}

#[test]
fn a_change_that_the_server_cannot_read_is_a_conflict_and_the_others_go() {
    let (server, _ana, mut ben) = two_devices();
    let ids = ["one", "two", "three", "four"].map(|tag| ben.write(tag_it(tag)).id);
    server.borrow_mut().cannot_read(ids[2]);
    let report = ben.sync();
    assert_eq!((report.pushed, report.conflicts.len()), (3, 1));
    assert_eq!(report.conflicts[0].change.id, ids[2]);
    assert_eq!(report.conflicts[0].refusal.code, "invalid-change");
    assert_eq!((ben.info().pending, ben.info().conflicts), (0, 1));
}

#[test]
fn a_push_that_is_too_large_goes_in_halves() {
    let (server, _ana, mut ben) = two_devices();
    for tag in ["one", "two", "three", "four"] {
        ben.write(tag_it(tag));
    }
    let (pushes, _) = server.borrow().calls();
    server.borrow_mut().fail_next(Fault::TooLarge);
    assert_eq!(ben.sync().pushed, 4);
    assert_eq!(server.borrow().calls().0, pushes + 3);

    let alone = ben.write(tag_it("five")).id;
    server.borrow_mut().fail_next(Fault::TooLarge);
    let report = ben.sync();
    assert_eq!(report.conflicts[0].change.id, alone);
    assert_eq!(report.conflicts[0].refusal.code, "too-large");
}

#[test]
fn two_processes_may_sync_the_same_replica_at_once() {
    let (server, mut ana, mut ben) = two_devices();
    let mine = ben.write(tag_it("mine")).id;
    for tag in ["one", "two", "three", "four"] {
        ana.write(tag_it(tag));
    }
    ana.sync();
    let mut other = ben.another_process();
    let mut connection = ben.connection.clone();
    let mut done = false;
    // The other one does everything while this one has received and not yet stored.
    let mut meanwhile = |_| {
        if !std::mem::replace(&mut done, true) {
            other.sync(&mut connection, now(), &mut |_| {}).unwrap();
        }
    };
    let report = ben
        .replica
        .sync(&mut ben.connection, now(), &mut meanwhile)
        .unwrap();
    assert_eq!(report.pushed, 0);
    let server = server.borrow();
    assert_eq!((ben.info().head, ben.info().pending), (server.head(), 0));
    let times = server
        .changes()
        .iter()
        .filter(|change| change.id == mine)
        .count();
    assert_eq!(times, 1);
}
