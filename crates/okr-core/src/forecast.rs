//! Forecast: where a value goes when it goes on as in the last weeks.
//!
//! The Theil-Sen line (Sen 1968, "Estimates of the regression coefficient based on Kendall's tau"):
//! its slope is the median of the slopes between all pairs of readings, and it lies so that half of
//! the readings are not above and half are not below it. A single wild reading does not move it.

use std::collections::BTreeMap;

use jiff::Span;
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::progress::Progress;
use crate::value::{CyclePeriod, days_between};

/// How far back readings count: six weeks, in days.
pub const WINDOW_DAYS: i32 = 42;
/// The fewest days with a reading that make a line.
pub const READINGS_MIN: usize = 3;

/// A line through the readings of the last weeks, and how far these lie from it.
///
/// The value after `x` days is `(offset + rise * x) / run`. Keeping the divisor apart keeps the line
/// exact: thirds would otherwise reach a target a day late. Exact up to 28 digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forecast {
    first: Date,
    last: Date,
    readings: usize,
    offset: Decimal,
    rise: Decimal,
    run: Decimal,
    spread: Decimal,
}

/// What a forecast says about a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// The line less the median distance of the readings from it.
    pub low: Decimal,
    /// The line.
    pub value: Decimal,
    /// The line and the median distance: half of the readings lie from `low` to `high`.
    pub high: Decimal,
}

impl Forecast {
    /// Draws the line through the readings of the [`WINDOW_DAYS`] up to a day, that day included.
    ///
    /// Readings are in the order in which they were recorded; of several about one day the last
    /// counts. None with less than [`READINGS_MIN`] days, or with numbers beyond 28 digits.
    pub fn through(
        readings: impl IntoIterator<Item = (Date, Decimal)>,
        today: Date,
    ) -> Option<Self> {
        let recent = readings
            .into_iter()
            .filter(|(day, _)| (0..=WINDOW_DAYS).contains(&days_between(*day, today)));
        let by_day: BTreeMap<Date, Decimal> = recent.collect();
        if by_day.len() < READINGS_MIN {
            return None;
        }
        let (first, last) = (*by_day.first_key_value()?.0, *by_day.last_key_value()?.0);
        let points: Vec<(Decimal, Decimal)> = by_day
            .iter()
            .map(|(day, value)| (days_between(first, *day).into(), *value))
            .collect();
        let (rise, run) = slope(&points)?;
        let above_origin = |(days, value): &(Decimal, Decimal)| {
            value
                .checked_mul(run)?
                .checked_sub(rise.checked_mul(*days)?)
        };
        let offsets: Vec<Decimal> = points.iter().map(above_origin).collect::<Option<_>>()?;
        let offset = median(offsets.clone())?;
        let distance = |above: &Decimal| Some(above.checked_sub(offset)?.abs());
        let distances: Vec<Decimal> = offsets.iter().map(distance).collect::<Option<_>>()?;
        Some(Self {
            first,
            last,
            readings: points.len(),
            offset,
            rise,
            run,
            spread: median(distances)?,
        })
    }

    /// Returns the day of the last reading, where the forecast begins.
    pub const fn last(&self) -> Date {
        self.last
    }

    /// Returns the number of days with a reading that the line goes through.
    pub const fn readings(&self) -> usize {
        self.readings
    }

    /// Returns what the line and the distance of the readings from it say about a day.
    ///
    /// None where the numbers are out of reach.
    pub fn at(&self, day: Date) -> Option<Estimate> {
        let days = Decimal::from(days_between(self.first, day));
        let line = self.offset.checked_add(self.rise.checked_mul(days)?)?;
        let over_run = |whole: Decimal| {
            let kept = whole.checked_div(self.run)?;
            let strategy = RoundingStrategy::MidpointNearestEven;
            Some(kept.round_dp_with_strategy(Progress::DECIMALS, strategy))
        };
        Some(Estimate {
            low: over_run(line.checked_sub(self.spread)?)?,
            value: over_run(line)?,
            high: over_run(line.checked_add(self.spread)?)?,
        })
    }

    /// Returns the first day, from the last reading on, on which the line is at the target or beyond.
    ///
    /// None when it leads elsewhere, or not there within ten years.
    pub fn reaches(&self, target: Decimal, upwards: bool) -> Option<Date> {
        let gap = target.checked_mul(self.run)?.checked_sub(self.offset)?;
        let (gap, rise) = if upwards {
            (gap, self.rise)
        } else {
            (-gap, -self.rise)
        };
        let to_last = days_between(self.first, self.last);
        if gap <= rise.checked_mul(to_last.into())? {
            return Some(self.last);
        }
        if rise <= Decimal::ZERO {
            return None;
        }
        let days = i32::try_from(gap.checked_div(rise)?.ceil()).ok()?;
        if days - to_last > CyclePeriod::MAX_DAYS {
            return None;
        }
        self.first.checked_add(Span::new().days(days)).ok()
    }
}

/// Returns the median slope of all pairs, as a fraction with a positive divisor.
fn slope(points: &[(Decimal, Decimal)]) -> Option<(Decimal, Decimal)> {
    let mut slopes = Vec::new();
    for (index, (days, value)) in points.iter().enumerate() {
        for (later_days, later_value) in &points[index + 1..] {
            let rise = later_value.checked_sub(*value)?;
            let run = later_days - days;
            slopes.push((rise.checked_div(run)?, rise, run));
        }
    }
    slopes.sort_by_key(|(quotient, _, _)| *quotient);
    let (_, rise, run) = *slopes.get(slopes.len() / 2)?;
    if slopes.len() % 2 == 1 {
        return Some((rise, run));
    }
    let (_, other_rise, other_run) = *slopes.get(slopes.len() / 2 - 1)?;
    let sum = rise
        .checked_mul(other_run)?
        .checked_add(other_rise.checked_mul(run)?)?;
    Some((sum, Decimal::TWO.checked_mul(run)?.checked_mul(other_run)?))
}

fn median(mut numbers: Vec<Decimal>) -> Option<Decimal> {
    numbers.sort();
    let upper = *numbers.get(numbers.len() / 2)?;
    if numbers.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = numbers.get(numbers.len() / 2 - 1)?;
    upper.checked_add(*lower)?.checked_div(Decimal::TWO)
}
