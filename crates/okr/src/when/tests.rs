//! The grammar, form by form, on Monday 23 November 2026, 11:36 in Berlin; then properties.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn clock() -> Clock {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    Clock {
        now: "2026-11-23T11:36:00+01:00".parse().unwrap(),
        zone,
        week_start: WeekStart::Monday,
    }
}

fn back(text: &str) -> Result<When, WhenError> {
    parse_when(text, &clock())
}

fn forward(text: &str) -> Result<When, WhenError> {
    parse_due(text, &clock())
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what parsing gives")]
fn day(month: i8, day: i8) -> Result<When, WhenError> {
    Ok(When::Day(date(2026, month, day)))
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what parsing gives")]
fn instant(text: &str) -> Result<When, WhenError> {
    Ok(When::Instant(text.parse().unwrap()))
}

#[expect(clippy::unnecessary_wraps, reason = "compared with what parsing gives")]
fn period(first: Date, last: Date) -> Result<When, WhenError> {
    Ok(When::Period { first, last })
}

#[test]
fn iso_dates_and_times() {
    assert_eq!(back("2026-11-20"), day(11, 20));
    assert_eq!(back(" 2026-11-20 24:00 "), day(11, 20));
    assert_eq!(back("2026-11-20T17:00"), instant("2026-11-20T16:00:00Z"));
    assert_eq!(back("2026-11-20 9:05:07"), instant("2026-11-20T08:05:07Z"));
    assert_eq!(
        back("2026-11-20T17:00:00Z"),
        instant("2026-11-20T17:00:00Z")
    );
    assert_eq!(
        back("2026-11-20 17:00:00.5+05:30"),
        instant("2026-11-20T11:30:00.5Z")
    );
}

#[test]
fn periods() {
    assert_eq!(back("2026"), period(date(2026, 1, 1), date(2026, 12, 31)));
    assert_eq!(
        back("2026-10"),
        period(date(2026, 10, 1), date(2026, 10, 31))
    );
    assert_eq!(back("2026-Q3"), period(date(2026, 7, 1), date(2026, 9, 30)));
    assert_eq!(back("2026-T2"), period(date(2026, 5, 1), date(2026, 8, 31)));
    assert_eq!(back("2026-h1"), period(date(2026, 1, 1), date(2026, 6, 30)));
    assert!(back("2026-T4").is_err() && back("2026-H3").is_err());
    assert_eq!(
        back("2026-w48"),
        period(date(2026, 11, 23), date(2026, 11, 29))
    );
    assert_eq!(
        back("last quarter"),
        period(date(2026, 7, 1), date(2026, 9, 30))
    );
    assert_eq!(
        back("this month"),
        period(date(2026, 11, 1), date(2026, 11, 30))
    );
    assert_eq!(
        back("last week"),
        period(date(2026, 11, 16), date(2026, 11, 22))
    );
    let sunday = Clock {
        week_start: WeekStart::Sunday,
        ..clock()
    };
    assert_eq!(
        parse_when("last week", &sunday),
        period(date(2026, 11, 15), date(2026, 11, 21))
    );
    assert_eq!(
        forward("next year"),
        period(date(2027, 1, 1), date(2027, 12, 31))
    );
}

#[test]
fn what_is_not_over_yet_ends_now_as_a_moment_of_the_history() {
    let clock = clock();
    let now = When::Instant(clock.now);
    for text in ["today", "2026-11-23", "2026-W48", "2026-11", "2026"] {
        assert_eq!(back(text).unwrap().by_now(&clock), now, "{text}");
    }
    for text in [
        "yesterday",
        "2026-11-22",
        "2026-W47",
        "today 11:00",
        "now",
        "7",
    ] {
        let when = back(text).unwrap();
        assert_eq!(when.by_now(&clock), when, "{text}");
    }
}

#[test]
fn a_quarter_or_week_without_year_looks_the_way_of_its_use() {
    assert_eq!(back("q4"), period(date(2026, 10, 1), date(2026, 12, 31)));
    assert_eq!(forward("q4"), back("q4"));
    assert_eq!(forward("Q3"), period(date(2027, 7, 1), date(2027, 9, 30)));
    assert_eq!(back("w49"), period(date(2025, 12, 1), date(2025, 12, 7)));
    assert_eq!(back("w53"), period(date(2020, 12, 28), date(2021, 1, 3)));
    assert!(matches!(back("q5"), Err(WhenError::NotInCalendar { .. })));
}

#[test]
fn weekdays_look_back_in_history_and_forward_in_plans() {
    assert_eq!(back("fri"), day(11, 20));
    assert_eq!(back("Last Friday"), day(11, 20));
    assert_eq!(forward("friday"), day(11, 27));
    assert_eq!(back("mon"), day(11, 23));
    assert_eq!(forward("mon"), day(11, 23));
    assert_eq!(back("last monday"), day(11, 16));
    assert_eq!(back("fri 17:00"), instant("2026-11-20T16:00:00Z"));
    let WhenError::Ambiguous { readings, .. } = forward("next friday").unwrap_err() else {
        panic!("not ambiguous");
    };
    assert_eq!(readings, ["2026-11-27", "2026-12-04"]);
}

#[test]
fn days_and_amounts_of_time() {
    assert_eq!(back("today"), day(11, 23));
    assert_eq!(back("yesterday"), day(11, 22));
    assert_eq!(back("yesterday 17:00"), instant("2026-11-22T16:00:00Z"));
    assert_eq!(forward("tomorrow"), day(11, 24));
    assert_eq!(back("3d ago"), day(11, 20));
    assert_eq!(back("3 d ago"), day(11, 20));
    assert_eq!(back("2 weeks ago"), day(11, 9));
    assert_eq!(back("a month ago"), day(10, 23));
    assert_eq!(back("90min ago"), instant("2026-11-23T09:06:00Z"));
    assert_eq!(back("now"), instant("2026-11-23T10:36:00Z"));
    assert_eq!(forward("in 2 weeks"), day(12, 7));
    assert!(matches!(back("3m ago"), Err(WhenError::Ambiguous { .. })));
    assert!(matches!(
        back("4000000000 years ago"),
        Err(WhenError::NotInCalendar { .. })
    ));
}

#[test]
fn positions_changes_and_places() {
    assert_eq!(back("123"), Ok(When::Position(123)));
    assert_eq!(back("#2026"), Ok(When::Position(2026)));
    assert_eq!(back("0"), Ok(When::Position(0)));
    assert_eq!(back("9C41f0e7"), Ok(When::Change("9c41f0e7".to_owned())));
    assert_eq!(back("97436178"), Ok(When::Change("97436178".to_owned())));
    assert_eq!(back("change:12"), Ok(When::Change("12".to_owned())));
    assert_eq!(back("event:2026"), Ok(When::Change("2026".to_owned())));
    let full = back("01935a5f-0000-7000-8000-0123456789af");
    assert_eq!(
        full,
        Ok(When::Change("fa9876543210000800070000f5a53910".to_owned()))
    );
    assert_eq!(back("cycle:start"), Ok(When::CycleStart));
    assert_eq!(back("Cycle:Mid"), Ok(When::CycleMid));
    assert_eq!(back("cycle:end"), Ok(When::CycleEnd));
    assert_eq!(back("last-sync"), Ok(When::LastSync));
}

#[test]
fn two_readings_are_refused_with_both() {
    let error = CliErrorText::of("01/02/2026");
    insta::assert_snapshot!(error.0, @r#"
    Error: "01/02/2026" can be read as 1 February or 2 January
    Hint: write 2026-02-01 or 2026-01-02. Also: "last friday", 2026-Q3, 2026-W48 (okr help dates)
    "#);
    let error = CliErrorText::of("20261120");
    insta::assert_snapshot!(error.0, @r#"
    Error: "20261120" can be read as 20 November 2026 or the id of a change
    Hint: write 2026-11-20 or change:20261120. Also: "last friday", 2026-Q3, 2026-W48 (okr help dates)
    "#);
}

struct CliErrorText(String);

impl CliErrorText {
    fn of(text: &str) -> Self {
        let error = crate::error::CliError::from(back(text).unwrap_err());
        Self(error.to_text(&crate::render::Screen::piped(), false))
    }
}

#[test]
fn one_reading_in_another_order_is_refused_with_it() {
    for text in [
        "13/02/2026",
        "02/13/2026",
        "13.2.2026",
        "13-02-2026",
        "2026/02/13",
        "13.2.26.",
    ] {
        let expected = WhenError::NotIso {
            text: text.to_owned(),
            write: "2026-02-13".to_owned(),
        };
        assert_eq!(back(text), Err(expected), "{text}");
    }
    assert!(matches!(
        back("31/31/2026"),
        Err(WhenError::NotInCalendar { .. })
    ));
}

#[test]
fn garbage_is_refused_with_the_forms() {
    for text in [
        "garbage",
        "tea",
        "2026-1-2",
        "2026-11-20x",
        "2026-11-20T",
        "2026-",
        "2026-Qx",
        "17:00",
        "yesterday noon",
        "#",
        "#x",
        "change:",
        "change:xyz",
        "ago",
        "d ago",
        "in",
        "last",
        "last year 17:00",
        "-3",
        "abc",
        "2026-11-20 25:00",
        "1 2 3 ago",
        "übermorgen",
        "q12x",
    ] {
        assert!(
            matches!(back(text), Err(WhenError::Unknown { .. })),
            "{text}: {:?}",
            back(text)
        );
    }
    assert_eq!(back("  "), Err(WhenError::Empty));
    for text in ["2026-02-30", "2026-13", "2026-Q5", "2025-W53", "2026-W00"] {
        assert!(
            matches!(back(text), Err(WhenError::NotInCalendar { .. })),
            "{text}"
        );
    }
    assert!(WhenError::unknown("x").hint().contains("last friday"));
}

#[test]
fn history_has_no_future_but_plans_do() {
    for text in [
        "tomorrow",
        "2026-11-24",
        "2027",
        "in 1h",
        "2026-11-23 12:00",
        "next week",
    ] {
        assert!(
            matches!(back(text), Err(WhenError::Future { .. })),
            "{text}"
        );
        assert!(forward(text).is_ok(), "{text}");
    }
    assert!(back("2026-Q4").is_ok(), "a period that has begun");
}

#[test]
fn a_day_lasts_until_its_end_and_begins_with_its_start() {
    let day = back("fri").unwrap();
    assert_eq!(
        day.until(&clock()),
        "2026-11-20T22:59:59.999999999Z".parse().ok()
    );
    assert_eq!(day.since(&clock()), "2026-11-19T23:00:00Z".parse().ok());
    let quarter = back("2026-Q3").unwrap();
    assert_eq!(
        quarter.until(&clock()),
        "2026-09-30T21:59:59.999999999Z".parse().ok()
    );
    assert_eq!(
        quarter.days(&clock()),
        Some((date(2026, 7, 1), date(2026, 9, 30)))
    );
    assert_eq!(When::LastSync.until(&clock()), None);
}

#[test]
fn a_time_that_the_clock_change_skips_moves_on() {
    assert_eq!(back("2026-03-29 02:30"), instant("2026-03-29T01:30:00Z"));
}

#[test]
fn what_was_not_iso_is_echoed() {
    let echo = |text: &str| super::echo(text, &back(text).unwrap(), &clock());
    assert_eq!(
        echo("last friday").as_deref(),
        Some("at Fri 2026-11-20 24:00 Europe/Berlin (last friday)")
    );
    assert_eq!(
        echo("yesterday 17:00").as_deref(),
        Some("at Sun 2026-11-22 17:00 Europe/Berlin (yesterday 17:00)")
    );
    assert_eq!(
        echo("q3").as_deref(),
        Some("at Wed 2026-09-30 24:00 Europe/Berlin (q3)")
    );
    assert_eq!(echo("2026-Q3"), None);
    assert_eq!(echo("2026-11-20 17:00"), None);
    assert_eq!(echo("#12"), None);
}

#[test]
fn now_can_be_frozen() {
    let zone = clock().zone;
    let frozen = |text| Clock::parse_now(text, &zone).map(|now| now.to_string());
    assert_eq!(frozen("2026-11-23"), Ok("2026-11-22T23:00:00Z".to_owned()));
    assert_eq!(
        frozen("2026-11-23T11:36:00+01:00"),
        Ok("2026-11-23T10:36:00Z".to_owned())
    );
    assert!(frozen("yesterday").is_err());
    assert!(frozen("2026-Q3").is_err());
}

fn any_day() -> impl Strategy<Value = Date> {
    (1900i16..2200, 1i8..=12, 1i8..=28).prop_map(|(year, month, day)| date(year, month, day))
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        prop_assert!(forward(&text).is_ok() || !forward(&text).unwrap_err().to_string().is_empty());
    }

    #[test]
    fn text_made_of_the_words_of_the_grammar_is_read_or_refused(
        words in proptest::collection::vec(
            "(last|next|this|in|ago|[0-9]{1,10}|d|week|fri|q[0-9]|w[0-9]{1,3}|[0-9]{1,2}:[0-9]{1,2}|[0-9]{4}-[0-9]{1,2}|-|/|#|today)",
            1..5,
        ),
        glue in prop_oneof![Just(""), Just(" ")],
    ) {
        let text = words.join(glue);
        if let Ok(when) = back(&text) {
            prop_assert!(when.since(&clock()) <= when.until(&clock()));
            prop_assert!(!when.describe(&clock()).is_empty());
        }
    }

    #[test]
    fn every_day_reads_back(day in any_day()) {
        prop_assert_eq!(forward(&day.to_string()), Ok(When::Day(day)));
        let week = day.iso_week_date();
        let text = format!("{:04}-W{:02}", week.year(), week.week());
        let contains = matches!(
            forward(&text), Ok(When::Period { first, last }) if (first..=last).contains(&day)
        );
        prop_assert!(contains, "{}", text);
    }

    #[test]
    fn every_moment_reads_back(seconds in 0i64..4_000_000_000) {
        let moment = Timestamp::from_second(seconds).unwrap();
        prop_assert_eq!(forward(&moment.to_string()), Ok(When::Instant(moment)));
        let offset = clock().zone.to_offset(moment);
        let local = moment.display_with_offset(offset).to_string();
        prop_assert_eq!(forward(&local), Ok(When::Instant(moment)));
    }

    #[test]
    fn a_weekday_is_within_a_week_of_today(today in any_day(), index in 0usize..7) {
        let zone = TimeZone::UTC;
        let clock = Clock { now: start_of(today, &zone), zone, week_start: WeekStart::Monday };
        let name = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][index];
        let When::Day(back) = parse_when(name, &clock).unwrap() else { panic!("no day") };
        let When::Day(forward) = parse_due(name, &clock).unwrap() else { panic!("no day") };
        prop_assert_eq!(back.weekday(), forward.weekday());
        prop_assert_eq!(weekday_name(back.weekday()).to_lowercase(), name);
        prop_assert!(back <= today && today <= forward);
        prop_assert!(okr_core::value::days_between(back, forward) <= 7);
    }
}
