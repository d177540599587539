//! A presentation that was written, for machines.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use crate::output::reference::ThingRef;
use crate::ui::Item;

/// A file with slides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PresentationItem {
    /// Where it is.
    pub(crate) file: String,
    /// The cycle that it is about; none: there is none at the moment.
    pub(crate) cycle: Option<ThingRef>,
    /// How many slides it has.
    pub(crate) slides: usize,
    /// Its language (BCP 47).
    pub(crate) language: &'static str,
}

impl Item for PresentationItem {
    const TYPE: &'static str = "presentation";
    const SCHEMA: &'static str = "PresentationList";

    fn id(&self) -> Option<Uuid> {
        self.cycle.as_ref().map(|cycle| cycle.id.0)
    }
}
