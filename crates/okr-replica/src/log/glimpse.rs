//! The log at a glance: where the changes of a film stand in time, and at which ones the rules of
//! the game changed. A few bytes for each change, and none of them is read that only reports a value.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use okr_core::event::{CheckInEvent, CycleEvent, Event, KeyResultEvent, ObjectiveEvent};
use okr_core::id::{ChangeId, CycleId, EntityId, ObjectiveId, Position, TeamId};
use okr_core::value::Source;
use okr_core::{Date, Timestamp};
use rusqlite::Connection;

use super::about::{self, of_entity, rows_where};
use super::{LogEntry, LogFilter, Place, entry, sort_keyed, waiting};
use crate::error::ReplicaError;
use crate::ingest::days::day_of_number;
use crate::moment::Axis;
use crate::replica::Replica;
use crate::version::{self, EntityKey};
use crate::{meta, record};

/// Where a change stands, in the fewest words that find it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Spot {
    /// At a position of the log.
    Confirmed(Position),
    /// Among what waits to be pushed.
    Pending(ChangeId),
}

/// What a change did to the rules of the game.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Landmark {
    /// A cycle was opened or reopened: its goals are commitments.
    Opened,
    /// A cycle was closed.
    Closed,
    /// A definition was amended after the commitment.
    Amended,
}

/// What is known of a change without showing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glimpse {
    /// Where it stands.
    pub spot: Spot,
    /// When it was recorded by the server; when it was written, while it is pending.
    pub recorded_at: Timestamp,
    /// When it was written.
    pub authored_at: Timestamp,
    /// The last day that its check-ins are about; none without any, and none unless the filter is
    /// on the effective axis.
    pub effective: Option<Date>,
    /// Whether an import brought it.
    pub is_imported: bool,
    /// What it did to the rules of the game.
    pub landmark: Option<Landmark>,
}

impl Replica {
    /// Returns what can be said of the changes that a filter lets through without showing them, the
    /// oldest first.
    ///
    /// # Errors
    /// The store's failures.
    pub fn glimpses(&self, filter: &LogFilter) -> Result<Vec<Glimpse>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let db = snapshot.db;
        let filter = LogFilter {
            oldest_first: true,
            ..filter.clone()
        };
        let goals = Goals::of(db, &filter.about)?;
        let days = match filter.axis {
            Axis::Effective => goals.check_in_days(db)?,
            Axis::Recorded | Axis::Authored => HashMap::new(),
        };
        let defining = goals.defining(db)?;
        let limit = filter.limit.unwrap_or(usize::MAX);
        let mut statement = db.prepare_cached(
            "SELECT recorded_at, authored_at, source FROM records WHERE position = ?1",
        )?;
        let mut glimpses = Vec::new();
        about::each_position(db, &filter, |position| {
            let number = record::number(position);
            let (recorded_at, authored_at, source): (i64, i64, Option<String>) =
                statement.query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let landmark = if defining.contains(&number) {
                entry(db, position)?.as_ref().and_then(landmark_of)
            } else {
                None
            };
            glimpses.push(Glimpse {
                spot: Spot::Confirmed(position),
                recorded_at: meta::timestamp(recorded_at)?,
                authored_at: meta::timestamp(authored_at)?,
                effective: days.get(&number).copied(),
                is_imported: source.as_deref() == Some(Source::Import.word()),
                landmark,
            });
            Ok(glimpses.len() < limit)
        })?;
        glimpses.extend(waiting(db, &filter)?.iter().map(of_pending));
        sort_keyed(&mut glimpses, &filter, |glimpse| {
            let place = match glimpse.spot {
                Spot::Confirmed(position) => position.get(),
                Spot::Pending(_) => u64::MAX,
            };
            (glimpse.authored_at, place)
        });
        glimpses.truncate(limit);
        Ok(glimpses)
    }

    /// Returns the objectives that were ever in a cycle and ever of one of some teams; those that
    /// wait to be pushed are not among them.
    ///
    /// # Errors
    /// The store's failures.
    pub fn goals_ever(
        &self,
        cycle: CycleId,
        teams: &[TeamId],
    ) -> Result<Vec<ObjectiveId>, ReplicaError> {
        let snapshot = self.snapshot()?;
        let db = snapshot.db;
        let Some(cycle) = version::find(db, cycle.into())? else {
            return Ok(Vec::new());
        };
        let in_cycle = rows_where(db, "cycle", cycle)?;
        let mut theirs = BTreeSet::new();
        for team in teams {
            if let Some(team) = version::find(db, (*team).into())? {
                theirs.extend(rows_where(db, "team", team)?);
            }
        }
        let mut statement = db.prepare_cached(
            "SELECT id FROM versions WHERE key BETWEEN ?1 AND ?2 ORDER BY key LIMIT 1",
        )?;
        let mut goals = Vec::new();
        for key in in_cycle.intersection(&theirs) {
            let id = statement.query_row((key.first_row(), key.last_row()), |row| row.get(0))?;
            goals.push(ObjectiveId::from_bytes(id));
        }
        Ok(goals)
    }

    /// Returns the change at a spot; none when it is gone.
    ///
    /// # Errors
    /// The store's failures.
    pub fn at_spot(&self, spot: Spot) -> Result<Option<LogEntry>, ReplicaError> {
        match spot {
            Spot::Confirmed(position) => entry(self.snapshot()?.db, position),
            Spot::Pending(id) => self.change(id),
        }
    }
}

/// The entities that a film is about: what can be amended, and what is only reported on.
#[derive(Default)]
struct Goals {
    /// Cycles, objectives and key results; whether it is a cycle.
    defined: BTreeMap<EntityKey, bool>,
    key_results: BTreeSet<EntityKey>,
}

impl Goals {
    fn of(db: &Connection, about: &[EntityId]) -> Result<Self, ReplicaError> {
        let mut goals = Self::default();
        for id in about {
            let Some(key) = version::find(db, *id)? else {
                continue;
            };
            let objectives = match id {
                EntityId::Org(_)
                | EntityId::Person(_)
                | EntityId::CheckIn(_)
                | EntityId::Comment(_)
                | EntityId::Initiative(_)
                | EntityId::Metric(_)
                | EntityId::MetricValue(_) => continue,
                EntityId::Cycle(_) => {
                    goals.defined.insert(key, true);
                    rows_where(db, "cycle", key)?
                }
                EntityId::Team(_) => rows_where(db, "team", key)?,
                EntityId::Objective(_) => BTreeSet::from([key]),
                EntityId::KeyResult(_) => {
                    goals.key_results.insert(key);
                    continue;
                }
            };
            for objective in objectives {
                goals.defined.insert(objective, false);
                goals
                    .key_results
                    .extend(rows_where(db, "kind = 6 AND parent", objective)?);
            }
        }
        let key_results = goals.key_results.iter().map(|key| (*key, false));
        goals.defined.extend(key_results);
        Ok(goals)
    }

    /// Returns the positions at which the rules can have changed: those of a cycle, which may be
    /// opened as it is made, and all but the first of a goal.
    fn defining(&self, db: &Connection) -> Result<BTreeSet<i64>, ReplicaError> {
        let mut positions = Vec::new();
        for (key, is_cycle) in &self.defined {
            let first = positions.len();
            of_entity(db, *key, &mut positions)?;
            if !is_cycle && first < positions.len() {
                positions[first..].sort_unstable();
                positions.remove(first);
            }
        }
        Ok(positions.into_iter().collect())
    }

    /// Returns the last day that each change reports on.
    fn check_in_days(&self, db: &Connection) -> Result<HashMap<i64, Date>, ReplicaError> {
        let mut statement = db.prepare_cached(
            "SELECT key, day FROM versions WHERE parent = ?1 AND day IS NOT NULL",
        )?;
        let mut days: HashMap<i64, Date> = HashMap::new();
        for key_result in &self.key_results {
            let mut rows = statement.query([key_result.0])?;
            while let Some(row) = rows.next()? {
                let Some(position) = version::position_of_row(row.get(0)?) else {
                    continue;
                };
                let Some(day) = row.get::<_, Option<i64>>(1)? else {
                    continue;
                };
                let day = day_of_number(day)
                    .ok_or_else(|| ReplicaError::damaged(format!("{day} is no day")))?;
                let known = days.entry(record::number(position)).or_insert(day);
                *known = day.max(*known);
            }
        }
        Ok(days)
    }
}

fn of_pending(entry: &LogEntry) -> Glimpse {
    let recorded_at = match entry.place {
        Place::Confirmed { recorded_at, .. } => recorded_at,
        Place::Pending => entry.authored_at,
    };
    let events = entry.change.iter().flat_map(|change| &change.events);
    let days = events.filter_map(|event| {
        if let Event::CheckIn(_, CheckInEvent::Recorded(new)) = event {
            Some(new.effective)
        } else {
            None
        }
    });
    Glimpse {
        spot: Spot::Pending(entry.id),
        recorded_at,
        authored_at: entry.authored_at,
        effective: days.max(),
        is_imported: entry.source == Source::Import,
        landmark: landmark_of(entry),
    }
}

fn landmark_of(entry: &LogEntry) -> Option<Landmark> {
    let change = entry.change.as_ref()?;
    let is_amended = change.amendment.is_some();
    let landmarks = change.events.iter().filter_map(|event| match event {
        Event::Cycle(_, CycleEvent::Opened | CycleEvent::Reopened) => Some(Landmark::Opened),
        Event::Cycle(_, CycleEvent::Closed) => Some(Landmark::Closed),
        Event::Cycle(_, CycleEvent::Created(_))
        | Event::Objective(_, ObjectiveEvent::Created(_))
        | Event::KeyResult(_, KeyResultEvent::Created(_))
        | Event::Org(..)
        | Event::Person(..)
        | Event::Team(..)
        | Event::CheckIn(..)
        | Event::Comment(..)
        | Event::Initiative(..)
        | Event::Metric(..)
        | Event::MetricValue(..) => None,
        // A category that stands beside a mere report amends nothing.
        Event::Cycle(_, CycleEvent::Edited(_)) | Event::Objective(..) | Event::KeyResult(..) => {
            is_amended.then_some(Landmark::Amended)
        }
    });
    landmarks.max()
}

#[cfg(test)]
mod tests;
