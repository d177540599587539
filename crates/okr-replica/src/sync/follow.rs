//! Following: a pull that stays open. Each round is verified and stored as any pull is.
//!
//! ```text
//!   stream:   5 6 |  7 8 9 |  10 |        a bar is a checkpoint, which ends a round
//!   replica:  . . .  . . ^head             another process has brought 5 to 8 meanwhile
//! ```
//!
//! What another process was quicker to bring is passed over, and the rest of the round is taken.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use okr_core::Timestamp;
use okr_core::id::Position;

use super::{SyncError, Tally, pull, settle};
use crate::conflict::Conflict;
use crate::directory::Directory;
use crate::divergence;
use crate::ingest::{Ingest, IngestError};
use crate::remote::{Follow, Followed, Following, Pulled, RemoteError};
use crate::replica::Replica;

/// How long a server may be silent that promises a sign of life every 30 seconds.
const SILENCE_LIMIT: Duration = Duration::from_secs(75);

/// An open stream of what the server confirms, and how far it has come.
///
/// It holds no lock and no transaction between two turns, so that other processes read and write
/// the same replica meanwhile. Dropping it at any moment loses nothing.
pub struct Follower<'c> {
    stream: Box<dyn Following + 'c>,
    /// The position up to which the stream has brought records.
    at: Position,
    /// For how long nothing came while it was waited for.
    silent: Duration,
    silence_limit: Duration,
}

/// What a turn of following brought.
#[derive(Debug)]
pub enum Turn {
    /// The history grew, or was confirmed as it is.
    Confirmed {
        /// The changes of this device that became conflicts by it.
        conflicts: Vec<Conflict>,
    },
    /// Names of people came.
    People,
    /// The server gave a sign of life.
    Alive,
    /// Nothing came in the time that was to be waited.
    Quiet,
    /// Another process is at another place of the history: open a new stream.
    Overtaken,
}

impl std::fmt::Debug for Follower<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Follower")
            .field("at", &self.at)
            .field("silent", &self.silent)
            .finish_non_exhaustive()
    }
}

impl<'c> Follower<'c> {
    /// Pulls everything that is new, and opens a stream of what comes after.
    ///
    /// Returns the conflicts that the pull led to, too. Nothing is pushed.
    ///
    /// # Errors
    /// As [`Replica::sync`].
    pub fn open(
        replica: &mut Replica,
        remote: &'c mut dyn Follow,
        now: Timestamp,
    ) -> Result<(Self, Vec<Conflict>), SyncError> {
        if replica.info()?.remote.is_none() {
            return Err(SyncError::NotConnected);
        }
        let tally = match catch_up(replica, remote, now) {
            Ok(tally) => tally,
            Err(error) => return Err(divergence::explain(replica, remote, error)),
        };
        let at = replica.info()?.head;
        let version = replica.directory()?.version;
        let follower = Self {
            stream: remote.follow(at, version)?,
            at,
            silent: Duration::ZERO,
            silence_limit: SILENCE_LIMIT,
        };
        Ok((follower, tally.conflicts))
    }

    /// Gives the server up after another time of silence than 75 seconds.
    #[must_use]
    pub const fn with_silence_limit(mut self, limit: Duration) -> Self {
        self.silence_limit = limit;
        self
    }

    /// Waits for something to come, at most so long, and takes it in.
    ///
    /// # Errors
    /// As [`Replica::sync`]. After one that [`RemoteError::is_passing`] and after a busy replica,
    /// a new stream may be opened; what was confirmed until then stays.
    pub fn turn(
        &mut self,
        replica: &mut Replica,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Turn, SyncError> {
        match self.wait(patience)? {
            None => Ok(Turn::Quiet),
            Some(Followed::Alive) => Ok(Turn::Alive),
            Some(Followed::Pulled(Pulled::Directory(directory))) => {
                replica.replace_directory(&directory)?;
                replica.clean().ok();
                Ok(Turn::People)
            }
            Some(Followed::Pulled(first @ (Pulled::Records(_) | Pulled::Checkpoint(_)))) => {
                self.round(replica, first, now)
            }
        }
    }

    /// Waits for a message; a server that is silent for too long is taken for gone.
    fn wait(&mut self, patience: Duration) -> Result<Option<Followed>, SyncError> {
        let left = self.silence_limit.saturating_sub(self.silent);
        let started = Instant::now();
        let followed = self.stream.next(patience.min(left))?;
        if followed.is_some() {
            self.silent = Duration::ZERO;
            return Ok(followed);
        }
        self.silent += started.elapsed();
        if self.silent < self.silence_limit {
            return Ok(None);
        }
        Err(self.gone())
    }

    /// Takes in a round whose first message has come.
    fn round(
        &mut self,
        replica: &mut Replica,
        first: Pulled,
        now: Timestamp,
    ) -> Result<Turn, SyncError> {
        let Some(received) = self.receive(replica, first, now)? else {
            // The replica went back: another process put an older one in its place.
            return Ok(Turn::Overtaken);
        };
        let Received {
            ended,
            records,
            new,
            directory,
        } = received;
        let reached = self.at.get() + records;
        let is_new = match ended {
            Ok(is_new) => is_new,
            // Another process brought at least as much at the same moment.
            Err(IngestError::Moved { head }) if head.get() >= reached => false,
            Err(IngestError::Moved { .. }) => return Ok(Turn::Overtaken),
            Err(error) => return Err(error.into()),
        };
        self.at = Position::new(reached);
        if let Some(directory) = directory {
            replica.replace_directory(&directory)?;
        }
        let mut tally = Tally::default();
        if is_new {
            settle::settle(replica, &mut tally)?;
            // A round that cannot be noted counts all the same.
            replica.note_exchange((new, 0), None).ok();
            replica.clean().ok();
        }
        Ok(Turn::Confirmed {
            conflicts: tally.conflicts,
        })
    }

    /// Receives a round to its end; none when the replica is not where the stream was any more.
    fn receive(
        &mut self,
        replica: &mut Replica,
        first: Pulled,
        now: Timestamp,
    ) -> Result<Option<Received>, SyncError> {
        let ingest = replica.ingest()?;
        let Some(known) = ingest.position().get().checked_sub(self.at.get()) else {
            return Ok(None);
        };
        let mut round = Round {
            ingest,
            known,
            received: 0,
            directory: None,
        };
        let mut next = first;
        let ended = loop {
            match round.take(next, now) {
                Ok(ControlFlow::Continue(())) => next = self.rest_of_round()?,
                Ok(ControlFlow::Break(is_new)) => break Ok(is_new),
                Err(error) => break Err(error),
            }
        };
        let closed = round.ingest.end();
        let ended = ended.and_then(|is_new| closed.map(|()| is_new));
        Ok(Some(Received {
            ended,
            records: round.received,
            new: round.received.saturating_sub(round.known),
            directory: round.directory,
        }))
    }

    /// Waits for the next part of a round that has begun.
    fn rest_of_round(&mut self) -> Result<Pulled, SyncError> {
        loop {
            match self.wait(self.silence_limit)? {
                Some(Followed::Pulled(pulled)) => return Ok(pulled),
                Some(Followed::Alive) => {}
                None => return Err(self.gone()),
            }
        }
    }

    fn gone(&self) -> SyncError {
        let seconds = self.silence_limit.as_secs();
        SyncError::Remote(RemoteError::Unavailable {
            why: format!("it gave no sign of life for {seconds} s"),
        })
    }
}

/// Pulls what is new, before there is a stream for the rest.
fn catch_up(
    replica: &mut Replica,
    remote: &mut dyn Follow,
    now: Timestamp,
) -> Result<Tally, SyncError> {
    let mut tally = Tally::default();
    pull::pull(replica, remote, now, (&mut tally, &mut |_| {}))?;
    if tally.pulled > 0 {
        settle::settle(replica, &mut tally)?;
        replica.note_exchange((tally.pulled, 0), None).ok();
    }
    Ok(tally)
}

/// What a round brought.
struct Received {
    /// Whether anything was new.
    ended: Result<bool, IngestError>,
    records: u64,
    /// How many records the replica did not have.
    new: u64,
    directory: Option<Directory>,
}

/// What a round has brought so far.
struct Round<'r> {
    ingest: Ingest<'r>,
    /// How many of its records the replica has from another process.
    known: u64,
    received: u64,
    directory: Option<Directory>,
}

impl Round<'_> {
    /// Takes a part; the last one tells whether anything was new.
    fn take(&mut self, pulled: Pulled, now: Timestamp) -> Result<ControlFlow<bool>, IngestError> {
        match pulled {
            Pulled::Directory(directory) => self.directory = Some(directory),
            Pulled::Records(mut records) => {
                let known = self.known.saturating_sub(self.received);
                self.received += records.len() as u64;
                let known = usize::try_from(known).unwrap_or(usize::MAX);
                records.drain(..known.min(records.len()));
                if !records.is_empty() {
                    self.ingest.records(records)?;
                }
            }
            // The other process verified it, and more.
            Pulled::Checkpoint(_) if self.received < self.known => {
                return Ok(ControlFlow::Break(false));
            }
            Pulled::Checkpoint(note) => {
                let ingested = self.ingest.checkpoint(&note, now)?;
                return Ok(ControlFlow::Break(ingested.records > 0));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
