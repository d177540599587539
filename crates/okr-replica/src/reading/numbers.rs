//! The numbers that stand for entities and people in the database: each is looked up once.
//!
//! A snapshot cannot see one change. What is known is forgotten with the last reading of it.

use std::cell::RefCell;

use okr_core::id::{EntityId, PersonId};
use okr_core::quick::HashMap;
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::ReplicaError;
use crate::version::{self, EntityKey, Version};

/// The numbers that readings of one snapshot came across.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    entities: RefCell<HashMap<EntityId, EntityKey>>,
    authors: RefCell<HashMap<i64, PersonId>>,
}

impl Numbers {
    /// Returns the number of an entity; none when nothing confirmed is about it.
    pub(super) fn entity(
        &self,
        db: &Connection,
        id: EntityId,
    ) -> Result<Option<EntityKey>, ReplicaError> {
        if let Some(key) = self.entities.borrow().get(&id) {
            return Ok(Some(*key));
        }
        let key = version::find(db, id)?;
        if let Some(key) = key {
            self.entities.borrow_mut().insert(id, key);
        }
        Ok(key)
    }

    /// Remembers the number of an entity of which a version was read.
    pub(super) fn learn(&self, version: &Version) {
        self.note(version.entity.id(), version.row.entity_key());
    }

    /// Remembers the number of an entity that a row is about, or names.
    pub(super) fn note(&self, id: EntityId, key: EntityKey) {
        self.entities.borrow_mut().insert(id, key);
    }

    /// Returns who has a number among those who made changes.
    pub(super) fn author(&self, db: &Connection, number: i64) -> Result<PersonId, ReplicaError> {
        if let Some(author) = self.authors.borrow().get(&number) {
            return Ok(*author);
        }
        let id = db
            .prepare_cached("SELECT id FROM authors WHERE key = ?1")?
            .query_row([number], |row| row.get(0))
            .optional()?;
        let author = id.map(PersonId::from_bytes).ok_or_else(|| {
            ReplicaError::damaged(format!("nobody has the number {number} among the authors"))
        })?;
        self.authors.borrow_mut().insert(number, author);
        Ok(author)
    }

    /// Forgets everything.
    pub(crate) fn forget(&self) {
        self.entities.borrow_mut().clear();
        self.authors.borrow_mut().clear();
    }
}
