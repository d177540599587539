//! What the people and things are called that the changes of a bundle mention: for reading, not proven.

use std::collections::BTreeSet;

use okr_core::entity::Entity;
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::people;
use crate::version;

/// Collects ids, and looks up what they are called.
pub(super) struct Names<'db> {
    db: &'db Connection,
    ids: BTreeSet<Uuid>,
}

impl<'db> Names<'db> {
    pub(super) const fn new(db: &'db Connection) -> Self {
        Self {
            db,
            ids: BTreeSet::new(),
        }
    }

    /// Notes every id in a line, whatever it stands for.
    pub(super) fn mentioned(&mut self, line: &Map<String, Value>) {
        line.values().for_each(|value| self.note(value));
    }

    fn note(&mut self, value: &Value) {
        match value {
            Value::String(text) if text.len() == 36 => self.ids.extend(text.parse::<Uuid>().ok()),
            Value::Array(values) => values.iter().for_each(|value| self.note(value)),
            Value::Object(members) => self.mentioned(members),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// Returns people and things by id. Addresses stay out: nobody needs them to read a history.
    pub(super) fn all(&self) -> Result<Value, ReplicaError> {
        let (mut named, mut things) = (Map::new(), Map::new());
        for entry in people::from_server(self.db)? {
            if self.ids.contains(&entry.person.uuid()) {
                let value = json!({ "handle": entry.handle, "name": entry.name });
                named.insert(entry.person.uuid().to_string(), value);
            }
        }
        // What there are very many of is not asked for; the first words are those of an index.
        let mut statement = self.db.prepare(
            "SELECT key, kind, id, flags, body, authored_from FROM versions
             WHERE (kind < 7 OR kind > 8 OR flags > 1) AND kind NOT IN (7, 8, 11)
                 AND recorded_from IS NOT NULL AND recorded_to IS NULL",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let entity = version::Version::read(row)?.entity;
            let (title, slug) = match &entity {
                Entity::Org(org) => (org.name.to_string(), None),
                Entity::Team(team) => (team.name.to_string(), Some(team.slug.to_string())),
                Entity::Cycle(cycle) => (cycle.name.to_string(), None),
                Entity::Objective(goal) => (goal.title.to_string(), Some(goal.slug.to_string())),
                Entity::KeyResult(goal) => (goal.title.to_string(), Some(goal.slug.to_string())),
                Entity::Initiative(one) => (one.title.to_string(), Some(one.slug.to_string())),
                Entity::Metric(one) => (one.name.to_string(), Some(one.slug.to_string())),
                Entity::Person(_)
                | Entity::CheckIn(_)
                | Entity::Comment(_)
                | Entity::MetricValue(_) => continue,
            };
            let id = entity.id();
            if self.ids.contains(&id.uuid()) {
                let value = json!({ "kind": id.kind().word(), "title": title, "slug": slug });
                things.insert(id.uuid().to_string(), value);
            }
        }
        Ok(json!({ "people": named, "things": things }))
    }
}
