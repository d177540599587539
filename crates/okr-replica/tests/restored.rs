//! A server that was restored from an older backup, and devices that were.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;

use okr_core::id::{ChangeId, Position};
use okr_core::view::View as _;
use okr_replica::{
    DirectoryEntry, Divergence, IntegrityError, LogFilter, Moment, RemoteError, Replica, SyncError,
    TakenOver,
};
use okr_testkit::sample::{ANA, BEN, CAI, TODAY, objective_id};

use crate::device::{Device, now, retitle, tag_it, title_of, two_devices};
use crate::fault::Fault;
use crate::server::Server;

/// The tags of objective 1, as a device shows it.
fn tags_of(device: &Device) -> Vec<String> {
    let reading = device.replica.reading(Moment::now(TODAY)).unwrap();
    let objective = reading.objective(objective_id(1)).unwrap().unwrap();
    objective.tags.iter().map(ToString::to_string).collect()
}

fn diverged(error: SyncError) -> Divergence {
    match error {
        SyncError::Diverged { divergence, .. } => *divergence,
        other => panic!("expected another history, got {other:?}"),
    }
}

fn take_over(device: &mut Device) -> TakenOver {
    let mut connection = device.connection.clone();
    let rebuilt = device
        .replica
        .rebuild(&mut connection, now(), &mut |_| {})
        .unwrap();
    device.replica.take_over(rebuilt, now()).unwrap()
}

/// Everything but replicas and copies that lies in the directory of a device.
fn leftovers(directory: &Path) -> Vec<String> {
    let names = std::fs::read_dir(directory).unwrap().map(|entry| {
        let name = entry.unwrap().file_name();
        name.to_string_lossy().into_owned()
    });
    names
        .filter(|name| !name.starts_with("replica.db") && !name.starts_with("replica-before-"))
        .collect()
}

/// Ana tags `a1`, Ben `b1`, Ana `a2`, Ben `b2`; both have all of it. Returns the head before that.
fn four_tags() -> (Rc<RefCell<Server>>, Device, Device, usize) {
    let (server, mut ana, mut ben) = two_devices();
    let before = usize::try_from(server.borrow().head().get()).unwrap();
    for (device, text) in [(0, "a1"), (1, "b1"), (0, "a2"), (1, "b2")] {
        let device = if device == 0 { &mut ana } else { &mut ben };
        device.write(tag_it(text));
        device.sync();
    }
    ana.sync();
    (server, ana, ben, before)
}

#[test]
fn a_server_that_is_behind_is_told_with_what_it_lost() {
    let (server, ana, mut ben, before) = four_tags();
    drop(ana);
    let waiting = ben.write(tag_it("mine")).id;
    let info = ben.info();
    server.borrow_mut().restore_to(before + 1);
    let error = ben.try_sync().unwrap_err();
    let SyncError::Diverged { cause, .. } = &error else {
        panic!("{error:?}");
    };
    assert!(
        matches!(**cause, SyncError::Remote(RemoteError::Ahead { head })
            if head.get() == before as u64 + 1),
        "{cause}"
    );
    let divergence = diverged(error);
    assert!(divergence.is_behind());
    assert_eq!(divergence.common.get(), before as u64 + 1);
    assert_eq!(
        (divergence.here, divergence.server),
        (info.head, divergence.common)
    );
    let authors: Vec<_> = divergence
        .lost
        .iter()
        .map(|lost| (lost.author, lost.again))
        .collect();
    assert_eq!(authors, [(BEN, true), (ANA, false), (BEN, true)]);
    assert_eq!(divergence.authors(), [(BEN, 2), (ANA, 1)]);
    assert!(divergence.altered.is_empty());

    // Nothing changed, and the replica goes on being written to and read.
    assert_eq!(ben.info(), info);
    ben.write(tag_it("later"));
    assert!(tags_of(&ben).contains(&"later".to_owned()));
    let pending: Vec<ChangeId> = ben
        .replica
        .log(&LogFilter {
            pending: true,
            limit: Some(2),
            ..LogFilter::default()
        })
        .unwrap()
        .iter()
        .map(|entry| entry.id)
        .collect();
    assert_eq!(pending[1], waiting);
}

#[test]
fn a_server_that_went_on_after_the_backup_is_a_fork() {
    let (server, ana, mut ben, before) = four_tags();
    for others in [4, 6] {
        server.borrow_mut().restore_to(before);
        let mut cai = Device::new(&server, CAI, 3 + others);
        cai.sync();
        for number in 0..others {
            cai.write(tag_it(&format!("c{number}")));
        }
        cai.sync();
        let info = ben.info();
        let divergence = diverged(ben.try_sync().unwrap_err());
        assert!(!divergence.is_behind());
        assert_eq!(divergence.common.get(), before as u64);
        assert_eq!(divergence.server, server.borrow().head());
        assert_eq!(divergence.lost.len(), 4);
        assert_eq!(ben.info(), info);
    }
    drop(ana);
}

#[test]
fn following_the_server_loses_no_edit_and_doubles_none() {
    let (server, mut ana, mut ben, before) = four_tags();
    let whole = server.borrow().view().clone();
    server.borrow_mut().restore_to(before);
    let mut cai = Device::new(&server, CAI, 3);
    cai.sync();
    cai.write(tag_it("c1"));
    cai.sync();
    ben.write(tag_it("pending"));
    assert!(ben.try_sync().is_err());

    let taken = take_over(&mut ben);
    assert_eq!(taken.again.len(), 2);
    assert_eq!(taken.gone.len(), 2);
    assert!(
        taken
            .gone
            .iter()
            .all(|lost| lost.author == ANA && !lost.again)
    );
    assert!(taken.unfitting.is_empty());
    assert_eq!(
        (ben.info().head, ben.info().root),
        (server.borrow().head(), server.borrow().root())
    );
    assert_eq!(ben.info().pending, 3);
    assert!(leftovers(ben.directory()).is_empty());

    // Their ids are the ones that they had, and their order too.
    let pending = ben.replica.log(&LogFilter {
        pending: true,
        limit: Some(3),
        ..LogFilter::default()
    });
    let ids: Vec<ChangeId> = pending
        .unwrap()
        .iter()
        .rev()
        .map(|entry| entry.id)
        .collect();
    assert_eq!(ids[..2], taken.again);

    assert_eq!(ben.sync().pushed, 3);
    assert!(ana.try_sync().is_err());
    take_over(&mut ana);
    assert_eq!(ana.sync().pushed, 2);
    ben.sync();
    cai.sync();
    for device in [&ana, &ben, &cai] {
        let mut tags = tags_of(device);
        tags.sort();
        assert_eq!(tags, ["a1", "a2", "b1", "b2", "c1", "pending"]);
        assert_eq!(device.info().head, server.borrow().head());
    }
    let all = server.borrow().changes();
    let ids: BTreeSet<ChangeId> = all.iter().map(|change| change.id).collect();
    assert_eq!(ids.len(), all.len(), "nothing stands twice");
    for entity in whole.entities() {
        // But for the tags, which cai's one was added to.
        if entity.id() != objective_id(1).into() {
            assert!(server.borrow().view().entities().any(|one| one == entity));
        }
    }
}

#[test]
fn the_replica_as_it_was_is_kept_beside_it() {
    let (server, _ana, mut ben, before) = four_tags();
    let info = ben.info();
    server.borrow_mut().restore_to(before);
    let taken = take_over(&mut ben);
    assert_eq!(taken.copy.parent(), Some(ben.directory()));
    let old = tempfile::tempdir().unwrap();
    std::fs::copy(&taken.copy, old.path().join("replica.db")).unwrap();
    assert_eq!(Replica::open(old.path()).unwrap().info().unwrap(), info);

    // A second time on the same second takes no name away.
    ben.sync();
    server.borrow_mut().restore_to(before);
    let again = take_over(&mut ben);
    assert_ne!(again.copy, taken.copy);
    assert!(taken.copy.exists() && again.copy.exists());
}

#[test]
fn what_others_have_to_bring_back_first_is_named() {
    let (server, mut ana, mut ben) = two_devices();
    let before = usize::try_from(server.borrow().head().get()).unwrap();
    ana.write(retitle("fastest"));
    ana.sync();
    ben.sync();
    // Ben saw Ana's title when he changed it.
    let after_hers = ben.write(retitle("fast enough")).id;
    ben.sync();
    server.borrow_mut().restore_to(before);
    let taken = take_over(&mut ben);
    assert_eq!(taken.unfitting, [after_hers]);
    assert_eq!(ben.info().pending, 1);

    ana.try_sync().unwrap_err();
    take_over(&mut ana);
    ana.sync();
    assert_eq!(ben.sync().pushed, 1);
    assert_eq!(title_of(&ben), "fast enough");
}

#[test]
fn conflicts_are_carried_over() {
    let (server, mut ana, mut ben, before) = four_tags();
    for (device, to) in [(&mut ana, "hers"), (&mut ben, "his")] {
        device.write(retitle(to));
        device.sync();
    }
    let conflicts = ben.replica.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    server.borrow_mut().restore_to(before);
    take_over(&mut ben);
    let carried = ben.replica.conflicts().unwrap();
    assert_eq!(carried.len(), 1);
    assert_eq!(carried[0].change, conflicts[0].change);
    assert_eq!(carried[0].seen_at, server.borrow().head());
}

#[test]
fn names_of_people_who_come_back_are_told_again() {
    let (server, mut ana, _ben) = two_devices();
    let dan = okr_core::id::PersonId::from_bytes([0xDA; 16]);
    let before = usize::try_from(server.borrow().head().get()).unwrap();
    ana.write([okr_core::decide::Command::AddPerson {
        id: dan,
        role: okr_core::value::Role::Member,
    }]);
    let entry = DirectoryEntry {
        person: dan,
        handle: "dan".to_owned(),
        name: String::new(),
        email: String::new(),
    };
    ana.replica.set_directory_entry(&entry).unwrap();
    ana.sync();
    server.borrow_mut().restore_to(before);
    server.borrow_mut().forget_person(dan);
    take_over(&mut ana);
    assert_eq!(ana.sync().people, 1);
    assert_eq!(server.borrow().directory().entries.get(&dan), Some(&entry));
}

#[test]
fn another_key_is_never_followed() {
    for fault in [Fault::OtherKey, Fault::OtherOrigin] {
        let (server, _ana, ben, before) = four_tags();
        let info = ben.info();
        server.borrow_mut().restore_to(before);
        server.borrow_mut().fail_next(fault);
        let mut connection = ben.connection.clone();
        let error = ben
            .replica
            .rebuild(&mut connection, now(), &mut |_| {})
            .unwrap_err();
        assert!(
            matches!(error, SyncError::Integrity(IntegrityError::Checkpoint(_))),
            "{error}"
        );
        assert_eq!(ben.info(), info);
        assert!(leftovers(ben.directory()).is_empty());
    }
    // The comparison after a failed sync finds it, too.
    let (server, _ana, mut ben, before) = four_tags();
    server.borrow_mut().restore_to(before);
    server.borrow_mut().change_key();
    let error = ben.try_sync().unwrap_err();
    assert!(
        matches!(error, SyncError::Integrity(IntegrityError::Checkpoint(_))),
        "{error}"
    );
}

#[test]
fn a_rewritten_past_is_refused_even_when_it_is_signed() {
    let (server, mut ana, mut ben, before) = four_tags();
    let info = ben.info();
    server.borrow_mut().rewrite_from(before + 1);
    let divergence = diverged(ben.try_sync().unwrap_err());
    assert_eq!(divergence.common.get(), before as u64);
    assert!(divergence.lost.is_empty(), "everything stands there again");
    assert_eq!(ben.info(), info);

    // With something new on top, too.
    ana.write(tag_it("new"));
    diverged(ana.try_sync().unwrap_err());
    assert_eq!(ana.info().pending, 1);

    // What says something else than before is not followed by any command.
    server.borrow_mut().ascribe_last_to(CAI);
    let divergence = diverged(ben.try_sync().unwrap_err());
    assert_eq!(divergence.altered.len(), 1);
    let mut connection = ben.connection.clone();
    let error = ben
        .replica
        .rebuild(&mut connection, now(), &mut |_| {})
        .unwrap_err();
    assert_eq!(diverged(error).altered, divergence.altered);
    assert_eq!(ben.info(), info);
}

#[test]
fn an_edit_made_while_the_history_is_built_anew_is_kept() {
    let (server, _ana, mut ben, before) = four_tags();
    server.borrow_mut().restore_to(before);
    let mut connection = ben.connection.clone();
    let rebuilt = ben
        .replica
        .rebuild(&mut connection, now(), &mut |_| {})
        .unwrap();
    let meanwhile = ben.write(tag_it("meanwhile")).id;
    let mut other = ben.another_process();
    ben.replica.take_over(rebuilt, now()).unwrap();
    assert!(other.change(meanwhile).unwrap().is_some());
    // The other process sees the new history, and writes into it.
    assert_eq!(other.info().unwrap(), ben.info());
    let report = other.sync(&mut connection, now(), &mut |_| {}).unwrap();
    assert_eq!(report.pushed, 3);
    assert_eq!(ben.info().pending, 0);
}

#[test]
fn what_a_killed_attempt_left_behind_is_cleared_away() {
    let (server, _ana, mut ben, before) = four_tags();
    server.borrow_mut().restore_to(before);
    let mut connection = ben.connection.clone();
    let rebuilt = ben
        .replica
        .rebuild(&mut connection, now(), &mut |_| {})
        .unwrap();
    // As a process that is killed here: nothing is dropped.
    std::mem::forget(rebuilt);
    assert_eq!(leftovers(ben.directory()).len(), 1);
    let info = ben.another_process().info().unwrap();
    assert_eq!(
        info.head.get(),
        before as u64 + 4,
        "the old history is in use"
    );
    take_over(&mut ben);
    assert!(leftovers(ben.directory()).is_empty());
    assert_eq!(ben.info().head.get(), before as u64);
}

#[test]
fn a_server_that_only_went_on_is_no_divergence() {
    let (_server, mut ana, ben, _) = four_tags();
    ana.write(tag_it("more"));
    ana.sync();
    let mut connection = ben.connection.clone();
    assert_eq!(ben.replica.divergence(&mut connection).unwrap(), None);
    assert_eq!(ana.replica.divergence(&mut connection).unwrap(), None);
}

#[test]
fn a_server_that_lost_everything_is_followed_too() {
    let (server, mut ana, _ben) = two_devices();
    server.borrow_mut().restore_to(0);
    let divergence = diverged(ana.try_sync().unwrap_err());
    assert_eq!(
        (divergence.common, divergence.server),
        (Position::ZERO, Position::ZERO)
    );
    let taken = take_over(&mut ana);
    assert_eq!(taken.again.len(), 2);
    assert_eq!(ana.sync().pushed, 2);
    assert_eq!(title_of(&ana), "faster");
}

/// The replica file of a device, in another place.
fn keep_file(device: &Device, place: &Path) {
    for part in ["replica.db", "replica.db-wal"] {
        let from = device.directory().join(part);
        if from.exists() {
            std::fs::copy(from, place.join(part)).unwrap();
        }
    }
}

#[test]
fn a_device_restored_from_an_old_backup_doubles_nothing() {
    let (server, mut ana, mut ben) = two_devices();
    let early = [tag_it("early"), tag_it("earlier")].map(|wish| ben.write(wish).id);
    let backup = tempfile::tempdir().unwrap();
    keep_file(&ben, backup.path());
    ben.sync();
    ben.write(tag_it("later"));
    ben.sync();
    ana.sync();
    ana.write(tag_it("hers"));
    ana.sync();

    // The same person goes on with the old file, which still wants to push what was pushed.
    let mut old = Replica::open(backup.path()).unwrap();
    assert_eq!(old.info().unwrap().pending, 2);
    let mut connection = ben.connection.clone();
    let report = old.sync(&mut connection, now(), &mut |_| {}).unwrap();
    assert_eq!(
        (report.pushed, report.duplicates, report.already_so),
        (0, 0, 0)
    );
    assert!(report.conflicts.is_empty());
    let info = old.info().unwrap();
    assert_eq!(
        (info.head, info.root, info.pending),
        (server.borrow().head(), server.borrow().root(), 0)
    );
    let all = server.borrow().changes();
    for id in early {
        assert_eq!(all.iter().filter(|change| change.id == id).count(), 1);
    }
}

#[test]
fn an_old_backup_that_pushes_before_it_pulled_gets_duplicates() {
    let (server, _ana, mut ben) = two_devices();
    ben.write(tag_it("early"));
    let backup = tempfile::tempdir().unwrap();
    keep_file(&ben, backup.path());
    let mut old = Replica::open(backup.path()).unwrap();
    // Both files are of the same device: the other one is quicker by a moment.
    let mut connection = ben.connection.clone();
    let mut quick = ben.another_process();
    let mut meanwhile = connection.clone();
    let mut done = false;
    let mut progress = |progress| {
        if matches!(progress, okr_replica::SyncProgress::Pulled { .. }) && !done {
            done = true;
            quick.sync(&mut meanwhile, now(), &mut |_| {}).unwrap();
        }
    };
    let report = old.sync(&mut connection, now(), &mut progress).unwrap();
    assert_eq!((report.pushed, report.duplicates), (0, 1));
    ben.sync();
    assert_eq!(old.info().unwrap().pending + ben.info().pending, 0);
    assert_eq!(server.borrow().head().get(), 3);
}

#[test]
fn two_devices_of_one_person_both_count() {
    let (server, mut ana, mut laptop) = two_devices();
    let mut phone = Device::new(&server, BEN, 7);
    phone.sync();
    for (device, text) in [(&mut laptop, "laptop"), (&mut phone, "phone")] {
        device.write(tag_it(text));
    }
    laptop.write(retitle("from the laptop"));
    for device in [&mut laptop, &mut phone, &mut ana] {
        device.sync();
    }
    laptop.sync();
    for device in [&laptop, &phone, &ana] {
        assert_eq!(tags_of(device), ["laptop", "phone"]);
        assert_eq!(title_of(device), "from the laptop");
        assert_eq!(device.info().head, server.borrow().head());
    }
    // One's own edit on the other device is somebody's edit like any other: nothing is overwritten.
    laptop.write(retitle("again the laptop"));
    phone.write(retitle("the phone"));
    laptop.sync();
    assert_eq!(phone.sync().conflicts.len(), 1);
    assert_eq!(title_of(&phone), "again the laptop");
}
