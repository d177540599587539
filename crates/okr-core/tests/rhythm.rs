//! The rhythm of check-ins: intervals, gaps, silences and percentiles.

use jiff::civil::{Date, date};
use okr_core::rhythm::{Days, Share, gaps, intervals, longest_silence, percentile};
use okr_core::value::CadenceDays;
use proptest::prelude::*;

const fn october(day: i8) -> Date {
    date(2026, 10, day)
}

fn days(first: i8, last: i8) -> Days {
    Days::new(october(first), october(last)).expect("a span ends after it begins")
}

#[test]
fn a_cadence_expects_one_check_in_in_each_of_its_whole_intervals() {
    let of = |last| intervals(days(1, last), CadenceDays::WEEKLY).collect::<Vec<_>>();
    assert_eq!(of(6), []);
    assert_eq!(of(7), [days(1, 7)]);
    assert_eq!(of(20), [days(1, 7), days(8, 14)]);
    assert_eq!(Days::new(october(2), october(1)), None);
    assert_eq!(days(1, 9).within(days(8, 20)), Some(days(8, 9)));
    assert_eq!(days(1, 7).within(days(8, 20)), None);
}

#[test]
fn gaps_are_between_days_and_silence_is_without_any() {
    let reported = [3, 3, 5, 12].map(october);
    assert_eq!(gaps(&reported).collect::<Vec<_>>(), [2, 7]);
    assert_eq!(gaps(&reported[..2]).count(), 0);
    // The 6th to the 11th, and the 13th to the 20th.
    assert_eq!(longest_silence(days(1, 15), &reported), 6);
    assert_eq!(longest_silence(days(1, 20), &reported), 8);
    assert_eq!(longest_silence(days(1, 20), &[]), 20);
    assert_eq!(longest_silence(days(10, 14), &reported), 2);
    assert_eq!(longest_silence(days(3, 3), &reported), 0);
}

#[test]
fn a_percentile_is_one_of_the_numbers() {
    let numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    assert_eq!(percentile(&numbers, 50), Some(5));
    assert_eq!(percentile(&numbers, 90), Some(9));
    assert_eq!(percentile(&numbers, 100), Some(10));
    assert_eq!(percentile(&numbers[..1], 90), Some(1));
    assert_eq!(percentile::<i32>(&[], 50), None);
}

#[test]
fn a_share_is_in_whole_percent() {
    let percent = |part, whole| Share { part, whole }.percent();
    assert_eq!(percent(1, 3), Some(33));
    assert_eq!(percent(2, 3), Some(67));
    assert_eq!(percent(1, 8), Some(13));
    assert_eq!(percent(0, 5), Some(0));
    assert_eq!(percent(0, 0), None);
}

proptest! {
    #[test]
    fn intervals_cover_the_days_without_overlap_but_for_a_rest(
        length in 1i8..31, cadence in 1u16..20,
    ) {
        let whole = days(1, length);
        let cadence_days = CadenceDays::new(cadence).unwrap();
        let found: Vec<Days> = intervals(whole, cadence_days).collect();
        let covered: i32 = found.iter().map(|one| one.count()).sum();
        prop_assert!(whole.count() - covered < i32::from(cadence));
        for pair in found.windows(2) {
            prop_assert_eq!(pair[0].last.tomorrow().unwrap(), pair[1].first);
        }
        prop_assert!(found.iter().all(|one| one.count() == i32::from(cadence)));
    }

    #[test]
    fn a_silence_is_no_longer_than_the_days_and_no_check_in_lies_in_it(
        mut reported in proptest::collection::vec(1i8..31, 0..10), first in 1i8..15, last in 15i8..31,
    ) {
        reported.sort_unstable();
        let reported: Vec<Date> = reported.into_iter().map(october).collect();
        let span = days(first, last);
        let silent = longest_silence(span, &reported);
        let mut longest = 0;
        let mut run = 0;
        for day in first..=last {
            run = if reported.contains(&october(day)) { 0 } else { run + 1 };
            longest = longest.max(run);
        }
        prop_assert_eq!(silent, longest);
    }
}
