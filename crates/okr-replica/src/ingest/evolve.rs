//! From confirmed changes to versions: evolves in memory and writes each new version once.
//!
//! Definitions stay in memory; check-ins, comments and values of metrics do not: there are many of
//! them and most are never touched again. Evolving is total, so nothing here refuses a change.

use std::collections::BTreeSet;
use std::collections::hash_map::Entry;

use jiff::civil::Date;
use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{CheckInEvent, CommentEvent, Event, Topic};
use okr_core::id::{CycleId, EntityId, KeyResultId, ObjectiveId, Position};
use okr_core::quick::HashMap;
use okr_core::value::CycleState;
use rusqlite::Connection;

use super::days::{day_number, day_of_micros};
use super::rows::{CheckInRow, Rows, Span};
use crate::ends::{Ends, Of};
use crate::error::ReplicaError;
use crate::meta::Meta;
use crate::moment::Confirmed;
use crate::record::RecordedCheckIn;
use crate::version::{self, BLOCKER, CORRECTED, EntityKey, LATE};

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
    /// The numbers of what else came into being in this load.
    numbers: HashMap<EntityId, EntityKey>,
    /// Whether there was nothing before this load, so that the database need not be asked.
    from_nothing: bool,
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
            definitions: HashMap::default(),
            numbers: HashMap::default(),
            from_nothing,
            entities: Meta::Entities.require(db)?,
            ahead_recorded: Meta::AheadRecorded.require(db)?,
            ahead_authored: Meta::AheadAuthored.require(db)?,
            disordered: BTreeSet::new(),
            ends: Ends::new(Of::Entities),
        })
    }

    /// Returns the entities whose authored axis has to be rewritten, and forgets them.
    pub(super) fn take_disordered(&mut self) -> BTreeSet<EntityKey> {
        std::mem::take(&mut self.disordered)
    }

    /// Writes down what has to be remembered.
    pub(super) fn write_down(&self, db: &Connection) -> Result<(), ReplicaError> {
        Meta::Entities.set(db, self.entities)?;
        Meta::AheadRecorded.set(db, self.ahead_recorded)?;
        Meta::AheadAuthored.set(db, self.ahead_authored)
    }

    /// Returns the ends of the ids of the entities that came into being and are not written yet.
    pub(super) const fn ends(&mut self) -> &mut Ends {
        &mut self.ends
    }

    /// Takes one change in.
    pub(super) fn apply(
        &mut self,
        db: &Connection,
        rows: &mut Rows<'_>,
        change: &Change,
        stand: Stand,
    ) -> Result<(), ReplicaError> {
        if let [event] = change.events.as_slice() {
            let id = event.subject();
            let mut slot = self.take(db, id)?;
            self.evolve(db, &mut slot, event)?;
            return self.put(db, rows, (id, slot), stand);
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
            if is_definition(id) {
                self.definitions.insert(id, slot.copy());
            }
            match known {
                Some(index) => touched[index].1 = slot,
                None => touched.push((id, slot)),
            }
        }
        for (id, slot) in touched {
            self.put(db, rows, (id, slot), stand)?;
        }
        Ok(())
    }

    /// Takes in a change that records a check-in and does nothing else, and returns the row to be written.
    ///
    /// It comes to the same as [`Evolver::apply`]. Returns none, and does nothing, when the check-in is
    /// there already.
    pub(super) fn record<'n>(
        &mut self,
        db: &Connection,
        new: &'n RecordedCheckIn,
        stand: Stand,
    ) -> Result<Option<CheckInRow<'n>>, ReplicaError> {
        let Entry::Vacant(number) = self.numbers.entry(new.id.into()) else {
            return Ok(None);
        };
        if !self.from_nothing && version::find(db, new.id.into())?.is_some() {
            return Ok(None);
        }
        self.entities += 1;
        let key = EntityKey(self.entities);
        number.insert(key);
        self.note_ahead(new.effective, stand);
        let late = self.cycle_is_closed(db, new.key_result)?;
        let parent = self.key_of(db, new.key_result)?;
        let row = key.row(stand.position);
        self.ends.add(new.id.uuid(), row);
        Ok(Some(CheckInRow {
            span: Span {
                row,
                recorded_from: Some(condition_position(stand.position)),
                authored_from: Some(stand.authored_at),
                authored_to: None,
            },
            id: new.id.to_bytes(),
            parent: parent.map(|key| key.0),
            day: day_number(new.effective),
            flags: if late { LATE } else { 0 } | if new.blocker { BLOCKER } else { 0 },
            body: &new.body,
        }))
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
            Event::CheckIn(_, CheckInEvent::Corrected(_))
            | Event::Comment(_, CommentEvent::Edited(_)) => slot.flags |= CORRECTED,
            Event::CheckIn(_, CheckInEvent::Recorded(_) | CheckInEvent::Retracted)
            | Event::Org(..)
            | Event::Person(..)
            | Event::Team(..)
            | Event::Cycle(..)
            | Event::Objective(..)
            | Event::KeyResult(..)
            | Event::Comment(_, CommentEvent::Added(_) | CommentEvent::Retracted)
            | Event::Initiative(..)
            | Event::Metric(..)
            | Event::MetricValue(..) => {}
        }
        slot.entity = Entity::evolve(slot.entity.take(), event);
        Ok(())
    }

    /// Gives an entity its number when it has come into being.
    fn number(&mut self, id: EntityId, slot: &mut Slot) -> Option<EntityKey> {
        if slot.key.is_none() && slot.entity.is_some() {
            self.entities += 1;
            let key = EntityKey(self.entities);
            slot.key = Some(key);
            if !is_definition(id) {
                self.numbers.insert(id, key);
            }
        }
        slot.key
    }

    /// Writes the new version of an entity, and keeps the slot of a definition.
    fn put(
        &mut self,
        db: &Connection,
        rows: &mut Rows<'_>,
        (id, mut slot): (EntityId, Slot),
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
                rows.close(before, condition_position(stand.position), until)?;
            }
            if !ordered {
                self.disordered.insert(key);
            }
            match &entity {
                Entity::CheckIn(check_in) => self.note_ahead(check_in.effective, stand),
                Entity::MetricValue(value) => self.note_ahead(value.effective, stand),
                Entity::Org(_)
                | Entity::Person(_)
                | Entity::Team(_)
                | Entity::Cycle(_)
                | Entity::Objective(_)
                | Entity::KeyResult(_)
                | Entity::Comment(_)
                | Entity::Initiative(_)
                | Entity::Metric(_) => {}
            }
            let span = Span {
                row,
                recorded_from: Some(condition_position(stand.position)),
                authored_from: ordered.then_some(stand.authored_at),
                authored_to: None,
            };
            let links = self.links(db, &entity)?;
            rows.version(&entity, span, (slot.flags, links))?;
            if first {
                self.ends.add(id.uuid(), row);
            }
            slot.newest_row = Some(row);
            slot.authored = ordered.then_some(stand.authored_at);
            slot.entity = Some(entity);
        }
        if is_definition(id) {
            self.definitions.insert(id, slot);
        }
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
        match self.definitions.remove(&id) {
            Some(slot) => Ok(slot),
            None => self.load(db, id),
        }
    }

    /// Reads the slot of an entity that is not in memory.
    fn load(&self, db: &Connection, id: EntityId) -> Result<Slot, ReplicaError> {
        match self.find(db, id)? {
            Some(key) => load(db, key),
            None => Ok(Slot::default()),
        }
    }

    /// Finds the number of an entity whose slot is not in memory.
    fn find(&self, db: &Connection, id: EntityId) -> Result<Option<EntityKey>, ReplicaError> {
        let known = self.numbers.get(&id).copied();
        // From nothing on, every definition is in memory.
        if known.is_some() || self.from_nothing {
            return Ok(known);
        }
        version::find(db, id)
    }

    /// Returns the slot of a definition and keeps it in memory.
    fn definition(&mut self, db: &Connection, id: EntityId) -> Result<&Slot, ReplicaError> {
        if !self.definitions.contains_key(&id) {
            let slot = self.load(db, id)?;
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
            // An initiative serves many key results: there are few, and they are found by kind.
            Entity::Org(_)
            | Entity::Person(_)
            | Entity::Team(_)
            | Entity::Cycle(_)
            | Entity::Initiative(_) => {}
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
            Entity::Comment(comment) => links.parent = self.key_of_topic(db, comment.topic)?,
            Entity::Metric(metric) => {
                links.team = match metric.team {
                    Some(team) => self.key_of(db, team)?,
                    None => None,
                };
            }
            Entity::MetricValue(value) => links.parent = self.key_of(db, value.metric)?,
        }
        Ok(links)
    }

    /// Returns what a comment is found from: what it is about; for a check-in, its key result.
    fn key_of_topic(
        &mut self,
        db: &Connection,
        topic: Topic,
    ) -> Result<Option<EntityKey>, ReplicaError> {
        let Topic::CheckIn(id) = topic else {
            return self.key_of(db, topic.entity());
        };
        match self.load(db, id.into())?.entity {
            Some(Entity::CheckIn(check_in)) => self.key_of(db, check_in.key_result),
            _ => Ok(None),
        }
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

/// Says whether something is kept in memory while changes are taken in.
pub(super) const fn is_definition(id: EntityId) -> bool {
    match id {
        EntityId::CheckIn(_) | EntityId::Comment(_) | EntityId::MetricValue(_) => false,
        EntityId::Org(_)
        | EntityId::Person(_)
        | EntityId::Team(_)
        | EntityId::Cycle(_)
        | EntityId::Objective(_)
        | EntityId::KeyResult(_)
        | EntityId::Initiative(_)
        | EntityId::Metric(_) => true,
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
    pub(super) parent: Option<EntityKey>,
    pub(super) cycle: Option<EntityKey>,
    pub(super) team: Option<EntityKey>,
}
