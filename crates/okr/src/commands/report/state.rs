//! What a report was made from, and the command that makes it again.

use okr_core::Timestamp;
use okr_replica::{Axis, LogEntry, LogFilter, Place, Point};
use okr_report::reports::{self, Frame, Scope, State};
use okr_report::words::Language;

use super::destination::Form;
use super::gather::Ask;
use crate::commands::past::Past;
use crate::context::axis_word;
use crate::error::CliError;
use crate::failure;
use crate::short_id::{self, Alphabet};

/// Returns what every report begins and ends with. `words` are those of the command without flags.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn frame(past: &Past<'_>, ask: &Ask, words: &[String]) -> Result<Frame, CliError> {
    let whose = ask.whose;
    let newest = newest(past)?;
    let at = moment(past, newest.as_ref());
    let clock = &past.at.clock;
    let position = newest.as_ref().and_then(|entry| match entry.place {
        Place::Confirmed { position, .. } => Some(position.get()),
        Place::Pending => None,
    });
    let axis = past.at.moment.axis;
    Ok(Frame {
        organisation: past.org.clone(),
        scope: whose.scope(past),
        state: State {
            at: clock.zone.to_datetime(at),
            zone: clock.zone.iana_name().unwrap_or("UTC").to_owned(),
            axis: match axis {
                Axis::Recorded => reports::Axis::Recorded,
                Axis::Authored => reports::Axis::Authored,
                Axis::Effective => reports::Axis::Effective,
            },
            change: newest
                .as_ref()
                .map(|entry| short_id::shown(Alphabet::Change, entry.id.uuid())),
            position,
            pending: pending(past)?,
            today: past.at.moment.day,
        },
        command: command(past, (ask, at), words),
    })
}

/// Returns the last change that counts; of what people wrote or what was true, the last that is known.
fn newest(past: &Past<'_>) -> Result<Option<LogEntry>, CliError> {
    let mut filter = LogFilter {
        limit: Some(1),
        pending: true,
        ..LogFilter::default()
    };
    match (past.at.moment.axis, past.at.moment.point) {
        (Axis::Recorded, Point::Position(position)) => filter.until_position = Some(position),
        (Axis::Recorded, Point::Time(time)) => filter.until = Some(time),
        (Axis::Recorded | Axis::Authored | Axis::Effective, _) => {}
    }
    let entries = past.replica.log(&filter).map_err(failure::replica)?;
    Ok(entries.into_iter().next())
}

/// Returns how many changes count that no other machine has; without a server all are, and nobody
/// needs to be told.
fn pending(past: &Past<'_>) -> Result<usize, CliError> {
    if past.info.remote.is_none() || past.info.pending == 0 {
        return Ok(0);
    }
    let until = match past.at.moment.point {
        Point::Now => return Ok(past.info.pending),
        Point::Position(_) => return Ok(0),
        Point::Time(time) => time,
    };
    let filter = LogFilter {
        after_position: Some(past.info.head),
        until: Some(until),
        pending: true,
        ..LogFilter::default()
    };
    let waiting = past.replica.log(&filter).map_err(failure::replica)?;
    Ok(waiting.len())
}

/// Returns the moment of a report. The clock of the server may be ahead of the one here, and what it
/// recorded is part of the present.
fn moment(past: &Past<'_>, newest: Option<&LogEntry>) -> Timestamp {
    let at = past.at.at.parse().unwrap_or(past.at.clock.now);
    match past.at.moment.point {
        Point::Time(time) => time,
        Point::Position(_) => at,
        Point::Now => {
            let recorded = newest.and_then(|entry| match entry.place {
                Place::Confirmed { recorded_at, .. } => Some(recorded_at),
                Place::Pending => None,
            });
            recorded.map_or(at, |recorded| recorded.max(at))
        }
    }
}

/// Writes the command that makes the report again, whenever and wherever it is typed.
fn command(past: &Past<'_>, (ask, at): (&Ask, Timestamp), words: &[String]) -> String {
    let command = match ask.form {
        Form::Slides => "present",
        Form::Terminal | Form::Markdown | Form::Html | Form::Json => "report",
    };
    let mut line = vec!["okr".to_owned(), command.to_owned()];
    line.extend(words.iter().cloned());
    match ask.whose.scope(past) {
        Scope::Organisation => {}
        Scope::Team(team) => line.extend(["-t".to_owned(), team.reference]),
        Scope::Person(person) => line.extend(["--who".to_owned(), person.reference]),
    }
    let clock = &past.at.clock;
    let local = clock.zone.to_datetime(at);
    let is_end_of_day = local.time() == jiff::civil::Time::MAX;
    line.push("--at".to_owned());
    line.push(match past.at.moment.point {
        Point::Position(position) => format!("#{position}"),
        Point::Time(_) if is_end_of_day => local.date().to_string(),
        Point::Time(_) | Point::Now => at.display_with_offset(clock.zone.to_offset(at)).to_string(),
    });
    match past.at.moment.axis {
        Axis::Recorded => {}
        axis @ (Axis::Authored | Axis::Effective) => {
            line.extend(["--axis".to_owned(), axis_word(axis).to_owned()]);
        }
    }
    if ask.language != Language::English {
        line.extend(["--lang".to_owned(), ask.language.to_string()]);
    }
    match ask.form {
        Form::Terminal | Form::Slides => {}
        Form::Markdown => line.extend(["-o".to_owned(), "md".to_owned()]),
        Form::Html => line.extend(["-o".to_owned(), "html".to_owned()]),
        Form::Json => line.extend(["-o".to_owned(), "json".to_owned()]),
    }
    let words = line.iter().map(std::ffi::OsString::from);
    crate::command_line::kept(&words.collect::<Vec<_>>())
}
