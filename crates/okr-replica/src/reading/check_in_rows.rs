//! The check-ins of a key result at the moment, without reading what they say.
//!
//! Most are one row that was never touched again: the index on parent and day has all that is known
//! of these on the recorded axis, so that a cycle of many thousands is looked through in little time.

use std::collections::BTreeSet;

use okr_core::id::{CheckInId, EntityId, KeyResultId, Position};

use super::Reading;
use crate::error::ReplicaError;
use crate::moment::Confirmed;
use crate::version::{self, CORRECTED, EntityKey, RETRACTED};

/// A check-in that is one row and was never touched again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Single {
    /// Its key.
    pub(super) row: i64,
    /// The number of the day that it is about.
    pub(super) day: i64,
    /// When it was written, in microseconds, on the authored axis only.
    pub(super) authored: Option<i64>,
}

/// The check-ins of a key result.
#[derive(Debug, Default)]
pub(super) struct CheckInRows {
    /// Those that are one row.
    pub(super) singles: Vec<Single>,
    /// Those that are read event by event.
    pub(super) others: Vec<CheckInId>,
}

impl Reading<'_> {
    /// Finds the check-ins of a key result at the moment.
    pub(super) fn check_in_rows(
        &self,
        key_result: KeyResultId,
    ) -> Result<CheckInRows, ReplicaError> {
        let mut found = CheckInRows::default();
        let mut pending = BTreeSet::new();
        for known in self.changed_below(key_result.into()) {
            if let EntityId::CheckIn(id) = known.entity.id() {
                pending.extend(self.key(id.into())?);
                found.others.push(id);
            }
        }
        let Some(parent) = self.key(key_result.into())? else {
            return Ok(found);
        };
        match self.check_ins.confirmed {
            Confirmed::Until(last) => self.find_recorded((parent, last), &pending, &mut found)?,
            Confirmed::Authored(until) => {
                self.find_authored((parent, until), &pending, &mut found)?;
            }
        }
        // On the effective axis, later days do not count yet.
        found.singles.retain(|single| single.day <= self.seek_day);
        Ok(found)
    }

    fn find_recorded(
        &self,
        (parent, last): (EntityKey, Position),
        pending: &BTreeSet<EntityKey>,
        found: &mut CheckInRows,
    ) -> Result<(), ReplicaError> {
        let db = self.db();
        let mut statement = db.prepare_cached(
            "SELECT key, day FROM versions WHERE parent = ?1 AND day IS NOT NULL",
        )?;
        let mut query = statement.query([parent.0])?;
        let mut rows: Vec<(i64, Option<i64>)> = Vec::new();
        while let Some(row) = query.next()? {
            let key = row.get(0)?;
            if version::position_of_row(key).is_some_and(|position| position <= last) {
                rows.push((key, row.get(1)?));
            }
        }
        rows.sort_unstable();
        for of_one in rows.chunk_by(|a, b| EntityKey::of_row(a.0) == EntityKey::of_row(b.0)) {
            match of_one {
                [(row, _), ..] if pending.contains(&EntityKey::of_row(*row)) => {}
                [(row, Some(day))] => found.singles.push(Single {
                    row: *row,
                    day: *day,
                    authored: None,
                }),
                [(row, _), ..] => {
                    let at = version::at(db, EntityKey::of_row(*row), Confirmed::Until(last))?;
                    found
                        .others
                        .extend(at.and_then(|at| check_in_of(at.entity.id())));
                }
                [] => {}
            }
        }
        Ok(())
    }

    fn find_authored(
        &self,
        (parent, until): (EntityKey, i64),
        pending: &BTreeSet<EntityKey>,
        found: &mut CheckInRows,
    ) -> Result<(), ReplicaError> {
        let confirmed = Confirmed::Authored(until);
        let sql = format!(
            "SELECT key, day, authored_from, flags, kind, id FROM versions WHERE parent = ?1 AND day IS NOT NULL AND {}",
            version::condition(confirmed)
        );
        let mut statement = self.db().prepare_cached(&sql)?;
        let mut rows = statement.query((parent.0, until))?;
        while let Some(row) = rows.next()? {
            let key: i64 = row.get(0)?;
            if pending.contains(&EntityKey::of_row(key)) {
                continue;
            }
            let flags: i64 = row.get(3)?;
            match row.get(1)? {
                Some(day) if flags & (CORRECTED | RETRACTED) == 0 => found.singles.push(Single {
                    row: key,
                    day,
                    authored: row.get(2)?,
                }),
                _ => {
                    let id = version::entity_id(row.get(4)?, row.get(5)?)?;
                    found.others.extend(check_in_of(id));
                }
            }
        }
        Ok(())
    }
}

pub(super) const fn check_in_of(id: EntityId) -> Option<CheckInId> {
    match id {
        EntityId::CheckIn(id) => Some(id),
        EntityId::Org(_)
        | EntityId::Person(_)
        | EntityId::Team(_)
        | EntityId::Cycle(_)
        | EntityId::Objective(_)
        | EntityId::KeyResult(_)
        | EntityId::Comment(_)
        | EntityId::Initiative(_)
        | EntityId::Metric(_)
        | EntityId::MetricValue(_) => None,
    }
}
