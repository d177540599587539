//! Why a log cannot be created or opened.

use std::error::Error;
use std::path::PathBuf;

use crate::engine::block::BlockError;
use crate::engine::directory::FileError;
use crate::engine::manifest::DIRECTORY_FORMAT;
use crate::engine::positions::IndexError;
use crate::engine::read::ReadError;
use crate::engine::store::StoreError;
use crate::hash::Hash;
use crate::id::{ChangeId, LogId, Position, RecordedAt};
use crate::record::DecodeError;

/// What a caller of [`Log::open_with`](crate::Log::open_with) may refuse a record with.
pub type VisitError = Box<dyn Error + Send + Sync>;

/// Why a log was not created.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// The directory holds something already.
    #[error("{} is not empty", path.display())]
    NotEmpty {
        /// The directory.
        path: PathBuf,
    },
    /// There is a file where the directory should be.
    #[error("{} is not a directory", path.display())]
    NotADirectory {
        /// What is there.
        path: PathBuf,
    },
    /// A file could not be made or synced.
    #[error(transparent)]
    File(#[from] FileError),
    /// The store could not be made.
    #[error("create the store in {}", path.display())]
    Store {
        /// The directory of the store.
        path: PathBuf,
        /// Why.
        #[source]
        source: StoreError,
    },
    /// The new log could not be opened.
    #[error("open the new log")]
    Open(#[source] Box<OpenError>),
}

/// Why a log was not opened. Nothing was repaired, and nothing is written to it until it opens.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no such directory.
    #[error("there is no log at {}", path.display())]
    NotFound {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is a file where the directory should be.
    #[error("{} is not a directory", path.display())]
    NotADirectory {
        /// What is there.
        path: PathBuf,
    },
    /// The directory has no manifest: it is something else, or its creation was interrupted.
    #[error("{} is not a log: it has no MANIFEST", path.display())]
    NotALog {
        /// The directory.
        path: PathBuf,
    },
    /// Another process has the log open.
    #[error("data directory {} is in use by another process", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// The log was written by a newer program.
    #[error("{} has format {found}, this program reads formats up to {DIRECTORY_FORMAT}", path.display())]
    NewerFormat {
        /// The manifest or the witness.
        path: PathBuf,
        /// The format it states.
        found: u64,
    },
    /// The manifest is damaged.
    #[error("{} is damaged: {reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The witness is gone or damaged, so nobody can say whether the log is complete.
    #[error("{} is {reason}: without it a shortened log cannot be told from a whole one", path.display())]
    Witness {
        /// The witness.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The journal is gone or damaged, so the newest records may be.
    #[error("{} is {reason}: the newest changes of the log may be in it", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of the store is gone.
    #[error("{} is missing", path.display())]
    StoreMissing {
        /// The file.
        path: PathBuf,
    },
    /// The store refuses to open, to be read, or to take what only the journal has.
    #[error("the store in {} cannot be opened or read", path.display())]
    Store {
        /// The directory of the store.
        path: PathBuf,
        /// What the store says.
        #[source]
        source: StoreError,
    },
    /// The log of an organisation is damaged.
    #[error("the log of organisation {organisation} is damaged at position {position}")]
    Damaged {
        /// Whose log.
        organisation: LogId,
        /// The first position that cannot be trusted.
        position: Position,
        /// What is wrong there.
        #[source]
        source: Damage,
    },
    /// The log of an organisation ends before what was acknowledged.
    #[error(
        "the log of organisation {organisation} is incomplete: position {first_missing} is missing, \
         {witnessed} is the last one that was acknowledged"
    )]
    Missing {
        /// Whose log.
        organisation: LogId,
        /// The first position that is not there.
        first_missing: Position,
        /// The position the log must reach.
        witnessed: Position,
    },
    /// The caller refused a record.
    #[error("position {position} of organisation {organisation} was refused")]
    Refused {
        /// Whose log.
        organisation: LogId,
        /// Which record.
        position: Position,
        /// Why.
        #[source]
        source: VisitError,
    },
    /// It cannot be told whether a change stands in a log twice.
    #[error("the changes of organisation {organisation} cannot be looked up")]
    Index {
        /// Whose log.
        organisation: LogId,
        /// Why not.
        #[source]
        source: IndexError,
    },
    /// A file could not be read, locked or synced.
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<ReadError> for OpenError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Damaged {
                organisation,
                position,
                source,
            } => Self::Damaged {
                organisation,
                position,
                source,
            },
            ReadError::Index {
                organisation,
                source,
            } => Self::Index {
                organisation,
                source,
            },
        }
    }
}

/// What is wrong with a stored log.
#[derive(Debug, thiserror::Error)]
pub enum Damage {
    /// The store cannot read it.
    #[error("the store cannot read it")]
    Unreadable(#[source] StoreError),
    /// No block holds it.
    #[error("no block holds it")]
    Absent,
    /// A block is damaged.
    #[error(transparent)]
    Block(BlockError),
    /// Records are missing before a block, or a block overlaps the one before.
    #[error("the next block starts at position {found}")]
    Gap {
        /// Where the next block starts.
        found: Position,
    },
    /// A record cannot be read.
    #[error(transparent)]
    Record(DecodeError),
    /// A record carries another position than its place implies.
    #[error("the record there says it is at position {found}")]
    Position {
        /// What it says.
        found: Position,
    },
    /// The clock runs backwards.
    #[error("it was recorded at {found:?}, before its predecessor at {previous:?}")]
    RecordedAt {
        /// When it was recorded.
        found: RecordedAt,
        /// When its predecessor was.
        previous: RecordedAt,
    },
    /// A change stands in the log twice.
    #[error("change {change} stands at position {first} already")]
    Duplicate {
        /// The change.
        change: ChangeId,
        /// Where it stands first.
        first: Position,
    },
    /// The records up to here are not those that were acknowledged.
    #[error("the Merkle root up to here is {found}, the witness has {witnessed}")]
    Root {
        /// The root over the stored records.
        found: Hash,
        /// The root that was witnessed.
        witnessed: Hash,
    },
}
