//! Exported history: every change of an organisation as a line of JSON, and back.
//!
//! The format stands in EXPORT.md. What is not taken in again as it was stands there too.

mod fault;
mod file;
mod take_in;
mod write;

use okr_core::id::{OrgId, PersonId};
use serde::{Deserialize, Serialize};

use crate::directory::DirectoryEntry;

pub use fault::EventsError;
pub use file::{EventsChecked, EventsFile};
pub use take_in::{EventsOrder, EventsTaken, TakenIn};
pub use write::EventsWritten;

/// The format that is written and read.
const FORMAT: &str = "okr-events/1";
/// What the number of every format begins with.
const FORMAT_NAME: &str = "okr-events/";

/// A line may have so many bytes: a record of the greatest size, with everything in it said twice
/// and every character of it escaped.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventsHead {
    format: String,
    organisation: uuid::Uuid,
    name: Option<String>,
    head: u64,
    pending: u64,
    changes: u64,
    people: Vec<Person>,
}

/// A person in the first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Person {
    id: uuid::Uuid,
    handle: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
}

impl Person {
    fn entry(&self) -> DirectoryEntry {
        DirectoryEntry {
            person: PersonId::new(self.id),
            handle: self.handle.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
        }
    }
}

impl EventsHead {
    /// Returns whose history it is.
    pub const fn org(&self) -> OrgId {
        OrgId::new(self.organisation)
    }

    /// Returns what the organisation is called.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns how many changes follow.
    pub const fn changes(&self) -> u64 {
        self.changes
    }

    /// Returns who the people are.
    pub fn people(&self) -> impl Iterator<Item = DirectoryEntry> + '_ {
        self.people.iter().map(Person::entry)
    }

    /// Returns who somebody is.
    fn entry_of(&self, person: PersonId) -> Option<DirectoryEntry> {
        let found = self.people.iter().find(|one| one.id == person.uuid());
        found.map(Person::entry)
    }
}

#[cfg(test)]
mod fuzzing;
#[cfg(test)]
mod tests;
