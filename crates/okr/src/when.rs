//! Moments as people type them: dates, times, periods, positions and changes.
//!
//! One grammar for the whole program (`okr help dates`). What could be read in two ways is refused
//! with both readings, and never decided by a locale. History looks back, due dates look forward.

mod error;
mod iso;
mod spoken;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use okr_core::value::WeekStart;

pub use error::WhenError;

use crate::short_id::{self, Alphabet};

/// What "now", "today" and "this week" mean.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The present moment, or the one that `OKR_NOW` gives.
    pub now: Timestamp,
    /// The time zone that days begin and end in.
    pub zone: TimeZone,
    /// The first day of a week.
    pub week_start: WeekStart,
}

impl Clock {
    /// Returns the present day.
    pub fn today(&self) -> Date {
        self.zone.to_datetime(self.now).date()
    }

    /// Reads the moment that `OKR_NOW` gives: ISO 8601, a date meaning its beginning.
    ///
    /// # Errors
    /// [`WhenError`] for anything else.
    pub fn parse_now(text: &str, zone: &TimeZone) -> Result<Timestamp, WhenError> {
        let text = text.trim();
        match iso::parse(text, zone)? {
            Some(When::Instant(instant)) => Ok(instant),
            Some(When::Day(day)) => Ok(start_of(day, zone)),
            Some(
                When::Period { .. }
                | When::Position(_)
                | When::Change(_)
                | When::CycleStart
                | When::CycleMid
                | When::CycleEnd
                | When::LastSync,
            )
            | None => Err(WhenError::unknown(text)),
        }
    }

    fn instant(&self, day: Date, time: Time) -> Result<Timestamp, WhenError> {
        instant_of(time.to_datetime(day), &self.zone)
    }

    fn zone_name(&self) -> String {
        match self.zone.iana_name() {
            Some(name) => name.to_owned(),
            None => self.zone.to_offset(self.now).to_string(),
        }
    }
}

/// A moment or span that somebody named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum When {
    /// A whole day; as one moment, its end.
    Day(Date),
    /// One moment.
    Instant(Timestamp),
    /// Some whole days, both ends included; as one moment, the end of the last.
    Period {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
    /// The state after a number of changes.
    Position(u64),
    /// The state after the change whose short id begins so: hexadecimal, lower case.
    Change(String),
    /// The beginning of the cycle in question.
    CycleStart,
    /// The middle of the cycle in question.
    CycleMid,
    /// The end of the cycle in question.
    CycleEnd,
    /// The last successful exchange with the server.
    LastSync,
}

impl When {
    /// Returns the last moment that belongs to it, for `--at` and `--until`.
    ///
    /// None for positions, changes, cycles and syncs, which only the replica can place.
    pub fn until(&self, clock: &Clock) -> Option<Timestamp> {
        match self {
            Self::Instant(instant) => Some(*instant),
            Self::Day(last) | Self::Period { last, .. } => Some(end_of(*last, &clock.zone)),
            Self::Position(_)
            | Self::Change(_)
            | Self::CycleStart
            | Self::CycleMid
            | Self::CycleEnd
            | Self::LastSync => None,
        }
    }

    /// Returns it as far as it has come, to be one moment of the history: what is not over yet, such as
    /// today, ends now.
    pub fn by_now(&self, clock: &Clock) -> Self {
        match self.until(clock) {
            Some(until) if until > clock.now => Self::Instant(clock.now),
            Some(_) | None => self.clone(),
        }
    }

    /// Returns the first moment that belongs to it, for `--since`; none as for [`When::until`].
    pub fn since(&self, clock: &Clock) -> Option<Timestamp> {
        match self {
            Self::Instant(instant) => Some(*instant),
            Self::Day(first) | Self::Period { first, .. } => Some(start_of(*first, &clock.zone)),
            Self::Position(_)
            | Self::Change(_)
            | Self::CycleStart
            | Self::CycleMid
            | Self::CycleEnd
            | Self::LastSync => None,
        }
    }

    /// Returns its first and last day; none as for [`When::until`].
    pub fn days(&self, clock: &Clock) -> Option<(Date, Date)> {
        match self {
            Self::Instant(instant) => {
                let day = clock.zone.to_datetime(*instant).date();
                Some((day, day))
            }
            Self::Day(day) => Some((*day, *day)),
            Self::Period { first, last } => Some((*first, *last)),
            Self::Position(_)
            | Self::Change(_)
            | Self::CycleStart
            | Self::CycleMid
            | Self::CycleEnd
            | Self::LastSync => None,
        }
    }

    /// Describes it as one moment: `Fri 2026-11-20 24:00 Europe/Berlin`.
    pub fn describe(&self, clock: &Clock) -> String {
        match self {
            Self::Instant(instant) => {
                let local = clock.zone.to_datetime(*instant);
                let time = clock_time(local.time());
                format!(
                    "{} {time} {}",
                    describe_day(local.date()),
                    clock.zone_name()
                )
            }
            Self::Day(last) | Self::Period { last, .. } => {
                format!("{} 24:00 {}", describe_day(*last), clock.zone_name())
            }
            Self::Position(position) => format!("position {position}"),
            Self::Change(prefix) => format!("change {prefix}"),
            Self::CycleStart => "the start of the cycle".to_owned(),
            Self::CycleMid => "the middle of the cycle".to_owned(),
            Self::CycleEnd => "the end of the cycle".to_owned(),
            Self::LastSync => "the last sync".to_owned(),
        }
    }
}

/// Describes a day: `Fri 2026-11-20`.
pub fn describe_day(day: Date) -> String {
    format!("{} {day}", weekday_name(day.weekday()))
}

/// Returns the short English name of a weekday.
pub const fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Mon",
        Weekday::Tuesday => "Tue",
        Weekday::Wednesday => "Wed",
        Weekday::Thursday => "Thu",
        Weekday::Friday => "Fri",
        Weekday::Saturday => "Sat",
        Weekday::Sunday => "Sun",
    }
}

/// Reads a moment of the past or present, for history: weekdays and quarters look back.
///
/// # Errors
/// [`WhenError`], also for a moment in the future.
pub fn parse_when(text: &str, clock: &Clock) -> Result<When, WhenError> {
    let when = parse(text, clock, Direction::Back)?;
    let begins_in_future = match &when {
        When::Day(first) | When::Period { first, .. } => *first > clock.today(),
        When::Instant(instant) => *instant > clock.now,
        When::Position(_)
        | When::Change(_)
        | When::CycleStart
        | When::CycleMid
        | When::CycleEnd
        | When::LastSync => false,
    };
    if begins_in_future {
        return Err(WhenError::Future {
            text: text.trim().to_owned(),
            reading: when.describe(clock),
        });
    }
    Ok(when)
}

/// Reads a moment for plans, such as a due date: weekdays and quarters look forward.
///
/// # Errors
/// [`WhenError`] for what is no such moment.
pub fn parse_due(text: &str, clock: &Clock) -> Result<When, WhenError> {
    parse(text, clock, Direction::Forward)
}

/// Says how a text was read, unless it was ISO already: `at Fri 2026-11-20 24:00 Europe/Berlin
/// (last friday)`.
///
/// None also for what the replica must place first; the caller knows the moment then.
pub fn echo(text: &str, when: &When, clock: &Clock) -> Option<String> {
    let text = text.trim();
    match when {
        When::Day(_) | When::Instant(_) | When::Period { .. } if !iso::looks_iso(text) => {
            Some(format!("at {} ({text})", when.describe(clock)))
        }
        When::Day(_)
        | When::Instant(_)
        | When::Period { .. }
        | When::Position(_)
        | When::Change(_)
        | When::CycleStart
        | When::CycleMid
        | When::CycleEnd
        | When::LastSync => None,
    }
}

/// Which way a weekday, quarter or week without a year looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Back,
    Forward,
}

fn parse(text: &str, clock: &Clock, direction: Direction) -> Result<When, WhenError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(WhenError::Empty);
    }
    // The order decides who wins: a named place, an ISO date, a number, words, an id.
    if let Some(when) = parse_place(text)? {
        return Ok(when);
    }
    if let Some(when) = iso::parse(text, &clock.zone)? {
        return Ok(when);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return parse_digits(text);
    }
    let lower = text.to_ascii_lowercase();
    if let Some(when) = spoken::parse(&lower, clock, direction)? {
        return Ok(when);
    }
    if let Some(error) = iso::slashed(text) {
        return Err(error);
    }
    if lower.len() >= CHANGE_LENGTH_MIN && short_id::alphabet_of(&lower) == Some(Alphabet::Change) {
        return Ok(When::Change(lower));
    }
    Err(WhenError::unknown(text))
}

/// The fewest characters of a change id that are taken for one.
const CHANGE_LENGTH_MIN: usize = 4;

/// The most digits of a number that is taken for a position; more are a change id.
const POSITION_DIGITS_MAX: usize = 7;

/// Reads what names its own kind: `cycle:start`, `last-sync`, `#123`, `change:9c41`, a full id.
fn parse_place(text: &str) -> Result<Option<When>, WhenError> {
    let lower = text.to_ascii_lowercase();
    let place = match lower.as_str() {
        "cycle:start" => Some(When::CycleStart),
        "cycle:mid" => Some(When::CycleMid),
        "cycle:end" => Some(When::CycleEnd),
        "last-sync" => Some(When::LastSync),
        _ => None,
    };
    if place.is_some() {
        return Ok(place);
    }
    if let Some(number) = lower.strip_prefix('#') {
        let position = number.parse().map_err(|_| WhenError::unknown(text))?;
        return Ok(Some(When::Position(position)));
    }
    let named = lower
        .strip_prefix("change:")
        .or_else(|| lower.strip_prefix("event:"));
    if let Some(prefix) = named {
        if short_id::alphabet_of(prefix) == Some(Alphabet::Change) {
            return Ok(Some(When::Change(prefix.to_owned())));
        }
        return Err(WhenError::unknown(text));
    }
    let is_full_id = lower.len() == 36 && lower.contains('-');
    Ok(is_full_id
        .then(|| lower.parse().ok())
        .flatten()
        .map(|uuid| When::Change(short_id::full(Alphabet::Change, uuid))))
}

/// Reads a number that is no year: a position, or a change id of decimal digits only.
fn parse_digits(text: &str) -> Result<When, WhenError> {
    if text.len() <= POSITION_DIGITS_MAX {
        let position = text.parse().map_err(|_| WhenError::unknown(text))?;
        return Ok(When::Position(position));
    }
    if let Some(error) = iso::compact(text) {
        return Err(error);
    }
    if text.len() > Alphabet::FULL_LENGTH {
        return Err(WhenError::unknown(text));
    }
    Ok(When::Change(text.to_owned()))
}

fn start_of(day: Date, zone: &TimeZone) -> Timestamp {
    // Only the very first and last days of the calendar have no moment in every zone.
    zone.to_timestamp(day.to_datetime(Time::midnight()))
        .unwrap_or(if day.year() > 0 {
            Timestamp::MAX
        } else {
            Timestamp::MIN
        })
}

/// Returns the last nanosecond of a day, so that "not later than" is the same test for all moments.
fn end_of(day: Date, zone: &TimeZone) -> Timestamp {
    let next = day
        .tomorrow()
        .map_or(Timestamp::MAX, |next| start_of(next, zone));
    next.saturating_sub(SignedDuration::from_nanos(1))
        .unwrap_or(next)
}

/// Places a local time: one that a clock change skips moves on, one that it repeats is the first.
fn instant_of(local: DateTime, zone: &TimeZone) -> Result<Timestamp, WhenError> {
    zone.to_timestamp(local)
        .map_err(|_| WhenError::NotInCalendar {
            text: local.to_string(),
        })
}

/// Writes a time of day, with seconds only where they matter.
fn clock_time(time: Time) -> String {
    let (hour, minute, second) = (time.hour(), time.minute(), time.second());
    if second == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    }
}

#[cfg(test)]
mod tests;
