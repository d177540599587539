//! Where a change stands in the history.

use okr_core::Timestamp;
use okr_replica::Place;
use schemars::JsonSchema;
use serde::Serialize;

/// Where a change stands; flattened into what has one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PlaceItem {
    /// Whether the server has not confirmed it.
    pub(crate) pending: bool,
    /// None while pending.
    pub(crate) position: Option<u64>,
    /// None while pending.
    pub(crate) recorded_at: Option<String>,
    pub(crate) authored_at: String,
}

impl PlaceItem {
    pub(crate) fn new(place: &Place, authored_at: Timestamp) -> Self {
        let (position, recorded_at) = match place {
            Place::Confirmed {
                position,
                recorded_at,
            } => (Some(position.get()), Some(recorded_at.to_string())),
            Place::Pending => (None, None),
        };
        Self {
            pending: position.is_none(),
            position,
            recorded_at,
            authored_at: authored_at.to_string(),
        }
    }
}
