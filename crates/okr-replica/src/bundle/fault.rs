//! Why a bundle is not written, or is not believed.

use std::path::{Path, PathBuf};

use okr_core::id::Position;
use okr_log::{CheckpointError, KeyError};
use okr_proto::RecordError;
use thiserror::Error;

use crate::error::ReplicaError;

/// Why a bundle was not written, or does not prove anything.
#[derive(Debug, Error)]
pub enum BundleError {
    /// There is something in the place where it should be written.
    #[error("{} is there already", path.display())]
    Exists {
        /// The place.
        path: PathBuf,
    },
    /// Nothing is confirmed, or nothing is about what was asked for.
    #[error("there is no confirmed change to write")]
    Nothing,
    /// The file system refused something.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The replica failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// A file is not there.
    #[error("{file} is missing: writing the bundle was cut off, or a part of it was lost")]
    Incomplete {
        /// The file.
        file: &'static str,
    },
    /// A newer program wrote it.
    #[error("the bundle has the form {found}, this program reads {known}")]
    Newer {
        /// The form of the bundle.
        found: u32,
        /// The newest form that is known.
        known: u32,
    },
    /// A file is not what it should be.
    #[error("{file}, line {line}: {problem}")]
    Malformed {
        /// The file.
        file: &'static str,
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// A record is none.
    #[error("line {line} of the records holds no change")]
    Record {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        #[source]
        problem: RecordError,
    },
    /// The verifier key is none.
    #[error("the verifier key of the bundle cannot be read")]
    Key(#[source] KeyError),
    /// The checkpoint is not by that key for that log.
    #[error("the checkpoint is not signed by the key of the bundle")]
    Checkpoint(#[source] CheckpointError),
    /// What the bundle says about itself is not what was signed.
    #[error("the bundle says {what} otherwise than the checkpoint")]
    About {
        /// What.
        what: &'static str,
    },
    /// There are more or fewer changes than the bundle says.
    #[error("{file} has {found} lines, {stated} changes were written")]
    Count {
        /// The file.
        file: &'static str,
        /// How many the bundle says.
        stated: u64,
        /// How many there are.
        found: u64,
    },
    /// A change does not stand where it should.
    #[error("change {found} follows change {before}")]
    Order {
        /// The change before it.
        before: Position,
        /// The change.
        found: Position,
    },
    /// The changes of a complete bundle lead to another root.
    #[error("the changes are not those that were signed")]
    Root,
    /// A change of a selection is not in the log.
    #[error("change {position} is not in the log that was signed")]
    NotInLog {
        /// Its position.
        position: Position,
    },
    /// A change is shown otherwise than the bytes say.
    #[error("change {position} is shown otherwise than it was recorded: {member}")]
    Readable {
        /// Its position.
        position: Position,
        /// What differs.
        member: String,
    },
}

impl BundleError {
    /// Returns what maps a failure of the file system.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// Says whether the bundle was altered or made up, rather than that something could not be done.
    pub const fn is_proof_failed(&self) -> bool {
        match self {
            Self::Exists { .. }
            | Self::Nothing
            | Self::Io { .. }
            | Self::Replica(_)
            | Self::Newer { .. } => false,
            Self::Incomplete { .. }
            | Self::Malformed { .. }
            | Self::Record { .. }
            | Self::Key(_)
            | Self::Checkpoint(_)
            | Self::About { .. }
            | Self::Count { .. }
            | Self::Order { .. }
            | Self::Root
            | Self::NotInLog { .. }
            | Self::Readable { .. } => true,
        }
    }
}
