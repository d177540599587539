//! Two processes on one replica: what one does while the other waits for the server.

use std::ops::ControlFlow;

use okr_core::id::Position;
use okr_proto::EncodedChange;
use okr_replica::{DirectoryEntry, Pulled, PushOutcome, Remote, RemoteError, Resolution, Resolved};
use okr_testkit::sample::TODAY;

use crate::device::{now, retitle, two_devices};
use crate::server::Connection;

/// A connection on which something happens between the answer to the first push and its arrival.
struct Slow<'t> {
    connection: Connection,
    meanwhile: Option<Box<dyn FnOnce() + 't>>,
}

impl Remote for Slow<'_> {
    fn push(
        &mut self,
        base: Position,
        changes: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        let answers = self.connection.push(base, changes);
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile();
        }
        answers
    }

    fn pull(
        &mut self,
        after: Position,
        directory_version: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError> {
        self.connection.pull(after, directory_version, sink)
    }

    fn update_directory(&mut self, entries: Vec<DirectoryEntry>) -> Result<u64, RemoteError> {
        self.connection.update_directory(entries)
    }
}

#[test]
fn a_conflict_that_another_process_decided_does_not_come_back_with_a_late_answer() {
    let (server, mut ana, mut ben) = two_devices();
    let refused = ben.write(retitle("faster by a third")).id;
    let again = ben.new_id();
    let mut other = ben.another_process();
    let mut line = ben.connection.clone();
    let meanwhile = move || {
        // The same sync, and a decision about what came of it.
        let report = other.sync(&mut line, now(), &mut |_| {}).unwrap();
        assert_eq!(report.conflicts[0].change.id, refused);
        let resolved = other.resolve(refused, Resolution::Mine, again, TODAY);
        assert!(matches!(resolved, Ok(Resolved::Again(_))), "{resolved:?}");
    };
    // The clash comes between the pull and the push of this sync.
    let theirs = ana.write(retitle("faster by half"));
    server.borrow_mut().overtake(ana.info().me, &theirs);
    let mut slow = Slow {
        connection: ben.connection.clone(),
        meanwhile: Some(Box::new(meanwhile)),
    };
    let report = ben.replica.sync(&mut slow, now(), &mut |_| {}).unwrap();

    assert_eq!(report.conflicts, []);
    assert_eq!(ben.info().conflicts, 0);
    ben.sync();
    let last = server.borrow().changes().last().map(|change| change.id);
    assert_eq!(last, Some(again));
}
