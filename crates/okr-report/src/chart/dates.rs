//! The dates that are written at a time axis: as fine as there is room for.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use crate::words::Language;

/// How far apart dates are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Days(i32),
    Week,
    HalfMonth,
    Months(i32),
    Years(i32),
}

/// From the finest to the coarsest.
const STEPS: &[Every] = &[
    Every::Days(1),
    Every::Days(2),
    Every::Week,
    Every::HalfMonth,
    Every::Months(1),
    Every::Months(2),
    Every::Months(3),
    Every::Months(6),
    Every::Years(1),
    Every::Years(2),
    Every::Years(5),
    Every::Years(10),
    Every::Years(50),
    Every::Years(200),
    Every::Years(1000),
];

/// Returns the most dates that a `room` takes, in characters: a year makes some of them longer.
pub(super) fn ticks_max(from: Date, to: Date, room: usize) -> usize {
    let each = if from.year() == to.year() { 9 } else { 14 };
    (room / each).max(1)
}

/// Returns at most so many dates within two days, with what is written there.
pub(super) fn date_ticks(
    (from, to): (Date, Date),
    ticks_max: usize,
    language: Language,
) -> Vec<(Date, String)> {
    let fitting = STEPS.iter().map(|every| every.days(from, to, ticks_max));
    let days = fitting.flatten().next().unwrap_or_default();
    let years = from.year() != to.year();
    let mut last_year = None;
    let mut ticks = Vec::new();
    let is_yearly = days.len() > 1 && days.iter().all(|day| day.day_of_year() == 1);
    for day in days {
        let text = if is_yearly {
            day.year().to_string()
        } else if years && last_year != Some(day.year()) {
            language.short_day_of_year(day)
        } else {
            language.short_day(day)
        };
        last_year = Some(day.year());
        ticks.push((day, text));
    }
    ticks
}

impl Every {
    /// Returns the days of this step within two days; none when there are too many.
    fn days(self, from: Date, to: Date, ticks_max: usize) -> Option<Vec<Date>> {
        let mut days = Vec::new();
        let mut next = self.first(from);
        while let Some(day) = next
            && day <= to
        {
            if days.len() == ticks_max {
                return None;
            }
            if day >= from {
                days.push(day);
            }
            next = self.after(day);
        }
        Some(days)
    }

    /// Returns a day of this step that is not long before a day.
    fn first(self, from: Date) -> Option<Date> {
        match self {
            Self::Days(_) => Some(from),
            Self::Week => {
                let since_monday = from.weekday().since(Weekday::Monday);
                from.checked_sub(Span::new().days(since_monday)).ok()
            }
            Self::HalfMonth => Some(from.first_of_month()),
            Self::Months(count) => {
                let months = i32::from(from.month() - 1) % count;
                let first = from.first_of_month();
                first.checked_sub(Span::new().months(months)).ok()
            }
            Self::Years(count) => {
                let year = i32::from(from.year()).div_euclid(count) * count;
                let year = i16::try_from(year).ok()?;
                Date::new(year, 1, 1).ok()
            }
        }
    }

    fn after(self, day: Date) -> Option<Date> {
        let step = match self {
            Self::Days(count) => Span::new().days(count),
            Self::Week => Span::new().weeks(1),
            Self::HalfMonth if day.day() == 1 => Span::new().days(14),
            Self::HalfMonth => {
                return day.first_of_month().checked_add(Span::new().months(1)).ok();
            }
            Self::Months(count) => Span::new().months(count),
            Self::Years(count) => Span::new().years(count),
        };
        day.checked_add(step).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn texts(from: Date, to: Date, max: usize) -> Vec<String> {
        let ticks = date_ticks((from, to), max, Language::English).into_iter();
        ticks.map(|(_, text)| text).collect()
    }

    #[test]
    fn as_fine_as_there_is_room() {
        let (from, to) = (date(2026, 10, 1), date(2026, 12, 31));
        assert_eq!(texts(from, to, 4), ["1 Oct", "1 Nov", "1 Dec"]);
        assert_eq!(
            texts(from, to, 6),
            ["1 Oct", "15 Oct", "1 Nov", "15 Nov", "1 Dec", "15 Dec"]
        );
        assert_eq!(texts(from, to, 2), ["1 Nov"]);
        assert_eq!(
            texts(from, date(2026, 10, 3), 9),
            ["1 Oct", "2 Oct", "3 Oct"]
        );
        assert_eq!(texts(from, from, 9), ["1 Oct"]);
    }

    #[test]
    fn the_year_is_named_where_there_are_several() {
        assert_eq!(
            texts(date(2008, 1, 1), date(2010, 12, 31), 5),
            ["2008", "2009", "2010"]
        );
        assert_eq!(
            texts(date(2026, 11, 10), date(2027, 1, 20), 4),
            ["1 Dec 2026", "1 Jan 2027"]
        );
        assert!(texts(Date::MIN, Date::MAX, 4).len() <= 4);
    }
}
