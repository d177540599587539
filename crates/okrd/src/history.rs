//! What admission asks of the log: where a change stands, and what a change said.

use std::collections::BTreeSet;

use okr_core::change::Change;
use okr_core::event::TextPlace;
use okr_core::id::{ChangeId, OrgId, Position};
use okr_log::PositionIndex;

/// A look into durable history.
///
/// What it shows never changes and never goes away, but for texts that are erased. It may lag behind the disk: what a
/// sequencer has admitted and not yet been told to be durable, it knows by itself.
pub trait History {
    /// Returns where a change stands, if it is durable.
    ///
    /// # Errors
    ///
    /// When that cannot be looked up.
    fn position_of(&self, org: OrgId, change: ChangeId) -> Result<Option<Position>, HistoryError>;

    /// Prepares to look up changes, most of which are new; what is found does not depend on it.
    fn prefetch(&self, org: OrgId, changes: &mut dyn Iterator<Item = ChangeId>);

    /// Makes an empty index of positions in this history; what is old in it may lie beside the log.
    fn index(&self) -> PositionIndex;

    /// Reads the durable change at a position.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    fn change_at(&self, org: OrgId, position: Position) -> Result<Change, HistoryError>;

    /// Reads all durable changes, in order.
    ///
    /// # Errors
    ///
    /// When one cannot be read.
    fn visit(&self, org: OrgId, visit: &mut dyn FnMut(Change)) -> Result<(), HistoryError>;

    /// Lets nobody read these texts any more; all of them or, when one is not there, none.
    ///
    /// # Errors
    ///
    /// When a change that is there cannot be read.
    fn erase(&self, org: OrgId, texts: &BTreeSet<TextPlace>) -> Result<Erasure, HistoryError>;
}

/// What became of texts that were to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// Nobody reads them any more; so many could be read before.
    Done {
        /// How many.
        present: usize,
    },
    /// This one is not in the durable history.
    Unknown(TextPlace),
}

/// Durable history could not be read again.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A change could not be read.
    #[error("position {position} of organisation {org} cannot be read")]
    Change {
        /// The organisation.
        org: OrgId,
        /// The position of the change.
        position: Position,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Where something stands could not be looked up.
    #[error("the history of organisation {org} cannot be looked up")]
    Index {
        /// The organisation.
        org: OrgId,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl HistoryError {
    /// Returns whose history it is.
    pub const fn org(&self) -> OrgId {
        match self {
            Self::Change { org, .. } | Self::Index { org, .. } => *org,
        }
    }

    /// Returns what could not be read; the position before everything when that is not known.
    pub const fn position(&self) -> Position {
        match self {
            Self::Change { position, .. } => *position,
            Self::Index { .. } => Position::ZERO,
        }
    }
}
