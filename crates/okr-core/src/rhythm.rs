//! The rhythm of check-ins: what the cadence asks for, what came, and how long it was silent.
//!
//! Whole days and whole numbers only.

use jiff::Span;
use jiff::civil::Date;

use crate::value::{CadenceDays, days_between};

/// Some days, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Days {
    /// The first day.
    pub first: Date,
    /// The last day.
    pub last: Date,
}

impl Days {
    /// Makes a span of days; none when it would end before it begins.
    pub fn new(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// Says whether a day is one of them.
    pub fn contains(self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// Returns the days that are in both; none when there is no such day.
    pub fn within(self, other: Self) -> Option<Self> {
        Self::new(self.first.max(other.first), self.last.min(other.last))
    }

    /// Returns how many days there are.
    pub fn count(self) -> i32 {
        days_between(self.first, self.last) + 1
    }
}

/// Returns the intervals of a cadence that are over by the last day, from the first day on.
///
/// Each expects one check-in. What is left at the end is too short to expect anything.
pub fn intervals(days: Days, cadence: CadenceDays) -> impl Iterator<Item = Days> {
    let length = i32::from(cadence.get());
    let whole = days.count() / length;
    (0..whole).filter_map(move |number| {
        let first = later(days.first, number * length)?;
        Days::new(first, later(first, length - 1)?)
    })
}

fn later(day: Date, days: i32) -> Option<Date> {
    day.checked_add(Span::new().days(days)).ok()
}

/// Returns how many days lie between each check-in and the next one; several of one day are one.
///
/// `days` are in ascending order.
pub fn gaps(days: &[Date]) -> impl Iterator<Item = i32> {
    let between = |pair: &[Date]| days_between(pair[0], pair[1]);
    days.windows(2).map(between).filter(|gap| *gap > 0)
}

/// Returns the greatest number of days in a row without a check-in.
///
/// `check_ins` are in ascending order; those outside of the days do not count.
pub fn longest_silence(days: Days, check_ins: &[Date]) -> i32 {
    let mut longest = 0;
    let mut silent_since = days.first;
    for day in check_ins.iter().filter(|day| days.contains(**day)) {
        longest = longest.max(days_between(silent_since, *day));
        silent_since = later(*day, 1).unwrap_or(*day);
    }
    longest.max(days_between(silent_since, days.last) + 1)
}

/// Returns the smallest number that so many percent of the numbers do not exceed (nearest rank);
/// none of no numbers. It is always one of them.
///
/// `numbers` are in ascending order; `percent` is from 1 to 100.
pub fn percentile<T: Copy>(numbers: &[T], percent: usize) -> Option<T> {
    let rank = (numbers.len() * percent).div_ceil(100);
    numbers.get(rank.max(1) - 1).copied()
}

/// A part of a whole number of things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Share {
    /// How many of them.
    pub part: usize,
    /// How many there are.
    pub whole: usize,
}

impl Share {
    /// Returns the share in whole percent, halves upwards; none of nothing.
    pub const fn percent(self) -> Option<usize> {
        match (self.part * 200 + self.whole).checked_div(self.whole * 2) {
            Some(percent) if self.whole > 0 => Some(percent),
            Some(_) | None => None,
        }
    }
}
