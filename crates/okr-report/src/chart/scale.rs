//! Where a value and a day stand on an axis, and the round numbers to write at it.

use okr_core::value::days_between;
use okr_core::{Date, Decimal};

/// By how much values must differ, out of the greatest, to be told apart: 10^-9.
const RESOLUTION: Decimal = Decimal::from_parts(1, 0, 0, false, 9);

/// A value axis from one round number to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ValueScale {
    pub(super) low: Decimal,
    pub(super) high: Decimal,
    /// The round numbers, lowest first.
    pub(super) ticks: Vec<Decimal>,
}

impl ValueScale {
    /// Makes the axis that all the values are on, with about as many round numbers as asked for.
    pub(super) fn covering(values: impl IntoIterator<Item = Decimal>, ticks_max: usize) -> Self {
        let (mut low, mut high) = (Decimal::MAX, Decimal::MIN);
        for value in values {
            low = low.min(value);
            high = high.max(value);
        }
        if low > high {
            (low, high) = (Decimal::ZERO, Decimal::ONE);
        }
        let size = low.abs().max(high.abs());
        if high - low <= size * RESOLUTION {
            let room = if size.is_zero() {
                Decimal::ONE
            } else {
                size / Decimal::TEN
            };
            (low, high) = (low - room, high + room);
        }
        let step = round_step(high - low, ticks_max);
        let (first, last) = ((low / step).floor() * step, (high / step).ceil() * step);
        let mut ticks = vec![first];
        while let Some(tick) = ticks.last().map(|tick| tick + step)
            && tick <= last
        {
            ticks.push(tick);
        }
        Self {
            low: first,
            high: last,
            ticks,
        }
    }

    /// Makes an axis with given ends and numbers.
    pub(super) fn fixed(low: Decimal, high: Decimal, ticks: Vec<Decimal>) -> Self {
        Self { low, high, ticks }
    }

    /// Returns how far a value is from the low end, when the high end is at `length`.
    ///
    /// What is beyond the ends is kept within ten lengths of them.
    pub(super) fn place(&self, value: Decimal, length: i32) -> i32 {
        let span = self.high - self.low;
        let far = span * Decimal::TEN;
        let above = (value - self.low).clamp(-far, far);
        let place = (above / span * Decimal::from(length)).round();
        i32::try_from(place).expect("within ten lengths")
    }
}

/// Returns the smallest of 1, 2, 5 times a power of ten that divides a span into few enough steps.
fn round_step(span: Decimal, ticks_max: usize) -> Decimal {
    let least = span / Decimal::from(ticks_max.max(1));
    let mut power = Decimal::ONE;
    while power > least {
        power /= Decimal::TEN;
    }
    while power * Decimal::TEN <= least {
        power *= Decimal::TEN;
    }
    let steps = [1, 2, 5, 10].map(|times| power * Decimal::from(times));
    let fitting = steps.into_iter().find(|step| *step >= least);
    fitting.unwrap_or(power * Decimal::TEN)
}

/// Days from one to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DayScale {
    pub(super) from: Date,
    pub(super) to: Date,
}

impl DayScale {
    /// Returns how far a day is from the first, when the last is at `length`; the middle of one day.
    pub(super) fn place(self, day: Date, length: i32) -> i32 {
        let whole = i64::from(days_between(self.from, self.to));
        if whole == 0 {
            return length / 2;
        }
        let gone = i64::from(days_between(self.from, day));
        let doubled = 2 * gone * i64::from(length) + whole;
        i32::try_from(doubled.div_euclid(2 * whole)).unwrap_or(i32::MAX)
    }

    /// Returns the day at a place, when the last is at `length`.
    pub(super) fn day_at(self, place: i32, length: i32) -> Date {
        let whole = i64::from(days_between(self.from, self.to));
        let gone = i64::from(place) * whole / i64::from(length.max(1));
        let days = jiff::Span::new().days(gone);
        self.from.checked_add(days).unwrap_or(self.to).min(self.to)
    }

    /// Says whether a day is within the days.
    pub(super) fn contains(self, day: Date) -> bool {
        (self.from..=self.to).contains(&day)
    }
}

/// Returns the value between two days, on a straight line.
pub(super) fn between(
    (begin, at_begin): (Date, Decimal),
    (end, at_end): (Date, Decimal),
    day: Date,
) -> Decimal {
    let whole = days_between(begin, end);
    if whole <= 0 {
        return at_end;
    }
    let gone = Decimal::from(days_between(begin, day));
    at_begin + (at_end - at_begin) / Decimal::from(whole) * gone
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn ticks(values: &[&str], max: usize) -> Vec<String> {
        let values = values.iter().map(|value| decimal(value));
        let scale = ValueScale::covering(values, max);
        let ticks = scale.ticks.iter();
        ticks.map(|tick| tick.normalize().to_string()).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(
            ticks(&["480", "200"], 6),
            ["200", "250", "300", "350", "400", "450", "500"]
        );
        assert_eq!(
            ticks(&["0", "111"], 6),
            ["0", "20", "40", "60", "80", "100", "120"]
        );
        assert_eq!(
            ticks(&["0.9", "1.1"], 4),
            ["0.9", "0.95", "1", "1.05", "1.1"]
        );
        assert_eq!(
            ticks(&["-230", "100"], 4),
            ["-300", "-200", "-100", "0", "100"]
        );
    }

    #[test]
    fn equal_values_and_none_have_an_axis_too() {
        assert_eq!(ticks(&["5", "5"], 4), ["4.5", "5", "5.5"]);
        assert!(ticks(&["5"], 4).contains(&"5".to_owned()));
        assert!(ticks(&["0"], 4).contains(&"0".to_owned()));
        assert!(!ticks(&[], 4).is_empty());
    }

    #[test]
    fn days_are_placed_evenly() {
        let scale = DayScale {
            from: date(2026, 10, 1),
            to: date(2026, 12, 31),
        };
        assert_eq!(scale.place(date(2026, 10, 1), 910), 0);
        assert_eq!(scale.place(date(2026, 10, 2), 910), 10);
        assert_eq!(scale.place(date(2026, 12, 31), 910), 910);
        assert_eq!(scale.place(date(2026, 9, 30), 910), -10);
        assert_eq!(scale.day_at(10, 910), date(2026, 10, 2));
        let one = DayScale {
            from: date(2026, 10, 1),
            to: date(2026, 10, 1),
        };
        assert_eq!(one.place(one.from, 100), 50);
        assert_eq!(one.day_at(70, 100), one.from);
    }

    proptest! {
        #[test]
        fn every_value_is_on_its_axis(
            units in prop::collection::vec((any::<i64>(), 0u32..=9), 1..8),
            ticks_max in 1usize..12,
        ) {
            let values: Vec<Decimal> = units
                .into_iter()
                .map(|(units, scale)| Decimal::new(units, scale))
                .collect();
            let scale = ValueScale::covering(values.iter().copied(), ticks_max);
            prop_assert!(scale.ticks.len() <= 2 * ticks_max + 3);
            for value in values {
                prop_assert!((0..=1000).contains(&scale.place(value, 1000)));
            }
        }
    }
}
