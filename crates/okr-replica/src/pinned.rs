//! What is pinned of a server at the first login, ready for use: its key, and the log that it signs.

use okr_core::id::Position;
use okr_log::{CheckpointError, Hash, Origin, SignedCheckpoint, VerifyingKey};

use crate::integrity::IntegrityError;
use crate::meta::RemoteInfo;

/// The key and the log that checkpoints must be of.
#[derive(Clone, Debug)]
pub(crate) struct Pinned {
    pub(crate) key: VerifyingKey,
    pub(crate) origin: Origin,
}

/// What the server signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// How many changes.
    pub size: Position,
    /// The Merkle root over them.
    pub root: Hash,
    /// The key that signed, as `name+id`.
    pub key: String,
}

impl Pinned {
    /// Reads what was pinned.
    pub(crate) fn new(remote: &RemoteInfo) -> Result<Self, IntegrityError> {
        Ok(Self {
            key: remote
                .verifier_key
                .parse()
                .map_err(IntegrityError::PinnedKey)?,
            origin: Origin::new(&remote.origin).map_err(IntegrityError::Checkpoint)?,
        })
    }

    /// Verifies a note, and returns what it states.
    pub(crate) fn verify(&self, note: &str) -> Result<SignedHead, CheckpointError> {
        let checkpoint = SignedCheckpoint::verify(note, &self.key, &self.origin)?;
        Ok(SignedHead {
            size: Position::new(checkpoint.size.get()),
            root: checkpoint.root,
            key: self.key.label(),
        })
    }
}
