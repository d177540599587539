//! Which frames a replay has: where each stands in time, and which changes make it.
//!
//! Read once and small, however long the history is. How goals stood in a frame is read when it is
//! shown.

use std::collections::HashSet;
use std::ops::Range;

use okr_core::id::{CycleId, EntityId, Position};
use okr_core::{Date, Timestamp};
use okr_replica::{Axis, Glimpse, Landmark, LogFilter, Moment, Point, Spot};

use crate::args::ReplayStep;
use crate::commands::past::Past;
use crate::error::CliError;
use crate::failure;
use crate::render::{local, short_day};
use crate::when::{Clock, When, weekday_name};
use crate::wording::week_of;

/// What is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    /// The thing.
    pub(super) about: EntityId,
    /// For a team, the cycle whose goals are meant.
    pub(super) cycle: Option<CycleId>,
}

/// How it is replayed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// The times that order the frames.
    pub(super) axis: Axis,
    /// What makes a frame.
    pub(super) step: ReplayStep,
    /// The first moment.
    pub(super) since: Option<Timestamp>,
    /// The last moment.
    pub(super) until: Option<Timestamp>,
    /// The last position.
    pub(super) until_position: Option<Position>,
}

/// The frames of a replay.
#[derive(Clone, Debug)]
pub(super) struct Reel {
    pub(super) scope: Scope,
    pub(super) cut: Cut,
    clock: Clock,
    /// Where history stood here when it was read: pending changes lie over it.
    head: Position,
    synced_at: Option<Timestamp>,
    shots: Vec<Glimpse>,
    /// Where each frame begins among them.
    starts: Vec<usize>,
}

/// What changes of one frame have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Position(Position),
    Time(Timestamp),
    /// A day, or the first one of a week.
    Day(Date),
}

impl Reel {
    /// Reads which frames there are.
    ///
    /// # Errors
    /// When the replica cannot be read.
    pub(super) fn read(past: &Past<'_>, scope: Scope, cut: Cut) -> Result<Self, CliError> {
        let shots = shots(past, scope, &cut)?;
        let info = &past.info;
        let here = (info.head, info.synced_at);
        Ok(Self::of(shots, (scope, cut), &past.at.clock, here))
    }

    fn of(
        mut shots: Vec<Glimpse>,
        (scope, cut): (Scope, Cut),
        clock: &Clock,
        (head, synced_at): (Position, Option<Timestamp>),
    ) -> Self {
        let axis = cut.axis;
        if axis == Axis::Effective {
            // A stable order: changes of one day stay as they were made.
            shots.sort_by_key(|shot| day_of(shot, axis, clock));
        }
        let time = |shot: &Glimpse| time_of(shot, axis, clock);
        let is_early = |shot: &Glimpse| cut.since.is_some_and(|since| time(shot) < since);
        // On the other axes the replica has left out what is late.
        let last = cut.until.filter(|_| axis == Axis::Effective);
        let last = last.map(|until| clock.zone.to_datetime(until).date());
        let is_late = |shot: &Glimpse| last.is_some_and(|last| day_of(shot, axis, clock) > last);
        shots.retain(|shot| !is_early(shot) && !is_late(shot));
        let mut starts = Vec::new();
        let mut last_key = None;
        for (index, shot) in shots.iter().enumerate() {
            let key = key_of(shot, &cut, clock);
            if last_key != Some(key) {
                starts.push(index);
            }
            last_key = Some(key);
        }
        Self {
            scope,
            cut,
            clock: clock.clone(),
            head,
            synced_at,
            shots,
            starts,
        }
    }

    /// Returns how many frames there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Says whether nothing changed at all.
    pub(super) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Says whether everything was imported.
    pub(super) fn is_imported(&self) -> bool {
        !self.is_empty() && self.shots.iter().all(|shot| shot.is_imported)
    }

    /// Returns the changes of a frame, counted from 0; none beyond the last.
    pub(super) fn shots(&self, frame: usize) -> &[Glimpse] {
        &self.shots[self.range(frame)]
    }

    fn range(&self, frame: usize) -> Range<usize> {
        let end = self.shots.len();
        let at = |frame| self.starts.get(frame).copied().unwrap_or(end);
        at(frame)..at(frame + 1)
    }

    /// Returns the moment after the last change of a frame.
    pub(super) fn at(&self, frame: usize) -> Timestamp {
        let last = self.shots(frame).last();
        last.map_or(Timestamp::MIN, |shot| {
            time_of(shot, self.cut.axis, &self.clock)
        })
    }

    /// Writes when a frame is: `Tue 24 Nov 10:12`, or a day where there is nothing within one.
    pub(super) fn when(&self, frame: usize) -> String {
        let at = self.at(frame);
        match self.cut.axis {
            Axis::Recorded | Axis::Authored => local(at, &self.clock),
            Axis::Effective => {
                let day = self.clock.zone.to_datetime(at).date();
                let weekday = weekday_name(day.weekday());
                format!("{weekday} {}", short_day(day, &self.clock))
            }
        }
    }

    /// Returns what a frame did to the rules of the game; the gravest, if several.
    pub(super) fn landmark(&self, frame: usize) -> Option<Landmark> {
        let marks = self.shots(frame).iter().filter_map(|shot| shot.landmark);
        marks.max()
    }

    /// Returns the last frame that is not after a moment of the same axis; none when all are.
    pub(super) fn frame_at(&self, point: Point) -> Option<usize> {
        let count = match point {
            Point::Now => self.shots.len(),
            Point::Time(time) => self
                .shots
                .partition_point(|shot| time_of(shot, self.cut.axis, &self.clock) <= time),
            Point::Position(position) => self.shots.partition_point(|shot| match shot.spot {
                Spot::Confirmed(confirmed) => confirmed <= position,
                Spot::Pending(_) => false,
            }),
        };
        // A frame is reached when its first change is.
        let reached = self.starts.partition_point(|start| *start < count);
        reached.checked_sub(1)
    }

    /// Returns the moment after the last change of a frame, to read how goals stood.
    pub(super) fn moment_after(&self, frame: usize) -> Option<Moment> {
        let shot = self.shots(frame).last()?;
        let point = match (self.cut.axis, shot.spot) {
            (Axis::Recorded, Spot::Confirmed(position)) => Point::Position(position),
            (Axis::Recorded, Spot::Pending(_)) => {
                // Pending changes lie over everything that is confirmed here.
                let floor = self.synced_at.unwrap_or(shot.authored_at);
                Point::Time(shot.authored_at.max(floor))
            }
            (Axis::Authored, _) => Point::Time(shot.authored_at),
            (Axis::Effective, _) => Point::Time(time_of(shot, self.cut.axis, &self.clock)),
        };
        Some(self.moment(point, day_of(shot, self.cut.axis, &self.clock)))
    }

    /// Returns the moment before the first change of a frame.
    pub(super) fn moment_before(&self, frame: usize) -> Option<Moment> {
        let shot = self.shots(frame).first()?;
        let day = day_of(shot, self.cut.axis, &self.clock);
        let (point, day) = match (self.cut.axis, shot.spot) {
            (Axis::Recorded, Spot::Confirmed(position)) => {
                let before = position.get().saturating_sub(1);
                (Point::Position(Position::new(before)), day)
            }
            (Axis::Recorded, Spot::Pending(_)) => (Point::Position(self.head), day),
            (Axis::Authored, _) => {
                let step = jiff::SignedDuration::from_micros(1);
                let earlier = shot.authored_at.saturating_sub(step);
                (Point::Time(earlier.unwrap_or(Timestamp::MIN)), day)
            }
            (Axis::Effective, _) => {
                let before = day.yesterday().unwrap_or(day);
                (Point::Time(end_of(before, &self.clock)), before)
            }
        };
        Some(self.moment(point, day))
    }

    fn moment(&self, point: Point, day: Date) -> Moment {
        Moment {
            axis: self.cut.axis,
            point,
            day,
            // There a frame shows the end of its day, but for the day that goes on.
            day_is_over: self.cut.axis == Axis::Effective && day < self.clock.today(),
        }
    }
}

/// Returns the changes that a replay is made of, the oldest first.
fn shots(past: &Past<'_>, scope: Scope, cut: &Cut) -> Result<Vec<Glimpse>, CliError> {
    let until = match cut.axis {
        Axis::Recorded | Axis::Authored => cut.until,
        // There days count, and only the changes know theirs.
        Axis::Effective => None,
    };
    let filter = LogFilter {
        with_children: true,
        axis: cut.axis,
        until,
        until_position: cut.until_position,
        pending: true,
        ..LogFilter::default()
    };
    let about = |filter: LogFilter| past.replica.glimpses(&filter).map_err(failure::replica);
    let (EntityId::Team(team), Some(cycle)) = (scope.about, scope.cycle) else {
        return about(LogFilter {
            about: vec![scope.about],
            ..filter
        });
    };
    // Of the changes of the cycle those that are about what was ever of the team or one below it.
    let teams = past.teams_within(team);
    let goals = past.replica.goals_ever(cycle, &teams);
    let goals = goals.map_err(failure::replica)?;
    let goals: Vec<EntityId> = goals.into_iter().map(EntityId::from).collect();
    let confirmed = if goals.is_empty() {
        // A filter about nothing in particular is about everything.
        Vec::new()
    } else {
        about(LogFilter {
            about: goals,
            ..filter.clone()
        })?
    };
    let waiting = about(LogFilter {
        about: teams.into_iter().map(EntityId::from).collect(),
        after_position: Some(past.info.head),
        ..filter.clone()
    })?;
    let theirs = confirmed.iter().chain(&waiting);
    let theirs: HashSet<Spot> = theirs.map(|shot| shot.spot).collect();
    let mut shots = about(LogFilter {
        about: vec![cycle.into()],
        ..filter
    })?;
    shots.retain(|shot| match shot.landmark {
        Some(Landmark::Opened | Landmark::Closed) => true,
        Some(Landmark::Amended) | None => theirs.contains(&shot.spot),
    });
    Ok(shots)
}

fn key_of(shot: &Glimpse, cut: &Cut, clock: &Clock) -> Key {
    let day = day_of(shot, cut.axis, clock);
    match (cut.step, cut.axis) {
        (ReplayStep::Change, Axis::Recorded) => match shot.spot {
            Spot::Confirmed(position) => Key::Position(position),
            Spot::Pending(_) => Key::Time(shot.authored_at),
        },
        // Between two changes of one time there is no moment, so they make one frame.
        (ReplayStep::Change, Axis::Authored) => Key::Time(shot.authored_at),
        // On this axis there is nothing between two days.
        (ReplayStep::Day, _) | (ReplayStep::Change, Axis::Effective) => Key::Day(day),
        (ReplayStep::Week, _) => Key::Day(week_of(day, clock.week_start)),
    }
}

/// Returns when a change happened on an axis; on the effective one the end of its day.
fn time_of(shot: &Glimpse, axis: Axis, clock: &Clock) -> Timestamp {
    match axis {
        Axis::Recorded => shot.recorded_at,
        Axis::Authored => shot.authored_at,
        Axis::Effective => end_of(day_of(shot, axis, clock), clock),
    }
}

/// Returns the day of a change on an axis; on the effective one that of its check-ins, else that of
/// writing it.
fn day_of(shot: &Glimpse, axis: Axis, clock: &Clock) -> Date {
    let written = |time| clock.zone.to_datetime(time).date();
    match axis {
        Axis::Recorded => written(shot.recorded_at),
        Axis::Authored => written(shot.authored_at),
        Axis::Effective => shot.effective.unwrap_or_else(|| written(shot.authored_at)),
    }
}

fn end_of(day: Date, clock: &Clock) -> Timestamp {
    let when = When::Day(day);
    when.until(clock).expect("a day has an end")
}

#[cfg(test)]
mod tests;
