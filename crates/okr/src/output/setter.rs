//! Changes that something is explained by: who, when and why, without what else they say.

use okr_core::value::AmendmentCategory;
use okr_replica::LogEntry;
use schemars::JsonSchema;
use serde::Serialize;

use super::change::ErasedTextItem;
use super::place::PlaceItem;
use super::reference::{Id, PersonRef};
use crate::names::Names;
use crate::short_id::{self, Alphabet};

/// The change that set something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct SetterItem {
    pub(crate) change: Id,
    pub(crate) short_id: String,
    pub(crate) author: PersonRef,
    pub(crate) on_behalf_of: Option<PersonRef>,
    /// `human`, `import` or `automation`.
    pub(crate) source: &'static str,
    #[serde(flatten)]
    pub(crate) place: PlaceItem,
    pub(crate) reason: Option<String>,
    /// The category, of a definition that was changed after commitment.
    pub(crate) amendment: Option<&'static str>,
    /// Texts of the change that were erased since; where they stood, they read `erased`.
    pub(crate) erased: Vec<ErasedTextItem>,
}

impl SetterItem {
    pub(crate) fn new(entry: &LogEntry, names: &Names) -> Self {
        let id = entry.id.uuid();
        let amendment = entry.change.as_ref().and_then(|change| change.amendment);
        Self {
            change: Id(id),
            short_id: short_id::shown(Alphabet::Change, id),
            author: PersonRef::new(entry.author, names),
            on_behalf_of: entry.on_behalf_of.map(|id| PersonRef::new(id, names)),
            source: entry.source.word(),
            place: PlaceItem::new(&entry.place, entry.authored_at),
            reason: entry.reason.as_ref().map(ToString::to_string),
            amendment: amendment.map(AmendmentCategory::word),
            erased: ErasedTextItem::all(entry, names),
        }
    }
}
