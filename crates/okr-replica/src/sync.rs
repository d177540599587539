//! Sync: pull, admit what is pending again, push, and pull what was accepted.
//!
//! ```text
//!   confirmed  --pull-->  confirmed'  --admit again-->  pending' + conflicts
//!                                          pending'  --push-->  accepted, already so, refused
//!   confirmed' --pull-->  confirmed'' with the accepted ones
//! ```
//!
//! Only a pull makes a change confirmed. Every step is durable before the next begins, so a sync
//! that breaks off anywhere is continued by the next one.

mod blame;
mod follow;
mod merged;
mod pull;
mod push;
mod settle;
mod superseded;

use std::collections::HashSet;

use okr_core::Timestamp;
use okr_core::id::{ChangeId, Position};
use okr_log::Hash;
use thiserror::Error;

use crate::conflict::Conflict;
use crate::divergence::{self, Divergence};
use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::meta::ReplicaInfo;
use crate::remote::{Remote, RemoteError};
use crate::replica::Replica;
use crate::{pending, record};

pub use follow::{Follower, Turn};
pub use merged::Merged;
pub use superseded::Superseded;

/// How often a call is made whose answer gets lost.
const MAX_ATTEMPTS: usize = 3;

/// How far a sync is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncProgress {
    /// Changes were received.
    Pulled {
        /// How many in this sync.
        done: u64,
        /// The position of the newest one received.
        head: u64,
    },
    /// Changes were offered to the server and answered.
    Pushed {
        /// How many in this sync.
        done: usize,
        /// How many there are to push.
        of: usize,
    },
}

/// What a sync did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncReport {
    /// How many changes were confirmed, one's own included.
    pub pulled: u64,
    /// How many directory entries were pushed.
    pub people: usize,
    /// Why the server refused the directory entries, if it did; they wait for the next sync.
    pub people_refused: Option<RemoteError>,
    /// How many pending changes the server accepted.
    pub pushed: usize,
    /// How many pending changes were dropped because all that they say holds already.
    pub already_so: usize,
    /// How many pending changes the server had from an earlier push.
    pub duplicates: usize,
    /// The changes that became conflicts in this sync, oldest first.
    pub conflicts: Vec<Conflict>,
    /// The newest confirmed position.
    pub head: Position,
    /// The Merkle root over everything confirmed.
    pub root: Hash,
    /// The entities that others edited while edits of one's own were pending, where both stand.
    pub merged: Vec<Merged>,
    /// The server's clock when it accepted the first change of this sync; none when it took none.
    pub server_time: Option<Timestamp>,
    /// The values that gave way to others, in the order of the log; none after a first load or a
    /// very long time.
    pub superseded: Vec<Superseded>,
}

impl SyncReport {
    /// Says whether anything was exchanged.
    pub const fn is_something(&self) -> bool {
        self.pulled > 0
            || self.people > 0
            || self.pushed > 0
            || self.already_so > 0
            || self.duplicates > 0
            || !self.conflicts.is_empty()
    }
}

/// Why a sync broke off. What was confirmed and what is pending stay as they were, but for what
/// the steps before had completed.
#[derive(Debug, Error)]
pub enum SyncError {
    /// The replica has no server.
    #[error("this replica has no server")]
    NotConnected,
    /// The server could not be asked, or refuses as a whole.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// What the server sent is not believed.
    #[error(transparent)]
    Integrity(#[from] IntegrityError),
    /// The replica's own store failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// The server's history is not the one that is here any more: it was restored from a backup, or
    /// rewritten.
    #[error("the server's history is not the one that is here from {} on", divergence.common.next())]
    Diverged {
        /// How they differ.
        divergence: Box<Divergence>,
        /// What the sync stumbled over.
        #[source]
        cause: Box<Self>,
    },
}

/// What the steps of one sync have done so far.
#[derive(Debug, Default)]
struct Tally {
    pulled: u64,
    people: usize,
    people_refused: Option<RemoteError>,
    pushed: usize,
    already_so: usize,
    duplicates: usize,
    conflicts: Vec<Conflict>,
    /// What the server said is in its log, and where.
    appended: Vec<(ChangeId, Position)>,
    server_time: Option<Timestamp>,
}

/// Pulls everything that is new and pushes nothing.
pub(crate) fn pull_all(
    replica: &mut Replica,
    remote: &mut dyn Remote,
    now: Timestamp,
    progress: &mut dyn FnMut(SyncProgress),
) -> Result<(), SyncError> {
    pull::pull(replica, remote, now, (&mut Tally::default(), progress))
}

/// Admits what is pending again, as a sync does after a pull.
#[cfg(test)]
pub(crate) fn settle_now(replica: &mut Replica) -> Result<(), SyncError> {
    settle::settle(replica, &mut Tally::default())
}

impl Replica {
    /// Exchanges everything with the server.
    ///
    /// A conflict never makes a sync fail. `now` is the time by this device's clock.
    ///
    /// # Errors
    /// [`SyncError::Remote`] when the server cannot be asked, [`SyncError::Integrity`] when its
    /// answers are not believed, [`SyncError::Diverged`] when its history is not the one that is
    /// here any more, [`SyncError::Replica`] when the store fails.
    pub fn sync(
        &mut self,
        remote: &mut dyn Remote,
        now: Timestamp,
        progress: &mut dyn FnMut(SyncProgress),
    ) -> Result<SyncReport, SyncError> {
        self.sync_telling(remote, now, (progress, &mut None))
    }

    /// As [`Replica::sync`]; when it breaks off, what it did until then is put beside the error.
    ///
    /// # Errors
    /// As [`Replica::sync`].
    pub fn sync_telling(
        &mut self,
        remote: &mut dyn Remote,
        now: Timestamp,
        (progress, until_then): (&mut dyn FnMut(SyncProgress), &mut Option<SyncReport>),
    ) -> Result<SyncReport, SyncError> {
        let info = self.info()?;
        if info.remote.is_none() {
            return Err(SyncError::NotConnected);
        }
        let edited = merged::edited(self)?;
        let own = pending::ids(self.db())?;
        let mut tally = Tally::default();
        let done = self.exchange(remote, now, (&mut tally, progress));
        let done = done.map_err(|error| divergence::explain(self, remote, error));
        let told = self.report(tally, (&info, &edited, &own));
        let (report, failure) = match (done, told) {
            (Ok(()), told) => (told?, None),
            (Err(error), told) => match told {
                Ok(report) => (report, Some(error)),
                Err(_) => return Err(error),
            },
        };
        // What was exchanged counts, also where it cannot be noted.
        let why = failure.as_ref().map(ToString::to_string);
        self.note_sync(&report, why.as_deref()).ok();
        match failure {
            None => Ok(report),
            Some(error) => {
                *until_then = Some(report);
                Err(error)
            }
        }
    }

    fn exchange(
        &mut self,
        remote: &mut dyn Remote,
        now: Timestamp,
        (tally, progress): (&mut Tally, &mut dyn FnMut(SyncProgress)),
    ) -> Result<(), SyncError> {
        pull::pull(self, remote, now, (tally, progress))?;
        if tally.pulled > 0 {
            settle::settle(self, tally)?;
        }
        (tally.people, tally.people_refused) = push::people(self, remote)?;
        push::changes(self, remote, tally, progress)?;
        if tally.people > 0 || !tally.appended.is_empty() {
            pull::pull(self, remote, now, (tally, progress))?;
            settle::settle(self, tally)?;
            self.check_appended(&tally.appended)?;
        }
        self.count_unread()?;
        // What stands in the way of that, a full disk or a reader, keeps nobody from their work.
        self.clean().ok();
        Ok(())
    }

    /// Puts together what the steps of a sync did.
    fn report(
        &self,
        tally: Tally,
        (before, edited, own): (&ReplicaInfo, &merged::Edited, &HashSet<ChangeId>),
    ) -> Result<SyncReport, SyncError> {
        let info = self.info()?;
        let span = (before.head, info.head);
        Ok(SyncReport {
            pulled: tally.pulled,
            people: tally.people,
            people_refused: tally.people_refused,
            pushed: tally.pushed,
            already_so: tally.already_so,
            duplicates: tally.duplicates,
            merged: merged::since(self, before.head, edited, &tally.conflicts)?,
            superseded: superseded::since(self.db(), span, (info.me, own))?,
            conflicts: tally.conflicts,
            head: info.head,
            root: info.root,
            server_time: tally.server_time,
        })
    }

    /// Checks that the log has what the server says it appended.
    fn check_appended(&self, appended: &[(ChangeId, Position)]) -> Result<(), SyncError> {
        for (change, position) in appended {
            if record::find_exact(self.db(), *change)? != Some(*position) {
                return Err(SyncError::Integrity(IntegrityError::NotInLog {
                    change: *change,
                    position: *position,
                }));
            }
        }
        Ok(())
    }
}
