//! What counted before each check-in of a list, so that a step can be shown.

use std::collections::HashMap;

use okr_core::entity::CheckIn;
use okr_core::event::{CheckInEvent, Event};
use okr_core::id::{CheckInId, KeyResultId, Position};
use okr_core::{Date, Timestamp};
use okr_replica::{Axis, LogEntry, LogFilter, Moment, Place, Point, Replica};

use crate::error::CliError;
use crate::failure;

/// For each new check-in, the one that counted for its key result until then.
pub(crate) type Latest = HashMap<CheckInId, CheckIn>;

/// Finds what counted before each new check-in of some entries.
///
/// Costs one look into the past for each key result, and one for each correction or retraction of
/// what counted; all else follows from the entries.
///
/// # Errors
/// When the replica cannot be read.
pub(crate) fn latest(
    replica: &Replica,
    filter: &LogFilter,
    entries: &[LogEntry],
) -> Result<Latest, CliError> {
    let mut following = Following {
        replica,
        axis: filter.axis,
        // Entries of one person, or of some kind, leave out what was reported in between.
        has_gaps: filter.author.is_some() || filter.sifts(),
        now: HashMap::new(),
        found: Latest::new(),
    };
    if filter.oldest_first {
        for entry in entries {
            following.entry(entry)?;
        }
    } else {
        for entry in entries.iter().rev() {
            following.entry(entry)?;
        }
    }
    Ok(following.found)
}

struct Following<'a> {
    replica: &'a Replica,
    axis: Axis,
    has_gaps: bool,
    /// What counts for each key result after the entries so far; none where nothing does.
    now: HashMap<KeyResultId, Option<CheckIn>>,
    found: Latest,
}

impl Following<'_> {
    fn entry(&mut self, entry: &LogEntry) -> Result<(), CliError> {
        for event in entry.change.iter().flat_map(|change| &change.events) {
            let Event::CheckIn(id, event) = event else {
                continue;
            };
            match event {
                CheckInEvent::Recorded(new) => {
                    let before = self.before(new.key_result, entry)?;
                    let counts = before
                        .as_ref()
                        .is_none_or(|before| before.effective <= new.effective);
                    if let Some(before) = &before {
                        self.found.insert(*id, before.clone());
                    }
                    let after = if counts {
                        CheckIn::evolve(None, *id, &CheckInEvent::Recorded(new.clone()))
                    } else {
                        before
                    };
                    self.now.insert(new.key_result, after);
                }
                CheckInEvent::Corrected(_) | CheckInEvent::Retracted => {
                    // What counts now may be any other one: look again when it is asked for.
                    self.now
                        .retain(|_, latest| latest.as_ref().is_none_or(|latest| latest.id != *id));
                }
            }
        }
        Ok(())
    }

    fn before(
        &self,
        key_result: KeyResultId,
        entry: &LogEntry,
    ) -> Result<Option<CheckIn>, CliError> {
        if !self.has_gaps
            && let Some(known) = self.now.get(&key_result)
        {
            return Ok(known.clone());
        }
        let moment = just_before(entry, self.axis);
        let reading = self.replica.reading(moment).map_err(failure::replica)?;
        let latest = reading.latest_check_in(key_result);
        Ok(latest.map_err(failure::replica)?.map(|fact| fact.check_in))
    }
}

/// Returns the moment before an entry took effect.
fn just_before(entry: &LogEntry, axis: Axis) -> Moment {
    let microsecond = jiff::SignedDuration::from_micros(1);
    let earlier = entry.authored_at.saturating_sub(microsecond);
    let earlier = earlier.unwrap_or(Timestamp::MIN);
    let (axis, point) = match (axis, entry.place) {
        (Axis::Recorded, Place::Confirmed { position, .. }) => {
            let before = position.get().saturating_sub(1);
            (Axis::Recorded, Point::Position(Position::new(before)))
        }
        // What was known here when it was written: confirmed by then, and pending before it.
        (Axis::Recorded, Place::Pending) => (Axis::Recorded, Point::Time(earlier)),
        (Axis::Authored | Axis::Effective, _) => (Axis::Authored, Point::Time(earlier)),
    };
    // Which check-in counts does not depend on the day by which a goal is judged.
    let day = Date::MAX;
    Moment {
        axis,
        point,
        day,
        day_is_over: false,
    }
}
