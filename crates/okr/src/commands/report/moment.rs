//! At which moment a report looks: the one that was asked for, but no later than what it is about.

use okr_core::Date;
use okr_core::rhythm::Days;
use okr_replica::{Point, Replica};

use crate::commands::past::Past;
use crate::context::{Context, bad_when, cycle_day, placed};
use crate::error::CliError;
use crate::failure;
use crate::when::{When, echo, parse_when};
use crate::wording::week_of;

/// Reads the organisation at the moment that was asked for.
///
/// A change says what was known, and the present, where it is given with it, on which day: so a report
/// can be made again that was made days after the last change.
///
/// # Errors
/// When the moment cannot be understood, or the replica cannot be read.
pub(in crate::commands) fn open<'r>(
    context: &mut Context,
    replica: &'r Replica,
) -> Result<Past<'r>, CliError> {
    let past = Past::open(context, replica)?;
    let today = past.at.clock.today();
    match past.at.moment.point {
        Point::Position(_) if context.globals.now.is_some() && past.at.moment.day < today => {
            let mut at = past.at.clone();
            at.moment.day = today;
            Past::again(context, replica, &at)
        }
        Point::Now | Point::Time(_) | Point::Position(_) => Ok(past),
    }
}

/// Reads the week that a weekly report is about, and the organisation at its end or at the moment.
///
/// # Errors
/// When the week cannot be understood, or begins after the moment.
pub(super) fn weekly<'r>(
    context: &mut Context,
    replica: &'r Replica,
    week: Option<&str>,
) -> Result<(Past<'r>, Days), CliError> {
    let past = open(context, replica)?;
    let today = past.at.moment.day;
    let clock = past.at.clock.clone();
    let within = match week {
        None => today,
        Some(text) => {
            let when = parse_when(text, &clock).map_err(|error| bad_when("WEEK", &error))?;
            if let Some(echo) = echo(text, &when, &clock) {
                context.ui.note(&echo.replacen("at ", "the week of ", 1));
            }
            day_of(text, &when, when.days(&clock))?
        }
    };
    let first = week_of(within, clock.week_start);
    let last = first.saturating_add(jiff::Span::new().days(6));
    let days = Days { first, last };
    if today < first {
        let message = format!("the week of {first} begins after {today}, the day of the moment");
        return Err(CliError::usage("future-moment", message)
            .with_hint("give an earlier week, or a later moment with --at"));
    }
    if last < today {
        let past = at_end_of(context, replica, &past, last)?;
        return Ok((past, days));
    }
    Ok((past, days))
}

/// Returns a day of the week that was named.
fn day_of(text: &str, when: &When, days: Option<(Date, Date)>) -> Result<Date, CliError> {
    let bad = |why: &str| {
        let message = format!("WEEK: \"{text}\" {why}");
        Err(CliError::usage("bad-week", message)
            .with_hint("such as 2026-W47, or any day of it: 2026-11-18, \"last friday\""))
    };
    match (when, days) {
        (When::Period { .. }, Some((first, last)))
            if first.until(last).is_ok_and(|span| span.get_days() > 6) =>
        {
            bad("is longer than a week")
        }
        // The middle of an ISO week is in the same week wherever weeks begin.
        (When::Period { .. }, Some((first, _))) => {
            Ok(first.saturating_add(jiff::Span::new().days(3)))
        }
        (_, Some((day, _))) => Ok(day),
        (_, None) => bad("is no week and no day"),
    }
}

/// Reads the organisation for the half-way review: at the moment that was asked for; when nobody asked
/// and the cycle is over, at the end of its half-way day.
///
/// # Errors
/// When there is no such cycle or moment, or the replica cannot be read.
pub(super) fn mid<'r>(context: &mut Context, replica: &'r Replica) -> Result<Past<'r>, CliError> {
    let past = open(context, replica)?;
    if past.at.words.is_some() {
        return Ok(past);
    }
    let cycles = past.cycles_in_scope(context)?;
    match cycles.as_slice() {
        [cycle] if cycle.period.end() < past.at.moment.day => {
            let half = cycle_day(cycle, &When::CycleMid);
            at_end_of(context, replica, &past, half)
        }
        _ => Ok(past),
    }
}

/// Reads the organisation at the end of a day.
fn at_end_of<'r>(
    context: &mut Context,
    replica: &'r Replica,
    past: &Past<'r>,
    day: Date,
) -> Result<Past<'r>, CliError> {
    let (present, clock) = context.present(replica)?;
    let axis = past.at.moment.axis;
    let at = placed(context, replica, &present, (&When::Day(day), axis, clock))?;
    Past::again(context, replica, &at)
}

/// Reads how things stood at the end of the day before another one.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn before<'r>(
    context: &mut Context,
    past: &Past<'r>,
    day: Date,
) -> Result<okr_replica::Reading<'r>, CliError> {
    let eve = day.yesterday().unwrap_or(day);
    let (present, clock) = context.present(past.replica)?;
    let axis = past.at.moment.axis;
    let at = placed(
        context,
        past.replica,
        &present,
        (&When::Day(eve), axis, clock),
    )?;
    past.replica.reading(at.moment).map_err(failure::replica)
}
