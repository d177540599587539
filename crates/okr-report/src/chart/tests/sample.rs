//! The goals that the tests draw.

use std::collections::BTreeSet;

use okr_core::Date;
use okr_core::measure::{Measure, Metric, MilestoneKey, Value};
use okr_core::progress::Progress;
use okr_core::value::{CyclePeriod, Zone};
use okr_testkit::sample::{
    confidence, hold, metric, milestones, number, period, unit, value, zones,
};

use crate::chart::{Course, Goal, Move, Reading, Request};
use crate::words::Language;

pub(super) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Monday 23 November 2026, with a forecast.
pub(crate) fn request() -> Request {
    Request {
        language: Language::English,
        today: day("2026-11-23"),
        since: None,
        until: None,
        forecast: true,
    }
}

pub(super) fn at_the_end_of_2010() -> Request {
    Request {
        today: day("2010-12-31"),
        ..request()
    }
}

fn quarter() -> CyclePeriod {
    period(day("2026-10-01"), day("2026-12-31"))
}

pub(super) fn in_unit(baseline: &str, target: &str, of: &str) -> Measure {
    match metric(baseline, target) {
        Measure::Metric(metric) => Measure::Metric(Metric {
            unit: Some(unit(of)),
            ..metric
        }),
        other => other,
    }
}

pub(super) fn reading(on: &str, value: Value, words: &str, tenths: Option<u8>) -> Reading {
    Reading {
        day: day(on),
        value,
        words: words.to_owned(),
        confidence: tenths.map(confidence),
        by: "ana".to_owned(),
        note: None,
        remarks: Vec::new(),
    }
}

fn goal(name: &str, title: &str, facts: &str, course: Course) -> Goal {
    Goal {
        name: name.to_owned(),
        title: title.to_owned(),
        facts: facts.to_owned(),
        period: quarter(),
        start: None,
        due: None,
        course,
        moves: Vec::new(),
        remarks: Vec::new(),
    }
}

fn values(measure: Measure, readings: Vec<Reading>) -> Course {
    Course::Values {
        measure: Box::new(measure),
        steps: Vec::new(),
        committed: None,
        readings,
    }
}

/// p99 latency, whose target moved from 150 to 200.
pub(crate) fn latency() -> Goal {
    let readings = [
        ("2026-10-05", "472", 8),
        ("2026-10-12", "455", 8),
        ("2026-10-19", "437", 7),
        ("2026-10-26", "401", 7),
        ("2026-11-02", "390", 6),
        ("2026-11-09", "366", 7),
        ("2026-11-16", "340", 7),
        ("2026-11-20", "312", 6),
    ];
    let readings = readings.map(|(on, text, tenths)| {
        let mut reading = reading(on, value(text), &format!("{text} ms"), Some(tenths));
        if text == "312" {
            reading.note = Some("Gains from pooling are in".to_owned());
            reading.remarks.push("recorded late".to_owned());
        }
        reading
    });
    let course = Course::Values {
        measure: Box::new(in_unit("480", "200", "ms")),
        steps: vec![
            (day("2026-09-28"), in_unit("480", "150", "ms")),
            (day("2026-11-02"), in_unit("480", "200", "ms")),
        ],
        committed: Some(Box::new(in_unit("480", "150", "ms"))),
        readings: readings.to_vec(),
    };
    Goal {
        moves: vec![Move {
            day: day("2026-11-02"),
            what: "target 150 → 200 ms".replace('→', "->"),
            by: "maya".to_owned(),
            why: Some("Hardware order moved to January (external change)".to_owned()),
        }],
        ..goal(
            "api-p99",
            "p99 latency of public API",
            "480 -> 200 ms, now 312 ms, 60%",
            course,
        )
    }
}

pub(super) fn latency_with(readings: &[(&str, &str)]) -> Goal {
    let reported = readings
        .iter()
        .map(|(on, text)| reading(on, value(text), text, None))
        .collect();
    Goal {
        moves: Vec::new(),
        course: values(in_unit("480", "200", "ms"), reported),
        ..latency()
    }
}

/// Another key result in the same unit.
pub(super) fn login() -> Goal {
    let readings = vec![
        reading("2026-10-07", value("350"), "350 ms", None),
        reading("2026-11-18", value("280"), "280 ms", None),
    ];
    let course = values(in_unit("350", "250", "ms"), readings);
    goal(
        "login-p99",
        "p99 latency of the login",
        "350 -> 250 ms, now 280 ms",
        course,
    )
}

/// A key result without a unit.
pub(super) fn steps() -> Goal {
    let readings = vec![reading("2026-10-07", value("3"), "3", None)];
    goal(
        "posts",
        "Posts",
        "0 -> 12, now 3",
        values(metric("0", "12"), readings),
    )
}

pub(super) fn error_budget() -> Goal {
    let readings = vec![
        reading("2026-10-08", value("0.7"), "0.7", Some(9)),
        reading("2026-10-20", value("1.2"), "1.2", Some(6)),
        reading("2026-11-05", value("0.9"), "0.9", Some(8)),
        reading("2026-11-19", value("0.8"), "0.8", Some(10)),
    ];
    let course = values(hold(Some("0.5"), Some("1")), readings);
    goal(
        "error-budget",
        "Burn rate",
        "0.5 to 1, now 0.8, held",
        course,
    )
}

pub(super) fn new_cdn() -> Goal {
    let done = |keys: &[u32]| {
        let keys = keys.iter().map(|key| MilestoneKey(*key));
        Value::Milestones(keys.collect::<BTreeSet<_>>())
    };
    let readings = vec![
        reading("2026-10-10", done(&[]), "0 of 3", None),
        reading("2026-10-25", done(&[1]), "1 of 3", None),
        reading("2026-11-15", done(&[1, 2]), "2 of 3", Some(7)),
    ];
    let course = values(milestones(&["1", "1", "2"]), readings);
    goal(
        "new-cdn",
        "Move to the new CDN",
        "3 steps, now 2 of 3, 50%",
        course,
    )
}

pub(super) fn docs() -> Goal {
    let readings = vec![
        reading("2026-10-10", Value::Zone(Zone::Fail), "fail", None),
        reading("2026-10-30", Value::Zone(Zone::Commit), "commit", None),
        reading("2026-11-20", Value::Zone(Zone::Target), "target", Some(8)),
    ];
    goal(
        "docs",
        "API docs",
        "3 levels, now target",
        values(zones(), readings),
    )
}

pub(crate) fn fast() -> Goal {
    let percent = |units: i64| {
        Some(Progress::new(
            number(&units.to_string()).decimal() / number("100").decimal(),
        ))
    };
    let points = vec![
        (day("2026-09-28"), percent(0)),
        (day("2026-10-12"), percent(9)),
        (day("2026-10-26"), percent(31)),
        (day("2026-11-02"), percent(26)),
        (day("2026-11-20"), percent(55)),
    ];
    Goal {
        moves: latency().moves,
        ..goal(
            "fast",
            "Fast enough to feel instant",
            "55%, pace 58%",
            Course::Progress(points),
        )
    }
}

/// Chrome: 20, 50, 100 million seven-day active users.
pub(super) fn chrome() -> Goal {
    let measure = |target: &str| in_unit("0", target, "million users");
    let told = |on: &str, what: &str, why: &str| Move {
        day: day(on),
        what: what.to_owned(),
        by: "sundar".to_owned(),
        why: Some(why.to_owned()),
    };
    let course = Course::Values {
        measure: Box::new(measure("100")),
        steps: vec![
            (day("2008-01-01"), measure("20")),
            (day("2009-01-01"), measure("50")),
            (day("2010-01-01"), measure("100")),
        ],
        committed: Some(Box::new(measure("20"))),
        readings: vec![reading(
            "2010-12-31",
            value("111"),
            "111 million users",
            None,
        )],
    };
    Goal {
        period: period(day("2008-01-01"), day("2010-12-31")),
        moves: vec![
            told(
                "2009-01-01",
                "target 20 -> 50 million users",
                "20 million by the end of 2008 was missed. The bar for 2009 is higher, not lower.",
            ),
            told(
                "2010-01-01",
                "target 50 -> 100 million users",
                "50 million by the end of 2009 was missed too.",
            ),
        ],
        ..goal(
            "active-users",
            "Chrome reaches this many seven-day active users",
            "0 -> 100 million users, now 111 million users, 111%",
            course,
        )
    }
}
