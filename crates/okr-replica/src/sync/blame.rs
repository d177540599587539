//! Which refused change a refused change depends on, so that a person decides the cause first.

use std::collections::HashMap;

use okr_core::change::Change;
use okr_core::id::ChangeId;
use okr_proto::Refusal;
use uuid::Uuid;

use crate::conflict::{Conflict, FOLLOWS};

/// The entities that refused changes were about.
#[derive(Debug, Default)]
pub(super) struct Blame {
    refused: HashMap<Uuid, ChangeId>,
}

impl Blame {
    /// Begins with the conflicts of earlier.
    pub(super) fn of(conflicts: &[Conflict]) -> Self {
        let mut blame = Self::default();
        for conflict in conflicts {
            blame.note(&conflict.change);
        }
        blame
    }

    /// Adds to a refusal the refused change that it follows from, if there is one, and notes the
    /// change for those that follow from it.
    pub(super) fn explain(&mut self, change: &Change, mut refusal: Refusal) -> Refusal {
        if let Some(cause) = self.cause(change, &refusal) {
            refusal
                .facts
                .insert(FOLLOWS.to_owned(), cause.uuid().to_string());
        }
        self.note(change);
        refusal
    }

    fn cause(&self, change: &Change, refusal: &Refusal) -> Option<ChangeId> {
        let subjects = change.events.iter().map(|event| event.subject().uuid());
        let named = refusal.facts.get("reference").and_then(|text| {
            // A reference is shown as its kind and its UUID.
            let (_, uuid) = text.rsplit_once(' ').unwrap_or(("", text));
            uuid.parse().ok()
        });
        named
            .into_iter()
            .chain(refusal.subject)
            .chain(subjects)
            .find_map(|entity| self.refused.get(&entity).copied())
    }

    fn note(&mut self, change: &Change) {
        for event in &change.events {
            // The first refused change about an entity is the one to decide first.
            self.refused
                .entry(event.subject().uuid())
                .or_insert(change.id);
        }
    }
}
