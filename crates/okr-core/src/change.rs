//! A change: one or more events that one person made in one step.

use jiff::Timestamp;

use crate::event::Event;
use crate::id::{ChangeId, PersonId};
use crate::text::LongText;
use crate::value::{AmendmentCategory, Source};

/// One or more events that one person made in one step; atomic; the unit of sync and of `okr log`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Made by the client, so that a retried push cannot append twice.
    pub id: ChangeId,
    /// When it was written: a claim of the device's clock or of an import's source. Microseconds.
    pub authored_at: Timestamp,
    /// The person who originally did this, when somebody else recorded it.
    pub on_behalf_of: Option<PersonId>,
    /// How it came to be.
    pub source: Source,
    /// Why it was made.
    pub reason: Option<LongText>,
    /// What kind of amendment it is, when it changes a definition after commitment.
    pub amendment: Option<AmendmentCategory>,
    /// What happened, in order; never empty.
    pub events: Vec<Event>,
}

impl Change {
    /// The greatest number of events in a change.
    pub const MAX_EVENTS: usize = 500;
}
