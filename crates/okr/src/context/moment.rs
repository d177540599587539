//! From `--at` and `--axis` to a moment of the replica.

use jiff::Timestamp;
use okr_core::Date;
use okr_core::entity::Cycle;
use okr_core::id::{ChangeId, Position};
use okr_replica::{Axis, LogEntry, LogFilter, Moment, Place, Point, Reading, Replica};

use super::{Context, bad_when};
use crate::error::CliError;
use crate::exit::Exit;
use crate::failure;
use crate::render;
use crate::resolve;
use crate::short_id::{self, Alphabet};
use crate::when::{Clock, When, echo, parse_when};

/// The moment that an answer is about.
#[derive(Clone, Debug)]
pub(crate) struct AtInfo {
    /// The clock of the organisation, at present.
    pub(crate) clock: Clock,
    /// What is read.
    pub(crate) moment: Moment,
    /// The moment as RFC 3339, for the frame of machine output.
    pub(crate) at: String,
    /// The moment in words for a heading; none for the present.
    pub(crate) words: Option<String>,
}

/// Returns the word for an axis, as it is typed.
pub(crate) const fn axis_word(axis: Axis) -> &'static str {
    match axis {
        Axis::Recorded => "recorded",
        Axis::Authored => "authored",
        Axis::Effective => "effective",
    }
}

/// Reads what `--at` and `--axis` ask for, and says on stderr how words were understood.
pub(super) fn reading<'r>(
    context: &mut Context,
    replica: &'r Replica,
) -> Result<(Reading<'r>, AtInfo), CliError> {
    let (present, clock) = context.present(replica)?;
    let axis = match context.globals.axis.as_deref() {
        Some("authored") => Axis::Authored,
        Some("effective") => Axis::Effective,
        Some(_) | None => Axis::Recorded,
    };
    let now = render::iso(clock.now, &clock.zone);
    let Some(text) = context.globals.at.clone() else {
        let moment = Moment {
            axis,
            ..Moment::now(clock.today())
        };
        let at = AtInfo {
            clock,
            moment,
            at: now,
            words: None,
        };
        // The present was read already.
        let reading = match axis {
            Axis::Recorded => present,
            Axis::Authored | Axis::Effective => read(replica, moment)?,
        };
        return Ok((reading, at));
    };
    let when = parse_when(&text, &clock).map_err(|error| bad_when("--at", &error))?;
    if let Some(echo) = echo(&text, &when.by_now(&clock), &clock) {
        context.ui.note(&echo);
    }
    let at = placed(context, replica, &present, (&when, axis, clock))?;
    Ok((read(replica, at.moment)?, at))
}

/// Places a moment that somebody typed while a command runs, on an axis.
///
/// # Errors
/// When it cannot be understood, or the replica cannot be read.
pub(crate) fn named(
    context: &mut Context,
    replica: &Replica,
    (text, axis): (&str, Axis),
) -> Result<AtInfo, CliError> {
    let (present, clock) = context.present(replica)?;
    let when = parse_when(text, &clock).map_err(|error| {
        CliError::usage(error.code(), error.to_string()).with_hint(error.hint())
    })?;
    placed(context, replica, &present, (&when, axis, clock))
}

/// Places a moment on an axis.
///
/// # Errors
/// When there is no such moment, or the replica cannot be read.
pub(crate) fn placed(
    context: &mut Context,
    replica: &Replica,
    present: &Reading<'_>,
    (when, axis, clock): (&When, Axis, Clock),
) -> Result<AtInfo, CliError> {
    let placed = Placing {
        context,
        replica,
        present,
        clock: &clock,
    }
    .place(when, axis)?;
    let moment = Moment {
        axis,
        point: placed.point,
        day: placed.day,
        day_is_over: placed.day_is_over,
    };
    Ok(AtInfo {
        at: render::iso(placed.time, &clock.zone),
        words: Some(when.by_now(&clock).describe(&clock)),
        moment,
        clock,
    })
}

fn read(replica: &Replica, moment: Moment) -> Result<Reading<'_>, CliError> {
    replica.reading(moment).map_err(failure::replica)
}

/// A moment that was named, in every form that is needed.
struct Placed {
    point: Point,
    time: Timestamp,
    day: Date,
    /// Whether it is the end of that day.
    day_is_over: bool,
}

/// What is needed to place a moment that only the replica knows.
struct Placing<'a, 'r> {
    context: &'a mut Context,
    replica: &'a Replica,
    present: &'a Reading<'r>,
    clock: &'a Clock,
}

impl Placing<'_, '_> {
    fn place(&mut self, when: &When, axis: Axis) -> Result<Placed, CliError> {
        match when {
            When::Instant(_) | When::Day(_) | When::Period { .. } => {
                let end = when.until(self.clock).expect("dates and times have an end");
                // Of what is not over yet, such as today, nobody knows more than by now.
                Ok(self.time(end.min(self.clock.now)))
            }
            When::CycleStart | When::CycleMid | When::CycleEnd => {
                let cycle = self.cycle()?;
                let day = cycle_day(&cycle, when);
                if day > self.clock.today() {
                    let message = format!(
                        "{} of {} is still to come",
                        when.describe(self.clock),
                        cycle.name
                    );
                    return Err(CliError::usage("future-moment", message));
                }
                self.place(&When::Day(day), axis)
            }
            When::LastSync => {
                let info = self.replica.info().map_err(failure::replica)?;
                let synced_at = info.synced_at.ok_or_else(|| {
                    CliError::user("never-synced", "this workspace was never synced")
                        .with_exit(Exit::NotFound)
                })?;
                Ok(self.time(synced_at))
            }
            When::Position(position) => self.position(Position::new(*position), axis),
            When::Change(prefix) => {
                let entry = self.change(prefix)?;
                match (entry.place, axis) {
                    (Place::Confirmed { position, .. }, Axis::Recorded) => {
                        self.position(position, axis)
                    }
                    (Place::Confirmed { .. } | Place::Pending, _) => {
                        Ok(self.time(entry.authored_at))
                    }
                }
            }
        }
    }

    fn time(&self, time: Timestamp) -> Placed {
        let day = self.clock.zone.to_datetime(time).date();
        Placed {
            point: Point::Time(time),
            time,
            day: day.min(self.clock.today()),
            day_is_over: day <= self.clock.today()
                && When::Day(day).until(self.clock) == Some(time),
        }
    }

    fn position(&self, position: Position, axis: Axis) -> Result<Placed, CliError> {
        if axis != Axis::Recorded {
            return Err(CliError::usage(
                "bad-moment",
                "a position is a moment of the recorded axis only",
            )
            .with_hint("give a date or time with --axis authored and --axis effective"));
        }
        let filter = LogFilter {
            until_position: Some(position),
            limit: Some(1),
            ..LogFilter::default()
        };
        let entries = self.replica.log(&filter).map_err(failure::replica)?;
        let recorded_at = entries.first().and_then(|entry| match entry.place {
            Place::Confirmed { recorded_at, .. } => Some(recorded_at),
            Place::Pending => None,
        });
        let placed = self.time(recorded_at.unwrap_or(Timestamp::UNIX_EPOCH));
        Ok(Placed {
            point: Point::Position(position),
            ..placed
        })
    }

    fn change(&self, prefix: &str) -> Result<LogEntry, CliError> {
        let found = self.replica.find_change(prefix).map_err(failure::replica)?;
        let id = only_change(&found, prefix)?;
        let entry = self.replica.change(id).map_err(failure::replica)?;
        entry.ok_or_else(|| no_change(prefix))
    }

    fn cycle(&mut self) -> Result<Cycle, CliError> {
        let found = resolve::current_cycle(self.context, self.present, self.clock)?;
        found.ok_or_else(resolve::no_cycle)
    }
}

/// Returns the day that the beginning, the middle or the end of a cycle is.
pub(crate) fn cycle_day(cycle: &Cycle, when: &When) -> Date {
    let period = cycle.period;
    match when {
        When::CycleMid => okr_core::calendar::half_way(period),
        When::CycleEnd => period.end(),
        When::CycleStart
        | When::Day(_)
        | When::Instant(_)
        | When::Period { .. }
        | When::Position(_)
        | When::Change(_)
        | When::LastSync => period.start(),
    }
}

/// Takes the only change of those found by the beginning of a short id.
///
/// # Errors
/// Exit 6 when there is none, or several.
pub(crate) fn only_change(found: &[ChangeId], prefix: &str) -> Result<ChangeId, CliError> {
    match found {
        [] => Err(no_change(prefix)),
        [only] => Ok(*only),
        several => {
            let message = format!("\"{prefix}\" is the beginning of {} changes", several.len());
            let mut error = CliError::user("ambiguous-ref", message).with_exit(Exit::NotFound);
            for id in several.iter().take(10) {
                error = error.with_detail(short_id::full(Alphabet::Change, id.uuid()));
            }
            Err(error.with_hint("give more of the id"))
        }
    }
}

fn no_change(prefix: &str) -> CliError {
    CliError::user("unknown-ref", format!("there is no change \"{prefix}\""))
        .with_exit(Exit::NotFound)
        .with_hint("okr log shows the changes with their ids")
}
