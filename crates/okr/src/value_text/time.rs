//! Units of time, and exact steps between them.

use okr_core::value::Number;

/// A unit of time that can follow a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeUnit {
    /// Milliseconds.
    Millisecond,
    /// Seconds.
    Second,
    /// Minutes.
    Minute,
    /// Hours.
    Hour,
    /// Days of 24 hours.
    Day,
}

impl TimeUnit {
    /// Every unit, the shortest first.
    pub const ALL: [Self; 5] = [
        Self::Millisecond,
        Self::Second,
        Self::Minute,
        Self::Hour,
        Self::Day,
    ];

    /// Returns what stands after a number: `min`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Millisecond => "ms",
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
        }
    }

    /// Finds the unit that stands after a number as [`TimeUnit::word`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.word() == word)
    }

    /// Finds the unit that somebody gave a key result: `h`, `hours`, `Days`.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        match name.as_str() {
            "ms" | "msec" | "millisecond" | "milliseconds" => Some(Self::Millisecond),
            "s" | "sec" | "secs" | "second" | "seconds" => Some(Self::Second),
            "min" | "mins" | "minute" | "minutes" => Some(Self::Minute),
            "h" | "hr" | "hrs" | "hour" | "hours" => Some(Self::Hour),
            "d" | "day" | "days" => Some(Self::Day),
            _ => None,
        }
    }

    const fn milliseconds(self) -> i128 {
        match self {
            Self::Millisecond => 1,
            Self::Second => 1_000,
            Self::Minute => 60_000,
            Self::Hour => 3_600_000,
            Self::Day => 86_400_000,
        }
    }

    /// Returns the same time in another unit; none where no number says it exactly.
    pub fn convert(self, number: Number, to: Self) -> Option<Number> {
        let missing = Number::MAX_SCALE - number.scale();
        // At most 64 bits by 9 digits by a day in milliseconds: 63 + 30 + 27 of 127 bits.
        let finest = i128::from(number.units()) * 10_i128.pow(missing) * self.milliseconds();
        if finest % to.milliseconds() != 0 {
            return None;
        }
        let mut units = finest / to.milliseconds();
        let mut scale = Number::MAX_SCALE;
        while scale > 0 && units % 10 == 0 {
            units /= 10;
            scale -= 1;
        }
        Number::new(i64::try_from(units).ok()?, scale).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn times_are_the_same_in_another_unit() {
        for (from, unit, expected, to) in [
            ("30", TimeUnit::Minute, "0.5", TimeUnit::Hour),
            ("1.5", TimeUnit::Hour, "90", TimeUnit::Minute),
            ("2", TimeUnit::Day, "48", TimeUnit::Hour),
            ("0.25", TimeUnit::Second, "250", TimeUnit::Millisecond),
            ("-36", TimeUnit::Hour, "-1.5", TimeUnit::Day),
            ("0", TimeUnit::Day, "0", TimeUnit::Millisecond),
            ("7", TimeUnit::Second, "7", TimeUnit::Second),
        ] {
            assert_eq!(
                unit.convert(number(from), to),
                Some(number(expected)),
                "{from}"
            );
        }
    }

    #[test]
    fn what_has_no_exact_number_has_none() {
        let third = TimeUnit::Minute.convert(number("20"), TimeUnit::Hour);
        assert_eq!(third, None);
        let fine = TimeUnit::Millisecond.convert(number("0.000000001"), TimeUnit::Second);
        assert_eq!(fine, None);
        let large = TimeUnit::Day.convert(Number::new(i64::MAX, 0).unwrap(), TimeUnit::Second);
        assert_eq!(large, None);
    }

    #[test]
    fn every_unit_is_known_by_its_word() {
        for unit in TimeUnit::ALL {
            assert_eq!(TimeUnit::from_word(unit.word()), Some(unit));
            assert_eq!(TimeUnit::named(unit.word()), Some(unit));
        }
        assert_eq!(TimeUnit::named("Hours"), Some(TimeUnit::Hour));
        assert_eq!(TimeUnit::named("users"), None);
    }

    proptest! {
        #[test]
        fn there_and_back_is_the_same(
            units in any::<i64>(), scale in 0u32..=9, from in 0usize..5, to in 0usize..5,
        ) {
            let (from, to) = (TimeUnit::ALL[from], TimeUnit::ALL[to]);
            let number = Number::new(units, scale).unwrap();
            if let Some(there) = from.convert(number, to) {
                prop_assert_eq!(to.convert(there, from), Some(number));
            }
        }
    }
}
