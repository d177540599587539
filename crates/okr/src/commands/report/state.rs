//! What a report was made from, and the command that makes it again.

use jiff::{RoundMode, TimestampRound, Unit};
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
use crate::render;
use crate::short_id::{self, Alphabet};

/// Returns what every report begins and ends with. `words` are those of the command without flags.
///
/// # Errors
/// When the replica cannot be read.
pub(super) fn frame(past: &Past<'_>, ask: &Ask, words: &[String]) -> Result<Frame, CliError> {
    let newest = newest(past)?;
    let pending = pending(past)?;
    let pin = pin(past, newest.as_ref(), pending);
    let clock = &past.at.clock;
    let at = clock.zone.to_datetime(pin.time());
    let position = newest.as_ref().and_then(|entry| match entry.place {
        Place::Confirmed { position, .. } => Some(position.get()),
        Place::Pending => None,
    });
    let today = past.at.moment.day;
    Ok(Frame {
        organisation: past.org.clone(),
        scope: ask.whose.scope(past),
        state: State {
            at,
            zone: clock.zone.iana_name().unwrap_or("UTC").to_owned(),
            axis: match past.at.moment.axis {
                Axis::Recorded => reports::Axis::Recorded,
                Axis::Authored => reports::Axis::Authored,
                Axis::Effective => reports::Axis::Effective,
            },
            change: newest
                .as_ref()
                .map(|entry| short_id::shown(Alphabet::Change, entry.id.uuid())),
            position,
            pending,
            today,
            judged: (pin.is_change() && today != at.date()).then_some(today),
        },
        command: command(past, (ask, &pin), words),
    })
}

/// What holds a report fast, so that it can be made again.
enum Pin {
    /// The state after a change, by its short id and when it was recorded.
    Change(String, Timestamp),
    /// The state at a moment: where something counts that only this machine has, and on the other axes.
    Time(Timestamp),
}

impl Pin {
    const fn time(&self) -> Timestamp {
        match self {
            Self::Change(_, time) | Self::Time(time) => *time,
        }
    }

    const fn is_change(&self) -> bool {
        match self {
            Self::Change(..) => true,
            Self::Time(_) => false,
        }
    }
}

/// Decides what holds a report fast.
fn pin(past: &Past<'_>, newest: Option<&LogEntry>, pending: usize) -> Pin {
    let at = past.at.at.parse().unwrap_or(past.at.clock.now);
    let recorded = newest.and_then(|entry| match entry.place {
        Place::Confirmed { recorded_at, .. } => Some((entry, recorded_at)),
        Place::Pending => None,
    });
    match (past.at.moment.point, past.at.moment.axis, recorded) {
        (Point::Time(time), _, _) => Pin::Time(time),
        (Point::Now | Point::Position(_), Axis::Recorded, Some((entry, recorded_at)))
            if pending == 0 =>
        {
            let id = short_id::shown(Alphabet::Change, entry.id.uuid());
            Pin::Change(id, recorded_at)
        }
        // The clock of the server may be ahead of the one here, and what it recorded is part of the
        // present; so is what was written within the second.
        (Point::Now | Point::Position(_), _, recorded) => {
            let at = recorded.map_or(at, |(_, recorded_at)| recorded_at.max(at));
            Pin::Time(at.round(whole_seconds()).unwrap_or(at))
        }
    }
}

fn whole_seconds() -> TimestampRound {
    TimestampRound::new()
        .smallest(Unit::Second)
        .mode(RoundMode::Ceil)
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

/// Writes the command that makes the report again, whenever and wherever it is typed.
fn command(past: &Past<'_>, (ask, pin): (&Ask, &Pin), words: &[String]) -> String {
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
    let zone = &past.at.clock.zone;
    let local = zone.to_datetime(pin.time());
    line.push("--at".to_owned());
    match pin {
        Pin::Change(id, _) => {
            // Digits alone could be taken for a date.
            let is_digits = id.bytes().all(|byte| byte.is_ascii_digit());
            let kind = if is_digits { "change:" } else { "" };
            line.push(format!("{kind}{id}"));
            let day = past.at.moment.day;
            if day != local.date() {
                let noon = zone.to_timestamp(day.at(12, 0, 0, 0));
                let noon = noon.map(|noon| render::iso(noon, zone));
                line.extend(["--now".to_owned(), noon.unwrap_or_else(|_| day.to_string())]);
            }
        }
        Pin::Time(_) if local.time() == jiff::civil::Time::MAX => {
            line.push(local.date().to_string());
        }
        Pin::Time(time) => line.push(render::iso(*time, zone)),
    }
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
