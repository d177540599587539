//! Pulling in rounds: what a checkpoint vouched for is kept when the stream is cut after it.

use okr_proto::{EncodedChange, PushOutcome};
use okr_testkit::generate::history;

use super::*;
use crate::directory::DirectoryEntry;
use crate::fake_log::FakeLog;
use crate::remote::RemoteError;

const ROUND: usize = 10;

/// Sends a log in rounds, and is cut off after so many messages of each call.
struct Cut<'l> {
    log: &'l FakeLog,
    messages: Vec<usize>,
    /// How many records were sent in all.
    sent: usize,
}

impl Remote for Cut<'_> {
    fn push(
        &mut self,
        _: Position,
        _: Vec<EncodedChange>,
    ) -> Result<Vec<PushOutcome>, RemoteError> {
        unreachable!("nothing is pushed")
    }

    fn pull(
        &mut self,
        after: Position,
        _: u64,
        sink: &mut dyn FnMut(Pulled) -> ControlFlow<()>,
    ) -> Result<(), RemoteError> {
        let mut left = self.messages.pop().unwrap_or(usize::MAX);
        let mut at = usize::try_from(after.get()).unwrap();
        while at < self.log.records.len() {
            let end = (at / ROUND + 1) * ROUND;
            let end = end.min(self.log.records.len());
            for record in &self.log.records[at..end] {
                if left == 0 {
                    return Err(lost());
                }
                left -= 1;
                self.sent += 1;
                if sink(Pulled::Records(vec![record.clone()])).is_break() {
                    return Ok(());
                }
            }
            at = end;
            let note = Pulled::Checkpoint(self.log.checkpoint_of(at));
            if sink(note).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn update_directory(&mut self, _: Vec<DirectoryEntry>) -> Result<u64, RemoteError> {
        unreachable!("nobody is named")
    }
}

fn lost() -> RemoteError {
    RemoteError::Unreachable {
        url: "http://127.0.0.1:1".to_owned(),
        cause: "cut".to_owned(),
    }
}

#[test]
fn a_pull_that_is_cut_goes_on_after_the_last_round() {
    let log = FakeLog::of(&history(11, 95));
    let (_dir, mut replica) = log.replica();
    // Each call is cut off half-way through a round; the last one is not.
    let mut remote = Cut {
        log: &log,
        messages: vec![35, 15, 25, 15],
        sent: 0,
    };
    let now = Timestamp::UNIX_EPOCH;
    let mut tally = Tally::default();
    pull(&mut replica, &mut remote, now, (&mut tally, &mut |_| ())).unwrap();
    assert_eq!(
        (tally.pulled, replica.info().unwrap().head),
        (95, log.head())
    );
    // Only the halves of rounds came a second time.
    assert_eq!(remote.sent, 95 + 4 * 5);
    let (_whole, mut at_once) = log.replica();
    log.give_all(&mut at_once);
    assert_eq!(replica.info().unwrap().root, at_once.info().unwrap().root);
}

#[test]
fn a_cut_pull_leaves_what_its_rounds_confirmed() {
    let log = FakeLog::of(&history(12, 40));
    let (dir, mut replica) = log.replica();
    let mut remote = Cut {
        log: &log,
        messages: vec![0, 0, 0, 27],
        sent: 0,
    };
    let now = Timestamp::UNIX_EPOCH;
    let mut tally = Tally::default();
    let cut = pull(&mut replica, &mut remote, now, (&mut tally, &mut |_| ()));
    assert!(matches!(cut, Err(SyncError::Remote(_))), "{cut:?}");
    assert_eq!((tally.pulled, remote.sent), (20, 27));
    let info = Replica::open(dir.path()).unwrap().info().unwrap();
    assert_eq!(info.head.get(), 20);
    assert_eq!(info.checkpoint, Some(log.checkpoint_of(20)));
}
