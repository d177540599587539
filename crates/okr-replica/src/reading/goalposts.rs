//! The goalposts of a cycle: what moved after the commitment, and how its goals stand against what was
//! committed and against what counts now.

mod effect;
mod moves;
mod reported;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;
use okr_core::Timestamp;
use okr_core::event::{CycleEvent, Event};
use okr_core::id::CycleId;
use okr_core::value::Source;

pub use effect::{Both, Effect, KeyResultEffect, KeyResultSide, ObjectiveEffect, ObjectiveSide};
pub use moves::{MoveKind, MoveStep, Moved};
pub use reported::{Deed, LateDeed, Reported};

use super::{CycleStanding, Reading};
use crate::error::ReplicaError;
use crate::log::{self, LogEntry, Place};
use crate::moment::{Axis, Bound, Confirmed, Waiting};
use crate::version;

/// What became of the commitments of a cycle.
#[derive(Clone, Debug)]
pub struct Goalposts {
    /// How the cycle stands.
    pub standing: CycleStanding,
    /// The change that opened the cycle for the first time.
    pub commitment: LogEntry,
    /// What changed the commitments since, in the order of the axis.
    pub moved: Vec<Moved>,
    /// How goals stand against the commitment and against what counts now.
    pub effect: Effect,
    /// What was reported on the key results, and what of it was written long after its day.
    pub reported: Vec<Reported>,
}

impl Reading<'_> {
    /// Returns what became of the commitments of a cycle; none when it was not opened by the moment.
    ///
    /// Days begin and end in `zone`.
    ///
    /// # Errors
    /// The store's failures.
    pub fn goalposts(
        &self,
        id: CycleId,
        zone: &TimeZone,
    ) -> Result<Option<Goalposts>, ReplicaError> {
        let (Some(standing), Some(bound)) = (self.cycle_standing(id)?, self.commitment(id)?) else {
            return Ok(None);
        };
        let waiting = self.waiting_entries();
        let Some(commitment) = self.opening(id, bound, &waiting)? else {
            return Ok(None);
        };
        let then = self.rewound(bound)?;
        let effect = self.effect(&then, &standing)?;
        let asked = (&effect, &standing);
        Ok(Some(Goalposts {
            commitment,
            moved: self.moved(id, bound, &waiting)?,
            reported: self.what_was_reported(asked, zone, &waiting)?,
            effect,
            standing,
        }))
    }

    /// Reads the same history up to other changes.
    fn rewound(&self, bound: Bound) -> Result<Self, ReplicaError> {
        let mut reading = Self {
            snapshot: self.snapshot.share(),
            moment: self.moment,
            org: self.org,
            me: self.me,
            definitions: bound,
            check_ins: bound,
            last_day: None,
            seek_day: i64::MAX,
            queue: Arc::clone(&self.queue),
            changed: BTreeMap::new(),
            changed_below: HashMap::new(),
            teams: OnceCell::new(),
            cycles: OnceCell::new(),
        };
        reading.lay_over()?;
        Ok(reading)
    }

    /// Returns the change that opened a cycle, by what counted right after it.
    fn opening(
        &self,
        id: CycleId,
        bound: Bound,
        waiting: &[(usize, LogEntry)],
    ) -> Result<Option<LogEntry>, ReplicaError> {
        let db = self.db();
        match (bound.confirmed, bound.waiting) {
            (Confirmed::Until(position), Waiting::Nothing) => return log::entry(db, position),
            (Confirmed::Until(_), _) => {}
            (Confirmed::Authored(time), _) => {
                let head = crate::meta::head(db)?;
                for position in version::positions_until(db, id.into(), head)? {
                    let entry = log::entry(db, position)?;
                    if let Some(entry) = entry.filter(|entry| opens(entry, id, Some(time))) {
                        return Ok(Some(entry));
                    }
                }
            }
        }
        let time = match bound.confirmed {
            Confirmed::Until(_) => None,
            Confirmed::Authored(time) => Some(time),
        };
        let mut opening = waiting.iter().filter(|(place, entry)| {
            let at = entry.authored_at.as_microsecond();
            bound.waiting.counts(*place, at) && opens(entry, id, time)
        });
        Ok(opening.next().map(|(_, entry)| entry.clone()))
    }

    /// Returns the pending changes that fit, with their places; those of the moment and others.
    pub(super) fn waiting_entries(&self) -> Vec<(usize, LogEntry)> {
        let fitting = self.queue.changes.iter().cloned();
        let entries = fitting.map(|change| self.waiting_entry(change));
        entries.enumerate().collect()
    }

    /// Returns when a change counts as written: by the clock that cannot be set back, where it is
    /// known.
    ///
    /// The clock of the server, but that of the author while a change waits and on the authored
    /// axis. Everything imported was recorded long after, so for it the dates of its source count.
    fn written_at(&self, place: &Place, source: Source, authored_at: Timestamp) -> Timestamp {
        match (self.moment.axis, place, source) {
            (Axis::Authored, _, _) | (_, Place::Pending, _) | (_, _, Source::Import) => authored_at,
            (
                Axis::Recorded | Axis::Effective,
                Place::Confirmed { recorded_at, .. },
                Source::Human | Source::Automation,
            ) => *recorded_at,
        }
    }
}

/// Says whether a change opened a cycle, at a moment if one is given.
fn opens(entry: &LogEntry, id: CycleId, time: Option<i64>) -> bool {
    let events = entry.change.iter().flat_map(|change| &change.events);
    time.is_none_or(|time| entry.authored_at.as_microsecond() == time)
        && events
            .into_iter()
            .any(|event| matches!(event, Event::Cycle(of, CycleEvent::Opened) if *of == id))
}

#[cfg(test)]
mod tests;
