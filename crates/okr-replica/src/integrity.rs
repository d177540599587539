//! Why what a server sent is not believed. Whatever fails, the replica keeps what it had.

use okr_core::id::{ChangeId, Position};
use okr_log::{CheckpointError, Hash, KeyError};
use okr_proto::RecordError;
use thiserror::Error;

/// A server sent what contradicts itself, its signature, or what is here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum IntegrityError {
    /// The pinned key or origin cannot be read.
    #[error("the pinned verifier key cannot be read")]
    PinnedKey(#[source] KeyError),
    /// A record does not stand at the next position: one is missing, forged or sent twice.
    #[error("record {found} came where record {expected} must stand")]
    Gap {
        /// The position that had to follow.
        expected: Position,
        /// The position that the record states.
        found: Position,
    },
    /// Something that is no record of a change came in place of one.
    #[error("what came in place of record {position} is none")]
    Record {
        /// The position that had to follow.
        position: Position,
        /// What is wrong with it.
        #[source]
        problem: RecordError,
    },
    /// A record was recorded before the one in front of it.
    #[error("record {position} was recorded before the one in front of it")]
    ClockBackwards {
        /// Its position.
        position: Position,
    },
    /// A change stands in the log a second time.
    #[error("change {change} stands at {first} and again at {second}")]
    Repeated {
        /// The change.
        change: ChangeId,
        /// Where it stands first.
        first: Position,
        /// Where it stands again.
        second: Position,
    },
    /// The stream ended without a checkpoint.
    #[error("no checkpoint came after record {position}")]
    NoCheckpoint {
        /// The last record that came, or the head from before.
        position: Position,
    },
    /// The checkpoint is not signed by the pinned key, speaks of another log, or is none.
    #[error("the checkpoint is not to be trusted")]
    Checkpoint(#[source] CheckpointError),
    /// The checkpoint speaks of another number of changes than were sent.
    #[error("the checkpoint speaks of {stated} changes, {received} are here")]
    Size {
        /// What it states.
        stated: Position,
        /// What was received, with what was there before.
        received: Position,
    },
    /// The records lead to another root than the checkpoint states.
    #[error(
        "the records up to {position} lead to the root {computed}, the checkpoint says {stated}"
    )]
    Root {
        /// The last record.
        position: Position,
        /// The root over the records that are here and that were sent.
        computed: Hash,
        /// The root in the checkpoint.
        stated: Hash,
    },
    /// Nothing new came, and yet the root is another: the server's history was rewritten.
    #[error("the server's history up to {position} is not the one that is here")]
    NotAnExtension {
        /// The head of both.
        position: Position,
        /// The root over the records that are here.
        computed: Hash,
        /// The root in the checkpoint.
        stated: Hash,
    },
    /// A change says something else than it did when it was confirmed: history was rewritten.
    #[error("change {change} says something else than when it was confirmed")]
    Altered {
        /// The change.
        change: ChangeId,
    },
    /// The server said that a change is in its log, and it is not there.
    #[error("change {change} is not at {position}, where the server says that it put it")]
    NotInLog {
        /// The change.
        change: ChangeId,
        /// Where it should stand.
        position: Position,
    },
}
