//! Back-filled check-ins: two cadences, and the end of the cycle.

use jiff::civil::{Date, date};
use okr_core::backfill::{Lateness, late_from, lateness};
use okr_core::value::{CadenceDays, CyclePeriod};
use okr_testkit::sample::period;
use proptest::prelude::*;

const END: Date = date(2019, 6, 30);

fn quarter() -> CyclePeriod {
    period(date(2019, 4, 1), END)
}

fn cadence(days: u16) -> CadenceDays {
    CadenceDays::new(days).expect("a cadence has days")
}

fn late(effective: Date, written: Date, days: u16) -> Option<Lateness> {
    lateness(effective, written, cadence(days), quarter())
}

#[test]
fn two_cadences_are_in_time_and_a_day_more_is_not() {
    let day = date(2019, 4, 10);
    assert_eq!(late(day, day, 7), None);
    assert_eq!(late(day, date(2019, 4, 24), 7), None);
    let overdue = Lateness {
        days: 15,
        after_end: false,
    };
    assert_eq!(late(day, date(2019, 4, 25), 7), Some(overdue));
    assert_eq!(late(day, date(2019, 4, 25), 14), None);
}

#[test]
fn after_the_end_nothing_before_the_last_day_is_in_time() {
    let monday = date(2019, 7, 1);
    let after_end = |days| {
        Some(Lateness {
            days,
            after_end: true,
        })
    };
    assert_eq!(late(date(2019, 6, 29), monday, 7), after_end(2));
    // With a cadence of 60 days only the end tells.
    assert_eq!(
        late(date(2019, 5, 15), date(2019, 7, 10), 60),
        after_end(56)
    );
    assert_eq!(late(date(2019, 5, 15), END, 60), None);
}

#[test]
fn a_final_reading_has_two_cadences_as_well() {
    assert_eq!(late(END, date(2019, 7, 14), 7), None);
    let overdue = Lateness {
        days: 15,
        after_end: false,
    };
    assert_eq!(late(END, date(2019, 7, 15), 7), Some(overdue));
    assert_eq!(late(date(2019, 7, 3), date(2019, 7, 4), 7), None);
}

proptest! {
    #[test]
    fn the_first_late_day_divides_what_is_in_time_from_what_is_not(
        effective in -100i32..200, written in -100i32..400, days in 1u16..90,
    ) {
        let day = |offset: i32| date(2019, 4, 1).saturating_add(jiff::Span::new().days(offset));
        let (effective, written) = (day(effective), day(written));
        let from = late_from(effective, cadence(days), quarter());
        let is_late = late(effective, written, days).is_some();
        prop_assert_eq!(written >= from, is_late, "{} about {}", written, effective);
    }
}
