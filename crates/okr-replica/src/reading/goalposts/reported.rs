//! What was done to the check-ins of a cycle long after their day: which were back-filled, and which
//! were put right or taken back as late.
//!
//! Most check-ins are one row that was never touched again: for these the index on parent and day
//! tells all, because the server's clock never goes backwards along the log.

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;
use okr_core::backfill::{Lateness, late_from, lateness};
use okr_core::entity::{CheckIn, KeyResult};
use okr_core::event::{CheckInEdit, CheckInEvent, Event};
use okr_core::id::{CheckInId, KeyResultId, Position};
use okr_core::value::{CadenceDays, CyclePeriod};
use okr_core::{Date, Timestamp};

use super::super::check_in_rows::{Single, check_in_of};
use super::super::{CycleStanding, Reading};
use super::Effect;
use crate::error::ReplicaError;
use crate::ingest::days::{day_number, day_of_number};
use crate::log::{self, LogEntry};
use crate::moment::Confirmed;
use crate::version::{self, EntityKey};
use crate::{meta, record};

/// What was reported on a key result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The key result.
    pub key_result: KeyResultId,
    /// How many check-ins it has; retracted ones do not count.
    pub check_ins: usize,
    /// Those about a day before the last one of the cycle.
    pub before_last_day: usize,
    /// What was done to them long after their day, by the day that it is about.
    pub late: Vec<LateDeed>,
}

/// Something that was done to a check-in long after its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateDeed {
    /// The check-in, as that left it.
    pub check_in: CheckIn,
    /// What was done.
    pub deed: Deed,
    /// The change that did it.
    pub entry: LogEntry,
    /// When it counts as written.
    pub written_at: Timestamp,
    /// How late that was.
    pub lateness: Lateness,
}

/// What was done to a check-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Deed {
    /// It was reported: a check-in of which this is so is back-filled.
    Recorded,
    /// Its value, day or confidence was put right.
    Corrected,
    /// It was taken back.
    Retracted,
}

impl Deed {
    /// Returns the stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Corrected => "corrected",
            Self::Retracted => "retracted",
        }
    }
}

impl Reading<'_> {
    /// Returns what was reported on the key results that are in a cycle at the moment.
    pub(super) fn what_was_reported(
        &self,
        (effect, standing): (&Effect, &CycleStanding),
        zone: &TimeZone,
        waiting: &[(usize, LogEntry)],
    ) -> Result<Vec<Reported>, ReplicaError> {
        let cycle = &standing.cycle;
        let mut following = Reporter {
            reading: self,
            period: cycle.period,
            cadence: standing.cadence,
            zone,
            head: meta::head(self.db())?,
            in_time: HashMap::new(),
            waiting: self.waiting_check_ins(waiting),
        };
        let of_cycle = effect
            .objectives
            .iter()
            .filter(|one| one.objective.cycle == cycle.id);
        let mut reported = Vec::new();
        for objective in of_cycle {
            for one in &objective.key_results {
                if one.key_result.objective == objective.objective.id {
                    reported.push(following.key_result(&one.key_result)?);
                }
            }
        }
        Ok(reported)
    }

    /// Returns the pending changes about each check-in.
    fn waiting_check_ins(
        &self,
        entries: &[(usize, LogEntry)],
    ) -> HashMap<CheckInId, Vec<LogEntry>> {
        let mut waiting: HashMap<CheckInId, Vec<LogEntry>> = HashMap::new();
        for (place, entry) in entries {
            let at = entry.authored_at.as_microsecond();
            if !self.check_ins.waiting.counts(*place, at) {
                continue;
            }
            let events = entry.change.iter().flat_map(|change| &change.events);
            let about: BTreeSet<CheckInId> = events
                .filter_map(|event| check_in_of(event.subject()))
                .collect();
            for id in about {
                waiting.entry(id).or_default().push(entry.clone());
            }
        }
        waiting
    }
}

struct Reporter<'a, 'r> {
    reading: &'a Reading<'r>,
    period: CyclePeriod,
    cadence: CadenceDays,
    zone: &'a TimeZone,
    head: Position,
    /// The last moment that is in time for a day, and the last position recorded by then.
    in_time: HashMap<i64, (i64, Position)>,
    /// The pending changes about each check-in.
    waiting: HashMap<CheckInId, Vec<LogEntry>>,
}

impl Reporter<'_, '_> {
    fn key_result(&mut self, key_result: &KeyResult) -> Result<Reported, ReplicaError> {
        let mut reported = Reported {
            key_result: key_result.id,
            check_ins: 0,
            before_last_day: 0,
            late: Vec::new(),
        };
        let last_day = day_number(self.period.end());
        let found = self.reading.check_in_rows(key_result.id)?;
        for single in &found.singles {
            reported.check_ins += 1;
            if single.day < last_day {
                reported.before_last_day += 1;
            }
            reported.late.extend(self.single(single)?);
        }
        for id in found.others {
            self.other(id, &mut reported)?;
        }
        reported
            .late
            .sort_by_key(|one| (one.check_in.effective, one.written_at));
        Ok(reported)
    }

    /// Says whether a check-in that was never touched again was back-filled.
    fn single(&mut self, single: &Single) -> Result<Option<LateDeed>, ReplicaError> {
        let (until, last) = self.in_time(single.day)?;
        let position = version::position_of_row(single.row);
        let is_in_time = match (single.authored, position) {
            (Some(authored), _) => authored <= until,
            (None, Some(position)) => position <= last,
            (None, None) => false,
        };
        if is_in_time {
            return Ok(None);
        }
        let db = self.reading.db();
        let key = EntityKey::of_row(single.row);
        let position = match position {
            Some(position) => position,
            // It exists on the authored axis only, because another change of it came out of order.
            None => record::position(self.reading.first_position(key)?)?,
        };
        // What was imported counts by its own dates, and these need not be late.
        if single.authored.is_none()
            && record::imported_at(db, position)?.is_some_and(|at| at <= until)
        {
            return Ok(None);
        }
        let Some(entry) = log::entry(db, position)? else {
            return Ok(None);
        };
        let Some(id) = version::at(db, key, self.reading.check_ins.confirmed)?
            .and_then(|at| check_in_of(at.entity.id()))
        else {
            return Ok(None);
        };
        let mut story = Story::default();
        self.events(&entry, id, &mut story);
        Ok(story.late.pop())
    }

    /// Follows a check-in that was put right, taken back, or that waits.
    fn other(&self, id: CheckInId, reported: &mut Reported) -> Result<(), ReplicaError> {
        let db = self.reading.db();
        let mut story = Story::default();
        let mut positions = version::positions_until(db, id.into(), self.head)?;
        positions.reverse();
        for position in positions {
            if let Some(entry) = log::entry(db, position)?
                && self.counts(position, &entry)
            {
                self.events(&entry, id, &mut story);
            }
        }
        for entry in self.waiting.get(&id).into_iter().flatten() {
            self.events(entry, id, &mut story);
        }
        let Some(check_in) = story.check_in else {
            return Ok(());
        };
        let is_shown = |day: Date| self.reading.last_day.is_none_or(|last| day <= last);
        if !is_shown(check_in.effective) {
            return Ok(());
        }
        if !check_in.retracted {
            reported.check_ins += 1;
            if check_in.effective < self.period.end() {
                reported.before_last_day += 1;
            }
        }
        // Of what was taken back only the taking back is left to tell.
        let is_told = |one: &LateDeed| !check_in.retracted || one.deed == Deed::Retracted;
        reported.late.extend(story.late.into_iter().filter(is_told));
        Ok(())
    }

    fn counts(&self, position: Position, entry: &LogEntry) -> bool {
        match self.reading.check_ins.confirmed {
            Confirmed::Until(last) => position <= last,
            Confirmed::Authored(until) => entry.authored_at.as_microsecond() <= until,
        }
    }

    /// Follows what a change did to a check-in.
    fn events(&self, entry: &LogEntry, id: CheckInId, story: &mut Story) {
        for event in entry.change.iter().flat_map(|change| &change.events) {
            let Event::CheckIn(of, event) = event else {
                continue;
            };
            if *of != id {
                continue;
            }
            story.check_in = CheckIn::evolve(story.check_in.take(), id, event);
            let (Some(check_in), Some(deed)) = (&story.check_in, deed(event)) else {
                continue;
            };
            let written_at = self
                .reading
                .written_at(&entry.place, entry.source, entry.authored_at);
            let written = self.zone.to_datetime(written_at).date();
            let late = lateness(check_in.effective, written, self.cadence, self.period);
            if let Some(lateness) = late {
                story.late.push(LateDeed {
                    check_in: check_in.clone(),
                    deed,
                    entry: entry.clone(),
                    written_at,
                    lateness,
                });
            }
        }
    }

    /// Returns the last moment at which a report about a day is in time, in microseconds, and the
    /// last position recorded by then.
    fn in_time(&mut self, day: i64) -> Result<(i64, Position), ReplicaError> {
        if let Some(known) = self.in_time.get(&day) {
            return Ok(*known);
        }
        let late = day_of_number(day).map(|day| late_from(day, self.cadence, self.period));
        let begins = late.and_then(|late| self.zone.to_timestamp(late.at(0, 0, 0, 0)).ok());
        let until = begins.map_or(i64::MAX, |begins| begins.as_microsecond() - 1);
        let last = match self.reading.check_ins.confirmed {
            Confirmed::Until(_) => record::position_at(self.reading.db(), self.head, until)?,
            Confirmed::Authored(_) => Position::ZERO,
        };
        self.in_time.insert(day, (until, last));
        Ok((until, last))
    }
}

/// A check-in as the events so far leave it, and what of them came late.
#[derive(Default)]
struct Story {
    check_in: Option<CheckIn>,
    late: Vec<LateDeed>,
}

/// Says what an event does to what was reported; a note and a blocker may be put right at any time.
const fn deed(event: &CheckInEvent) -> Option<Deed> {
    match event {
        CheckInEvent::Recorded(_) => Some(Deed::Recorded),
        CheckInEvent::Corrected(
            CheckInEdit::Effective(_) | CheckInEdit::Value(_) | CheckInEdit::Confidence(_),
        ) => Some(Deed::Corrected),
        CheckInEvent::Corrected(CheckInEdit::Note(_) | CheckInEdit::Blocker(_)) => None,
        CheckInEvent::Retracted => Some(Deed::Retracted),
    }
}
