//! Changes of this machine, and the changes of others that they met.

use okr_replica::LogEntry;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::reference::{Id, PersonRef};
use crate::names::Names;
use crate::short_id::{self, Alphabet};

/// A change that something else is explained by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ByItem {
    pub(crate) change: Id,
    pub(crate) short_id: String,
    pub(crate) author: PersonRef,
    pub(crate) authored_at: String,
    pub(crate) pending: bool,
}

impl ByItem {
    pub(crate) fn new(entry: &LogEntry, names: &Names) -> Self {
        let id: Uuid = entry.id.uuid();
        Self {
            change: Id(id),
            short_id: short_id::shown(Alphabet::Change, id),
            author: PersonRef::new(entry.author, names),
            authored_at: entry.authored_at.to_string(),
            pending: matches!(entry.place, okr_replica::Place::Pending),
        }
    }
}
