//! Sync when all goes well: what is asked, in which pieces, and what is told.

use okr_core::decide::Command;
use okr_core::id::Position;
use okr_replica::{DirectoryEntry, MAX_PUSH_CHANGES, ProposedAll, RemoteError, SyncProgress};
use okr_testkit::sample::{
    ANA, BEN, CAI, TODAY, check_in_id, key_result_id, new_check_in, new_key_result, new_objective,
    objective_id, slug, text, value,
};

use crate::contract::{self, Host};
use crate::device::{now, tag_it, two_devices};
use crate::fault::Fault;
use crate::server::{Connection, Server, Watched};

struct InMemory(std::rc::Rc<std::cell::RefCell<Server>>);

impl Host for InMemory {
    fn connect(&mut self) -> Box<dyn okr_replica::Follow> {
        // What does nothing and knows nothing takes no memory.
        let nothing = Box::leak(Box::new(|_| {}));
        Box::new(Watched::new(&Connection::open(&self.0, ANA), nothing))
    }

    fn info(&self) -> okr_replica::RemoteInfo {
        self.0.borrow().info()
    }

    fn org(&self) -> okr_core::id::OrgId {
        okr_testkit::sample::ORG
    }

    fn administrator(&self) -> okr_core::id::PersonId {
        ANA
    }
}

#[test]
fn the_server_in_memory_keeps_the_contract() {
    contract::check(|| Box::new(InMemory(Server::start())));
}

#[test]
fn a_sync_with_nothing_to_do_is_one_pull() {
    let (server, _ana, mut ben) = two_devices();
    let (pushes, pulls) = server.borrow().calls();
    let report = ben.sync();
    assert_eq!(server.borrow().calls(), (pushes, pulls + 1));
    assert_eq!((report.pulled, report.pushed), (0, 0));
    assert_eq!(report.head, server.borrow().head());
    assert_eq!(report.root, server.borrow().root());
    assert_eq!(ben.info().synced_at, Some(now()));
}

#[test]
fn a_push_keeps_within_a_mebibyte() {
    let (server, _ana, mut ben) = two_devices();
    for number in 2..42 {
        let mut new = new_objective("large");
        new.slug = slug(&format!("large-{number}"));
        new.description = Some(text(&"\u{1F680}".repeat(8000)));
        ben.write([Command::AddObjective {
            id: objective_id(number),
            new: Box::new(new),
        }]);
    }
    let (pushes, _) = server.borrow().calls();
    let mut seen = Vec::new();
    let mut tell = |progress| seen.push(progress);
    let report = ben
        .replica
        .sync(&mut ben.connection, now(), &mut tell)
        .unwrap();
    // 40 changes of 32,000 bytes each.
    assert_eq!(server.borrow().calls().0, pushes + 2);
    assert_eq!((report.pushed, report.pulled), (40, 40));
    assert!(seen.contains(&SyncProgress::Pushed { done: 40, of: 40 }));
    let head = server.borrow().head().get();
    assert_eq!(seen.last(), Some(&SyncProgress::Pulled { done: 40, head }));
}

#[test]
fn people_are_pushed_before_the_changes_and_reach_everybody() {
    let (server, mut ana, mut ben) = two_devices();
    let entry = DirectoryEntry {
        person: CAI,
        handle: "cai".to_owned(),
        name: "Cai".to_owned(),
        email: "cai@example.org".to_owned(),
    };
    ana.replica.set_directory_entry(&entry).unwrap();
    assert_eq!(
        ana.replica.directory().unwrap().by_handle("cai"),
        Some(&entry)
    );
    ana.write(tag_it("one"));
    let report = ana.sync();
    assert_eq!((report.people, report.pushed), (1, 1));
    assert_eq!(report.people_refused, None);
    assert_eq!(ana.sync().people, 0);
    for device in [&mut ana, &mut ben] {
        device.sync();
        let directory = device.replica.directory().unwrap();
        assert_eq!(directory.by_handle("cai"), Some(&entry));
        assert_eq!(directory.version, 1);
    }
    assert_eq!(server.borrow().calls().0, 2);
}

#[test]
fn refused_people_wait_and_stop_nothing_else() {
    let (server, _ana, mut ben) = two_devices();
    let entry = DirectoryEntry {
        person: BEN,
        handle: "root".to_owned(),
        name: String::new(),
        email: String::new(),
    };
    ben.replica.set_directory_entry(&entry).unwrap();
    ben.write(tag_it("one"));
    server.borrow_mut().fail_next(Fault::HandleTaken);
    let report = ben.sync();
    assert_eq!((report.people, report.pushed), (0, 1));
    assert!(matches!(
        report.people_refused,
        Some(RemoteError::Refused { .. })
    ));
    assert_eq!(ben.sync().people, 1);
}

#[test]
fn a_replica_begins_with_everything() {
    let (server, ..) = two_devices();
    let mut cai = crate::device::Device::new(&server, CAI, 3);
    assert_eq!(cai.info().head, Position::ZERO);
    let report = cai.sync();
    assert_eq!(report.pulled, server.borrow().head().get());
    let server = server.borrow();
    assert_eq!(&cai.state(server.view()), server.view());
}

/// How many check-ins are made in the weeks offline.
const OFFLINE: u32 = 2_100;

#[test]
fn weeks_offline_are_one_pull_few_pushes_and_one_pull() {
    let (server, mut ana, mut ben) = two_devices();
    ben.write([Command::AddKeyResult {
        id: key_result_id(1),
        new: Box::new(new_key_result(objective_id(1), "time")),
    }]);
    let check_in = |number| Command::RecordCheckIn {
        id: check_in_id(number),
        new: new_check_in(key_result_id(1), value(&number.to_string())),
    };
    let proposals = (1..OFFLINE).map(|number| ben.proposal([check_in(number)]));
    let proposals: Vec<_> = proposals.collect();
    let written = ben.replica.propose_all(proposals, TODAY, false).unwrap();
    assert!(
        matches!(written, ProposedAll::Written { .. }),
        "{written:?}"
    );
    assert_eq!(ben.info().pending, OFFLINE as usize);
    // Others went on meanwhile.
    ana.write(tag_it("speed"));
    ana.sync();

    let before = server.borrow().calls();
    let report = ben.sync();
    assert_eq!(
        (report.pushed, report.conflicts.len()),
        (OFFLINE as usize, 0)
    );
    assert_eq!(report.pulled, u64::from(OFFLINE) + 1);
    let (pushes, pulls) = server.borrow().calls();
    let calls = (pushes - before.0, pulls - before.1);
    assert_eq!(calls, ((OFFLINE as usize).div_ceil(MAX_PUSH_CHANGES), 2));
    assert_eq!(
        (ben.info().pending, ben.info().head),
        (0, server.borrow().head())
    );
}

#[test]
fn a_push_of_weeks_that_breaks_off_goes_on_where_it_was() {
    let (server, _ana, mut ben) = two_devices();
    let tag = |number: u32| {
        tag_it(if number.is_multiple_of(2) {
            "even"
        } else {
            "odd"
        })
    };
    ben.write(tag(0));
    ben.write(tag(1));
    server.borrow_mut().fail_next(Fault::LostReply);
    let report = ben.sync();
    assert_eq!((report.pushed, report.duplicates), (0, 2));
    assert_eq!(ben.info().pending, 0);
}
