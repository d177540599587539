//! The check-in that counts of a key result, and the change that made it, which most answers leave out.

use okr_core::Timestamp;
use okr_core::entity::CheckIn;
use okr_core::id::PersonId;
use okr_core::value::Source;

use super::check_in::CheckInFact;
use crate::log::Place;

/// The change that made something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Where it stands.
    pub place: Place,
    /// Who recorded it.
    pub author: PersonId,
    /// The person who originally reported it, when somebody else recorded it.
    pub on_behalf_of: Option<PersonId>,
    /// How it came to be.
    pub source: Source,
    /// When it was written.
    pub authored_at: Timestamp,
}

/// The check-in that counts of a key result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// What it says, corrections included.
    pub check_in: CheckIn,
    /// The change that made it; none where [`Makers::LeftOut`] was asked for.
    pub made: Option<Made>,
    /// Whether its cycle was closed when it was recorded.
    pub late: bool,
    /// Whether it was put right since.
    pub corrected: bool,
}

/// Whether it is read who made the check-ins that count.
///
/// Each of them is a record somewhere in the history: to look them up is a tenth of the work for a
/// table of goals that does not show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Makers {
    /// It is.
    Read,
    /// It is left out.
    LeftOut,
}

impl Latest {
    /// Returns it with where it comes from; none where that was left out.
    pub fn fact(&self) -> Option<CheckInFact> {
        self.made.map(|made| CheckInFact {
            check_in: self.check_in.clone(),
            place: made.place,
            author: made.author,
            on_behalf_of: made.on_behalf_of,
            source: made.source,
            authored_at: made.authored_at,
            late: self.late,
            corrected: self.corrected,
        })
    }
}

impl From<CheckInFact> for Latest {
    fn from(fact: CheckInFact) -> Self {
        Self {
            made: Some(Made {
                place: fact.place,
                author: fact.author,
                on_behalf_of: fact.on_behalf_of,
                source: fact.source,
                authored_at: fact.authored_at,
            }),
            check_in: fact.check_in,
            late: fact.late,
            corrected: fact.corrected,
        }
    }
}
