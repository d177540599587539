//! A check-in with where it comes from.

use okr_core::blocker::BlockerReport;
use okr_core::value::Confidence;
use okr_replica::CheckInFact;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::measure::ValueItem;
use super::place::PlaceItem;
use super::reference::{Id, PersonRef, ThingRef};
use crate::names::Names;
use crate::ui::Item;

/// A check-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct CheckInItem {
    pub(crate) id: Id,
    pub(crate) key_result: ThingRef,
    pub(crate) effective: String,
    pub(crate) value: ValueItem,
    /// 0 to 10; none: not reported.
    pub(crate) confidence: Option<u8>,
    pub(crate) note: Option<String>,
    /// What stands in the way, if the check-in says so.
    pub(crate) blocker: Option<String>,
    /// Whether it says that nothing stands in the way any more.
    pub(crate) unblocked: bool,
    pub(crate) author: PersonRef,
    pub(crate) on_behalf_of: Option<PersonRef>,
    /// `human`, `import` or `automation`.
    pub(crate) source: &'static str,
    pub(crate) retracted: bool,
    pub(crate) corrected: bool,
    /// Whether it was recorded when its cycle was closed.
    pub(crate) late: bool,
    #[serde(flatten)]
    pub(crate) place: PlaceItem,
}

impl CheckInItem {
    pub(crate) fn new(fact: &CheckInFact, names: &Names) -> Self {
        let check_in = &fact.check_in;
        Self {
            id: Id(check_in.id.uuid()),
            key_result: ThingRef::new(check_in.key_result, names),
            effective: check_in.effective.to_string(),
            value: ValueItem::from(&check_in.value),
            confidence: check_in.confidence.map(Confidence::get),
            note: check_in.note.as_ref().map(ToString::to_string),
            blocker: check_in
                .blocker
                .as_ref()
                .and_then(BlockerReport::text)
                .map(ToString::to_string),
            unblocked: check_in.blocker == Some(BlockerReport::Lifted),
            author: PersonRef::new(fact.author, names),
            on_behalf_of: fact.on_behalf_of.map(|id| PersonRef::new(id, names)),
            source: fact.source.word(),
            retracted: check_in.retracted,
            corrected: fact.corrected,
            late: fact.late,
            place: PlaceItem::new(&fact.place, fact.authored_at),
        }
    }
}

impl Item for CheckInItem {
    const TYPE: &'static str = "check_in";
    const SCHEMA: &'static str = "CheckInList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}
