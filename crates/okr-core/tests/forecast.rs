//! The forecast: five real series with independently computed results, and what bounds it.
//!
//! The expected numbers were computed with exact fractions by another program.

use std::str::FromStr;

use jiff::civil::{Date, date};
use okr_core::forecast::{Forecast, READINGS_MIN, WINDOW_DAYS};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn exact(text: &str) -> Decimal {
    Decimal::from_str(text).expect("a decimal")
}

fn day(year: i16, text: &str) -> Date {
    let (month, day) = text.split_once('-').expect("month and day");
    let number = |text: &str| text.parse().expect("a number");
    date(year, number(month), number(day))
}

/// Reads `04-02 66, 04-08 84`.
fn series(year: i16, text: &str) -> Vec<(Date, Decimal)> {
    let readings = text.split(", ").map(|reading| {
        let (on, value) = reading.split_once(' ').expect("day and value");
        (day(year, on), exact(value))
    });
    readings.collect()
}

fn linkedin() -> Vec<(Date, Decimal)> {
    series(
        2024,
        "04-02 66, 04-08 84, 04-15 100, 04-22 125, 04-29 132, 05-06 136, 05-13 143, 05-21 151, \
         05-27 153, 06-03 155, 06-17 157",
    )
}

fn revenue() -> Vec<(Date, Decimal)> {
    series(
        2024,
        "04-02 92424, 04-09 92424, 04-16 92424, 04-23 92424, 04-30 92424, 05-07 92424, \
         05-14 92424, 05-21 92424, 05-28 92424, 06-03 96096, 06-10 96098, 06-17 96096",
    )
}

fn good_forecast() -> Vec<(Date, Decimal)> {
    series(
        2024,
        "04-08 464220, 04-17 673053, 04-23 766193, 04-29 771973, 05-07 831561, 05-27 918773, \
         06-10 947829, 06-14 968405",
    )
}

fn capacity() -> Vec<(Date, Decimal)> {
    series(
        2023,
        "07-05 1.4, 07-31 1.4, 08-11 1.0, 08-24 1.5, 09-11 3.7, 09-18 4.3",
    )
}

fn posts() -> Vec<(Date, Decimal)> {
    series(
        2024,
        "04-02 0, 04-09 1, 04-16 2, 04-23 3, 04-30 4, 05-07 5, 05-14 6, 05-21 7, 05-28 8, 06-04 9, \
         06-11 10, 06-17 12",
    )
}

/// What a forecast must say.
struct Expected {
    readings: usize,
    low: &'static str,
    value: &'static str,
    high: &'static str,
    reached: Option<Date>,
}

fn assert_says(
    forecast: &Forecast,
    (end, target, upwards): (Date, &str, bool),
    expected: &Expected,
) {
    let at = forecast.at(end).expect("within reach");
    assert_eq!(forecast.readings(), expected.readings);
    assert_eq!(at.value, exact(expected.value));
    assert_eq!(at.low, exact(expected.low));
    assert_eq!(at.high, exact(expected.high));
    assert_eq!(forecast.reaches(exact(target), upwards), expected.reached);
}

#[test]
fn followers_that_have_reached_their_target() {
    let forecast = Forecast::through(linkedin(), day(2024, "06-17")).unwrap();
    assert_eq!(forecast.last(), day(2024, "06-17"));
    let expected = Expected {
        readings: 6,
        low: "165",
        value: "167.75",
        high: "170.5",
        reached: Some(day(2024, "06-17")),
    };
    assert_says(&forecast, (day(2024, "06-30"), "150", true), &expected);
}

#[test]
fn followers_half_way() {
    let forecast = Forecast::through(linkedin(), day(2024, "05-06")).unwrap();
    let expected = Expected {
        readings: 6,
        low: "271.571428571428571429",
        value: "273.714285714285714286",
        high: "275.857142857142857143",
        reached: Some(day(2024, "05-07")),
    };
    assert_says(&forecast, (day(2024, "06-30"), "150", true), &expected);
}

#[test]
fn revenue_that_hardly_moves_arrives_in_years() {
    let forecast = Forecast::through(revenue(), day(2024, "06-17")).unwrap();
    let expected = Expected {
        readings: 7,
        low: "96744",
        value: "97500",
        high: "98256",
        reached: Some(date(2028, 5, 13)),
    };
    assert_says(&forecast, (day(2024, "06-30"), "250000", true), &expected);
}

#[test]
fn revenue_that_does_not_move_never_arrives() {
    let forecast = Forecast::through(revenue(), day(2024, "05-14")).unwrap();
    let expected = Expected {
        readings: 7,
        low: "92424",
        value: "92424",
        high: "92424",
        reached: None,
    };
    assert_says(&forecast, (day(2024, "06-30"), "250000", true), &expected);
}

#[test]
fn a_good_forecast_comes_too_late() {
    let forecast = Forecast::through(good_forecast(), day(2024, "06-14")).unwrap();
    let expected = Expected {
        readings: 4,
        low: "1019579.891640866873065015",
        value: "1022847.086687306501547988",
        high: "1026114.281733746130030960",
        reached: Some(day(2024, "08-20")),
    };
    assert_says(&forecast, (day(2024, "06-30"), "1200000", true), &expected);
}

#[test]
fn capacity_goes_the_wrong_way() {
    let forecast = Forecast::through(capacity(), day(2023, "09-18")).unwrap();
    let expected = Expected {
        readings: 4,
        low: "5.341659592529711375",
        value: "5.346052631578947368",
        high: "5.350445670628183362",
        reached: None,
    };
    assert_says(&forecast, (day(2023, "09-30"), "1", false), &expected);
}

#[test]
fn one_post_a_week_is_exact_where_sevenths_are_not() {
    let forecast = Forecast::through(posts(), day(2024, "06-17")).unwrap();
    let expected = Expected {
        readings: 7,
        low: "12.714285714285714286",
        value: "12.714285714285714286",
        high: "12.714285714285714286",
        reached: Some(day(2024, "06-25")),
    };
    assert_says(&forecast, (day(2024, "06-30"), "12", true), &expected);
    // Fifteen weeks at one a week are 105 days, not a day more.
    let on_the_day = forecast.reaches(exact("15"), true);
    assert_eq!(on_the_day, Some(day(2024, "07-16")));
}

#[test]
fn three_days_within_six_weeks_are_needed() {
    let today = day(2024, "06-14");
    let readings = |first: Date| vec![(first, exact("1")), (day(2024, "06-01"), exact("2"))];
    let mut three = readings(day(2024, "05-03"));
    assert_eq!(Forecast::through(three.clone(), today), None);
    // A second report about the same day takes the place of the first and is no third day.
    three.push((day(2024, "06-01"), exact("3")));
    assert_eq!(Forecast::through(three.clone(), today), None);
    three.push((today, exact("4")));
    let forecast = Forecast::through(three, today).unwrap();
    assert_eq!(forecast.readings(), READINGS_MIN);

    let mut too_early = readings(day(2024, "05-02"));
    too_early.push((today, exact("4")));
    assert_eq!(Forecast::through(too_early, today), None);
    assert_eq!(WINDOW_DAYS, 42);
}

#[test]
fn the_last_report_about_a_day_counts() {
    let mut readings = series(2024, "06-01 1, 06-02 2, 06-03 9");
    readings.push((day(2024, "06-03"), exact("3")));
    let forecast = Forecast::through(readings, day(2024, "06-03")).unwrap();
    let at = forecast.at(day(2024, "06-10")).unwrap();
    assert_eq!(
        (at.low, at.value, at.high),
        (exact("10"), exact("10"), exact("10"))
    );
}

#[test]
fn a_target_beyond_ten_years_is_none() {
    let forecast = Forecast::through(
        series(2024, "06-01 0, 06-02 1, 06-03 2"),
        day(2024, "06-03"),
    )
    .unwrap();
    let after = |days: &str| forecast.reaches(exact(days), true);
    assert_eq!(after("3662"), Some(date(2034, 6, 11)));
    assert_eq!(after("3663"), None);
    assert_eq!(forecast.reaches(exact("-1"), false), None);
}

#[test]
fn numbers_out_of_reach_give_no_forecast_and_no_panic() {
    let huge = exact("9223372036854775807");
    let tiny = exact("0.000000001");
    let first = day(2024, "06-01");
    let readings = [
        (first, huge),
        (day(2024, "06-02"), -huge),
        (day(2024, "06-03"), tiny),
    ];
    if let Some(forecast) = Forecast::through(readings, day(2024, "06-03")) {
        assert!(forecast.at(Date::MAX).is_none_or(|at| at.low <= at.high));
        assert!(
            forecast
                .reaches(huge, true)
                .is_none_or(|reached| reached >= first)
        );
    }
    let beyond = [first, day(2024, "06-02"), day(2024, "06-03")].map(|on| (on, Decimal::MAX));
    assert_eq!(Forecast::through(beyond, day(2024, "06-03")), None);
}

proptest! {
    #[test]
    fn half_of_the_readings_lie_in_the_band_and_half_not_below_the_line(
        values in prop::collection::vec((0i32..=42, -1_000_000i64..1_000_000), 3..40),
    ) {
        let today = date(2024, 6, 30);
        let on = |back: i32| today.checked_sub(jiff::Span::new().days(back)).unwrap();
        let readings: Vec<_> = values
            .iter()
            .map(|(back, value)| (on(*back), Decimal::new(*value, 2)))
            .collect();
        let Some(forecast) = Forecast::through(readings.iter().copied(), today) else {
            return Ok(());
        };
        let counted: std::collections::BTreeMap<_, _> = readings.into_iter().collect();
        let inside = counted.iter().filter(|(day, value)| {
            // The bounds are rounded to 18 decimals.
            let slack = Decimal::new(1, 17);
            let at = forecast.at(**day).expect("within reach");
            at.low - slack <= **value && **value <= at.high + slack
        });
        prop_assert!(2 * inside.count() >= counted.len());
        let above = counted.iter().filter(|(day, value)| {
            forecast.at(**day).expect("within reach").value <= **value + Decimal::new(1, 17)
        });
        prop_assert!(2 * above.count() >= counted.len());
    }

    #[test]
    fn the_day_of_reaching_is_the_first(
        values in prop::collection::vec(-100i64..100, 3..8),
        target in -200i64..200,
        upwards in any::<bool>(),
    ) {
        let first = date(2024, 6, 1);
        let readings = values.iter().enumerate().map(|(index, value)| {
            let day = first.checked_add(jiff::Span::new().days(i64::try_from(index).unwrap() * 2));
            (day.unwrap(), Decimal::from(*value))
        });
        let forecast = Forecast::through(readings, date(2024, 6, 30)).expect("three days");
        let target = Decimal::from(target);
        let is_there = |day: Date| {
            let at = forecast.at(day).expect("within reach").value;
            let slack = Decimal::new(1, 17);
            if upwards { at >= target - slack } else { at <= target + slack }
        };
        if let Some(day) = forecast.reaches(target, upwards) {
            prop_assert!(is_there(day));
            prop_assert!(day == forecast.last() || !is_there(day.yesterday().unwrap()));
        } else {
            prop_assert!(!is_there(forecast.last()));
        }
    }
}
