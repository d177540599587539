//! Five real series of check-ins: what the formulas say at every date of each of them.
//!
//! The expected numbers stand in `series/table.txt`. They were computed with exact fractions by
//! `series/make.py`, which knows the formulas and nothing of this program.

use std::str::FromStr;

use jiff::civil::Date;
use okr_core::forecast::Forecast;
use okr_core::measure::{Measure, Metric, Value};
use okr_core::progress::{Progress, expected, progress};
use okr_core::status::{StatusInput, status};
use okr_core::value::{CadenceDays, Confidence, CyclePeriod, GoalState, Number, ObjectiveKind};
use okr_testkit::sample::{confidence, number};
use rust_decimal::Decimal;

const TABLE: &str = include_str!("series/table.txt");

struct Series {
    period: CyclePeriod,
    metric: Metric,
    check_ins: Vec<(Date, Number, Option<Confidence>)>,
}

fn date(text: &str) -> Date {
    text.parse().expect("a day")
}

/// Reads `NAME START END BASELINE TARGET`.
fn begun(line: &str) -> Series {
    let words: Vec<&str> = line.split(' ').collect();
    Series {
        period: CyclePeriod::new(date(words[1]), date(words[2])).expect("a cycle"),
        metric: Metric {
            unit: None,
            baseline: number(words[3]),
            target: number(words[4]),
            commit: None,
            stretch: None,
        },
        check_ins: Vec::new(),
    }
}

/// Reads `DAY VALUE CONFIDENCE`.
fn reported(line: &str) -> (Date, Number, Option<Confidence>) {
    let words: Vec<&str> = line.split(' ').collect();
    let tenths = (words[2] != "-").then(|| words[2].parse().expect("a whole number"));
    (date(words[0]), number(words[1]), tenths.map(confidence))
}

impl Series {
    /// Says what the table has of a day, in its words and order.
    fn said(&self, name: &str, day: Date) -> String {
        let known: Vec<_> = self.check_ins.iter().filter(|one| one.0 <= day).collect();
        let (on, value, confidence) = **known.last().expect("a check-in");
        let measure = Measure::Metric(self.metric.clone());
        let raw = progress(&measure, &Value::Number(value)).expect("it is defined");
        let pace = expected(self.period, None, None, day);
        let word = status(&StatusInput {
            state: GoalState::Active,
            kind: ObjectiveKind::Aspirational,
            score: None,
            latest: Some((on, confidence)),
            progress: Some(raw),
            expected: pace,
            cadence: CadenceDays::WEEKLY,
            today: day,
        });
        let readings = known.iter().map(|(on, value, _)| (*on, value.decimal()));
        let forecast = Forecast::through(readings, day);
        let upwards = self.metric.target > self.metric.baseline;
        let target = self.metric.target.decimal();
        let (at_end, reaches) = match forecast {
            None => (None, None),
            Some(forecast) => (
                forecast.at(self.period.end()).map(|at| at.value),
                forecast.reaches(target, upwards),
            ),
        };
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        format!(
            "{name} {day} {} {} {} {word} {} {} {}",
            shown(raw),
            shown(raw.clamped()),
            shown(pace),
            or_none(at_end.map(|value| value.normalize().to_string())),
            or_none(reaches.map(|day| day.to_string())),
            raw.suggested_score().number(),
        )
    }
}

fn shown(progress: Progress) -> String {
    progress.raw().normalize().to_string()
}

#[test]
fn every_date_of_every_series_is_as_the_formulas_say() {
    let mut series: Option<Series> = None;
    let mut count = 0;
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        if let Some(line) = line.strip_prefix("! ") {
            series = Some(begun(line));
        } else if let Some(line) = line.strip_prefix("+ ") {
            let series = series.as_mut().expect("a series has begun");
            series.check_ins.push(reported(line));
        } else {
            let series = series.as_ref().expect("a series has begun");
            let (name, rest) = line.split_once(' ').expect("a name");
            let (day, _) = rest.split_once(' ').expect("a day");
            assert_eq!(series.said(name, date(day)), line);
            count += 1;
        }
    }
    // As many rows as check-ins, and one more for the end of each cycle.
    let reported = TABLE.lines().filter(|line| line.starts_with("+ ")).count();
    assert_eq!((count, reported), (reported + 5, 49));
}

#[test]
fn no_suggested_score_is_rounded_into_a_band() {
    let exact = |text: &str| Progress::new(Decimal::from_str(text).expect("a decimal"));
    for (progress, score) in [
        ("0.299999999999999999", "0.29"),
        ("0.3", "0.3"),
        ("0.6999", "0.69"),
        ("0.7", "0.7"),
        ("0.996", "0.99"),
        ("1", "1"),
        ("3.2", "1"),
        ("-2.3", "0"),
    ] {
        assert_eq!(exact(progress).suggested_score().number(), number(score));
    }
}
