//! Whatever the values, the days and the room: nothing panics and nothing is too wide.

use okr_core::Date;
use okr_core::measure::Value;
use okr_core::value::{CyclePeriod, Number};
use okr_testkit::sample::hold;
use proptest::prelude::*;

use super::sample::{in_unit, latency, reading, request};
use crate::chart::{Course, Goal, Request, TerminalSize, csv, page, plan, svg, terminal};

fn numbers() -> impl Strategy<Value = Number> {
    let any = (any::<i64>(), 0u32..=9);
    let small = (-1000i64..1000, 0u32..=2);
    prop_oneof![any, small].prop_map(|(units, scale)| Number::new(units, scale).unwrap())
}

fn days() -> impl Strategy<Value = Date> {
    let first = Date::constant(2026, 1, 1);
    let far = (-20_000i64..200_000).prop_map(move |days| first + jiff::Span::new().days(days));
    let near = (0i64..400).prop_map(move |days| first + jiff::Span::new().days(days));
    prop_oneof![1 => far, 4 => near]
}

fn goals() -> impl Strategy<Value = Goal> {
    let readings = prop::collection::vec((days(), numbers(), prop::option::of(0u8..=10)), 0..30);
    let bounds = (numbers(), numbers(), any::<bool>());
    let cycle = (
        days(),
        0i64..400,
        prop::option::of(days()),
        prop::option::of(days()),
    );
    (readings, bounds, cycle, ".{0,30}").prop_map(|(readings, bounds, cycle, text)| {
        let (baseline, target, is_hold) = bounds;
        let measure = if is_hold {
            let (low, high) = (baseline.min(target), baseline.max(target));
            hold(Some(&low.to_string()), Some(&high.to_string()))
        } else {
            in_unit(&baseline.to_string(), &target.to_string(), "ms")
        };
        let mut readings: Vec<_> = readings
            .into_iter()
            .map(|(on, number, tenths)| {
                reading(
                    &on.to_string(),
                    Value::Number(number),
                    &number.to_string(),
                    tenths,
                )
            })
            .collect();
        readings.sort_by_key(|reading| reading.day);
        let (start, length, begin, due) = cycle;
        let end = start + jiff::Span::new().days(length);
        let goal = latency();
        let steps = vec![(start, in_unit("0", "1", "ms")), (end, measure.clone())];
        Goal {
            name: text.clone(),
            title: text.clone(),
            facts: text,
            period: CyclePeriod::new(
                start.max(Date::constant(1970, 1, 1)),
                end.max(Date::constant(1970, 1, 1)),
            )
            .unwrap(),
            start: begin,
            due,
            course: Course::Values {
                committed: Some(Box::new(steps[0].1.clone())),
                measure: Box::new(measure),
                steps,
                readings,
            },
            ..goal
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_chart_fits(
        goals in prop::collection::vec(goals(), 1..4),
        (columns, rows) in (20usize..220, 2usize..40),
        ascii in any::<bool>(),
        (today, since) in (days(), prop::option::of(days())),
    ) {
        let request = Request { today, since, ..request() };
        let chart = plan(&goals, &request);
        for row in terminal(&chart, TerminalSize { columns, rows, ascii }) {
            prop_assert!(row.width() <= columns, "{:?}", row.plain());
        }
        let picture = svg(&chart, "chart");
        prop_assert!(picture.ends_with("</svg>\n"));
        prop_assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
        prop_assert!(page(&chart, &goals, "").contains("</html>"));
        prop_assert!(csv(&goals).lines().count() > goals.len() - 1);
        prop_assert!(chart.value_scale(5).high > chart.value_scale(5).low);
    }
}
