//! What admission asks of the log: where a change stands, and what a change said.

use okr_core::change::Change;
use okr_core::id::{ChangeId, OrgId, Position};

/// A look into durable history.
pub(crate) trait History {
    /// Returns where a change stands, if it is durable.
    fn position_of(&self, org: OrgId, change: ChangeId) -> Option<Position>;

    /// Reads the durable change at a position.
    fn change_at(&self, org: OrgId, position: Position) -> Result<Change, HistoryError>;
}

/// A durable change could not be read again.
#[derive(Debug, thiserror::Error)]
#[error("position {position} of organisation {org} cannot be read")]
pub(crate) struct HistoryError {
    pub(crate) org: OrgId,
    pub(crate) position: Position,
    #[source]
    pub(crate) source: Box<dyn std::error::Error + Send + Sync>,
}
