//! What changes between two moments touched, found by indexes: more than that never harms, because
//! what is found is compared.

use std::collections::BTreeSet;

use okr_core::Date;
use okr_core::entity::Entity;
use okr_core::id::{CycleId, EntityId, EntityKind, Position};
use okr_core::view::View as _;
use rusqlite::{Connection, Row};

use super::super::Reading;
use crate::error::ReplicaError;
use crate::ingest::days::day_number;
use crate::meta::{self, Meta};
use crate::moment::{Axis, Confirmed};
use crate::record;
use crate::version::{self, EntityKey};

/// Stretches of the log that are no further apart than this are looked through as one, in changes.
const STRETCH_GAP: i64 = 256;
/// An end of the table is short when it has less than one of so many parts of all entities.
const SHORT_END: i64 = 8;
/// Every kind, as the database numbers them; comments among them are passed over.
const KINDS: std::ops::RangeInclusive<i64> = 1..=11;
/// The number of microseconds in a day.
const DAY_US: i64 = 86_400_000_000;

/// What was touched.
#[derive(Debug, Default)]
pub(super) struct Touched {
    /// Cycles with goals or check-ins among it.
    pub(super) cycles: BTreeSet<CycleId>,
    /// Everything that is no goal and no check-in.
    pub(super) others: BTreeSet<EntityId>,
}

/// Finds what was touched between two moments of one axis.
pub(super) fn between(earlier: &Reading<'_>, later: &Reading<'_>) -> Result<Touched, ReplicaError> {
    let mut search = Search {
        db: later.db(),
        seen: BTreeSet::new(),
        touched: Touched::default(),
        goals: BTreeSet::new(),
    };
    let (from, to) = (earlier.definitions.confirmed, later.definitions.confirmed);
    search.definitions(from, to, KINDS)?;
    match later.moment.axis {
        Axis::Recorded | Axis::Authored => search.new_check_ins(from, to)?,
        Axis::Effective => {
            let days = (earlier.moment.day, later.moment.day);
            search.effective(days)?;
            search.metric_values(days)?;
        }
    }
    let goals = std::mem::take(&mut search.goals);
    for goal in goals {
        search.cycles_of_goal(goal)?;
    }
    let mut touched = search.touched;
    pending(earlier, later, &mut touched)?;
    Ok(touched)
}

/// Adds what the pending changes are about that count for the later moment only.
fn pending(
    earlier: &Reading<'_>,
    later: &Reading<'_>,
    touched: &mut Touched,
) -> Result<(), ReplicaError> {
    let mut key_results = BTreeSet::new();
    let mut objectives = BTreeSet::new();
    for id in &later.queue.order {
        match id {
            // What counts at a moment of the effective axis depends on days, not on when it came.
            EntityId::CheckIn(_) | EntityId::MetricValue(_)
                if later.moment.axis == Axis::Effective => {}
            _ if later.between(earlier, *id).waits_for(*id, &later.queue) => {}
            _ => continue,
        }
        match id {
            EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::Team(_)
            | EntityId::Cycle(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_)
            | EntityId::MetricValue(_) => {
                touched.others.insert(*id);
            }
            EntityId::Objective(id) => {
                objectives.insert(*id);
            }
            EntityId::KeyResult(id) => {
                key_results.insert(*id);
            }
            EntityId::Comment(_) => {}
            EntityId::CheckIn(_) => {
                let known = later.changed.get(id).map(|known| known.entity.clone());
                let check_in = known.and_then(Entity::into_check_in);
                key_results.extend(check_in.map(|check_in| check_in.key_result));
            }
        }
    }
    for reading in [earlier, later] {
        for id in &key_results {
            let key_result = reading.key_result(*id)?;
            objectives.extend(key_result.map(|key_result| key_result.objective));
        }
        for id in &objectives {
            let objective = reading.objective(*id)?;
            let cycle = objective.map(|objective| objective.cycle);
            touched.cycles.extend(cycle);
        }
    }
    Ok(())
}

struct Search<'db> {
    db: &'db Connection,
    /// Objectives and cycles that were looked at.
    seen: BTreeSet<EntityKey>,
    touched: Touched,
    /// Objectives and key results, by number.
    goals: BTreeSet<EntityKey>,
}

impl Search<'_> {
    /// Finds definitions that changed, and check-ins that were put right.
    fn definitions(
        &mut self,
        from: Confirmed,
        to: Confirmed,
        kinds: std::ops::RangeInclusive<i64>,
    ) -> Result<(), ReplicaError> {
        let axis = match to {
            Confirmed::Until(_) => "recorded",
            Confirmed::Authored(_) => "authored",
        };
        let sql = format!(
            "SELECT key, kind, id, parent FROM versions
             WHERE (kind < 7 OR kind > 8 OR flags > 1) AND {axis}_from > ?1 AND {axis}_from <= ?2
                 AND +kind BETWEEN ?3 AND ?4"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let (from, to) = (version::condition_value(from), version::condition_value(to));
        let mut rows = statement.query((from, to, kinds.start(), kinds.end()))?;
        while let Some(row) = rows.next()? {
            self.take(row)?;
        }
        Ok(())
    }

    fn take(&mut self, row: &Row<'_>) -> Result<(), ReplicaError> {
        let id = version::entity_id(row.get(1)?, row.get(2)?)?;
        match id {
            EntityId::Org(_)
            | EntityId::Person(_)
            | EntityId::Team(_)
            | EntityId::Cycle(_)
            | EntityId::Initiative(_)
            | EntityId::Metric(_)
            | EntityId::MetricValue(_) => {
                self.touched.others.insert(id);
            }
            EntityId::Objective(_) | EntityId::KeyResult(_) => {
                self.goals.insert(EntityKey::of_row(row.get(0)?));
            }
            EntityId::Comment(_) => {}
            EntityId::CheckIn(_) => {
                let parent: Option<i64> = row.get(3)?;
                self.goals.extend(parent.map(EntityKey));
            }
        }
        Ok(())
    }

    /// Finds the key results of check-ins that came.
    fn new_check_ins(&mut self, from: Confirmed, to: Confirmed) -> Result<(), ReplicaError> {
        for (after, until) in stretches(self.db, from, to)? {
            let first = version::first_after(self.db, after)?.first_row();
            let end = version::first_after(self.db, until)?.first_row();
            let mut statement = self.db.prepare_cached(
                "SELECT DISTINCT parent FROM versions NOT INDEXED
                 WHERE key >= ?1 AND key < ?2 AND kind = 7 AND parent IS NOT NULL",
            )?;
            let parents = statement.query_map((first, end), |row| row.get(0))?;
            for parent in parents {
                self.goals.insert(EntityKey(parent?));
            }
        }
        Ok(())
    }

    /// Finds the key results of check-ins about the days after one and up to another.
    ///
    /// A check-in is written at most so many days ahead of its day, so that those written before
    /// need not be looked at.
    fn effective(&mut self, (after, until): (Date, Date)) -> Result<(), ReplicaError> {
        let ahead: i64 = Meta::AheadRecorded.require(self.db)?;
        let (after, until) = (day_number(after), day_number(until));
        let earliest = (after + 1 - ahead).saturating_mul(DAY_US) - 1;
        let head = meta::head(self.db)?;
        let before = record::position_at(self.db, head, earliest)?;
        let first = version::first_after(self.db, before)?;
        let newest: i64 = Meta::Entities.require(self.db)?;
        // A short end of the table, or else an index that has all that is asked for.
        let sql = if newest - first.0 < newest / SHORT_END {
            "SELECT DISTINCT parent FROM versions NOT INDEXED
             WHERE key >= ?1 AND kind = 7 AND day > ?2 AND day <= ?3 AND parent IS NOT NULL"
        } else {
            "SELECT DISTINCT parent FROM versions INDEXED BY versions_parent
             WHERE key >= ?1 AND day > ?2 AND day <= ?3 AND parent IS NOT NULL"
        };
        let first = first.first_row();
        let mut statement = self.db.prepare_cached(sql)?;
        let parents = statement.query_map((first, after, until), |row| row.get(0))?;
        for parent in parents {
            self.goals.insert(EntityKey(parent?));
        }
        drop(statement);
        // The day of an older one can have been put right since.
        let corrected = version::kind_number(EntityKind::CheckIn);
        self.definitions(
            Confirmed::Until(before),
            Confirmed::Until(head),
            corrected..=corrected,
        )
    }

    /// Finds the values of metrics about the days after one and up to another: metric by metric, since
    /// days are indexed below each.
    fn metric_values(&mut self, (after, until): (Date, Date)) -> Result<(), ReplicaError> {
        let mut statement = self.db.prepare_cached(
            "SELECT value.kind, value.id
             FROM (SELECT DISTINCT key >> 32 AS metric FROM versions WHERE kind > 7 AND kind = ?1)
             CROSS JOIN versions AS value
                 ON value.parent = metric AND value.day > ?3 AND value.day <= ?4
             WHERE value.kind = ?2",
        )?;
        let kinds = [EntityKind::Metric, EntityKind::MetricValue].map(version::kind_number);
        let days = (day_number(after), day_number(until));
        let mut rows = statement.query((kinds[0], kinds[1], days.0, days.1))?;
        while let Some(row) = rows.next()? {
            let id = version::entity_id(row.get(0)?, row.get(1)?)?;
            self.touched.others.insert(id);
        }
        Ok(())
    }

    /// Adds the cycles that a goal ever belonged to.
    fn cycles_of_goal(&mut self, key: EntityKey) -> Result<(), ReplicaError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT parent, cycle FROM versions WHERE key BETWEEN ?1 AND ?2")?;
        let mut rows = statement.query((key.first_row(), key.last_row()))?;
        let mut objectives = BTreeSet::new();
        while let Some(row) = rows.next()? {
            objectives.extend(row.get::<_, Option<i64>>(0)?.map(EntityKey));
            let cycle: Option<i64> = row.get(1)?;
            if let Some(cycle) = cycle {
                self.cycle(EntityKey(cycle))?;
            }
        }
        drop(rows);
        drop(statement);
        for objective in objectives {
            if self.seen.insert(objective) {
                self.cycles_of_goal(objective)?;
            }
        }
        Ok(())
    }

    fn cycle(&mut self, key: EntityKey) -> Result<(), ReplicaError> {
        if !self.seen.insert(key) {
            return Ok(());
        }
        let everything = Confirmed::Until(Position::new(version::MAX_POSITION));
        if let Some(found) = version::at(self.db, key, everything)?
            && let EntityId::Cycle(id) = found.entity.id()
        {
            self.touched.cycles.insert(id);
        }
        Ok(())
    }
}

/// Returns stretches of the log, each after one position and up to another, that have everything
/// within that counts for the later moment and not for the earlier one.
fn stretches(
    db: &Connection,
    from: Confirmed,
    to: Confirmed,
) -> Result<Vec<(Position, Position)>, ReplicaError> {
    let (after, until) = match (from, to) {
        (Confirmed::Until(after), Confirmed::Until(until)) => return Ok(vec![(after, until)]),
        (from, to) => (version::condition_value(from), version::condition_value(to)),
    };
    let mut statement = db.prepare_cached(
        "SELECT position FROM records INDEXED BY records_authored
         WHERE authored_at > ?1 AND authored_at <= ?2",
    )?;
    let found = statement.query_map((after, until), |row| row.get(0))?;
    let mut positions: Vec<i64> = found.collect::<Result<_, _>>()?;
    positions.sort_unstable();
    let mut stretches: Vec<(i64, i64)> = Vec::new();
    for position in positions {
        match stretches.last_mut() {
            Some((_, last)) if position - *last <= STRETCH_GAP => *last = position,
            Some(_) | None => stretches.push((position - 1, position)),
        }
    }
    let ends = stretches.into_iter();
    ends.map(|(after, until)| Ok((record::position(after)?, record::position(until)?)))
        .collect()
}
