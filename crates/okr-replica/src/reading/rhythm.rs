//! The rhythm of the key results of a cycle: in which days a check-in was expected, and when they came.

use jiff::tz::TimeZone;
use okr_core::Date;
use okr_core::entity::{Entity, KeyResult};
use okr_core::event::{Event, KeyResultEvent};
use okr_core::id::{EntityId, KeyResultId};
use okr_core::rhythm::Days;
use okr_core::value::{CyclePeriod, GoalState};

use super::standing::counts;
use super::{CycleStanding, KeyResultStanding, Reading};
use crate::error::ReplicaError;
use crate::ingest::days::day_of_number;
use crate::log::{self, LogEntry};
use crate::moment::Confirmed;
use crate::version;
use crate::{meta, record};

/// When check-ins on a key result were expected, and when they came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// The key result.
    pub key_result: KeyResultId,
    /// The days in which check-ins are expected of it: from the latest of the first day of the cycle,
    /// its own start and the day on which it was written down, to the earliest of the last day of the
    /// cycle, its due date, the day on which it was closed, and the day of the moment. None when there
    /// is no such day.
    pub days: Option<Days>,
    /// The days that check-ins are about, in ascending order; retracted ones do not count.
    pub check_ins: Vec<Date>,
}

impl Reading<'_> {
    /// Returns the rhythm of each key result that counts in a cycle, in its order.
    ///
    /// Drafts, and what was abandoned or archived, are left out. Days begin and end in `zone`.
    ///
    /// # Errors
    /// The store's failures.
    pub fn rhythm(
        &self,
        standing: &CycleStanding,
        zone: &TimeZone,
    ) -> Result<Vec<Rhythm>, ReplicaError> {
        let waiting = self.waiting_entries();
        let mut rhythm = Vec::new();
        for objective in &standing.objectives {
            if !counts(&objective.objective) || objective.objective.stage == GoalState::Draft {
                continue;
            }
            for one in &objective.key_results {
                match one.key_result.state() {
                    GoalState::Active | GoalState::Closed => {
                        rhythm.push(self.rhythm_of((standing, one), zone, &waiting)?);
                    }
                    GoalState::Draft | GoalState::Abandoned | GoalState::Archived => {}
                }
            }
        }
        Ok(rhythm)
    }

    /// Returns from which day on check-ins are expected of some key results, each with the period of
    /// its cycle: the days of a [`Rhythm`] begin with it. Days begin and end in `zone`.
    ///
    /// # Errors
    /// The store's failures.
    pub fn expected_since(
        &self,
        key_results: &[(&KeyResult, CyclePeriod)],
        zone: &TimeZone,
    ) -> Result<Vec<Date>, ReplicaError> {
        let waiting = self.waiting_entries();
        let first = |one| self.first_expected(one, zone, &waiting);
        key_results.iter().copied().map(first).collect()
    }

    fn first_expected(
        &self,
        (key_result, period): (&KeyResult, CyclePeriod),
        zone: &TimeZone,
        waiting: &[(usize, LogEntry)],
    ) -> Result<Date, ReplicaError> {
        let written = self.written_down(key_result.id.into(), waiting)?;
        let written = written.map(meta::timestamp).transpose()?;
        let written = written.map(|time| zone.to_datetime(time).date());
        let known = [written, key_result.start].into_iter().flatten();
        Ok(known.fold(period.start(), Date::max))
    }

    fn rhythm_of(
        &self,
        (standing, one): (&CycleStanding, &KeyResultStanding),
        zone: &TimeZone,
        waiting: &[(usize, LogEntry)],
    ) -> Result<Rhythm, ReplicaError> {
        let key_result = &one.key_result;
        let period = standing.cycle.period;
        let day = |micros: Option<i64>| {
            let time = micros.map(meta::timestamp).transpose()?;
            Ok::<_, ReplicaError>(time.map(|time| zone.to_datetime(time).date()))
        };
        let first = self.first_expected((key_result, period), zone, waiting)?;
        let last = [day(self.closed_at(key_result, waiting)?)?, key_result.due]
            .into_iter()
            .flatten()
            .fold(period.end().min(self.moment.day), Date::min);
        Ok(Rhythm {
            key_result: key_result.id,
            days: Days::new(first, last),
            check_ins: self.check_in_days(key_result.id)?,
        })
    }

    /// Returns the days that the check-ins of a key result are about, in ascending order.
    fn check_in_days(&self, id: KeyResultId) -> Result<Vec<Date>, ReplicaError> {
        let found = self.check_in_rows(id)?;
        let singles = found.singles.iter();
        let mut days: Vec<Date> = singles
            .filter_map(|single| day_of_number(single.day))
            .collect();
        for id in found.others {
            if let Some(known) = self.known(id.into())?
                && let Entity::CheckIn(check_in) = known.entity
                && !check_in.retracted
            {
                days.push(check_in.effective);
            }
        }
        days.sort_unstable();
        Ok(days)
    }

    /// Returns when an entity was written down by its author, in microseconds.
    fn written_down(
        &self,
        id: EntityId,
        waiting: &[(usize, LogEntry)],
    ) -> Result<Option<i64>, ReplicaError> {
        let db = self.db();
        if let Some(key) = self.key(id)? {
            let position = record::position(self.first_position(key)?)?;
            return record::authored_at(db, position);
        }
        let mut waiting = waiting.iter().map(|(_, entry)| entry);
        let first = waiting.find(|entry| says(entry, |event| event.subject() == id));
        Ok(first.map(|entry| entry.authored_at.as_microsecond()))
    }

    /// Returns when a key result was graded by the author, in microseconds; none while it is open.
    fn closed_at(
        &self,
        key_result: &KeyResult,
        waiting: &[(usize, LogEntry)],
    ) -> Result<Option<i64>, ReplicaError> {
        if key_result.stage != GoalState::Closed {
            return Ok(None);
        }
        let id = EntityId::from(key_result.id);
        let closes = |event: &Event| match event {
            Event::KeyResult(of, KeyResultEvent::Closed { .. }) => *of == key_result.id,
            _ => false,
        };
        let newest = waiting.iter().rev().find(|(place, entry)| {
            let at = entry.authored_at.as_microsecond();
            self.definitions.waiting.counts(*place, at) && says(entry, closes)
        });
        if let Some((_, entry)) = newest {
            return Ok(Some(entry.authored_at.as_microsecond()));
        }
        let db = self.db();
        let until = match self.definitions.confirmed {
            Confirmed::Until(position) => position,
            Confirmed::Authored(_) => meta::head(db)?,
        };
        for position in version::positions_until(db, id, until)? {
            let Some(entry) = log::entry(db, position)? else {
                continue;
            };
            let authored = entry.authored_at.as_microsecond();
            let is_known = match self.definitions.confirmed {
                Confirmed::Until(_) => true,
                Confirmed::Authored(until) => authored <= until,
            };
            if is_known && says(&entry, closes) {
                return Ok(Some(authored));
            }
        }
        Ok(None)
    }
}

/// Says whether any event of a change is as wanted.
fn says(entry: &LogEntry, is_wanted: impl Fn(&Event) -> bool) -> bool {
    let mut events = entry.change.iter().flat_map(|change| &change.events);
    events.any(is_wanted)
}
