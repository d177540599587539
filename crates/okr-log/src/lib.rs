//! A durable, ordered, verifiable sequence of opaque records.
//!
//! The formats (records, leaf hashes, Merkle frontier, signed checkpoints) always exist and suffice for a client.
//! The feature `engine` adds the log itself on sled. FORMAT.md describes every byte. Nothing here knows what an
//! objective is, and nothing is asynchronous.

mod checkpoint;
#[cfg(feature = "engine")]
mod engine;
mod hash;
mod id;
mod merkle;
mod record;
mod signing;

pub use checkpoint::{
    Checkpoint, CheckpointError, ClaimedCheckpoint, MAX_NOTE_BYTES, Origin, SignedCheckpoint,
};
#[cfg(feature = "engine")]
pub use engine::{
    AppendFailure, AppendOutcome, Appender, Batch, BatchError, BlockError, CreateError,
    DIRECTORY_FORMAT, Damage, FaultHook, FileError, Head, IndexError, Log, LogOptions, Observer,
    OpenError, PositionIndex, ReadError, Step, StoreError, Survey, VisitError, Visitor, Waypoint,
    directory_format, renew_format, survey,
};
pub use hash::Hash;
pub use id::{AuthorId, ChangeId, LogId, Position, RecordedAt, TokenId};
pub use merkle::{Frontier, FrontierError, InclusionError, InclusionProof, Tree};
pub use record::{
    DecodeError, LimitExceeded, MAX_BODY_BYTES, MAX_RECORD_BYTES, MAX_TEXT_BYTES, MAX_TEXTS,
    Record, RecordText, RecordTextView, RecordView, SALT_BYTES, Texts,
};
pub use signing::{KeyError, KeyName, SigningKey, VerifyingKey};
