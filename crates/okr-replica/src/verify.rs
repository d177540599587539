//! Checking that what is here is what the server signed, and that everything derived follows from it.
//!
//! ```text
//!   bytes of each record --> leaf --> root  ==  signed checkpoint  <-- pinned key
//!                        \-> versions and all else that is derived  ==  what is stored
//! ```
//!
//! Nothing is changed, and nothing that is stored is believed because it is stored. PROOF.md says
//! what is found by which check.

mod anchor;
mod derived;
mod flaw;
mod records;
mod server;
mod waiting;

use okr_core::id::Position;
use okr_log::{Frontier, Hash};
use rusqlite::Connection;

use crate::error::ReplicaError;
use crate::integrity::IntegrityError;
use crate::meta::{self, ReplicaInfo};
use crate::pinned::{Pinned, SignedHead};
use crate::replica::{Replica, Snapshot};

pub use anchor::{
    AnchorFinding, Anchored, Fingerprint, FingerprintError, KeptAnchor, read_anchors,
};
pub use derived::Derived;
pub use flaw::Flaw;
pub use server::ServerStanding;
pub use waiting::Waits;

/// A check of a replica, of one state of it: what others write meanwhile is not seen.
///
/// Check the records first: the other checks build on them.
#[derive(Debug)]
pub struct Examination<'r> {
    replica: &'r Replica,
    snapshot: Snapshot<'r>,
    info: ReplicaInfo,
    /// The right edge of the Merkle tree that was kept.
    kept: Frontier,
    /// The hashes of the records, as far as they were read and nothing was wrong.
    leaves: Vec<Hash>,
    /// Whether all records were read and nothing was wrong with any.
    complete: bool,
}

impl Replica {
    /// Begins a check of everything that is here.
    ///
    /// # Errors
    /// The store's failures, and when not even the basic facts can be read.
    pub fn examine(&self) -> Result<Examination<'_>, ReplicaError> {
        let snapshot = self.snapshot()?;
        Ok(Examination {
            replica: self,
            info: meta::info(snapshot.db)?,
            kept: meta::frontier(snapshot.db)?,
            snapshot,
            leaves: Vec::new(),
            complete: false,
        })
    }
}

impl Examination<'_> {
    /// Returns how the replica stands by what it says itself.
    pub const fn info(&self) -> &ReplicaInfo {
        &self.info
    }

    /// Verifies the checkpoint that is kept here with the pinned key; none when nothing was ever
    /// confirmed.
    ///
    /// # Errors
    /// [`Flaw::NoCheckpoint`] and [`Flaw::Signature`].
    pub fn signature(&self) -> Result<Option<SignedHead>, Flaw> {
        let (Some(remote), Some(note)) = (&self.info.remote, &self.info.checkpoint) else {
            return match self.info.head {
                Position::ZERO => Ok(None),
                head => Err(Flaw::NoCheckpoint { head }),
            };
        };
        let pinned = Pinned::new(remote).map_err(Flaw::Signature)?;
        let verified = pinned.verify(note).map_err(IntegrityError::Checkpoint);
        verified.map(Some).map_err(Flaw::Signature)
    }

    /// Compares the root over the records with what the server signed.
    ///
    /// # Errors
    /// [`Flaw::Size`] and [`Flaw::Root`].
    ///
    /// # Panics
    /// When the records were not checked before, or something is wrong with one.
    pub fn root(&self, signed: &SignedHead) -> Result<(), Flaw> {
        assert!(self.complete, "the records are checked first");
        let here = Position::new(self.leaves.len() as u64);
        if signed.size != here {
            let stated = signed.size;
            return Err(Flaw::Size { stated, here });
        }
        let computed = self.frontier(here);
        if computed.root() == signed.root {
            return Ok(());
        }
        // What was kept of the tree tells where, unless that was altered as well.
        let is_kept = self.kept.root() == signed.root;
        let places = is_kept.then(|| computed.first_difference(&self.kept));
        let places = places.flatten().unwrap_or(0..here.get());
        Err(Flaw::Root {
            first: Position::new(places.start + 1),
            last: Position::new(places.end),
        })
    }

    /// Returns the hashes of all records.
    ///
    /// # Panics
    /// When the records were not checked before, or something is wrong with one.
    pub(crate) fn leaves(&self) -> &[Hash] {
        assert!(self.complete, "the records are checked first");
        &self.leaves
    }

    /// Returns the database in the state that is checked.
    pub(crate) const fn db(&self) -> &Connection {
        self.snapshot.db
    }

    /// Returns the Merkle tree over the first records.
    fn frontier(&self, until: Position) -> Frontier {
        let count = usize::try_from(until.get()).unwrap_or(usize::MAX);
        let mut frontier = Frontier::new();
        for leaf in self.leaves.iter().take(count) {
            frontier.push(*leaf);
        }
        frontier
    }
}

#[cfg(test)]
mod everywhere;
#[cfg(test)]
mod tests;
