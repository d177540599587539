//! Which positions of the log a filter lets through, found by indexes and in the order wanted.

mod few;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use okr_core::Timestamp;
use okr_core::change::Change;
use okr_core::entity::Entity;
use okr_core::event::{
    CheckInEvent, CommentEvent, Event, KeyResultEvent, MetricEvent, MetricValueEvent,
    ObjectiveEvent,
};
use okr_core::id::{CheckInId, EntityId, Position};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::LogFilter;
use crate::error::ReplicaError;
use crate::moment::{Axis, Confirmed};
use crate::version::{self, EntityKey};
use crate::{meta, record, short};

/// The positions and times within which a change counts.
struct Window {
    first: i64,
    last: i64,
    since: i64,
    until: i64,
}

impl Window {
    fn of(db: &Connection, filter: &LogFilter) -> Result<Self, ReplicaError> {
        let head = meta::head(db)?;
        let last = filter.until_position.map_or(head, |until| until.min(head));
        let mut window = Self {
            first: record::number(filter.after_position.unwrap_or(Position::ZERO).next()),
            last: record::number(last),
            since: i64::MIN,
            until: i64::MAX,
        };
        let since = filter.since.map(Timestamp::as_microsecond);
        let until = filter.until.map(Timestamp::as_microsecond);
        match filter.axis {
            Axis::Recorded => {
                if let Some(since) = since {
                    let before = record::position_at(db, head, since.saturating_sub(1))?;
                    window.first = window.first.max(record::number(before.next()));
                }
                if let Some(until) = until {
                    let until = record::position_at(db, head, until)?;
                    window.last = window.last.min(record::number(until));
                }
            }
            Axis::Authored | Axis::Effective => {
                window.since = since.unwrap_or(i64::MIN);
                window.until = until.unwrap_or(i64::MAX);
            }
        }
        Ok(window)
    }

    fn holds(&self, position: i64, authored_at: i64) -> bool {
        (self.first..=self.last).contains(&position)
            && (self.since..=self.until).contains(&authored_at)
    }
}

/// Gives each position that the filter lets through to `take`, in order, until it says false.
pub(super) fn each_position(
    db: &Connection,
    filter: &LogFilter,
    mut take: impl FnMut(Position) -> Result<bool, ReplicaError>,
) -> Result<(), ReplicaError> {
    let window = Window::of(db, filter)?;
    if filter.about.is_empty() && filter.author.is_none() {
        return walk(db, filter, &window, take);
    }
    let mut positions: Vec<i64> = match filter.author {
        Some(_) if filter.about.is_empty() => by_author(db, filter, &window)?,
        Some(_) | None if window.last - window.first < few::FEW => {
            few::touched(db, filter, window.first..=window.last)?
        }
        Some(_) | None => touched(db, filter)?,
    };
    positions.sort_unstable();
    positions.dedup();
    if let (Some(_), false) = (filter.author, filter.about.is_empty()) {
        let made: BTreeSet<i64> = by_author(db, filter, &window)?.into_iter().collect();
        positions.retain(|position| made.contains(position));
    }
    let mut places = Vec::with_capacity(positions.len());
    for position in positions {
        let authored = match filter.axis {
            Axis::Recorded => 0,
            Axis::Authored | Axis::Effective => authored_at(db, position)?,
        };
        if window.holds(position, authored) {
            places.push((authored, position));
        }
    }
    if filter.oldest_first {
        places.sort_unstable();
    } else {
        places.sort_unstable_by_key(|place| Reverse(*place));
    }
    for (_, position) in places {
        if !take(record::position(position)?)? {
            break;
        }
    }
    Ok(())
}

/// Walks along the whole log.
fn walk(
    db: &Connection,
    filter: &LogFilter,
    window: &Window,
    mut take: impl FnMut(Position) -> Result<bool, ReplicaError>,
) -> Result<(), ReplicaError> {
    let sql = match (filter.axis, filter.oldest_first) {
        (Axis::Recorded, true) => {
            "SELECT position FROM records WHERE position BETWEEN ?1 AND ?2
             AND ?3 <= ?4 ORDER BY position"
        }
        (Axis::Recorded, false) => {
            "SELECT position FROM records WHERE position BETWEEN ?1 AND ?2
             AND ?3 <= ?4 ORDER BY position DESC"
        }
        (Axis::Authored | Axis::Effective, true) => {
            "SELECT position FROM records INDEXED BY records_authored
             WHERE +position BETWEEN ?1 AND ?2 AND authored_at BETWEEN ?3 AND ?4
             ORDER BY authored_at, position"
        }
        (Axis::Authored | Axis::Effective, false) => {
            "SELECT position FROM records INDEXED BY records_authored
             WHERE +position BETWEEN ?1 AND ?2 AND authored_at BETWEEN ?3 AND ?4
             ORDER BY authored_at DESC, position DESC"
        }
    };
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query((window.first, window.last, window.since, window.until))?;
    while let Some(row) = rows.next()? {
        if !take(record::position(row.get(0)?)?)? {
            break;
        }
    }
    Ok(())
}

fn authored_at(db: &Connection, position: i64) -> Result<i64, ReplicaError> {
    let mut statement = db.prepare_cached("SELECT authored_at FROM records WHERE position = ?1")?;
    Ok(statement.query_row([position], |row| row.get(0))?)
}

/// Returns the positions of changes that a person made, or that were made on their behalf.
///
/// Without other conditions the first or last ones within the window suffice.
fn by_author(
    db: &Connection,
    filter: &LogFilter,
    window: &Window,
) -> Result<Vec<i64>, ReplicaError> {
    let Some(author) = filter.author else {
        return Ok(Vec::new());
    };
    let number: Option<i64> = db
        .prepare_cached("SELECT key FROM authors WHERE id = ?1")?
        .query_row([author.to_bytes()], |row| row.get(0))
        .optional()?;
    let Some(number) = number else {
        return Ok(Vec::new());
    };
    let enough = filter.about.is_empty() && filter.axis == Axis::Recorded && !filter.sifts();
    let limit = filter.limit.filter(|_| enough);
    let limit = limit
        .and_then(|limit| i64::try_from(limit).ok())
        .unwrap_or(-1);
    let order = if filter.oldest_first { "ASC" } else { "DESC" };
    let mut positions = Vec::new();
    for column in ["author", "on_behalf_of"] {
        let sql = format!(
            "SELECT position FROM records WHERE {column} = ?1 AND position BETWEEN ?2 AND ?3
             ORDER BY position {order} LIMIT ?4"
        );
        let mut statement = db.prepare_cached(&sql)?;
        let found = statement.query_map((number, window.first, window.last, limit), |row| {
            row.get::<_, i64>(0)
        })?;
        for position in found {
            positions.push(position?);
        }
    }
    Ok(positions)
}

/// Returns the positions of changes about the entities of the filter, in no order.
fn touched(db: &Connection, filter: &LogFilter) -> Result<Vec<i64>, ReplicaError> {
    let mut positions = Vec::new();
    for id in &filter.about {
        let mut statement = db.prepare_cached("SELECT position FROM upgrades WHERE id = ?1")?;
        for position in statement.query_map([id.uuid().as_bytes()], |row| row.get(0))? {
            positions.push(position?);
        }
        let Some(key) = version::find(db, *id)? else {
            continue;
        };
        of_entity(db, key, &mut positions)?;
        if filter.with_children {
            of_children(db, *id, key, &mut positions)?;
        }
    }
    Ok(positions)
}

/// Adds the positions at which an entity changed.
pub(super) fn of_entity(
    db: &Connection,
    key: EntityKey,
    positions: &mut Vec<i64>,
) -> Result<(), ReplicaError> {
    let mut statement =
        db.prepare_cached("SELECT key FROM versions WHERE key BETWEEN ?1 AND ?2")?;
    let mut rows = statement.query((key.first_row(), key.last_row()))?;
    while let Some(row) = rows.next()? {
        positions.extend(position_of(row)?);
    }
    Ok(())
}

fn position_of(row: &Row<'_>) -> Result<Option<i64>, ReplicaError> {
    Ok(version::position_of_row(row.get(0)?).map(record::number))
}

fn of_children(
    db: &Connection,
    id: EntityId,
    key: EntityKey,
    positions: &mut Vec<i64>,
) -> Result<(), ReplicaError> {
    let objectives = match id {
        EntityId::Comment(_) => return Ok(()),
        EntityId::CheckIn(id) => return on_check_in(db, id, positions),
        EntityId::Org(_)
        | EntityId::Person(_)
        | EntityId::KeyResult(_)
        | EntityId::Initiative(_)
        | EntityId::MetricValue(_) => {
            return of_leaves(db, key, positions);
        }
        EntityId::Cycle(_) => rows_where(db, "cycle", key)?,
        EntityId::Team(_) => rows_where(db, "team", key)?,
        EntityId::Objective(_) => BTreeSet::from([key]),
        EntityId::Metric(_) => return of_leaves(db, key, positions),
    };
    of_leaves(db, key, positions)?;
    for objective in objectives {
        of_entity(db, objective, positions)?;
        for key_result in rows_where(db, "parent", objective)? {
            of_entity(db, key_result, positions)?;
            of_leaves(db, key_result, positions)?;
        }
    }
    Ok(())
}

/// Adds the positions of the comments on a check-in, which are found from its key result.
fn on_check_in(
    db: &Connection,
    id: CheckInId,
    positions: &mut Vec<i64>,
) -> Result<(), ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT key FROM versions
         WHERE parent IN (SELECT parent FROM entity_ends JOIN versions ON key = first_row
                          WHERE short = ?1 AND id = ?2)
             AND kind = 8 AND body ->> '$.about.check_in' = ?3",
    )?;
    let uuid = id.uuid();
    let mut rows = statement.query((short::of(uuid), uuid.as_bytes(), uuid.to_string()))?;
    while let Some(row) = rows.next()? {
        positions.extend(position_of(row)?);
    }
    Ok(())
}

/// Returns the entities that ever had a parent, cycle or team.
pub(super) fn rows_where(
    db: &Connection,
    column: &str,
    key: EntityKey,
) -> Result<BTreeSet<EntityKey>, ReplicaError> {
    let mut statement =
        db.prepare_cached(&format!("SELECT key FROM versions WHERE {column} = ?1"))?;
    let keys = statement.query_map([key.0], |row| row.get(0).map(EntityKey::of_row))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// Adds the positions of what belongs to something and has nothing below it: check-ins, comments, values of metrics;
/// read from the index alone.
fn of_leaves(
    db: &Connection,
    parent: EntityKey,
    positions: &mut Vec<i64>,
) -> Result<(), ReplicaError> {
    let mut statement = db.prepare_cached("SELECT key FROM versions WHERE parent = ?1")?;
    let mut rows = statement.query([parent.0])?;
    while let Some(row) = rows.next()? {
        positions.extend(position_of(row)?);
    }
    Ok(())
}

/// Says which pending changes are about the entities of a filter.
pub(super) struct Pending<'a> {
    db: &'a Connection,
    filter: &'a LogFilter,
    /// What the pending changes put under what.
    parents: BTreeMap<EntityId, Vec<EntityId>>,
    head: Confirmed,
}

impl<'a> Pending<'a> {
    pub(super) fn new(
        db: &'a Connection,
        filter: &'a LogFilter,
        events: &[&Event],
    ) -> Result<Self, ReplicaError> {
        let mut parents = BTreeMap::new();
        for event in events {
            let created = match event {
                Event::Objective(_, ObjectiveEvent::Created(new)) => {
                    let team = new.team.map(EntityId::from);
                    team.into_iter().chain([new.cycle.into()]).collect()
                }
                Event::KeyResult(_, KeyResultEvent::Created(new)) => vec![new.objective.into()],
                Event::CheckIn(_, CheckInEvent::Recorded(new)) => vec![new.key_result.into()],
                Event::Comment(_, CommentEvent::Added(new)) => vec![new.topic.entity()],
                Event::Metric(_, MetricEvent::Created(new)) => {
                    new.team.map(EntityId::from).into_iter().collect()
                }
                Event::MetricValue(_, MetricValueEvent::Recorded(new)) => vec![new.metric.into()],
                Event::Org(..)
                | Event::Person(..)
                | Event::Team(..)
                | Event::Cycle(..)
                | Event::Objective(..)
                | Event::KeyResult(..)
                | Event::CheckIn(..)
                | Event::Comment(..)
                | Event::Initiative(..)
                | Event::Metric(..)
                | Event::MetricValue(..) => continue,
            };
            parents.insert(event.subject(), created);
        }
        Ok(Self {
            db,
            filter,
            parents,
            head: Confirmed::Until(meta::head(db)?),
        })
    }

    pub(super) fn concerns(&self, change: &Change) -> Result<bool, ReplicaError> {
        if self.filter.about.is_empty() {
            return Ok(true);
        }
        for event in &change.events {
            if self.is_about(event.subject())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Says whether an entity is one of the filter's, or belongs to one where these count too.
    fn is_about(&self, id: EntityId) -> Result<bool, ReplicaError> {
        if self.filter.about.contains(&id) {
            return Ok(true);
        }
        if !self.filter.with_children {
            return Ok(false);
        }
        // Comment, check-in, key result, objective, team or cycle: never deeper.
        for parent in self.parents_of(id)? {
            if self.is_about(parent)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn parents_of(&self, id: EntityId) -> Result<Vec<EntityId>, ReplicaError> {
        if let Some(parents) = self.parents.get(&id) {
            return Ok(parents.clone());
        }
        let confirmed = match version::find(self.db, id)? {
            Some(key) => version::at(self.db, key, self.head)?,
            None => None,
        };
        Ok(match confirmed.map(|found| found.entity) {
            Some(Entity::Comment(comment)) => vec![comment.topic.entity()],
            Some(Entity::CheckIn(check_in)) => vec![check_in.key_result.into()],
            Some(Entity::KeyResult(key_result)) => vec![key_result.objective.into()],
            Some(Entity::Objective(objective)) => {
                let team = objective.team.map(EntityId::from);
                team.into_iter().chain([objective.cycle.into()]).collect()
            }
            Some(Entity::Metric(metric)) => metric.team.map(EntityId::from).into_iter().collect(),
            Some(Entity::MetricValue(value)) => vec![value.metric.into()],
            Some(
                Entity::Org(_)
                | Entity::Person(_)
                | Entity::Team(_)
                | Entity::Cycle(_)
                | Entity::Initiative(_),
            )
            | None => Vec::new(),
        })
    }
}
