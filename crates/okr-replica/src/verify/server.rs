//! What is here against the server: who goes on from whom, and which of the two was altered.
//!
//! No proof of consistency is asked for. The leaves that are here give the root at every smaller
//! size, and the records that lead to a larger one come with the pull.

use okr_core::id::Position;

use super::{Examination, SignedHead};
use crate::divergence::{last_of_the_same_beginning, pull_verified};
use crate::pinned::Pinned;
use crate::remote::Remote;
use crate::sync::SyncError;

/// How the server's history stands to the one that is here, when one goes on from the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerStanding {
    /// Both are the same.
    Same,
    /// The server has more, and begins with everything that is here.
    Ahead {
        /// Its newest position.
        head: Position,
    },
}

impl Examination<'_> {
    /// Compares the server's history with the one that is here. Nothing of it is kept.
    ///
    /// # Errors
    /// [`SyncError::Diverged`] when the server has lost or rewritten history that is here;
    /// [`SyncError::Integrity`] when what it says is not to be believed, such as one with another key;
    /// the failures of the connection and of the store.
    ///
    /// # Panics
    /// When the records were not checked before, or something is wrong with one.
    pub fn server(&self, remote: &mut dyn Remote) -> Result<ServerStanding, SyncError> {
        assert!(self.complete, "the records are checked first");
        let pinned = self.pinned()?;
        let mut frontier = self.frontier(self.info.head);
        match pull_verified(remote, (&pinned, &mut frontier), &mut |_, _| {}) {
            Ok(()) if frontier.size() == self.info.head.get() => Ok(ServerStanding::Same),
            Ok(()) => Ok(ServerStanding::Ahead {
                head: Position::new(frontier.size()),
            }),
            Err(error) => Err(self.replica.diagnose(remote, error)),
        }
    }

    /// Asks the server from which change on what is here is not what was signed, when the records
    /// lead to another root than the checkpoint that is kept here.
    ///
    /// None when the server has another history as well, so that it is no witness.
    ///
    /// # Errors
    /// As [`Examination::server`], but for [`SyncError::Diverged`].
    pub fn locate(
        &self,
        remote: &mut dyn Remote,
        signed: &SignedHead,
    ) -> Result<Option<Position>, SyncError> {
        let pinned = self.pinned()?;
        let equal = last_of_the_same_beginning(self.snapshot.db, remote)?;
        let mut frontier = self.frontier(equal);
        let mut is_signed = false;
        pull_verified(remote, (&pinned, &mut frontier), &mut |_, tree| {
            is_signed |= tree.size() == signed.size.get() && tree.root() == signed.root;
        })?;
        Ok(is_signed.then_some(equal.next()))
    }

    fn pinned(&self) -> Result<Pinned, SyncError> {
        let remote = self.info.remote.as_ref().ok_or(SyncError::NotConnected)?;
        Ok(Pinned::new(remote)?)
    }
}
