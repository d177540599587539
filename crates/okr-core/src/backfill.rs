//! Back-filling: what was written so long after the day that it is about that it cannot have guided
//! anybody then. The rule and its limits stand here alone.

use jiff::civil::Date;

use crate::value::{CadenceDays, CyclePeriod, days_between};

/// The number of cadences after which a check-in was written too late for its day.
pub const BACKFILL_CADENCES: i32 = 2;

/// How late something was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lateness {
    /// The number of days from the day that it is about to the day on which it was written.
    pub days: i32,
    /// Whether the cycle had ended, and it is about a day before the last one.
    pub after_end: bool,
}

/// Returns how late something was written; none when it was not back-filled.
///
/// It was when it was written more than [`BACKFILL_CADENCES`] cadences after its day, or after the
/// end of the cycle about a day before the last one. What is about the last day cannot be written
/// much earlier than the end, so for it the first rule holds alone.
pub fn lateness(
    effective: Date,
    written: Date,
    cadence: CadenceDays,
    period: CyclePeriod,
) -> Option<Lateness> {
    let late = Lateness {
        days: days_between(effective, written),
        after_end: effective < period.end() && written > period.end(),
    };
    (late.after_end || late.days > tolerance(cadence)).then_some(late)
}

/// Returns the first day on which what is written about a day is back-filled.
pub fn late_from(effective: Date, cadence: CadenceDays, period: CyclePeriod) -> Date {
    let after = |day: Date, days: i32| {
        let span = jiff::Span::new().days(days);
        day.checked_add(span).unwrap_or(Date::MAX)
    };
    let overdue = after(effective, tolerance(cadence) + 1);
    if effective < period.end() {
        overdue.min(after(period.end(), 1))
    } else {
        overdue
    }
}

fn tolerance(cadence: CadenceDays) -> i32 {
    BACKFILL_CADENCES * i32::from(cadence.get())
}
