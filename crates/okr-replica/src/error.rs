//! How the replica's own store fails. Refusals by the rules are values, not errors.

use std::fmt;
use std::path::{Path, PathBuf};

use okr_core::id::{ChangeId, EntityId, Position};
use okr_log::{FrontierError, LimitExceeded};
use okr_proto::{DecodeError, RecordError};
use rusqlite::ErrorCode;
use thiserror::Error;

use crate::meta::RemoteInfo;

/// Why the replica could not be read or written.
#[derive(Debug, Error)]
pub enum ReplicaError {
    /// There is no replica in the directory.
    #[error("no replica in {}", dir.display())]
    Missing {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// There is a replica in the directory already.
    #[error("a replica exists in {}", dir.display())]
    Exists {
        /// Where.
        dir: PathBuf,
    },
    /// A newer program wrote the replica.
    #[error("the replica has schema version {found}, this program knows up to {known}")]
    Newer {
        /// The version of the stored schema.
        found: i64,
        /// The newest version that this program reads.
        known: i64,
    },
    /// An older program wrote the replica, and it was opened to look only.
    #[error(
        "the replica has schema version {found}, which is brought to {known} by the next command"
    )]
    Older {
        /// The version of the stored schema.
        found: i64,
        /// The version of this program.
        known: i64,
    },
    /// A first load was cut short, or an older program understood less, and the replica was opened to
    /// look only.
    #[error("something is left to do in the replica, which the next command does")]
    Unfinished,
    /// A newer program understood more of the history than this one does.
    #[error("a newer program wrote the replica: its vocabulary is {found}, this program's {known}")]
    NewerVocabulary {
        /// The stored vocabulary.
        found: i64,
        /// The vocabulary of this program.
        known: i64,
    },
    /// What is stored contradicts itself or is not a replica.
    #[error("the replica is damaged: {what}")]
    Damaged {
        /// What is wrong, as a fragment.
        what: String,
    },
    /// Another process kept the replica locked for longer than five seconds.
    #[error("the replica is in use by another process")]
    Busy,
    /// The disk has no room left; nothing was changed.
    #[error("the disk is full")]
    Full,
    /// The replica cannot be written; nothing was changed.
    #[error("the replica cannot be written: its files or their place are read-only")]
    ReadOnly,
    /// The replica cannot be written, and what SQLite left beside its file cannot be read without that.
    #[error("the replica cannot be read where it cannot be written: {} belongs to it", path.display())]
    LeftBeside {
        /// What lies beside the file.
        path: PathBuf,
    },
    /// The operating system refused to read or write.
    #[error("the replica's file cannot be read or written")]
    Io(#[source] std::io::Error),
    /// The database failed in a way that is none of the others.
    #[error("the replica's database failed")]
    Database(#[source] rusqlite::Error),
    /// A change is larger than the log takes.
    #[error("the change is too large")]
    TooLarge(#[from] LimitExceeded),
    /// The replica has another server: another log, or another key that signs it.
    #[error("the replica belongs to {}, which {} is not", known.url, offered.url)]
    Connected {
        /// The server of the replica, and what is pinned of it.
        known: Box<RemoteInfo>,
        /// The other one.
        offered: Box<RemoteInfo>,
    },
    /// A change with this id exists already.
    #[error("change {id} exists already")]
    ChangeExists {
        /// The id.
        id: ChangeId,
    },
    /// A newer program changed the entity, so that this one does not know what it is now.
    #[error("the {entity} was changed by a newer program; upgrade to change it")]
    UpgradeNeeded {
        /// The entity.
        entity: EntityId,
    },
    /// A moment that is a position lies on the recorded axis only.
    #[error("position {position} is a moment of the recorded axis only")]
    PositionOffAxis {
        /// The position.
        position: Position,
    },
    /// The position is beyond the newest one here.
    #[error("position {position} is beyond the newest here, {head}")]
    BeyondHead {
        /// The position asked for.
        position: Position,
        /// The newest position.
        head: Position,
    },
}

impl ReplicaError {
    /// Says that what is stored is not what it should be.
    pub(crate) fn damaged(what: impl fmt::Display) -> Self {
        // Taken by value, so that it can be passed to `map_err` as it is.
        let what = format!("{what}");
        Self::Damaged { what }
    }

    /// Says that a file operation in a directory failed.
    pub(crate) fn io(dir: &Path, error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing {
                dir: dir.to_owned(),
            },
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => {
                Self::ReadOnly
            }
            _ => Self::Io(error),
        }
    }
}

impl From<rusqlite::Error> for ReplicaError {
    fn from(error: rusqlite::Error) -> Self {
        // Where there is no room for the file that readers share, SQLite speaks of an I/O error.
        if error.sqlite_error().map(|error| error.extended_code)
            == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
        {
            return Self::Full;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::damaged(error),
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                Self::Io(std::io::Error::other(error))
            }
            _ => Self::Database(error),
        }
    }
}

impl From<RecordError> for ReplicaError {
    fn from(error: RecordError) -> Self {
        Self::damaged(format!("a stored record cannot be read: {error}"))
    }
}

impl From<DecodeError> for ReplicaError {
    fn from(error: DecodeError) -> Self {
        Self::damaged(format!("a pending change cannot be read: {error}"))
    }
}

impl From<FrontierError> for ReplicaError {
    fn from(error: FrontierError) -> Self {
        Self::damaged(format!("the Merkle frontier cannot be read: {error}"))
    }
}
