//! Days as numbers, for indexes: days since 1970-01-01.

use jiff::civil::{Date, date};
use okr_core::value::days_between;

const EPOCH: Date = date(1970, 1, 1);

/// Returns the number of a day.
pub(crate) fn day_number(day: Date) -> i64 {
    days_between(EPOCH, day).into()
}

/// Returns the day of a number; none beyond the calendar.
pub(crate) fn day_of_number(number: i64) -> Option<Date> {
    let days = jiff::Span::new().try_days(number).ok()?;
    EPOCH.checked_add(days).ok()
}

/// Returns the number of the day, in UTC, of a moment in microseconds since 1970.
pub(crate) const fn day_of_micros(micros: i64) -> i64 {
    micros.div_euclid(86_400_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970() {
        assert_eq!(day_number(date(1970, 1, 1)), 0);
        assert_eq!(day_number(date(1969, 12, 31)), -1);
        assert_eq!(day_number(date(2000, 3, 1)), 11_017);
        assert_eq!(day_of_number(11_017), Some(date(2000, 3, 1)));
        assert_eq!(day_of_number(i64::MAX), None);
        assert_eq!(day_of_micros(-1), -1);
        assert_eq!(day_of_micros(86_400_000_000), 1);
    }
}
