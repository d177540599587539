//! A person: a random id with a role. Who that is stands in the directory, not in the history.

use crate::event::PersonEvent;
use crate::id::PersonId;
use crate::value::Role;

/// A person in the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their identity.
    pub id: PersonId,
    /// What they may do.
    pub role: Role,
    /// Whether they are still here.
    pub active: bool,
}

impl Person {
    /// Applies an event.
    pub fn evolve(current: Option<Self>, id: PersonId, event: PersonEvent) -> Option<Self> {
        match (current, event) {
            (None, PersonEvent::Added(role)) => Some(Self {
                id,
                role,
                active: true,
            }),
            (
                None,
                PersonEvent::RoleChanged { .. }
                | PersonEvent::Deactivated
                | PersonEvent::Reactivated,
            ) => None,
            (Some(person), PersonEvent::Added(_)) => Some(person),
            (Some(person), PersonEvent::RoleChanged { to, .. }) => {
                Some(Self { role: to, ..person })
            }
            (Some(person), PersonEvent::Deactivated) => Some(Self {
                active: false,
                ..person
            }),
            (Some(person), PersonEvent::Reactivated) => Some(Self {
                active: true,
                ..person
            }),
        }
    }
}
