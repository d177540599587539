//! Why a history is not exported or not taken in.

use std::path::{Path, PathBuf};

use okr_proto::DecodeError;
use thiserror::Error;

use crate::error::ReplicaError;

/// Why a history was not exported, or a file of one is not taken in.
#[derive(Debug, Error)]
pub enum EventsError {
    /// Where it is written to refused it.
    #[error("the export cannot be written")]
    Write(#[source] std::io::Error),
    /// The file system refused to read it.
    #[error("{} cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The replica failed.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// It is something else.
    #[error("line 1 is not the first line of an exported history: {problem}")]
    Head {
        /// What is wrong with it.
        problem: String,
    },
    /// It has a format that this program does not know.
    #[error("the file has the format \"{found}\", this program reads \"okr-events/1\"")]
    Newer {
        /// The format.
        found: String,
    },
    /// A line is no change.
    #[error("line {line}: {problem}")]
    Malformed {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        problem: String,
    },
    /// The bytes of a change are none.
    #[error("line {line}: \"body\" and \"texts\" hold no change")]
    Body {
        /// The line, from 1.
        line: u64,
        /// What is wrong with them.
        #[source]
        problem: DecodeError,
    },
    /// A newer program wrote a change.
    #[error("line {line} holds something that only a newer okr understands")]
    NewerChange {
        /// The line, from 1.
        line: u64,
    },
    /// A line was edited: it shows something else than it holds.
    #[error("line {line}: \"{member}\" does not say what \"body\" and \"texts\" say")]
    Edited {
        /// The line, from 1.
        line: u64,
        /// What differs.
        member: String,
    },
    /// It does not have as many changes as it should.
    #[error("the file has {found} of {stated} changes")]
    Count {
        /// How many the first line says.
        stated: u64,
        /// How many there are.
        found: u64,
    },
    /// It is the history of the organisation that should take it in.
    #[error("this is the history of this very organisation")]
    Same,
    /// The organisation that should take it in has something else.
    #[error("the organisation is not empty: it has changes of its own: {foreign}")]
    NotEmpty {
        /// How many changes it has of its own, beside its founding.
        foreign: u64,
    },
}

impl EventsError {
    /// Returns what maps a failure to read a file.
    pub(super) fn reading(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Read {
            path: path.to_owned(),
            source,
        }
    }
}
