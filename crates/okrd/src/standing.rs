//! What people may do by the durable log: their role, and whether they are still here.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use okr_core::entity::Person;
use okr_core::id::OrgId;
use tokio::sync::watch;

use crate::credentials::Principal;

/// The people of all organisations; behind the log by nothing that was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    people: RwLock<HashMap<Principal, Person>>,
    /// Grows when somebody has left.
    departures: watch::Sender<u64>,
}

impl Standing {
    /// Begins with everybody that the log knows.
    pub(crate) fn of(people: impl Iterator<Item = (OrgId, Person)>) -> Self {
        let standing = Self::default();
        for (org, person) in people {
            standing.set(org, person);
        }
        standing
    }

    /// Puts a person in place of what was known of them.
    pub(crate) fn set(&self, org: OrgId, person: Person) {
        let principal = Principal {
            org,
            person: person.id,
        };
        // The map is whole at any time: an insert is one step.
        let mut people = self.people.write().unwrap_or_else(PoisonError::into_inner);
        people.insert(principal, person);
        drop(people);
        if !person.active {
            self.departures.send_modify(|count| *count += 1);
        }
    }

    /// Returns a person who was added to the log.
    pub(crate) fn get(&self, principal: Principal) -> Option<Person> {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        people.get(&principal).copied()
    }

    /// Says whether a person was let go.
    pub(crate) fn has_left(&self, principal: Principal) -> bool {
        self.get(principal).is_some_and(|person| !person.active)
    }

    /// Returns how many people of an organisation have not left.
    pub(crate) fn active(&self, org: OrgId) -> u64 {
        let people = self.people.read().unwrap_or_else(PoisonError::into_inner);
        let theirs = people.iter().filter(|(principal, _)| principal.org == org);
        theirs.filter(|(_, person)| person.active).count() as u64
    }

    /// Follows the departures.
    pub(crate) fn departures(&self) -> watch::Receiver<u64> {
        self.departures.subscribe()
    }
}
