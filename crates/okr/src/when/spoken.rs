//! Moments in words: days, weekdays, amounts of time, and periods without a year.

use jiff::civil::{Date, Weekday};
use jiff::{SignedDuration, Span};
use okr_core::value::WeekStart;

use super::{Clock, Direction, When, WhenError, iso};

/// Reads words in lower case; none when they are none of these.
///
/// # Errors
/// [`WhenError`] when the words have two meanings or leave the calendar.
pub(super) fn parse(
    text: &str,
    clock: &Clock,
    direction: Direction,
) -> Result<Option<When>, WhenError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    if let Some(when) = parse_numbered(&words, clock, direction)? {
        return Ok(Some(when));
    }
    if let Some(when) = parse_span(&words, clock)? {
        return Ok(Some(when));
    }
    let (day_words, time) = match words.split_last() {
        Some((last, before)) if !before.is_empty() && last.contains(':') => {
            let time = iso::time_of_day(last).ok_or_else(|| WhenError::unknown(text))?;
            (before, Some(time))
        }
        Some(_) | None => (&words[..], None),
    };
    if let (["now"] | ["just", "now"], None) = (day_words, time) {
        return Ok(Some(When::Instant(clock.now)));
    }
    match (parse_day(day_words, clock, direction)?, time) {
        (Some(day), Some(time)) => Ok(Some(When::Instant(clock.instant(day, time)?))),
        (Some(day), None) => Ok(Some(When::Day(day))),
        (None, Some(_)) => Err(WhenError::unknown(text)),
        (None, None) => parse_period(&words, clock),
    }
}

fn parse_day(
    words: &[&str],
    clock: &Clock,
    direction: Direction,
) -> Result<Option<Date>, WhenError> {
    let today = clock.today();
    let day = match words {
        ["today"] => Ok(today),
        ["yesterday"] => today.yesterday(),
        ["tomorrow"] => today.tomorrow(),
        [name] => match (weekday(name), direction) {
            (None, _) => return Ok(None),
            (Some(weekday), _) if weekday == today.weekday() => Ok(today),
            (Some(weekday), Direction::Back) => today.nth_weekday(-1, weekday),
            (Some(weekday), Direction::Forward) => today.nth_weekday(1, weekday),
        },
        ["last", name] => match weekday(name) {
            Some(weekday) => today.nth_weekday(-1, weekday),
            None => return Ok(None),
        },
        ["next", name] => match weekday(name) {
            Some(weekday) => return Err(next_weekday(&words.join(" "), weekday, today)),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    day.map(Some).map_err(|_| WhenError::NotInCalendar {
        text: words.join(" "),
    })
}

/// Says why `next friday` is refused: to some it is the coming one, to others the one after it.
fn next_weekday(text: &str, weekday: Weekday, today: Date) -> WhenError {
    let day = |nth| today.nth_weekday(nth, weekday).map(|day| day.to_string());
    match (day(1), day(2)) {
        (Ok(coming), Ok(after)) => WhenError::Ambiguous {
            text: text.to_owned(),
            readings: [coming.clone(), after.clone()],
            write: [coming, after],
        },
        (Err(_), _) | (_, Err(_)) => WhenError::NotInCalendar {
            text: text.to_owned(),
        },
    }
}

/// A unit of an amount of time.
#[derive(Clone, Copy)]
enum SpanUnit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

/// Reads `3d ago`, `2 weeks ago`, `in 3 days`.
fn parse_span(words: &[&str], clock: &Clock) -> Result<Option<When>, WhenError> {
    let (amount_words, sign) = match words {
        [amount @ .., "ago"] => (amount, -1),
        ["in", amount @ ..] => (amount, 1),
        _ => return Ok(None),
    };
    let text = words.join(" ");
    let (amount, unit) = match amount_words {
        [joined] => {
            let end = joined.find(|character: char| !character.is_ascii_digit());
            joined.split_at(end.unwrap_or(joined.len()))
        }
        ["a" | "an", unit] => ("1", *unit),
        [amount, unit] => (*amount, *unit),
        _ => return Err(WhenError::unknown(&text)),
    };
    let amount: i64 = amount
        .parse::<u32>()
        .map_err(|_| WhenError::unknown(&text))?
        .into();
    if unit == "m" {
        let write = |unit: &str| match sign {
            -1 => format!("\"{amount} {unit} ago\""),
            _ => format!("\"in {amount} {unit}\""),
        };
        return Err(WhenError::Ambiguous {
            readings: [format!("{amount} minutes"), format!("{amount} months")],
            write: [write("min"), write("months")],
            text,
        });
    }
    let unit = span_unit(unit).ok_or_else(|| WhenError::unknown(&text))?;
    shifted(clock, sign * amount, unit)
        .map(Some)
        .ok_or(WhenError::NotInCalendar { text })
}

fn span_unit(word: &str) -> Option<SpanUnit> {
    Some(match word {
        "min" | "mins" | "minute" | "minutes" => SpanUnit::Minutes,
        "h" | "hr" | "hrs" | "hour" | "hours" => SpanUnit::Hours,
        "d" | "day" | "days" => SpanUnit::Days,
        "w" | "wk" | "wks" | "week" | "weeks" => SpanUnit::Weeks,
        "mo" | "month" | "months" => SpanUnit::Months,
        "y" | "yr" | "yrs" | "year" | "years" => SpanUnit::Years,
        _ => return None,
    })
}

/// Minutes and hours lead to a moment; days and more lead to a day.
fn shifted(clock: &Clock, amount: i64, unit: SpanUnit) -> Option<When> {
    let moment = |seconds: i64| {
        let duration = SignedDuration::from_secs(amount.checked_mul(seconds)?);
        clock.now.checked_add(duration).ok().map(When::Instant)
    };
    let day =
        |span: Result<Span, jiff::Error>| clock.today().checked_add(span.ok()?).ok().map(When::Day);
    match unit {
        SpanUnit::Minutes => moment(60),
        SpanUnit::Hours => moment(3600),
        SpanUnit::Days => day(Span::new().try_days(amount)),
        SpanUnit::Weeks => day(Span::new().try_weeks(amount)),
        SpanUnit::Months => day(Span::new().try_months(amount)),
        SpanUnit::Years => day(Span::new().try_years(amount)),
    }
}

/// Reads `q3` and `w48`: the latest that has begun, or the earliest that has not ended.
fn parse_numbered(
    words: &[&str],
    clock: &Clock,
    direction: Direction,
) -> Result<Option<When>, WhenError> {
    let [word] = words else { return Ok(None) };
    let (kind, number) = word.split_at(usize::from(word.starts_with(['q', 'w'])));
    let is_number = matches!(number.len(), 1 | 2) && number.bytes().all(|b| b.is_ascii_digit());
    if kind.is_empty() || !is_number {
        return Ok(None);
    }
    let number: i8 = number.parse().map_err(|_| WhenError::unknown(word))?;
    let today = clock.today();
    let period = |distance| match kind {
        "q" => iso::quarter_period(today.year() + distance, number),
        _ => iso::week_period(today.iso_week_date().year() + distance, number),
    };
    // A week 53 is at most seven years away.
    let found = (0..=7).find_map(|distance| match direction {
        Direction::Back => period(-distance)
            .filter(|when| matches!(when, When::Period { first, .. } if *first <= today)),
        Direction::Forward => period(distance)
            .filter(|when| matches!(when, When::Period { last, .. } if *last >= today)),
    });
    found.map(Some).ok_or_else(|| WhenError::NotInCalendar {
        text: (*word).to_owned(),
    })
}

/// Reads `this month`, `last quarter`, `next week`.
fn parse_period(words: &[&str], clock: &Clock) -> Result<Option<When>, WhenError> {
    let [which, what] = words else {
        return Ok(None);
    };
    let steps: i64 = match *which {
        "last" => -1,
        "this" => 0,
        "next" => 1,
        _ => return Ok(None),
    };
    let today = clock.today();
    let moved = |span: Span| today.checked_add(span);
    let period = match *what {
        "week" => moved(Span::new().weeks(steps)).map(|day| week_around(day, clock.week_start)),
        "month" => {
            moved(Span::new().months(steps)).map(|day| iso::month_period(day.year(), day.month()))
        }
        "quarter" => moved(Span::new().months(3 * steps))
            .map(|day| iso::quarter_period(day.year(), (day.month() + 2) / 3)),
        "year" => moved(Span::new().years(steps)).map(|day| iso::year_period(day.year())),
        _ => return Ok(None),
    };
    match period {
        Ok(Some(period)) => Ok(Some(period)),
        Ok(None) | Err(_) => Err(WhenError::NotInCalendar {
            text: words.join(" "),
        }),
    }
}

fn week_around(day: Date, week_start: WeekStart) -> Option<When> {
    let start = match week_start {
        WeekStart::Monday => Weekday::Monday,
        WeekStart::Sunday => Weekday::Sunday,
        WeekStart::Saturday => Weekday::Saturday,
    };
    let back = Span::new().days(day.weekday().since(start));
    let first = day.checked_sub(back).ok()?;
    let last = first.checked_add(Span::new().days(6)).ok()?;
    Some(When::Period { first, last })
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "mon" | "monday" => Weekday::Monday,
        "tue" | "tues" | "tuesday" => Weekday::Tuesday,
        "wed" | "wednesday" => Weekday::Wednesday,
        "thu" | "thur" | "thurs" | "thursday" => Weekday::Thursday,
        "fri" | "friday" => Weekday::Friday,
        "sat" | "saturday" => Weekday::Saturday,
        "sun" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}
