//! From changes to frames: what belongs together, and how goals stood after it.

use std::collections::HashMap;

use okr_core::entity::{CheckIn, Cycle, KeyResult, Objective};
use okr_core::event::{CheckInEvent, Event};
use okr_core::id::{EntityId, Position};
use okr_core::{Date, Timestamp};
use okr_replica::{Axis, CycleStanding, LogEntry, LogFilter, Moment, Place, Point, Reading};

use crate::args::ReplayStep;
use crate::commands::log::before;
use crate::commands::past::Past;
use crate::commands::tree;
use crate::context::Context;
use crate::error::CliError;
use crate::failure;
use crate::when::Clock;
use crate::wording::{percent, week_of};

/// What is replayed.
pub(super) struct Reel {
    /// The thing.
    pub(super) about: EntityId,
    /// The times that order the frames.
    pub(super) axis: Axis,
    /// What makes a frame.
    pub(super) step: ReplayStep,
}

/// What happened between two moments, and how goals stood after it.
pub(super) struct Frame {
    /// The moment after the last change.
    pub(super) at: Timestamp,
    /// The changes, oldest first.
    pub(super) entries: Vec<LogEntry>,
    /// What counted before each check-in among them.
    pub(super) before: before::Latest,
    /// The part of the cycle that is replayed; none before there is any.
    pub(super) standing: Option<CycleStanding>,
    /// For what moved, the progress that it had in the frame before: `41% before`.
    pub(super) notes: HashMap<EntityId, String>,
}

/// What changes of one frame have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Position(Position),
    Time(Timestamp),
    /// A day, or the first one of a week.
    Day(Date),
}

/// What a frame is compared by; how goals are judged changes by itself, from day to day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct State {
    cycle: Option<Cycle>,
    objectives: Vec<Objective>,
    key_results: Vec<(KeyResult, Option<CheckIn>)>,
}

impl Reel {
    /// Makes the frames; those in which nothing changed are left out.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(super) fn frames(
        &self,
        context: &Context,
        past: &mut Past<'_>,
        entries: Vec<LogEntry>,
    ) -> Result<Vec<Frame>, CliError> {
        let clock = past.at.clock.clone();
        let mut frames = Vec::new();
        let mut state = State::default();
        let mut shown = HashMap::new();
        if let Some(first) = entries.first() {
            let standing = self.standing(past, self.moment_before(first, &clock, past)?)?;
            state = State::of(standing.as_ref());
            shown = progress_of(standing.as_ref());
        }
        for entries in self.groups(entries, &clock) {
            let Some(last) = entries.last() else {
                continue;
            };
            let at = time_of(last, self.axis);
            let standing = self.standing(past, self.moment_after(last, &clock, past)?)?;
            let next = State::of(standing.as_ref());
            if next == state {
                continue;
            }
            state = next;
            let now = progress_of(standing.as_ref());
            let filter = LogFilter {
                axis: self.axis,
                oldest_first: true,
                ..LogFilter::default()
            };
            // Machine output has no steps, so nothing is looked up for it.
            let before = if context.ui.output() == crate::ui::OutputFormat::Table {
                before::latest(past.replica, &filter, &entries)?
            } else {
                before::Latest::new()
            };
            frames.push(Frame {
                at,
                before,
                entries,
                standing,
                notes: moved(&shown, &now),
            });
            shown = now;
        }
        Ok(frames)
    }

    /// Puts changes together that make one frame.
    fn groups(&self, mut entries: Vec<LogEntry>, clock: &Clock) -> Vec<Vec<LogEntry>> {
        if self.axis == Axis::Effective {
            // A stable order: changes of one day stay as they were made.
            entries.sort_by_key(|entry| effective_day(entry, clock));
        }
        let mut groups: Vec<Vec<LogEntry>> = Vec::new();
        let mut last_key = None;
        for entry in entries {
            let day = self.day_of(&entry, clock);
            let key = match (self.step, self.axis) {
                (ReplayStep::Change, Axis::Recorded | Axis::Authored) => self.instant(&entry),
                // On this axis there is nothing between two days.
                (ReplayStep::Day, _) | (ReplayStep::Change, Axis::Effective) => Key::Day(day),
                (ReplayStep::Week, _) => Key::Day(week_of(day, clock.week_start)),
            };
            match groups.last_mut() {
                Some(group) if last_key == Some(key) => group.push(entry),
                Some(_) | None => groups.push(vec![entry]),
            }
            last_key = Some(key);
        }
        groups
    }

    /// Returns what tells a change from the next one: its position, or else its time. Between two
    /// changes of one time there is no moment, so they make one frame.
    fn instant(&self, entry: &LogEntry) -> Key {
        match (self.axis, entry.place) {
            (Axis::Recorded, Place::Confirmed { position, .. }) => Key::Position(position),
            (Axis::Recorded | Axis::Authored | Axis::Effective, _) => Key::Time(entry.authored_at),
        }
    }

    fn day_of(&self, entry: &LogEntry, clock: &Clock) -> Date {
        match self.axis {
            Axis::Recorded | Axis::Authored => {
                clock.zone.to_datetime(time_of(entry, self.axis)).date()
            }
            Axis::Effective => effective_day(entry, clock),
        }
    }

    fn moment_after(
        &self,
        entry: &LogEntry,
        clock: &Clock,
        past: &Past<'_>,
    ) -> Result<Moment, CliError> {
        let day = self.day_of(entry, clock);
        let point = match (self.axis, entry.place) {
            (Axis::Recorded, Place::Confirmed { position, .. }) => Point::Position(position),
            (Axis::Recorded, Place::Pending) => {
                // Pending changes lie over everything that is confirmed here.
                let info = past.replica.info().map_err(failure::replica)?;
                let floor = info.synced_at.unwrap_or(entry.authored_at);
                Point::Time(entry.authored_at.max(floor))
            }
            (Axis::Authored, _) => Point::Time(entry.authored_at),
            (Axis::Effective, _) => Point::Time(end_of(day, clock)),
        };
        Ok(Moment {
            axis: self.axis,
            point,
            day,
        })
    }

    fn moment_before(
        &self,
        entry: &LogEntry,
        clock: &Clock,
        past: &Past<'_>,
    ) -> Result<Moment, CliError> {
        let day = self.day_of(entry, clock);
        let earlier = |time: Timestamp| {
            let step = jiff::SignedDuration::from_micros(1);
            time.saturating_sub(step).unwrap_or(Timestamp::MIN)
        };
        let (point, day) = match (self.axis, entry.place) {
            (Axis::Recorded, Place::Confirmed { position, .. }) => {
                let before = position.get().saturating_sub(1);
                (Point::Position(Position::new(before)), day)
            }
            (Axis::Recorded, Place::Pending) => {
                let info = past.replica.info().map_err(failure::replica)?;
                (Point::Position(info.head), day)
            }
            (Axis::Authored, _) => (Point::Time(earlier(entry.authored_at)), day),
            (Axis::Effective, _) => {
                let before = day.yesterday().unwrap_or(day);
                (Point::Time(end_of(before, clock)), before)
            }
        };
        Ok(Moment {
            axis: self.axis,
            point,
            day,
        })
    }

    /// Reads how the thing that is replayed stood at a moment.
    fn standing(
        &self,
        past: &mut Past<'_>,
        moment: Moment,
    ) -> Result<Option<CycleStanding>, CliError> {
        let reading = past.replica.reading(moment).map_err(failure::replica)?;
        let Some(cycle) = self.cycle(&reading, past)? else {
            return Ok(None);
        };
        let standing = reading.cycle_standing(cycle).map_err(failure::replica)?;
        let Some(mut standing) = standing else {
            return Ok(None);
        };
        past.hush(standing.objectives.iter_mut());
        tree::keep(
            &mut standing,
            Some(self.about),
            past,
            tree::rows::DEPTH_KEY_RESULTS,
        );
        for objective in &standing.objectives {
            past.learn_objective(objective)?;
        }
        Ok(Some(standing))
    }

    fn cycle(
        &self,
        reading: &Reading<'_>,
        past: &Past<'_>,
    ) -> Result<Option<okr_core::id::CycleId>, CliError> {
        use okr_core::view::View as _;
        let of_objective = |id| {
            let objective = reading.objective(id).map_err(failure::replica)?;
            Ok::<_, CliError>(objective.map(|objective| objective.cycle))
        };
        match self.about {
            EntityId::Cycle(id) => Ok(Some(id)),
            EntityId::Objective(id) => of_objective(id),
            EntityId::KeyResult(id) => match reading.key_result(id).map_err(failure::replica)? {
                Some(key_result) => of_objective(key_result.objective),
                None => Ok(None),
            },
            EntityId::Team(_) | EntityId::Person(_) | EntityId::CheckIn(_) | EntityId::Org(_) => {
                Ok(past.current_cycle)
            }
        }
    }
}

impl State {
    fn of(standing: Option<&CycleStanding>) -> Self {
        let Some(standing) = standing else {
            return Self::default();
        };
        let below = standing
            .objectives
            .iter()
            .flat_map(|objective| &objective.key_results);
        let latest = |one: &okr_replica::KeyResultStanding| {
            one.latest.as_ref().map(|fact| fact.check_in.clone())
        };
        Self {
            cycle: Some(standing.cycle.clone()),
            objectives: standing
                .objectives
                .iter()
                .map(|one| one.objective.clone())
                .collect(),
            key_results: below
                .map(|one| (one.key_result.clone(), latest(one)))
                .collect(),
        }
    }
}

fn progress_of(standing: Option<&CycleStanding>) -> HashMap<EntityId, String> {
    let mut shown = HashMap::new();
    for objective in standing.iter().flat_map(|standing| &standing.objectives) {
        shown.insert(objective.objective.id.into(), percent(objective.progress));
        for one in &objective.key_results {
            shown.insert(one.key_result.id.into(), percent(one.progress));
        }
    }
    shown
}

fn moved(
    before: &HashMap<EntityId, String>,
    now: &HashMap<EntityId, String>,
) -> HashMap<EntityId, String> {
    now.iter()
        .filter_map(|(id, now)| match before.get(id) {
            Some(before) if before != now && before != "-" => {
                Some((*id, format!("{before} before")))
            }
            Some(_) => None,
            // In the beginning everything is new, and nobody needs to be told.
            None if before.is_empty() => None,
            None => Some((*id, "new".to_owned())),
        })
        .collect()
}

/// Returns when an entry happened on an axis; on the effective one when it was written.
pub(super) fn time_of(entry: &LogEntry, axis: Axis) -> Timestamp {
    match (axis, entry.place) {
        (Axis::Recorded, Place::Confirmed { recorded_at, .. }) => recorded_at,
        (Axis::Recorded, Place::Pending) | (Axis::Authored | Axis::Effective, _) => {
            entry.authored_at
        }
    }
}

/// Returns the day on which an entry was true: that of its check-ins, else that of writing it.
fn effective_day(entry: &LogEntry, clock: &Clock) -> Date {
    let events = entry.change.iter().flat_map(|change| &change.events);
    let days = events.filter_map(|event| {
        if let Event::CheckIn(_, CheckInEvent::Recorded(new)) = event {
            Some(new.effective)
        } else {
            None
        }
    });
    days.max()
        .unwrap_or_else(|| clock.zone.to_datetime(entry.authored_at).date())
}

fn end_of(day: Date, clock: &Clock) -> Timestamp {
    let when = crate::when::When::Day(day);
    when.until(clock).expect("a day has an end")
}
