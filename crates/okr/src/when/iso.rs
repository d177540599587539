//! Dates written in digits: ISO 8601 is read, everything else is refused with what it may mean.

use jiff::Timestamp;
use jiff::civil::{Date, ISOWeekDate, Time, Weekday};
use jiff::tz::TimeZone;
use okr_core::calendar::FiscalStart;

use super::{When, WhenError, instant_of};

/// The years that four digits alone stand for; other numbers are positions.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// Says whether a text is written year first, so that there is nothing to explain about it.
pub(super) fn looks_iso(text: &str) -> bool {
    let (year, rest) = split_digits(text);
    year.len() == 4 && (rest.is_empty() || rest.starts_with('-'))
}

/// Reads `2026`, `2026-10`, `2026-Q3`, `2026-T3`, `2026-H2`, `2026-W48`, `2026-11-20`, and a day with a time.
///
/// None when the text does not begin like any of them.
///
/// # Errors
/// [`WhenError`] when it does, and goes on otherwise or is in no calendar.
pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Option<When>, WhenError> {
    if !looks_iso(text) {
        return Ok(None);
    }
    let not_in_calendar = || WhenError::NotInCalendar {
        text: text.to_owned(),
    };
    let (year, rest) = split_digits(text);
    let year: i16 = year.parse().map_err(|_| WhenError::unknown(text))?;
    if rest.is_empty() {
        let is_year = YEARS.contains(&year);
        return Ok(is_year.then(|| year_period(year)).flatten());
    }
    let rest = &rest[1..];
    let (digits, after) = split_digits(rest);
    if let ("", Some(kind)) = (digits, after.chars().next()) {
        let number = after[kind.len_utf8()..]
            .parse()
            .map_err(|_| WhenError::unknown(text))?;
        let period = match kind.to_ascii_lowercase() {
            'q' => quarter_period(year, number),
            'w' => week_period(year, number),
            't' | 'h' => named_period(text),
            _ => return Err(WhenError::unknown(text)),
        };
        return period.map(Some).ok_or_else(not_in_calendar);
    }
    let month: i8 = two_digits(digits).ok_or_else(|| WhenError::unknown(text))?;
    if after.is_empty() {
        return month_period(year, month)
            .map(Some)
            .ok_or_else(not_in_calendar);
    }
    let day_text = after
        .strip_prefix('-')
        .ok_or_else(|| WhenError::unknown(text))?;
    let (digits, after) = split_digits(day_text);
    let day = two_digits(digits).ok_or_else(|| WhenError::unknown(text))?;
    let day = Date::new(year, month, day).map_err(|_| not_in_calendar())?;
    if after.is_empty() {
        return Ok(Some(When::Day(day)));
    }
    let time = after
        .strip_prefix(['T', 't', ' '])
        .ok_or_else(|| WhenError::unknown(text))?;
    timed(text, day, time.trim_start(), zone).map(Some)
}

/// Reads the time after a day, with or without an offset.
fn timed(text: &str, day: Date, time: &str, zone: &TimeZone) -> Result<When, WhenError> {
    if time.contains(['Z', 'z', '+', '-']) {
        let instant: Timestamp = format!("{day}T{time}")
            .parse()
            .map_err(|_| WhenError::unknown(text))?;
        return Ok(When::Instant(instant));
    }
    if time == "24:00" {
        return Ok(When::Day(day));
    }
    let time = time_of_day(time).ok_or_else(|| WhenError::unknown(text))?;
    Ok(When::Instant(instant_of(time.to_datetime(day), zone)?))
}

/// Reads a time of day: `9:30`, `17:00`, `17:00:05`, `17:00:05.25`.
pub(super) fn time_of_day(text: &str) -> Option<Time> {
    let (hour, rest) = split_digits(text);
    let is_time = matches!(hour.len(), 1 | 2)
        && rest.starts_with(':')
        && rest
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    if !is_time {
        return None;
    }
    format!("{hour:0>2}{rest}").parse().ok()
}

/// Returns the whole year.
pub(super) fn year_period(year: i16) -> Option<When> {
    let first = Date::new(year, 1, 1).ok()?;
    Some(When::Period {
        first,
        last: first.last_of_year(),
    })
}

/// Returns a calendar month.
pub(super) fn month_period(year: i16, month: i8) -> Option<When> {
    let first = Date::new(year, month, 1).ok()?;
    Some(When::Period {
        first,
        last: first.last_of_month(),
    })
}

/// Returns a calendar quarter, 1 to 4.
pub(super) fn quarter_period(year: i16, quarter: i8) -> Option<When> {
    if !(1..=4).contains(&quarter) {
        return None;
    }
    let first = Date::new(year, 3 * quarter - 2, 1).ok()?;
    let last = Date::new(year, 3 * quarter, 1).ok()?.last_of_month();
    Some(When::Period { first, last })
}

/// Returns a tertial or a half of a year.
fn named_period(text: &str) -> Option<When> {
    let period = okr_core::calendar::named(text, FiscalStart::JANUARY)?;
    Some(When::Period {
        first: period.start(),
        last: period.end(),
    })
}

/// Returns an ISO week, Monday to Sunday.
pub(super) fn week_period(year: i16, week: i8) -> Option<When> {
    let day = |weekday| {
        ISOWeekDate::new(year, week, weekday)
            .ok()
            .map(ISOWeekDate::date)
    };
    Some(When::Period {
        first: day(Weekday::Monday)?,
        last: day(Weekday::Sunday)?,
    })
}

/// Says why a date with slashes or points, or with the year last, is refused; none for other text.
pub(super) fn slashed(text: &str) -> Option<WhenError> {
    let separator = text.chars().find(|character| !character.is_ascii_digit())?;
    if !matches!(separator, '/' | '.' | '-') {
        return None;
    }
    let parts: Vec<&str> = text.trim_end_matches('.').split(separator).collect();
    let [a, b, c] = parts[..] else {
        return None;
    };
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !(is_number(a) && is_number(b) && is_number(c)) {
        return None;
    }
    if a.len() == 4 {
        let day = Date::new(a.parse().ok()?, b.parse().ok()?, c.parse().ok()?);
        return Some(one_or_none(text, day.ok()));
    }
    let year: i16 = match c.len() {
        4 => c.parse().ok()?,
        2 => 2000 + c.parse::<i16>().ok()?,
        _ => return None,
    };
    let (a, b): (i8, i8) = (a.parse().ok()?, b.parse().ok()?);
    let day_first = Date::new(year, b, a).ok();
    let month_first = Date::new(year, a, b).ok();
    Some(match (day_first, month_first) {
        (Some(day_first), Some(month_first)) if day_first != month_first => WhenError::Ambiguous {
            text: text.to_owned(),
            readings: [spelled(day_first), spelled(month_first)],
            write: [day_first.to_string(), month_first.to_string()],
        },
        (day_first, month_first) => one_or_none(text, day_first.or(month_first)),
    })
}

/// Says why eight digits that are a date are refused; none for other digits.
pub(super) fn compact(digits: &str) -> Option<WhenError> {
    if digits.len() != 8 {
        return None;
    }
    let year: i16 = digits[..4].parse().ok()?;
    let day = Date::new(year, digits[4..6].parse().ok()?, digits[6..].parse().ok()?).ok()?;
    YEARS.contains(&year).then(|| WhenError::Ambiguous {
        text: digits.to_owned(),
        readings: [
            format!("{} {year}", spelled(day)),
            "the id of a change".to_owned(),
        ],
        write: [day.to_string(), format!("change:{digits}")],
    })
}

fn one_or_none(text: &str, day: Option<Date>) -> WhenError {
    let text = text.to_owned();
    match day {
        Some(day) => WhenError::NotIso {
            text,
            write: day.to_string(),
        },
        None => WhenError::NotInCalendar { text },
    }
}

/// Spells a day of the year: `1 February`.
fn spelled(day: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = usize::try_from(day.month() - 1).expect("months count from 1");
    format!("{} {}", day.day(), MONTHS[month])
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit());
    text.split_at(end.unwrap_or(text.len()))
}

fn two_digits(digits: &str) -> Option<i8> {
    if digits.len() == 2 {
        digits.parse().ok()
    } else {
        None
    }
}
