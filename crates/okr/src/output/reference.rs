//! Mentions of people and things.

use std::borrow::Cow;

use okr_core::id::{EntityId, PersonId};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use uuid::Uuid;

use crate::names::Names;
use crate::short_id::{self, Alphabet};

/// A full id: a UUID with its hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id(pub(crate) Uuid);

impl JsonSchema for Id {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Id".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "uuid"})
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// A person who is mentioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PersonRef {
    pub(crate) id: Id,
    /// None when the directory does not know the person.
    pub(crate) handle: Option<String>,
}

impl PersonRef {
    pub(crate) fn new(person: PersonId, names: &Names) -> Self {
        Self {
            id: Id(person.uuid()),
            handle: names.known_handle(person).map(str::to_owned),
        }
    }

    /// Returns the handle, or the full id of somebody who has none.
    pub(crate) fn called(&self) -> String {
        match &self.handle {
            Some(handle) => handle.clone(),
            None => self.id.0.to_string(),
        }
    }
}

/// A thing that is mentioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ThingRef {
    /// The kind, as in `key_result`.
    pub(crate) kind: &'static str,
    pub(crate) id: Id,
    /// The slug, or the name of what has none.
    pub(crate) name: String,
}

impl ThingRef {
    pub(crate) fn new(id: impl Into<EntityId>, names: &Names) -> Self {
        let id = id.into();
        Self {
            kind: id.kind().word(),
            id: Id(id.uuid()),
            name: names.label(id),
        }
    }
}

/// Writes the short id of a thing.
pub(super) fn short(id: Uuid) -> String {
    short_id::shown(Alphabet::Thing, id)
}
