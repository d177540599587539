//! Following the server: every change once and in order, whatever breaks and whoever is quicker.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use okr_core::id::Position;
use okr_replica::{DirectoryEntry, Follower, LogFilter, Place, Replica, SyncError, Turn};
use okr_testkit::sample::CAI;

use crate::device::{Device, now, retitle, tag_it, title_of, two_devices};
use crate::fault::Fault;
use crate::server::{Server, Watched};

/// What somebody who watches has seen: the positions of the log after a place, in order.
struct Seen {
    cursor: Position,
    positions: Vec<u64>,
}

impl Seen {
    fn from(replica: &Replica) -> Self {
        Self {
            cursor: replica.info().unwrap().head,
            positions: Vec::new(),
        }
    }

    /// Looks at what the replica has beyond the place that was reached.
    fn look(&mut self, replica: &Replica) {
        let filter = LogFilter {
            after_position: Some(self.cursor),
            oldest_first: true,
            ..LogFilter::default()
        };
        for entry in replica.log(&filter).unwrap() {
            let Place::Confirmed { position, .. } = entry.place else {
                panic!("only what is confirmed was asked for");
            };
            self.positions.push(position.get());
            self.cursor = position;
        }
    }

    #[track_caller]
    fn assert_all(&self, first: Position, server: &Rc<RefCell<Server>>) {
        let all: Vec<u64> = (first.get() + 1..=server.borrow().head().get()).collect();
        assert_eq!(self.positions, all);
    }
}

/// Takes turns until nothing comes.
fn follow(
    replica: &mut Replica,
    watched: &mut Watched<'_>,
    seen: &mut Seen,
) -> Result<usize, SyncError> {
    let (mut follower, conflicts) = Follower::open(replica, watched, now())?;
    let mut count = conflicts.len();
    loop {
        seen.look(replica);
        match follower.turn(replica, now(), Duration::ZERO)? {
            Turn::Confirmed { conflicts } => count += conflicts.len(),
            Turn::People | Turn::Alive => {}
            Turn::Quiet => return Ok(count),
            Turn::Overtaken => panic!("nobody put an older replica in place of this one"),
        }
    }
}

/// Lets a device write and push a number of changes.
fn push(device: &mut Device, count: usize) {
    for _ in 0..count {
        let id = device.new_id();
        device.write(retitle(&format!("title {id}")));
    }
    device.sync();
}

#[test]
fn every_change_is_seen_once_when_the_stream_breaks_at_any_message() {
    for breaks_after in 0..7 {
        let (server, mut ana, mut ben) = two_devices();
        let mut seen = Seen::from(&ben.replica);
        let first = seen.cursor;
        let mut before = |message: usize| push(&mut ana, 1 + message % 5);
        let mut watched = Watched::new(&ben.connection, &mut before);
        watched.breaks_after = Some(breaks_after);
        for _ in 0..6 {
            let broken = follow(&mut ben.replica, &mut watched, &mut seen);
            assert!(
                matches!(&broken, Err(SyncError::Remote(error)) if error.is_passing()),
                "{broken:?}"
            );
        }
        drop(watched);
        ben.sync();
        seen.look(&ben.replica);
        seen.assert_all(first, &server);
        assert_eq!(&ben.state(server.borrow().view()), server.borrow().view());
    }
}

#[test]
fn another_process_may_be_quicker_at_any_message() {
    // Before which message the other process syncs, and what is pushed before it does.
    for (at, more) in (0..6).flat_map(|at| [0, 1, 4].map(|more| (at, more))) {
        let (server, mut ana, mut ben) = two_devices();
        let mut seen = Seen::from(&ben.replica);
        let first = seen.cursor;
        let mut other = ben.another_process();
        let mut others_connection = ben.connection.clone();
        let mut before = |message: usize| {
            if message == 0 {
                push(&mut ana, 7);
            }
            if message == at {
                if more > 0 {
                    push(&mut ana, more);
                }
                other
                    .sync(&mut others_connection, now(), &mut |_| {})
                    .unwrap();
            }
        };
        let mut watched = Watched::new(&ben.connection, &mut before);
        follow(&mut ben.replica, &mut watched, &mut seen).unwrap();
        seen.assert_all(first, &server);
        assert_eq!(ben.info().root, server.borrow().root(), "{at} {more}");
    }
}

#[test]
fn what_is_pending_here_meets_what_comes() {
    let (_server, mut ana, mut ben) = two_devices();
    ana.write(retitle("instant"));
    ben.write(retitle("swift"));
    ben.write(tag_it("mine"));
    let mut seen = Seen::from(&ben.replica);
    let mut before = |message: usize| {
        if message == 0 {
            ana.sync();
        }
    };
    let mut watched = Watched::new(&ben.connection, &mut before);
    let conflicts = follow(&mut ben.replica, &mut watched, &mut seen).unwrap();
    assert_eq!(conflicts, 1);
    assert_eq!((ben.info().conflicts, ben.info().pending), (1, 1));
    assert_eq!(title_of(&ben), "instant");
}

#[test]
fn a_change_of_ones_own_that_another_process_pushes_is_seen_and_no_longer_pending() {
    let (server, _ana, mut ben) = two_devices();
    ben.write(tag_it("mine"));
    let mut seen = Seen::from(&ben.replica);
    let first = seen.cursor;
    let mut other = ben.another_process();
    let mut others_connection = ben.connection.clone();
    let mut before = |message: usize| {
        if message == 0 {
            other
                .sync(&mut others_connection, now(), &mut |_| {})
                .unwrap();
        }
    };
    let mut watched = Watched::new(&ben.connection, &mut before);
    follow(&mut ben.replica, &mut watched, &mut seen).unwrap();
    seen.assert_all(first, &server);
    assert_eq!(seen.positions.len(), 1);
    assert_eq!(ben.info().pending, 0);
}

#[test]
fn what_no_proof_vouches_for_ends_it_and_nothing_of_it_is_kept() {
    let faults = [
        Fault::Gap,
        Fault::OtherRecord,
        Fault::Garbage,
        Fault::WrongRoot,
        Fault::OldCheckpoint,
        Fault::OtherKey,
        Fault::GarbageCheckpoint,
    ];
    for fault in faults {
        let (server, mut ana, mut ben) = two_devices();
        let mut seen = Seen::from(&ben.replica);
        let before_it = ben.info();
        {
            let mut nothing = |_| {};
            let mut watched = Watched::new(&ben.connection, &mut nothing);
            let (mut follower, _) = Follower::open(&mut ben.replica, &mut watched, now()).unwrap();
            // The first round is the checkpoint of what is here already.
            let turn = follower.turn(&mut ben.replica, now(), Duration::ZERO);
            assert!(matches!(turn, Ok(Turn::Confirmed { .. })), "{turn:?}");
            push(&mut ana, 5);
            server.borrow_mut().fail_next(fault);
            let turn = follower.turn(&mut ben.replica, now(), Duration::ZERO);
            assert!(
                matches!(turn, Err(SyncError::Integrity(_))),
                "{fault:?}: {turn:?}"
            );
        }
        seen.look(&ben.replica);
        assert_eq!(seen.positions, [0_u64; 0], "{fault:?}");
        assert_eq!(ben.info().root, before_it.root, "{fault:?}");
        server.borrow_mut().be_honest();
        ben.sync();
    }
}

#[test]
fn a_server_that_lost_history_is_not_followed() {
    let (server, mut ana, mut ben) = two_devices();
    push(&mut ana, 2);
    ben.sync();
    server.borrow_mut().restore_to(3);
    let mut nothing = |_| {};
    let mut watched = Watched::new(&ben.connection, &mut nothing);
    let opened = Follower::open(&mut ben.replica, &mut watched, now());
    let Err(SyncError::Diverged { divergence, .. }) = opened else {
        panic!("{opened:?}");
    };
    assert_eq!(divergence.common, Position::new(3));
}

#[test]
fn a_server_that_is_silent_for_too_long_is_taken_for_gone() {
    let (_server, _ana, mut ben) = two_devices();
    let mut nothing = |_| {};
    let mut watched = Watched::new(&ben.connection, &mut nothing);
    let (follower, _) = Follower::open(&mut ben.replica, &mut watched, now()).unwrap();
    let mut follower = follower.with_silence_limit(Duration::ZERO);
    let mut turn = || follower.turn(&mut ben.replica, now(), Duration::from_secs(1));
    assert!(matches!(turn(), Ok(Turn::Confirmed { .. })));
    let silent = turn();
    assert!(
        matches!(&silent, Err(SyncError::Remote(error)) if error.is_passing()),
        "{silent:?}"
    );
}

#[test]
fn names_of_people_come_while_nothing_else_does() {
    let (_server, mut ana, mut ben) = two_devices();
    let entry = DirectoryEntry {
        person: CAI,
        handle: "cai".to_owned(),
        name: "Cai".to_owned(),
        email: String::new(),
    };
    let mut nothing = |_| {};
    let mut watched = Watched::new(&ben.connection, &mut nothing);
    let (mut follower, _) = Follower::open(&mut ben.replica, &mut watched, now()).unwrap();
    let mut turn = || {
        follower
            .turn(&mut ben.replica, now(), Duration::ZERO)
            .unwrap()
    };
    assert!(matches!(turn(), Turn::Confirmed { .. }));
    assert!(matches!(turn(), Turn::Quiet));
    ana.replica.set_directory_entry(&entry).unwrap();
    ana.sync();
    assert!(matches!(turn(), Turn::People));
    assert!(matches!(turn(), Turn::Quiet));
    let directory = ben.replica.directory().unwrap();
    assert_eq!(directory.by_handle("cai"), Some(&entry));
}
