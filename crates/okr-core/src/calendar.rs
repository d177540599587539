//! Calendars: which cycles follow each other in an organisation, and what they are called.
//!
//! A name with `FY` counts from the first day of the fiscal year and bears the calendar year in
//! which that year begins; a name without it counts from 1 January. So `2026-Q2` is always April to
//! June 2026, and `FY2026-Q2` is July to September 2026 where the fiscal year begins on 1 April.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::Date;

use crate::text::Name;
use crate::value::{Calendar, CyclePeriod, ValueError};

/// The day on which the fiscal year begins. Its day of the month is at most 28, so that every month
/// has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalStart {
    month: i8,
    day: i8,
}

impl FiscalStart {
    /// 1 January: the fiscal year is the calendar year.
    pub const JANUARY: Self = Self { month: 1, day: 1 };

    /// Checks a month and a day.
    ///
    /// # Errors
    /// [`ValueError::Range`] outside of 01-01 to 12-28, or after the 28th of a month.
    pub fn new(month: i8, day: i8) -> Result<Self, ValueError> {
        if (1..=12).contains(&month) && (1..=28).contains(&day) {
            return Ok(Self { month, day });
        }
        Err(refused(format!("{month:02}-{day:02}")))
    }

    /// Returns the month, 1 to 12.
    pub const fn month(self) -> i8 {
        self.month
    }

    /// Returns the day of the month, 1 to 28.
    pub const fn day(self) -> i8 {
        self.day
    }

    fn in_year(self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).ok()
    }
}

impl Default for FiscalStart {
    fn default() -> Self {
        Self::JANUARY
    }
}

impl fmt::Display for FiscalStart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}-{:02}", self.month, self.day)
    }
}

impl FromStr for FiscalStart {
    type Err = ValueError;

    /// Reads `MM-DD`.
    fn from_str(text: &str) -> Result<Self, ValueError> {
        let part = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| part.parse::<i8>().ok()).flatten()
        };
        match text.split_once('-') {
            Some((month, day)) => match (part(month), part(day)) {
                (Some(month), Some(day)) => Self::new(month, day),
                (_, _) => Err(refused(text.to_owned())),
            },
            None => Err(refused(text.to_owned())),
        }
    }
}

fn refused(given: String) -> ValueError {
    ValueError::Range {
        what: "the start of a fiscal year",
        allowed: "a month and a day up to the 28th, such as 04-01",
        given,
    }
}

/// A cycle as a calendar has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarCycle {
    /// What it is called, such as `2026-Q4` or `FY2026-Q1`.
    pub name: Name,
    /// Its first and last day.
    pub period: CyclePeriod,
}

/// Returns the cycle of a calendar that a day lies in; none when the calendar has no rule, or when
/// the day is at an end of time.
pub fn cycle_of(calendar: Calendar, fiscal: FiscalStart, day: Date) -> Option<CalendarCycle> {
    let months = months(calendar)?;
    let this_year = fiscal.in_year(day.year())?;
    let year = if day < this_year {
        day.year() - 1
    } else {
        day.year()
    };
    let count = 12 / months;
    (1..=count)
        .filter_map(|number| numbered(calendar, fiscal, (year, number)))
        .find(|cycle| cycle.period.contains(day))
}

/// Returns the first cycle of a calendar that begins after a day.
pub fn cycle_after(calendar: Calendar, fiscal: FiscalStart, day: Date) -> Option<CalendarCycle> {
    let next = day.tomorrow().ok()?;
    let around = cycle_of(calendar, fiscal, next)?;
    if around.period.start() > day {
        return Some(around);
    }
    cycle_of(calendar, fiscal, around.period.end().tomorrow().ok()?)
}

/// Returns the cycle of a calendar that is to be planned next: the first one that begins after all
/// that there are, or the one of today where there is none.
///
/// What is longer than any cycle of the calendar, such as a year above its quarters, does not count.
pub fn next(
    calendar: Calendar,
    fiscal: FiscalStart,
    (existing, today): (&[CyclePeriod], Date),
) -> Option<CalendarCycle> {
    let days_max = i32::from(months(calendar)?) * 31;
    let shorter = existing.iter().filter(|period| period.days() <= days_max);
    match shorter.map(|period| period.end()).max() {
        Some(last) => cycle_after(calendar, fiscal, last),
        None => cycle_of(calendar, fiscal, today),
    }
}

/// Returns the period that a name says: `2026-Q4`, `2026-T3`, `2026-H2`, `2026`, each also with
/// `FY` before it. Upper and lower case are the same.
pub fn named(name: &str, fiscal: FiscalStart) -> Option<CyclePeriod> {
    let name = name.to_ascii_uppercase();
    let (rest, fiscal) = match name.strip_prefix("FY") {
        Some(rest) => (rest, fiscal),
        None => (name.as_str(), FiscalStart::JANUARY),
    };
    let (year, part) = match rest.split_once('-') {
        Some((year, part)) => (year, Some(part)),
        None => (rest, None),
    };
    if year.len() != 4 || !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let year = year.parse().ok()?;
    let (calendar, number) = match part {
        None => (Calendar::Year, 1),
        Some(part) => {
            let (letter, number) = part.split_at_checked(1)?;
            let calendar = match letter {
                "Q" => Calendar::Quarter,
                "T" => Calendar::Tertial,
                "H" => Calendar::HalfYear,
                _ => return None,
            };
            let mut digits = number.chars();
            match (
                digits.next().and_then(|digit| digit.to_digit(10)),
                digits.next(),
            ) {
                (Some(number), None) => (calendar, i8::try_from(number).ok()?),
                (_, _) => return None,
            }
        }
    };
    numbered(calendar, fiscal, (year, number)).map(|cycle| cycle.period)
}

/// Returns the day half-way through a cycle: as many days lie before it as after it, or one less.
pub fn half_way(period: CyclePeriod) -> Date {
    let half = (period.days() - 1) / 2;
    period
        .start()
        .checked_add(Span::new().days(half))
        .unwrap_or(period.end())
}

/// Returns how many months a cycle of a calendar has; none when it has no rule.
const fn months(calendar: Calendar) -> Option<i8> {
    match calendar {
        Calendar::Quarter => Some(3),
        Calendar::Tertial => Some(4),
        Calendar::HalfYear => Some(6),
        Calendar::Year => Some(12),
        Calendar::Custom => None,
    }
}

/// Returns a cycle by the number it has in its year, from 1; none when the year has no such cycle.
fn numbered(
    calendar: Calendar,
    fiscal: FiscalStart,
    (year, number): (i16, i8),
) -> Option<CalendarCycle> {
    let months = months(calendar)?;
    if !(1..=12 / months).contains(&number) {
        return None;
    }
    let begins = |number: i8| {
        let months = i32::from(number - 1) * i32::from(months);
        let start = fiscal.in_year(year)?;
        start.checked_add(Span::new().months(months)).ok()
    };
    let last = begins(number + 1)?.yesterday().ok()?;
    let period = CyclePeriod::new(begins(number)?, last).ok()?;
    let prefix = if fiscal == FiscalStart::JANUARY {
        ""
    } else {
        "FY"
    };
    let part = match calendar {
        Calendar::Quarter => format!("-Q{number}"),
        Calendar::Tertial => format!("-T{number}"),
        Calendar::HalfYear => format!("-H{number}"),
        Calendar::Year | Calendar::Custom => String::new(),
    };
    let name = Name::new(format!("{prefix}{year:04}{part}")).ok()?;
    Some(CalendarCycle { name, period })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const APRIL: FiscalStart = FiscalStart { month: 4, day: 1 };

    fn shown(cycle: Option<CalendarCycle>) -> String {
        cycle.map_or_else(
            || "none".to_owned(),
            |cycle| {
                let (start, end) = (cycle.period.start(), cycle.period.end());
                format!("{} {start} {end}", cycle.name)
            },
        )
    }

    #[test]
    fn a_day_lies_in_one_cycle_of_each_calendar() {
        let day = date(2026, 11, 23);
        for (calendar, fiscal, expected) in [
            (
                Calendar::Quarter,
                FiscalStart::JANUARY,
                "2026-Q4 2026-10-01 2026-12-31",
            ),
            (
                Calendar::Tertial,
                FiscalStart::JANUARY,
                "2026-T3 2026-09-01 2026-12-31",
            ),
            (
                Calendar::HalfYear,
                FiscalStart::JANUARY,
                "2026-H2 2026-07-01 2026-12-31",
            ),
            (
                Calendar::Year,
                FiscalStart::JANUARY,
                "2026 2026-01-01 2026-12-31",
            ),
            (Calendar::Quarter, APRIL, "FY2026-Q3 2026-10-01 2026-12-31"),
            (Calendar::HalfYear, APRIL, "FY2026-H2 2026-10-01 2027-03-31"),
            (Calendar::Custom, FiscalStart::JANUARY, "none"),
        ] {
            assert_eq!(shown(cycle_of(calendar, fiscal, day)), expected);
        }
        let february = cycle_of(Calendar::Year, APRIL, date(2024, 2, 29));
        assert_eq!(shown(february), "FY2023 2023-04-01 2024-03-31");
    }

    #[test]
    fn cycles_follow_each_other_without_gap_or_overlap() {
        for fiscal in [
            FiscalStart::JANUARY,
            APRIL,
            FiscalStart { month: 11, day: 28 },
        ] {
            for calendar in Calendar::ALL.iter().copied() {
                let mut day = date(2023, 1, 1);
                for _ in 0..30 {
                    let Some(next) = cycle_after(calendar, fiscal, day) else {
                        assert_eq!(calendar, Calendar::Custom);
                        break;
                    };
                    assert!(next.period.start() > day);
                    let again = cycle_after(calendar, fiscal, next.period.end());
                    let gap = next.period.end().tomorrow().unwrap();
                    assert_eq!(again.unwrap().period.start(), gap);
                    // Its name says the same period.
                    assert_eq!(named(next.name.as_str(), fiscal), Some(next.period));
                    day = next.period.end();
                }
            }
        }
    }

    #[test]
    fn what_begins_in_the_middle_of_a_cycle_is_followed_by_a_whole_one() {
        let next = cycle_after(Calendar::Quarter, FiscalStart::JANUARY, date(2026, 11, 15));
        assert_eq!(shown(next), "2027-Q1 2027-01-01 2027-03-31");
    }

    #[test]
    fn the_next_cycle_follows_all_of_its_length() {
        let today = date(2026, 11, 23);
        let of = |names: &[&str]| -> Vec<CyclePeriod> {
            let periods = names.iter().map(|name| named(name, FiscalStart::JANUARY));
            periods.map(Option::unwrap).collect()
        };
        let after = |calendar, names: &[&str]| {
            let existing = of(names);
            shown(next(calendar, FiscalStart::JANUARY, (&existing, today)))
        };
        let quarter = Calendar::Quarter;
        assert_eq!(after(quarter, &[]), "2026-Q4 2026-10-01 2026-12-31");
        assert_eq!(
            after(quarter, &["2026-Q4"]),
            "2027-Q1 2027-01-01 2027-03-31"
        );
        // The year above the quarters does not count, and the order does not matter.
        let nested = ["2026-Q3", "2026", "2026-Q2"];
        assert_eq!(after(quarter, &nested), "2026-Q4 2026-10-01 2026-12-31");
        // Quarters before tertials do.
        let moved = after(Calendar::Tertial, &["2026-Q3"]);
        assert_eq!(moved, "2027-T1 2027-01-01 2027-04-30");
        assert_eq!(after(Calendar::Custom, &["2026-Q3"]), "none");
    }

    #[test]
    fn only_names_of_a_calendar_say_a_period() {
        for name in ["2026-Q4", "2026-q4", "fy2026-t1", "2026"] {
            assert!(named(name, APRIL).is_some(), "{name}");
        }
        for name in [
            "2026-Q0", "2026-Q5", "2026-T4", "2026-H3", "2026-Q", "2026-Q12", "26-Q1", "2026-",
            "FY", "", "2026-É1", "1969", "autumn",
        ] {
            assert_eq!(named(name, APRIL), None, "{name}");
        }
        let plain = named("2026-Q2", APRIL).unwrap();
        assert_eq!(plain.start(), date(2026, 4, 1));
        let fiscal = named("FY2026-Q2", APRIL).unwrap();
        assert_eq!(fiscal.start(), date(2026, 7, 1));
    }

    #[test]
    fn a_fiscal_year_begins_on_a_day_that_every_month_has() {
        assert_eq!("04-01".parse(), Ok(APRIL));
        assert_eq!(APRIL.to_string(), "04-01");
        for text in [
            "4-1", "13-01", "00-10", "04-29", "02-29", "04/01", "0401", "", "+4-01",
        ] {
            assert!(text.parse::<FiscalStart>().is_err(), "{text}");
        }
    }

    #[test]
    fn half_way_is_the_middle_day() {
        let quarter = named("2026-Q4", FiscalStart::JANUARY).unwrap();
        assert_eq!(half_way(quarter), date(2026, 11, 15));
        let day = CyclePeriod::new(date(2026, 1, 1), date(2026, 1, 1)).unwrap();
        assert_eq!(half_way(day), date(2026, 1, 1));
    }
}
