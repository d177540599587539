//! What can be wrong with what is here.

use okr_core::id::{ChangeId, EntityId, Position};
use okr_proto::RecordError;
use thiserror::Error;

use crate::integrity::IntegrityError;

/// Something that is not as the server signed it, or does not follow from that.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Flaw {
    /// A record is not there.
    #[error("change {position} is missing")]
    Missing {
        /// Its position.
        position: Position,
    },
    /// There is a record beyond the head.
    #[error("a change stands at {position}, beyond the newest confirmed one, {head}")]
    Surplus {
        /// Its position.
        position: Position,
        /// The newest confirmed position.
        head: Position,
    },
    /// What is stored in place of a record is none.
    #[error("what stands at {position} is no change")]
    Record {
        /// Its position.
        position: Position,
        /// What is wrong with it.
        #[source]
        problem: RecordError,
    },
    /// A record states another position than it has.
    #[error("what stands at {position} says that it is change {stated}")]
    Misplaced {
        /// Its position.
        position: Position,
        /// What it states.
        stated: Position,
    },
    /// The bytes of a record lead to another hash than the one that is kept.
    #[error("change {position} is not what it was: its bytes have another hash")]
    Altered {
        /// Its position.
        position: Position,
    },
    /// What is kept beside a record for looking it up is not what the record says.
    #[error("change {position} is listed with another {column} than it has")]
    Column {
        /// Its position.
        position: Position,
        /// The column.
        column: &'static str,
    },
    /// A record was recorded before the one in front of it.
    #[error("change {position} was recorded before the one in front of it")]
    ClockBackwards {
        /// Its position.
        position: Position,
    },
    /// The checkpoint speaks of another number of changes.
    #[error("the server signed {stated} changes, {here} are here")]
    Size {
        /// How many the server signed.
        stated: Position,
        /// How many are here.
        here: Position,
    },
    /// The records lead to another root than the one that was signed.
    #[error("the changes here are not those that the server signed")]
    Root {
        /// The altered ones are not before this position.
        first: Position,
        /// The first altered one is not after this position.
        last: Position,
    },
    /// There are confirmed changes and no checkpoint, or no server whose key could be asked for.
    #[error("{head} changes are here as confirmed, and nothing says that the server signed them")]
    NoCheckpoint {
        /// The newest position.
        head: Position,
    },
    /// The checkpoint is not signed by the pinned key for the pinned log.
    #[error("the checkpoint that is kept here is not one of the server")]
    Signature(#[source] IntegrityError),
    /// The records cannot be taken in again as they were.
    #[error("the changes here could not have been taken in")]
    Refused(#[source] IntegrityError),
    /// What is derived from the records is stored otherwise than they say.
    #[error("what is derived from the changes is stored otherwise than they say: {column}")]
    Derived {
        /// The table.
        table: &'static str,
        /// Which column differs, or that a row is missing or too many.
        column: String,
        /// The thing that it is about, where it is about one.
        entity: Option<EntityId>,
        /// The change that it was derived from, where it is one.
        position: Option<Position>,
    },
    /// A change that waits here cannot be sent as it is.
    #[error("a change that waits here is damaged: {problem}")]
    Waiting {
        /// The change, by the id that it is kept under.
        change: ChangeId,
        /// What is wrong with it.
        problem: String,
    },
}

impl Flaw {
    /// Returns the first position that is known to be wrong, if it is known that precisely.
    pub const fn position(&self) -> Option<Position> {
        match self {
            Self::Missing { position }
            | Self::Surplus { position, .. }
            | Self::Record { position, .. }
            | Self::Misplaced { position, .. }
            | Self::Altered { position }
            | Self::Column { position, .. }
            | Self::ClockBackwards { position } => Some(*position),
            Self::Root { first, last } if first.get() == last.get() => Some(*first),
            Self::Derived { position, .. } => *position,
            Self::Root { .. }
            | Self::Size { .. }
            | Self::NoCheckpoint { .. }
            | Self::Signature(_)
            | Self::Refused(_)
            | Self::Waiting { .. } => None,
        }
    }
}
