//! What is weak about goals and cycles.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::reference::ThingRef;
use crate::ui::Item;

/// Something that a person may want to mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct LintItem {
    /// The name of the rule.
    pub(crate) rule: &'static str,
    pub(crate) about: ThingRef,
    pub(crate) title: String,
    /// Why it is weak.
    pub(crate) message: String,
    /// What to type to mend it.
    pub(crate) mend: String,
}

impl Item for LintItem {
    const TYPE: &'static str = "lint_finding";
    const SCHEMA: &'static str = "LintFindingList";

    fn id(&self) -> Option<Uuid> {
        Some(self.about.id.0)
    }
}
