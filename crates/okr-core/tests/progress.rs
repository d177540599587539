//! The formulas: every measure, every vector, the pace, the zones, the latest check-in.

use std::str::FromStr;

use jiff::civil::{Date, date};
use okr_core::entity::CheckIn;
use okr_core::measure::{Measure, Metric, Value};
use okr_core::progress::{Progress, expected, latest, progress, suggested_score, value_at, zone};
use okr_core::status::{Band, band};
use okr_core::value::{Number, Zone};
use okr_testkit::sample::{
    check_in_id, done, hold, key_result_id, metric, milestones, new_cycle, number, score, value,
    zones,
};
use rust_decimal::Decimal;

fn exact(text: &str) -> Progress {
    Progress::new(Decimal::from_str(text).expect("a decimal"))
}

fn of_metric(baseline: &str, target: &str, reading: &str) -> Progress {
    progress(&metric(baseline, target), &value(reading)).expect("progress is defined")
}

#[test]
fn the_vectors_hold_exactly() {
    for (baseline, target, reading, percent) in [
        ("5", "2", "3.8", "0.4"),
        ("45", "30", "38", "0.466666666666666667"),
        ("1.1", "2.1", "1.4", "0.3"),
        ("0.2", "3.2", "2.3", "0.7"),
        ("250", "500", "390", "0.56"),
        ("14", "150", "157", "1.051470588235294118"),
        ("2", "1", "4.3", "-2.3"),
        ("800000", "1200000", "464220", "-0.83945"),
        ("0", "1", "1", "1"),
    ] {
        assert_eq!(
            of_metric(baseline, target, reading),
            exact(percent),
            "{baseline} -> {target} at {reading}"
        );
    }
}

#[test]
fn bands_do_not_move_because_of_fractions() {
    let graded = |reading: Progress| band(suggested_score(Some(reading)));
    assert_eq!(graded(of_metric("1.1", "2.1", "1.4")), Band::Yellow);
    assert_eq!(graded(of_metric("0.2", "3.2", "2.3")), Band::Green);
    assert_eq!(graded(of_metric("1.1", "2.1", "1.399999999")), Band::Red);
    assert_eq!(graded(of_metric("0.2", "3.2", "2.299999999")), Band::Yellow);
}

#[test]
fn people_see_whole_percents_with_halves_away_from_zero() {
    for (raw, percent) in [
        ("0", "0%"),
        ("0.466666666666666667", "47%"),
        ("0.005", "1%"),
        ("-0.005", "-1%"),
        ("-0.004", "0%"),
        ("0.124", "12%"),
        ("0.125", "13%"),
        ("-2.3", "-230%"),
        ("1.051470588235294118", "105%"),
    ] {
        assert_eq!(exact(raw).percent(), percent, "{raw}");
    }
}

#[test]
fn clamped_progress_is_0_to_1_and_raw_is_what_it_is() {
    assert_eq!(exact("-2.3").clamped(), Progress::ZERO);
    assert_eq!(exact("1.05").clamped(), Progress::ONE);
    assert_eq!(exact("0.3").clamped(), exact("0.3"));
    assert_eq!(exact("-2.3").raw(), Decimal::new(-23, 1));
}

#[test]
fn a_target_that_equals_the_baseline_has_no_progress() {
    assert_eq!(progress(&metric("5", "5"), &value("5")), None);
    assert_eq!(progress(&metric("5", "5"), &value("7")), None);
}

#[test]
fn a_value_of_another_kind_has_no_progress() {
    let of = |measure: Measure, value: Value| progress(&measure, &value);
    assert_eq!(of(metric("0", "1"), done(&[1])), None);
    assert_eq!(of(hold(None, Some("1")), Value::Zone(Zone::Fail)), None);
    assert_eq!(of(milestones(&["1"]), value("1")), None);
    assert_eq!(of(zones(), value("0.7")), None);
}

#[test]
fn a_ceiling_is_kept_up_to_and_including_it() {
    let of = |high, reading| progress(&hold(None, Some(high)), &value(reading));
    assert_eq!(of("200", "0"), Some(Progress::ONE));
    assert_eq!(of("200", "200"), Some(Progress::ONE));
    assert_eq!(of("200", "250"), Some(exact("0.75")));
    assert_eq!(of("200", "500"), Some(exact("-0.5")));
    assert_eq!(of("-4", "-3"), Some(exact("0.75")));
    assert_eq!(of("0", "0"), Some(Progress::ONE));
    assert_eq!(of("0", "0.1"), Some(Progress::ZERO));
}

#[test]
fn a_floor_is_kept_down_to_and_including_it() {
    let of = |low, reading| progress(&hold(Some(low), None), &value(reading));
    assert_eq!(of("99.5", "100"), Some(Progress::ONE));
    assert_eq!(of("99.5", "99.5"), Some(Progress::ONE));
    assert_eq!(of("80", "60"), Some(exact("0.75")));
    assert_eq!(of("80", "-80"), Some(exact("-1")));
    assert_eq!(of("-4", "-5"), Some(exact("0.75")));
    assert_eq!(of("0", "-1"), Some(Progress::ZERO));
}

#[test]
fn a_corridor_is_measured_by_its_width() {
    let of = |reading| progress(&hold(Some("10"), Some("20")), &value(reading));
    for inside in ["10", "15", "20"] {
        assert_eq!(of(inside), Some(Progress::ONE), "{inside}");
    }
    assert_eq!(of("22.5"), Some(exact("0.75")));
    assert_eq!(of("7.5"), Some(exact("0.75")));
    assert_eq!(of("40"), Some(exact("-1")));
    let point = |reading| progress(&hold(Some("5"), Some("5")), &value(reading));
    assert_eq!(point("5"), Some(Progress::ONE));
    assert_eq!(point("5.1"), Some(Progress::ZERO));
    assert_eq!(point("4.9"), Some(Progress::ZERO));
}

#[test]
fn milestones_count_by_weight() {
    let of = |keys: &[u32]| progress(&milestones(&["1", "2", "0.5", "0"]), &done(keys));
    assert_eq!(of(&[]), Some(Progress::ZERO));
    assert_eq!(of(&[2]), Some(exact("0.571428571428571429")));
    assert_eq!(of(&[1, 2, 3]), Some(Progress::ONE));
    assert_eq!(of(&[4]), Some(Progress::ZERO));
    // A milestone that was taken off the list since counts no more.
    assert_eq!(of(&[1, 2, 3, 9]), Some(Progress::ONE));
}

#[test]
fn a_single_milestone_is_yes_or_no() {
    let measure = milestones(&["3"]);
    assert_eq!(progress(&measure, &done(&[])), Some(Progress::ZERO));
    assert_eq!(progress(&measure, &done(&[1])), Some(Progress::ONE));
}

#[test]
fn zones_stand_for_fixed_progress() {
    for (reached, raw) in [
        (Zone::Fail, "0"),
        (Zone::Commit, "0.3"),
        (Zone::Target, "0.7"),
        (Zone::Stretch, "1"),
    ] {
        assert_eq!(progress(&zones(), &Value::Zone(reached)), Some(exact(raw)));
    }
}

fn with_zones(baseline: &str, commit: Option<&str>, target: &str, stretch: Option<&str>) -> Metric {
    Metric {
        unit: None,
        baseline: number(baseline),
        target: number(target),
        commit: commit.map(number),
        stretch: stretch.map(number),
    }
}

#[test]
fn the_zone_of_a_metric_is_the_farthest_level_reached() {
    let upwards = with_zones("0", Some("3"), "10", Some("12"));
    for (reading, expected) in [
        ("2.9", Zone::Fail),
        ("3", Zone::Commit),
        ("10", Zone::Target),
        ("11.9", Zone::Target),
        ("12", Zone::Stretch),
    ] {
        assert_eq!(zone(&upwards, number(reading)), Some(expected), "{reading}");
    }
    let downwards = with_zones("10", Some("6"), "2", Some("1"));
    for (reading, expected) in [
        ("7", Zone::Fail),
        ("6", Zone::Commit),
        ("2", Zone::Target),
        ("0", Zone::Stretch),
    ] {
        assert_eq!(
            zone(&downwards, number(reading)),
            Some(expected),
            "{reading}"
        );
    }
}

#[test]
fn a_metric_without_levels_has_no_zone() {
    assert_eq!(zone(&with_zones("0", None, "10", None), number("5")), None);
    let only_stretch = with_zones("0", None, "10", Some("12"));
    assert_eq!(zone(&only_stretch, number("5")), Some(Zone::Fail));
    assert_eq!(zone(&only_stretch, number("10")), Some(Zone::Target));
}

fn pace(start: Option<Date>, due: Option<Date>, day: Date) -> Progress {
    expected(new_cycle().period, start, due, day)
}

#[test]
fn the_pace_is_a_straight_line_through_the_cycle() {
    // 92 days; on 23 November 53 of them have gone by.
    assert_eq!(pace(None, None, date(2026, 9, 30)), Progress::ZERO);
    assert_eq!(pace(None, None, date(2026, 10, 1)), Progress::ZERO);
    assert_eq!(pace(None, None, date(2026, 11, 16)), exact("0.5"));
    assert_eq!(pace(None, None, date(2026, 11, 23)).percent(), "58%");
    assert_eq!(pace(None, None, date(2026, 12, 31)).percent(), "99%");
    assert_eq!(pace(None, None, date(2027, 1, 1)), Progress::ONE);
}

#[test]
fn the_pace_is_from_the_later_start_to_the_earlier_end() {
    let start = Some(date(2026, 11, 1));
    let due = Some(date(2026, 11, 10));
    assert_eq!(pace(start, due, date(2026, 10, 31)), Progress::ZERO);
    assert_eq!(pace(start, due, date(2026, 11, 6)), exact("0.5"));
    assert_eq!(pace(start, due, date(2026, 11, 11)), Progress::ONE);
    let before = Some(date(2026, 1, 1));
    let after = Some(date(2027, 12, 31));
    let day = date(2026, 11, 16);
    assert_eq!(pace(before, after, day), pace(None, None, day));
    // A due date before the cycle: everything is expected as soon as it has begun.
    assert_eq!(pace(None, before, date(2026, 9, 30)), Progress::ZERO);
    assert_eq!(pace(None, before, date(2026, 10, 2)), Progress::ONE);
}

fn reading(id: u32, effective: Date, retracted: bool) -> CheckIn {
    CheckIn {
        id: check_in_id(id),
        key_result: key_result_id(1),
        effective,
        value: value("1"),
        confidence: None,
        note: None,
        blocker: None,
        retracted,
    }
}

#[test]
fn the_latest_check_in_is_the_last_of_the_greatest_date() {
    let log = [
        reading(1, date(2026, 11, 2), false),
        reading(2, date(2026, 11, 9), false),
        reading(3, date(2026, 11, 9), false),
        reading(4, date(2026, 10, 26), false),
        reading(5, date(2026, 11, 16), true),
    ];
    assert_eq!(latest(&log).map(|found| found.id), Some(check_in_id(3)));
    assert_eq!(latest(&log[4..]), None);
    assert_eq!(latest(&[]), None);
}

#[test]
fn a_suggested_score_is_clamped_and_cut() {
    assert_eq!(suggested_score(None), score("0"));
    assert_eq!(suggested_score(Some(exact("-2.3"))), score("0"));
    assert_eq!(suggested_score(Some(exact("1.05"))), score("1"));
    assert_eq!(
        suggested_score(Some(exact("0.699999999999"))),
        score("0.69")
    );
    assert_eq!(
        band(suggested_score(Some(exact("0.699999999999")))),
        Band::Yellow
    );
}

#[test]
fn numbers_at_the_limits_are_no_problem() {
    let huge = Number::new(i64::MAX, 0).expect("a number");
    let least = Number::new(i64::MIN, 0).expect("a number");
    let tiny = Number::new(1, 9).expect("a number");
    let of = |baseline, target, reading| {
        let metric = Metric {
            unit: None,
            baseline,
            target,
            commit: None,
            stretch: None,
        };
        progress(&Measure::Metric(metric), &Value::Number(reading)).expect("in reach")
    };
    assert_eq!(of(least, huge, huge), Progress::ONE);
    assert_eq!(of(least, huge, least), Progress::ZERO);
    let far = of(Number::ZERO, tiny, huge);
    assert_eq!(far.percent(), format!("{}00000000000%", i64::MAX));
    assert_eq!(far.clamped(), Progress::ONE);
    assert_eq!(of(tiny, Number::ZERO, least).clamped(), Progress::ONE);
}

#[test]
fn a_pace_has_a_value_with_the_digits_of_its_metric() {
    let at = |baseline: &str, target: &str, done: &str| {
        let Measure::Metric(metric) = metric(baseline, target) else {
            panic!("a metric is a metric");
        };
        let progress = Progress::new(number(done).decimal());
        value_at(&metric, progress).map(|value| value.to_string())
    };
    let shown = |baseline, target, done| at(baseline, target, done).unwrap_or_default();
    assert_eq!(shown("62", "90", "0.58"), "78");
    assert_eq!(shown("480", "200", "0.5"), "340");
    assert_eq!(shown("4.0", "7.5", "0.5"), "5.8");
    assert_eq!(shown("0", "1", "0.25"), "0.3");
    assert_eq!(shown("-10", "10", "0.5"), "0");
    assert_eq!(shown("5", "5", "0.5"), "5");
    let large = "9000000000000000000";
    assert_eq!(
        at("-9000000000000000000", large, "1").as_deref(),
        Some(large)
    );
}
