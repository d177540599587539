//! What people may do by the durable log: their role, and whether they are still here.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use okr_core::entity::Person;
use okr_core::id::OrgId;

use crate::credentials::Principal;

/// The people of all organisations; behind the log by nothing that was acknowledged.
#[derive(Debug, Default)]
pub(crate) struct Standing(RwLock<HashMap<Principal, Person>>);

impl Standing {
    /// Puts a person in place of what was known of them.
    pub(crate) fn set(&self, org: OrgId, person: Person) {
        let principal = Principal {
            org,
            person: person.id,
        };
        // The map is whole at any time: an insert is one step.
        let mut people = self.0.write().unwrap_or_else(PoisonError::into_inner);
        people.insert(principal, person);
    }

    /// Returns a person who was added to the log.
    pub(crate) fn get(&self, principal: Principal) -> Option<Person> {
        let people = self.0.read().unwrap_or_else(PoisonError::into_inner);
        people.get(&principal).copied()
    }
}
