//! Pulling: each round of what comes is verified and stored as a whole, or not at all.

use std::ops::ControlFlow;

use okr_core::Timestamp;
use okr_core::id::Position;

use super::{MAX_ATTEMPTS, SyncError, SyncProgress, Tally};
use crate::directory::Directory;
use crate::error::ReplicaError;
use crate::ingest::{Ingest, IngestError};
use crate::integrity::IntegrityError;
use crate::remote::{Pulled, Remote};
use crate::replica::Replica;

/// Pulls everything that is new, again when the connection breaks, as long as it gets on.
pub(super) fn pull(
    replica: &mut Replica,
    remote: &mut dyn Remote,
    now: Timestamp,
    (tally, progress): (&mut Tally, &mut dyn FnMut(SyncProgress)),
) -> Result<(), SyncError> {
    let mut attempts_left = MAX_ATTEMPTS - 1;
    loop {
        let before = tally.pulled;
        let outcome = pull_once(replica, remote, now, (tally, progress));
        if tally.pulled > before {
            attempts_left = MAX_ATTEMPTS - 1;
        }
        match outcome {
            Err(error) if attempts_left > 0 && is_worth_repeating(&error) => attempts_left -= 1,
            outcome => return outcome,
        }
    }
}

fn is_worth_repeating(error: &SyncError) -> bool {
    match error {
        SyncError::Remote(error) => error.is_lost_answer(),
        // Another process was quicker: what is left follows its new head.
        SyncError::Replica(error) => matches!(error, ReplicaError::Busy),
        SyncError::NotConnected | SyncError::Integrity(_) | SyncError::Diverged { .. } => false,
    }
}

fn pull_once(
    replica: &mut Replica,
    remote: &mut dyn Remote,
    now: Timestamp,
    (tally, progress): (&mut Tally, &mut dyn FnMut(SyncProgress)),
) -> Result<(), SyncError> {
    let version = replica.directory()?.version;
    let before = tally.pulled;
    let mut told = |received, head: Position| {
        progress(SyncProgress::Pulled {
            done: before + received,
            head: head.get(),
        });
    };
    let mut arrival = Arrival {
        ingest: replica.ingest()?,
        now,
        directory: None,
        complete: false,
        confirmed: 0,
    };
    let received = arrival.receive(remote, version, &mut told);
    // Rounds that were complete are kept, whatever became of the rest.
    tally.pulled += arrival.confirmed;
    let (verified, ended) = arrival.end();
    received?;
    let directory = verified?;
    ended?;
    if let Some(directory) = directory {
        replica.replace_directory(&directory)?;
    }
    Ok(())
}

/// What a pull has brought so far.
struct Arrival<'r> {
    ingest: Ingest<'r>,
    now: Timestamp,
    directory: Option<Directory>,
    /// Whether a checkpoint came last.
    complete: bool,
    /// How many records are confirmed.
    confirmed: u64,
}

impl Arrival<'_> {
    fn receive(
        &mut self,
        remote: &mut dyn Remote,
        directory_version: u64,
        told: &mut dyn FnMut(u64, Position),
    ) -> Result<(), SyncError> {
        let after = self.ingest.position();
        let mut failure = None;
        let pulled = remote.pull(
            after,
            directory_version,
            &mut |pulled| match self.take(pulled) {
                Ok(()) => {
                    let head = self.ingest.position();
                    told(head.get() - after.get(), head);
                    ControlFlow::Continue(())
                }
                Err(error) => {
                    failure = Some(error);
                    ControlFlow::Break(())
                }
            },
        );
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(pulled?),
        }
    }

    fn take(&mut self, pulled: Pulled) -> Result<(), IngestError> {
        match pulled {
            Pulled::Directory(directory) => self.directory = Some(directory),
            Pulled::Records(records) => {
                self.complete = false;
                self.ingest.records(records)?;
            }
            Pulled::Checkpoint(note) => {
                self.confirmed += self.ingest.checkpoint(&note, self.now)?.records;
                self.complete = true;
            }
        }
        Ok(())
    }

    /// Checks that the stream ended with a checkpoint of everything in it, as a pull does, and ends
    /// taking in, whatever came of it.
    fn end(
        self,
    ) -> (
        Result<Option<Directory>, IntegrityError>,
        Result<(), IngestError>,
    ) {
        let position = self.ingest.position();
        let verified = if self.complete {
            Ok(self.directory)
        } else {
            Err(IntegrityError::NoCheckpoint { position })
        };
        (verified, self.ingest.end())
    }
}

impl From<IngestError> for SyncError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Integrity(error) => Self::Integrity(error),
            IngestError::Replica(error) => Self::Replica(error),
            IngestError::NoServer => Self::NotConnected,
            IngestError::Moved { .. } | IngestError::Failed => Self::Replica(ReplicaError::Busy),
        }
    }
}

#[cfg(test)]
mod tests;
