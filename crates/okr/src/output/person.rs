//! A person in full.

use okr_replica::{KeyResultStanding, ObjectiveStanding};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::check_in::CheckInItem;
use super::goal::PersonItem;
use super::progress::ProgressItem;
use super::reference::ThingRef;
use crate::names::Names;
use crate::ui::Item;

/// A person in full: also their teams, what they own, and their last check-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PersonInFullItem {
    #[serde(flatten)]
    pub(crate) person: PersonItem,
    /// The teams that they lead; archived ones are left out.
    pub(crate) leads: Vec<ThingRef>,
    /// The teams that they are a member of; archived ones are left out.
    pub(crate) teams: Vec<ThingRef>,
    /// The objectives that they own in the cycle that was asked about, or the current one.
    pub(crate) objectives: Vec<OwnedItem>,
    /// The key results that they own there.
    pub(crate) key_results: Vec<OwnedItem>,
    /// The newest check-in that they made, of whatever cycle.
    pub(crate) last_check_in: Option<CheckInItem>,
}

impl Item for PersonInFullItem {
    const TYPE: &'static str = PersonItem::TYPE;
    const SCHEMA: &'static str = PersonItem::SCHEMA;

    fn id(&self) -> Option<Uuid> {
        self.person.id()
    }
}

/// A goal that somebody owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct OwnedItem {
    #[serde(flatten)]
    pub(crate) goal: ThingRef,
    pub(crate) title: String,
    /// Of an objective its state, of a key result how it stands: `at-risk`, `stale` and so on.
    pub(crate) status: &'static str,
    /// None without a check-in, and where it is undefined.
    pub(crate) progress: Option<ProgressItem>,
}

impl OwnedItem {
    pub(crate) fn objective(standing: &ObjectiveStanding, names: &Names) -> Self {
        let objective = &standing.objective;
        Self {
            goal: ThingRef::new(objective.id, names),
            title: objective.title.to_string(),
            status: objective.state().word(),
            progress: standing.progress.map(ProgressItem::from),
        }
    }

    pub(crate) fn key_result(standing: &KeyResultStanding, names: &Names) -> Self {
        let key_result = &standing.key_result;
        Self {
            goal: ThingRef::new(key_result.id, names),
            title: key_result.title.to_string(),
            status: standing.status.word(),
            progress: standing.progress.map(ProgressItem::from),
        }
    }
}
