//! What came together: entities that others edited while edits of one's own were pending.

use std::collections::{BTreeMap, BTreeSet};

use okr_core::change::Change;
use okr_core::id::{ChangeId, EntityId, PersonId, Position};

use super::SyncError;
use crate::conflict::Conflict;
use crate::log::{self, LogEntry};
use crate::replica::Replica;
use crate::{pending, version};

/// An entity with edits of one's own and of others, none of which was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The entity.
    pub entity: EntityId,
    /// The fields that others edited, by their stable words, in the order of the log.
    pub fields: Vec<String>,
    /// The changes of others, oldest first.
    pub theirs: Vec<ChangeId>,
    /// The others, each once.
    pub authors: Vec<PersonId>,
}

/// The pending changes of a replica that edit an entity, entity by entity.
pub(super) type Edited = BTreeMap<EntityId, BTreeSet<ChangeId>>;

/// Returns what is being edited here.
pub(super) fn edited(replica: &Replica) -> Result<Edited, SyncError> {
    let mut edited = Edited::new();
    for pending in pending::all(replica.db())? {
        for (entity, _) in edits(&pending.change) {
            edited.entry(entity).or_default().insert(pending.change.id);
        }
    }
    Ok(edited)
}

/// Returns which of these entities others have edited since a position.
pub(super) fn since(
    replica: &Replica,
    before: Position,
    edited: &Edited,
    conflicts: &[Conflict],
) -> Result<Vec<Merged>, SyncError> {
    let refused: BTreeSet<ChangeId> = conflicts.iter().map(|kept| kept.change.id).collect();
    let mut all = Vec::new();
    for (entity, ours) in edited {
        // What became of a refused edit is told as a conflict.
        if ours.is_subset(&refused) {
            continue;
        }
        let mut merged = Merged {
            entity: *entity,
            fields: Vec::new(),
            theirs: Vec::new(),
            authors: Vec::new(),
        };
        for position in version::positions_after(replica.db(), *entity, before)? {
            let entry = log::entry(replica.db(), position)?;
            if let Some(entry) = entry.filter(|entry| !ours.contains(&entry.id)) {
                merged.add(&entry);
            }
        }
        if !merged.theirs.is_empty() {
            all.push(merged);
        }
    }
    Ok(all)
}

impl Merged {
    fn add(&mut self, entry: &LogEntry) {
        let Some(change) = &entry.change else {
            return;
        };
        let fields: Vec<&str> = edits(change)
            .filter(|(entity, _)| *entity == self.entity)
            .map(|(_, field)| field)
            .collect();
        if fields.is_empty() {
            return;
        }
        for field in fields {
            if !self.fields.iter().any(|known| known == field) {
                self.fields.push(field.to_owned());
            }
        }
        if !self.authors.contains(&entry.author) {
            self.authors.push(entry.author);
        }
        self.theirs.push(change.id);
    }
}

fn edits(change: &Change) -> impl Iterator<Item = (EntityId, &'static str)> + '_ {
    change
        .events
        .iter()
        .filter_map(|event| Some((event.subject(), event.field_change()?.field)))
}
