//! Which of a few positions are about an entity: asked of the changes themselves, so that the length
//! of the history does not count.

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

use okr_core::event::Event;
use okr_core::id::{EntityId, Position};
use okr_proto::{Decoded, decode_record};
use rusqlite::Connection;
use uuid::Uuid;

use crate::error::ReplicaError;
use crate::log::LogFilter;
use crate::moment::Confirmed;
use crate::record;
use crate::version::{self, EntityKey};

/// How many positions are few; so that the short histories of tests are found in both ways, fewer there.
pub(super) const FEW: i64 = if cfg!(test) { 16 } else { 256 };

/// Returns those of the positions that are about the entities of a filter, in ascending order.
pub(super) fn touched(
    db: &Connection,
    filter: &LogFilter,
    positions: RangeInclusive<i64>,
) -> Result<Vec<i64>, ReplicaError> {
    let mut wanted = Wanted::new(db, filter)?;
    let mut statement = db.prepare_cached("SELECT bytes FROM records WHERE position = ?1")?;
    let mut touched = Vec::new();
    for position in positions {
        let mut rows = statement.query([position])?;
        let Some(row) = rows.next()? else {
            continue;
        };
        let bytes = row.get_ref(0)?.as_blob().map_err(ReplicaError::damaged)?;
        if wanted.concerns(record::position(position)?, bytes)? {
            touched.push(position);
        }
    }
    Ok(touched)
}

/// The entities of a filter, and what is known of others.
struct Wanted<'a> {
    db: &'a Connection,
    ids: HashSet<Uuid>,
    keys: HashSet<EntityKey>,
    with_children: bool,
    /// Whether something ever belonged to one of them.
    below: HashMap<EntityKey, bool>,
}

impl<'a> Wanted<'a> {
    fn new(db: &'a Connection, filter: &LogFilter) -> Result<Self, ReplicaError> {
        let mut keys = HashSet::new();
        for id in &filter.about {
            keys.extend(version::find(db, *id)?);
        }
        Ok(Self {
            db,
            ids: filter.about.iter().map(|id| id.uuid()).collect(),
            keys,
            with_children: filter.with_children,
            below: HashMap::new(),
        })
    }

    fn concerns(&mut self, position: Position, bytes: &[u8]) -> Result<bool, ReplicaError> {
        match decode_record(&record::view(bytes, position)?)? {
            Decoded::Known(change) => {
                for id in change.events.iter().map(Event::subject) {
                    if self.is_wanted(id)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Decoded::Newer { subjects, .. } => {
                Ok(subjects.iter().any(|subject| self.ids.contains(subject)))
            }
        }
    }

    fn is_wanted(&mut self, id: EntityId) -> Result<bool, ReplicaError> {
        if self.ids.contains(&id.uuid()) {
            return Ok(true);
        }
        if !self.with_children {
            return Ok(false);
        }
        let Some(key) = version::find(self.db, id)? else {
            return Ok(false);
        };
        // A comment on a check-in is found from the key result, and belongs to the check-in.
        if let EntityId::Comment(_) = id
            && let Some(topic) = self.topic(key)?
            && self.ids.contains(&topic.uuid())
        {
            return Ok(true);
        }
        self.is_below(key)
    }

    /// Returns what a comment is about, which never changes.
    fn topic(&self, key: EntityKey) -> Result<Option<EntityId>, ReplicaError> {
        let everything = Confirmed::Until(Position::new(version::MAX_POSITION));
        let newest = version::at(self.db, key, everything)?;
        let comment = newest.and_then(|newest| newest.entity.into_comment());
        Ok(comment.map(|comment| comment.topic.entity()))
    }

    /// Says whether something ever belonged to one of the entities: comment, check-in, key result, objective,
    /// team or cycle, and never deeper.
    fn is_below(&mut self, key: EntityKey) -> Result<bool, ReplicaError> {
        if let Some(known) = self.below.get(&key) {
            return Ok(*known);
        }
        let mut above = HashSet::new();
        let mut statement = self.db.prepare_cached(
            "SELECT DISTINCT parent, cycle, team FROM versions WHERE key BETWEEN ?1 AND ?2",
        )?;
        let mut rows = statement.query((key.first_row(), key.last_row()))?;
        while let Some(row) = rows.next()? {
            for column in 0..3 {
                above.extend(row.get::<_, Option<i64>>(column)?.map(EntityKey));
            }
        }
        let mut is_below = !above.is_disjoint(&self.keys);
        for outer in above {
            is_below = is_below || self.is_below(outer)?;
        }
        self.below.insert(key, is_below);
        Ok(is_below)
    }
}
