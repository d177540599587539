//! Rows of the table `versions`: what an entity was, from when to when.
//!
//! The key of a row is `entity * 2^32 + position`: the versions of an entity lie side by side in
//! the order of the log, and the one that was there at a position is one seek away. A row that
//! exists on the authored axis only has `2^31` and more where others have the position.

use okr_core::entity::{CheckIn, Entity};
use okr_core::id::{EntityId, EntityKind, Position};
use rusqlite::{Connection, OptionalExtension as _, Row};
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::meta::Meta;
use crate::moment::Confirmed;
use crate::{body, short};

/// Makes the text of [`COLUMNS`] for queries that are put together beforehand.
macro_rules! columns {
    () => {
        "key, kind, id, flags, body, authored_from"
    };
}
/// Makes the condition by which a row counts on an axis, with the parameter that it needs.
macro_rules! counts {
    ($axis:literal, $parameter:literal) => {
        concat!(
            $axis,
            "_from <= ",
            $parameter,
            " AND (",
            $axis,
            "_to IS NULL OR ",
            $axis,
            "_to > ",
            $parameter,
            ")"
        )
    };
}
pub(crate) use {columns, counts};

/// The columns that [`Version::read`] takes, in order.
pub(crate) const COLUMNS: &str = columns!();

const POSITION_BITS: u32 = 32;
/// Where the rows of an entity begin that exist on the authored axis only.
const FIRST_AUTHORED: i64 = 1 << 31;
/// Recorded when the cycle was closed.
pub(crate) const LATE: i64 = 1;
/// Corrected after it was recorded.
pub(crate) const CORRECTED: i64 = 2;
/// Taken back.
pub(crate) const RETRACTED: i64 = 4;
/// Speaks of a blocker; the index `versions_blocker` has these.
pub(crate) const BLOCKER: i64 = 8;

/// The flags that follow from what a check-in says, whatever its versions before said.
pub(crate) const OWN_FLAGS: i64 = RETRACTED | BLOCKER;

/// Returns the [`OWN_FLAGS`] of a check-in.
pub(crate) const fn flags_of(check_in: &CheckIn) -> i64 {
    let retracted = if check_in.retracted { RETRACTED } else { 0 };
    let blocker = if check_in.blocker.is_some() {
        BLOCKER
    } else {
        0
    };
    retracted | blocker
}

/// The number of an entity in this replica, in the order in which they first appear in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EntityKey(pub(crate) i64);

impl EntityKey {
    /// Returns the first key of the entity's rows.
    pub(crate) const fn first_row(self) -> i64 {
        self.0 << POSITION_BITS
    }

    /// Returns the key of the row of a position, and the last key on the recorded axis at most.
    pub(crate) fn row(self, position: Position) -> i64 {
        let position = i64::try_from(position.get()).unwrap_or(i64::MAX);
        self.first_row() | position.min(FIRST_AUTHORED - 1)
    }

    /// Returns the key of the n-th row that exists on the authored axis only.
    pub(crate) fn authored_row(self, n: usize) -> i64 {
        let n = i64::try_from(n).expect("an entity has fewer than 2^31 versions");
        self.first_row() | (FIRST_AUTHORED + n)
    }

    /// Returns the last possible key of the entity's rows.
    pub(crate) const fn last_row(self) -> i64 {
        self.first_row() | (2 * FIRST_AUTHORED - 1)
    }

    /// Returns the entity that a row is about.
    pub(crate) const fn of_row(key: i64) -> Self {
        Self(key >> POSITION_BITS)
    }
}

/// Returns the position of a row; none when it exists on the authored axis only.
pub(crate) fn position_of_row(key: i64) -> Option<Position> {
    let low = key & (2 * FIRST_AUTHORED - 1);
    let position = u64::try_from(low).ok().filter(|_| low < FIRST_AUTHORED);
    position.map(Position::new)
}

/// The greatest position that a replica can hold.
pub(crate) const MAX_POSITION: u64 = (1 << 31) - 1;

/// What an entity was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) row: RowRef,
    pub(crate) flags: i64,
    pub(crate) entity: Entity,
}

/// Which row a version stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowRef {
    pub(crate) key: i64,
    authored_from: Option<i64>,
}

impl Version {
    /// Reads the [`COLUMNS`] of a row.
    pub(crate) fn read(row: &Row<'_>) -> Result<Self, ReplicaError> {
        let id = entity_id(row.get(1)?, row.get(2)?)?;
        let body = row.get_ref(4)?;
        let body = body.as_str().map_err(ReplicaError::damaged)?;
        Ok(Self {
            row: RowRef {
                key: row.get(0)?,
                authored_from: row.get(5)?,
            },
            flags: row.get(3)?,
            entity: body::read(id, body)?,
        })
    }
}

impl RowRef {
    /// Says whether this version was there already by other changes on the same axis.
    pub(crate) fn was_there(self, confirmed: Confirmed) -> bool {
        match confirmed {
            Confirmed::Until(until) => {
                position_of_row(self.key).is_some_and(|position| position <= until)
            }
            Confirmed::Authored(until) => self.authored_from.is_some_and(|from| from <= until),
        }
    }

    /// Returns since when the version is there on the authored axis, in microseconds.
    pub(crate) const fn authored_from(self) -> Option<i64> {
        self.authored_from
    }

    /// Returns the entity's number.
    pub(crate) const fn entity_key(self) -> EntityKey {
        EntityKey::of_row(self.key)
    }
}

/// Returns the number that stands for a kind in the database; never changes.
pub(crate) const fn kind_number(kind: EntityKind) -> i64 {
    match kind {
        EntityKind::Org => 1,
        EntityKind::Person => 2,
        EntityKind::Team => 3,
        EntityKind::Cycle => 4,
        EntityKind::Objective => 5,
        EntityKind::KeyResult => 6,
        EntityKind::CheckIn => 7,
        EntityKind::Comment => 8,
        EntityKind::Initiative => 9,
        EntityKind::Metric => 10,
        EntityKind::MetricValue => 11,
    }
}

/// Makes an id of the two columns that hold it.
pub(crate) fn entity_id(kind: i64, id: [u8; 16]) -> Result<EntityId, ReplicaError> {
    match kind_of(kind) {
        Some(kind) => Ok(kind.id(Uuid::from_bytes(id))),
        None => Err(ReplicaError::damaged(format!(
            "{kind} is no kind of entity"
        ))),
    }
}

/// Returns the kind that a number stands for, as [`kind_number`] gives it.
const fn kind_of(number: i64) -> Option<EntityKind> {
    Some(match number {
        1 => EntityKind::Org,
        2 => EntityKind::Person,
        3 => EntityKind::Team,
        4 => EntityKind::Cycle,
        5 => EntityKind::Objective,
        6 => EntityKind::KeyResult,
        7 => EntityKind::CheckIn,
        8 => EntityKind::Comment,
        9 => EntityKind::Initiative,
        10 => EntityKind::Metric,
        11 => EntityKind::MetricValue,
        _ => return None,
    })
}

/// Finds the number of an entity; none before it was created.
pub(crate) fn find(db: &Connection, id: EntityId) -> Result<Option<EntityKey>, ReplicaError> {
    let sql = "SELECT key FROM entity_ends JOIN versions ON key = first_row
         WHERE short = ?1 AND id = ?2 AND kind = ?3";
    Ok(first_version(db, sql, id)?.map(EntityKey::of_row))
}

/// Finds the number of what an entity belonged to when it was created, at whatever moment that was.
pub(crate) fn find_parent(
    db: &Connection,
    id: EntityId,
) -> Result<Option<EntityKey>, ReplicaError> {
    let sql = "SELECT parent FROM entity_ends JOIN versions ON key = first_row
         WHERE short = ?1 AND id = ?2 AND kind = ?3";
    Ok(first_version(db, sql, id)?.map(EntityKey))
}

/// Reads a number from the first version of an entity; none where there is neither.
fn first_version(db: &Connection, sql: &str, id: EntityId) -> Result<Option<i64>, ReplicaError> {
    let uuid = id.uuid();
    let parameters = (short::of(uuid), uuid.as_bytes(), kind_number(id.kind()));
    let found = db
        .prepare_cached(sql)?
        .query_row(parameters, |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}

/// Returns what an entity was by the changes that count.
pub(crate) fn at(
    db: &Connection,
    entity: EntityKey,
    confirmed: Confirmed,
) -> Result<Option<Version>, ReplicaError> {
    let (sql, last) = match confirmed {
        Confirmed::Until(position) => (
            "SELECT key, kind, id, flags, body, authored_from FROM versions
             WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC LIMIT 1",
            entity.row(position),
        ),
        Confirmed::Authored(_) => (
            "SELECT key, kind, id, flags, body, authored_from FROM versions
             WHERE key BETWEEN ?1 AND ?2 AND authored_from <= ?3
                 AND (authored_to IS NULL OR authored_to > ?3) LIMIT 1",
            entity.last_row(),
        ),
    };
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = match confirmed {
        Confirmed::Until(_) => statement.query((entity.first_row(), last))?,
        Confirmed::Authored(until) => statement.query((entity.first_row(), last, until))?,
    };
    rows.next()?.map(Version::read).transpose()
}

/// Returns where an entity changed after a position, in the order of the log.
pub(crate) fn positions_after(
    db: &Connection,
    id: EntityId,
    after: Position,
) -> Result<Vec<Position>, ReplicaError> {
    let Some(entity) = find(db, id)? else {
        return Ok(Vec::new());
    };
    let mut statement =
        db.prepare_cached("SELECT key FROM versions WHERE key > ?1 AND key <= ?2 ORDER BY key")?;
    let keys = statement.query_map((entity.row(after), entity.last_row()), |row| row.get(0))?;
    let mut positions = Vec::new();
    for key in keys {
        positions.extend(position_of_row(key?));
    }
    Ok(positions)
}

/// Returns where an entity changed up to a position, the newest first.
pub(crate) fn positions_until(
    db: &Connection,
    id: EntityId,
    until: Position,
) -> Result<Vec<Position>, ReplicaError> {
    let Some(entity) = find(db, id)? else {
        return Ok(Vec::new());
    };
    let mut statement = db
        .prepare_cached("SELECT key FROM versions WHERE key BETWEEN ?1 AND ?2 ORDER BY key DESC")?;
    let keys = statement.query_map((entity.first_row(), entity.row(until)), |row| row.get(0))?;
    let mut positions = Vec::new();
    for key in keys {
        positions.extend(position_of_row(key?));
    }
    Ok(positions)
}

/// Returns the number of the first entity that came into being after a position.
///
/// Entities are numbered in the order in which they come, so halving finds it.
pub(crate) fn first_after(db: &Connection, position: Position) -> Result<EntityKey, ReplicaError> {
    let newest: i64 = Meta::Entities.require(db)?;
    let mut statement =
        db.prepare_cached("SELECT key FROM versions WHERE key >= ?1 ORDER BY key LIMIT 1")?;
    let (mut before, mut after) = (0, newest + 1);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        let key: i64 = statement.query_row([EntityKey(middle).first_row()], |row| row.get(0))?;
        match position_of_row(key) {
            Some(first) if first <= position => before = middle,
            Some(_) | None => after = middle,
        }
    }
    Ok(EntityKey(after))
}

/// Returns the things that belong to an entity now, by what is confirmed.
pub(crate) fn children(db: &Connection, id: EntityId) -> Result<Vec<EntityId>, ReplicaError> {
    let Some(entity) = find(db, id)? else {
        return Ok(Vec::new());
    };
    let mut statement = db.prepare_cached(
        "SELECT kind, id FROM versions
         WHERE parent = ?1 AND recorded_to IS NULL AND recorded_from IS NOT NULL
         UNION SELECT kind, id FROM versions
         WHERE team = ?1 AND recorded_to IS NULL AND recorded_from IS NOT NULL",
    )?;
    let mut rows = statement.query([entity.0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(entity_id(row.get(0)?, row.get(1)?)?);
    }
    Ok(found)
}

/// Finds the entity that has an id, whatever its kind.
pub(crate) fn entity_with(db: &Connection, uuid: Uuid) -> Result<Option<EntityId>, ReplicaError> {
    let mut statement = db.prepare_cached(
        "SELECT kind, id FROM entity_ends JOIN versions ON key = first_row
         WHERE short = ?1 AND id = ?2",
    )?;
    let mut rows = statement.query((short::of(uuid), uuid.as_bytes()))?;
    match rows.next()? {
        Some(row) => entity_id(row.get(0)?, row.get(1)?).map(Some),
        None => Ok(None),
    }
}

/// Returns the condition by which a row counts; its value is the second parameter of the query.
pub(crate) const fn condition(confirmed: Confirmed) -> &'static str {
    match confirmed {
        Confirmed::Until(_) => counts!("recorded", "?2"),
        Confirmed::Authored(_) => counts!("authored", "?2"),
    }
}

/// Returns the value of the parameter of [`condition`] and [`counts`].
pub(crate) fn condition_value(confirmed: Confirmed) -> i64 {
    match confirmed {
        Confirmed::Until(position) => i64::try_from(position.get()).unwrap_or(i64::MAX),
        Confirmed::Authored(until) => until,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_number_of_its_own() {
        for kind in EntityKind::ALL {
            assert_eq!(kind_of(kind_number(kind)), Some(kind));
        }
        let known = (-20..20).filter_map(kind_of).count();
        assert_eq!(known, EntityKind::ALL.len());
    }
}
