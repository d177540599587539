//! From `--since` and `--until` to moments.

use okr_core::Timestamp;
use okr_core::id::Position;
use okr_replica::{Axis, Place};

use crate::commands::past::Past;
use crate::context::{Context, bad_when, only_change};
use crate::error::CliError;
use crate::failure;
use crate::when::{When, echo, parse_when};

/// A span of history, both ends included.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Window {
    /// The first moment.
    pub(crate) since: Option<Timestamp>,
    /// The last moment.
    pub(crate) until: Option<Timestamp>,
    /// The last position.
    pub(crate) until_position: Option<Position>,
}

/// Which end of a span a moment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Since,
    Until,
}

impl End {
    const fn flag(self) -> &'static str {
        match self {
            Self::Since => "the beginning",
            Self::Until => "the end",
        }
    }
}

impl Window {
    /// Reads both ends.
    ///
    /// # Errors
    /// When one cannot be understood.
    pub(crate) fn read(
        context: &mut Context,
        past: &Past<'_>,
        (since, until): (Option<&str>, Option<&str>),
    ) -> Result<Self, CliError> {
        let mut window = Self::default();
        if let Some(text) = since {
            window.set(context, past, text, End::Since)?;
        }
        if let Some(text) = until {
            window.set(context, past, text, End::Until)?;
        }
        if let (Some(since), Some(until)) = (window.since, window.until)
            && since > until
        {
            let message = "the beginning is after the end, so nothing can be between them";
            return Err(CliError::usage("empty-span", message));
        }
        Ok(window)
    }

    fn set(
        &mut self,
        context: &mut Context,
        past: &Past<'_>,
        text: &str,
        end: End,
    ) -> Result<(), CliError> {
        let clock = &past.at.clock;
        let when = parse_when(text, clock).map_err(|error| bad_when(end.flag(), &error))?;
        if let Some(echo) = echo(text, &when, clock) {
            context.ui.note(&format!("{} {echo}", end.flag()));
        }
        let when = match when {
            When::CycleStart | When::CycleMid | When::CycleEnd => {
                When::Day(cycle_day(context, past, &when)?)
            }
            When::Day(_)
            | When::Instant(_)
            | When::Period { .. }
            | When::Position(_)
            | When::Change(_)
            | When::LastSync => when,
        };
        let time = match end {
            End::Since => when.since(clock),
            End::Until => when.until(clock),
        };
        let time = match (time, &when) {
            (Some(time), _) => time,
            (None, When::LastSync) => past.info.synced_at.ok_or_else(|| {
                CliError::user("never-synced", "this workspace was never synced")
                    .with_exit(crate::exit::Exit::NotFound)
            })?,
            (None, When::Position(position)) if end == End::Until => {
                self.until_position = Some(Position::new(*position));
                return Ok(());
            }
            (None, When::Change(prefix)) => change_time(past, prefix)?,
            (None, _) => {
                let message = format!("{} cannot be {}", end.flag(), when.describe(clock));
                return Err(CliError::usage("bad-moment", message)
                    .with_hint("give a date, a time, or the id of a change"));
            }
        };
        match end {
            End::Since => self.since = Some(time),
            End::Until => self.until = Some(time),
        }
        Ok(())
    }
}

fn cycle_day(
    context: &mut Context,
    past: &Past<'_>,
    when: &When,
) -> Result<okr_core::Date, CliError> {
    let cycles = past.cycles_in_scope(context)?;
    let cycle = cycles.first().ok_or_else(crate::resolve::no_cycle)?;
    Ok(crate::context::cycle_day(cycle, when))
}

/// Returns when a change was made, on the axis of the command.
fn change_time(past: &Past<'_>, prefix: &str) -> Result<Timestamp, CliError> {
    let found = past.replica.find_change(prefix).map_err(failure::replica)?;
    let id = only_change(&found, prefix)?;
    let entry = past.replica.change(id).map_err(failure::replica)?;
    let entry = entry.ok_or_else(|| CliError::internal("a change vanished while it was read"))?;
    Ok(match (past.at.moment.axis, entry.place) {
        (Axis::Recorded, Place::Confirmed { recorded_at, .. }) => recorded_at,
        (Axis::Recorded | Axis::Authored | Axis::Effective, _) => entry.authored_at,
    })
}
