//! The days of a cycle.

use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::reference::ThingRef;
use crate::ui::Item;

/// A day of a cycle on which something is to be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct CycleDayItem {
    pub(crate) cycle: ThingRef,
    pub(crate) day: String,
    /// `start`, `check_in`, `half_way`, `end` or `closing`.
    pub(crate) what: &'static str,
    /// Of a check-in: which one it is, from 1.
    pub(crate) number: Option<usize>,
    /// Of a check-in: how many there are in the cycle.
    pub(crate) of: Option<usize>,
}

impl Item for CycleDayItem {
    const TYPE: &'static str = "cycle_day";
    const SCHEMA: &'static str = "CycleDayList";

    fn id(&self) -> Option<Uuid> {
        None
    }
}
