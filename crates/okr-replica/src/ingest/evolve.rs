//! From confirmed changes to versions: evolves in memory and writes each new version once.
//!
//! Definitions stay in memory, check-ins do not: there are many of them and most are never touched
//! again. Evolving is total, so nothing here refuses a change.

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{CheckInEvent, Event};
use okr_core::id::{CheckInId, CycleId, EntityId, KeyResultId, ObjectiveId, Position};
use okr_core::value::CycleState;
use rusqlite::{Connection, params};

use super::days::{day_number, day_of_micros};
use crate::body;
use crate::ends::{Ends, Of};
use crate::error::ReplicaError;
use crate::meta::Meta;
use crate::moment::Confirmed;
use crate::version::{self, CORRECTED, EntityKey, LATE, RETRACTED};

/// What is known of an entity while changes are taken in.
#[derive(Debug, Default)]
struct Slot {
    /// Its number, once it exists.
    key: Option<EntityKey>,
    /// What it is now.
    entity: Option<Entity>,
    flags: i64,
    /// The key of its newest row.
    newest_row: Option<i64>,
    /// When its newest version was authored; none once its times of authoring were out of order.
    authored: Option<i64>,
}

/// Where a change stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand {
    pub(super) position: Position,
    pub(super) recorded_at: i64,
    pub(super) authored_at: i64,
}

/// Takes confirmed changes into the table of versions, in their order.
#[derive(Debug)]
pub(super) struct Evolver {
    definitions: HashMap<EntityId, Slot>,
    /// The check-ins of this load, when it began with nothing; none: ask the database.
    check_ins: Option<HashMap<CheckInId, EntityKey>>,
    entities: i64,
    ahead_recorded: i64,
    ahead_authored: i64,
    /// Entities whose changes were not authored in the order of the log.
    disordered: BTreeSet<EntityKey>,
    ends: Ends,
}

impl Evolver {
    /// Prepares to take in what follows the head.
    ///
    /// `from_nothing` says that there is no entity yet, so that none has to be looked for.
    pub(super) fn new(db: &Connection, from_nothing: bool) -> Result<Self, ReplicaError> {
        Ok(Self {
            definitions: HashMap::new(),
            check_ins: from_nothing.then(HashMap::new),
            entities: Meta::Entities.require(db)?,
            ahead_recorded: Meta::AheadRecorded.require(db)?,
            ahead_authored: Meta::AheadAuthored.require(db)?,
            disordered: BTreeSet::new(),
            ends: Ends::new(Of::Entities, from_nothing),
        })
    }

    /// Returns the entities whose authored axis has to be rewritten, and forgets them.
    pub(super) fn take_disordered(&mut self) -> BTreeSet<EntityKey> {
        std::mem::take(&mut self.disordered)
    }

    /// Writes down what has to be remembered.
    pub(super) fn finish(self, db: &Connection) -> Result<(), ReplicaError> {
        Meta::Entities.set(db, self.entities)?;
        Meta::AheadRecorded.set(db, self.ahead_recorded)?;
        Meta::AheadAuthored.set(db, self.ahead_authored)?;
        self.ends.finish(db)?;
        Ok(())
    }

    /// Takes one change in.
    pub(super) fn apply(
        &mut self,
        db: &Connection,
        change: &Change,
        stand: Stand,
    ) -> Result<(), ReplicaError> {
        if let [event] = change.events.as_slice() {
            let id = event.subject();
            let mut slot = self.take(db, id)?;
            self.evolve(db, &mut slot, event)?;
            return self.put(db, id, slot, stand);
        }
        let mut touched: Vec<(EntityId, Slot)> = Vec::new();
        for event in &change.events {
            let id = event.subject();
            // What is touched stays reachable for the events that follow.
            let known = touched.iter().position(|(other, _)| *other == id);
            let mut slot = match known {
                Some(index) => std::mem::take(&mut touched[index].1),
                None => self.take(db, id)?,
            };
            self.evolve(db, &mut slot, event)?;
            self.number(id, &mut slot);
            if let EntityId::CheckIn(_) = id {
                // Check-ins are not kept, and nothing refers to them.
            } else {
                self.definitions.insert(id, slot.copy());
            }
            match known {
                Some(index) => touched[index].1 = slot,
                None => touched.push((id, slot)),
            }
        }
        for (id, slot) in touched {
            self.put(db, id, slot, stand)?;
        }
        Ok(())
    }

    /// Applies an event to what the slot holds.
    fn evolve(
        &mut self,
        db: &Connection,
        slot: &mut Slot,
        event: &Event,
    ) -> Result<(), ReplicaError> {
        match event {
            Event::CheckIn(_, CheckInEvent::Recorded(new)) if slot.entity.is_none() => {
                if self.cycle_is_closed(db, new.key_result)? {
                    slot.flags |= LATE;
                }
            }
            Event::CheckIn(_, CheckInEvent::Corrected(_)) => slot.flags |= CORRECTED,
            Event::CheckIn(_, CheckInEvent::Recorded(_) | CheckInEvent::Retracted)
            | Event::Org(..)
            | Event::Person(..)
            | Event::Team(..)
            | Event::Cycle(..)
            | Event::Objective(..)
            | Event::KeyResult(..) => {}
        }
        slot.entity = Entity::evolve(slot.entity.take(), event);
        Ok(())
    }

    /// Gives an entity its number when it has come into being.
    fn number(&mut self, id: EntityId, slot: &mut Slot) -> Option<EntityKey> {
        if slot.key.is_none() && slot.entity.is_some() {
            self.entities += 1;
            slot.key = Some(EntityKey(self.entities));
            if let (EntityId::CheckIn(id), Some(known), Some(key)) =
                (id, &mut self.check_ins, slot.key)
            {
                known.insert(id, key);
            }
        }
        slot.key
    }

    /// Writes the new version of an entity, and keeps the slot of a definition.
    fn put(
        &mut self,
        db: &Connection,
        id: EntityId,
        mut slot: Slot,
        stand: Stand,
    ) -> Result<(), ReplicaError> {
        if let (Some(key), Some(entity)) = (self.number(id, &mut slot), slot.entity.take()) {
            let row = key.row(stand.position);
            let first = slot.newest_row.is_none();
            let ordered = match slot.authored {
                Some(before) => before <= stand.authored_at,
                None => first,
            };
            if let Some(before) = slot.newest_row {
                let until = ordered.then_some(stand.authored_at);
                db.prepare_cached(
                    "UPDATE versions SET recorded_to = ?2, authored_to = ?3 WHERE key = ?1",
                )?
                .execute((before, condition_position(stand.position), until))?;
            }
            if !ordered {
                self.disordered.insert(key);
            }
            if let Entity::CheckIn(check_in) = &entity {
                self.note_ahead(check_in.effective, stand);
            }
            let version = NewVersion {
                row,
                recorded_from: Some(condition_position(stand.position)),
                authored_from: ordered.then_some(stand.authored_at),
                authored_to: None,
                flags: slot.flags,
                entity: &entity,
            };
            let links = self.links(db, &entity)?;
            version.insert(db, links)?;
            if first {
                self.ends.add(db, id.uuid(), row)?;
            }
            slot.newest_row = Some(row);
            slot.authored = ordered.then_some(stand.authored_at);
            slot.entity = Some(entity);
        }
        if let EntityId::CheckIn(_) = id {
            return Ok(());
        }
        self.definitions.insert(id, slot);
        Ok(())
    }

    fn note_ahead(&mut self, effective: Date, stand: Stand) {
        let day = day_number(effective);
        let ahead = |micros: i64| day - day_of_micros(micros);
        self.ahead_recorded = self.ahead_recorded.max(ahead(stand.recorded_at));
        self.ahead_authored = self.ahead_authored.max(ahead(stand.authored_at));
    }

    /// Takes the slot of an entity, from memory or from the database.
    fn take(&mut self, db: &Connection, id: EntityId) -> Result<Slot, ReplicaError> {
        if let Some(slot) = self.definitions.remove(&id) {
            return Ok(slot);
        }
        let key = match (&self.check_ins, id) {
            (Some(known), EntityId::CheckIn(id)) => known.get(&id).copied(),
            // From nothing on, every definition is in memory.
            (Some(_), _) => None,
            (None, _) => version::find(db, id)?,
        };
        match key {
            Some(key) => load(db, key),
            None => Ok(Slot::default()),
        }
    }

    /// Returns the slot of a definition and keeps it in memory.
    fn definition(&mut self, db: &Connection, id: EntityId) -> Result<&Slot, ReplicaError> {
        if !self.definitions.contains_key(&id) {
            let slot = self.take(db, id)?;
            self.definitions.insert(id, slot);
        }
        Ok(&self.definitions[&id])
    }

    fn key_of(
        &mut self,
        db: &Connection,
        id: impl Into<EntityId>,
    ) -> Result<Option<EntityKey>, ReplicaError> {
        Ok(self.definition(db, id.into())?.key)
    }

    fn cycle_is_closed(&mut self, db: &Connection, id: KeyResultId) -> Result<bool, ReplicaError> {
        let objective: ObjectiveId = match &self.definition(db, id.into())?.entity {
            Some(Entity::KeyResult(key_result)) => key_result.objective,
            _ => return Ok(false),
        };
        let cycle: CycleId = match &self.definition(db, objective.into())?.entity {
            Some(Entity::Objective(objective)) => objective.cycle,
            _ => return Ok(false),
        };
        Ok(match &self.definition(db, cycle.into())?.entity {
            Some(Entity::Cycle(cycle)) => cycle.state == CycleState::Closed,
            _ => false,
        })
    }

    /// Returns the columns by which a version is found from what it belongs to.
    pub(super) fn links(
        &mut self,
        db: &Connection,
        entity: &Entity,
    ) -> Result<Links, ReplicaError> {
        let mut links = Links::default();
        match entity {
            Entity::Org(_) | Entity::Person(_) | Entity::Team(_) | Entity::Cycle(_) => {}
            Entity::Objective(objective) => {
                links.cycle = self.key_of(db, objective.cycle)?;
                links.team = match objective.team {
                    Some(team) => self.key_of(db, team)?,
                    None => None,
                };
            }
            Entity::KeyResult(key_result) => {
                links.parent = self.key_of(db, key_result.objective)?;
            }
            Entity::CheckIn(check_in) => links.parent = self.key_of(db, check_in.key_result)?,
        }
        Ok(links)
    }
}

impl Slot {
    fn copy(&self) -> Self {
        Self {
            key: self.key,
            entity: self.entity.clone(),
            flags: self.flags,
            newest_row: self.newest_row,
            authored: self.authored,
        }
    }
}

fn condition_position(position: Position) -> i64 {
    version::condition_value(Confirmed::Until(position))
}

/// Reads what an entity is now.
fn load(db: &Connection, key: EntityKey) -> Result<Slot, ReplicaError> {
    let everything = Confirmed::Until(Position::new(version::MAX_POSITION));
    let Some(newest) = version::at(db, key, everything)? else {
        return Err(ReplicaError::damaged(format!(
            "entity {} has no version",
            key.0
        )));
    };
    let authored = db
        .prepare_cached("SELECT authored_from FROM versions WHERE key = ?1")?
        .query_row([newest.row.key], |row| row.get(0))?;
    Ok(Slot {
        key: Some(key),
        entity: Some(newest.entity),
        flags: newest.flags,
        newest_row: Some(newest.row.key),
        authored,
    })
}

/// The entities by which a version is found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Links {
    parent: Option<EntityKey>,
    cycle: Option<EntityKey>,
    team: Option<EntityKey>,
}

/// A version that is to be written.
#[derive(Debug)]
pub(super) struct NewVersion<'a> {
    pub(super) row: i64,
    pub(super) recorded_from: Option<i64>,
    pub(super) authored_from: Option<i64>,
    pub(super) authored_to: Option<i64>,
    pub(super) flags: i64,
    pub(super) entity: &'a Entity,
}

impl NewVersion<'_> {
    pub(super) fn insert(&self, db: &Connection, links: Links) -> Result<(), ReplicaError> {
        let id = self.entity.id();
        let uuid = id.uuid();
        let (slug, day) = match self.entity {
            Entity::Org(_) | Entity::Person(_) | Entity::Cycle(_) => (None, None),
            Entity::Team(team) => (Some(team.slug.as_str()), None),
            Entity::Objective(objective) => (Some(objective.slug.as_str()), None),
            Entity::KeyResult(key_result) => (Some(key_result.slug.as_str()), None),
            Entity::CheckIn(check_in) => (None, Some(day_number(check_in.effective))),
        };
        let retracted = match self.entity {
            Entity::CheckIn(check_in) if check_in.retracted => RETRACTED,
            _ => 0,
        };
        db.prepare_cached(
            "INSERT INTO versions (key, recorded_from, authored_from, authored_to, kind, id,
                 parent, day, cycle, team, slug, flags, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        )?
        .execute(params![
            self.row,
            self.recorded_from,
            self.authored_from,
            self.authored_to,
            version::kind_number(id.kind()),
            uuid.as_bytes(),
            links.parent.map(|key| key.0),
            day,
            links.cycle.map(|key| key.0),
            links.team.map(|key| key.0),
            slug,
            self.flags | retracted,
            body::write(self.entity),
        ])?;
        Ok(())
    }
}
