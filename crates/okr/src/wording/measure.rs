//! How measures, values and progress are written.

use okr_core::field::Shown;
use okr_core::measure::{Hold, Measure, Metric, Milestones, Value};
use okr_core::progress::Progress;

use crate::render::{Screen, bar, number, quantity, quantity_change};
use crate::ui::sanitise;

/// Writes where a measure begins and where it shall end: `480 → 200 ms`, `≤ 1 %`, `12 steps`.
pub(crate) fn bounds(measure: &Measure, screen: &Screen) -> String {
    match measure {
        Measure::Metric(metric) => metric_bounds(metric, screen),
        Measure::Hold(hold) => hold_bounds(hold, screen),
        Measure::Milestones(milestones) => match milestones.list().len() {
            1 => "1 step".to_owned(),
            count => format!("{count} steps"),
        },
        Measure::Zones(_) => "3 levels".to_owned(),
    }
}

/// Writes each step of a checklist with its number, and whether it is done by a value.
pub(crate) fn checklist(milestones: &Milestones, latest: Option<&Value>) -> Vec<String> {
    let steps = milestones.list().iter().map(|one| {
        let is_done = matches!(latest, Some(Value::Milestones(done)) if done.contains(&one.key));
        let mark = if is_done { "x" } else { " " };
        format!("[{mark}] {}", one.shown())
    });
    steps.collect()
}

fn metric_bounds(metric: &Metric, screen: &Screen) -> String {
    let unit = metric.unit.as_ref().map(AsRef::as_ref);
    quantity_change(metric.baseline, metric.target, unit, screen)
}

fn hold_bounds(hold: &Hold, screen: &Screen) -> String {
    let unit = hold.unit().map(AsRef::as_ref);
    match (hold.low(), hold.high()) {
        (Some(low), Some(high)) => {
            format!(
                "{} to {}",
                number(low, screen),
                quantity(high, unit, screen)
            )
        }
        (Some(low), None) => format!("{} {}", screen.at_least(), quantity(low, unit, screen)),
        (None, Some(high)) => format!("{} {}", screen.at_most(), quantity(high, unit, screen)),
        (None, None) => "unbounded".to_owned(),
    }
}

/// Writes a value in the unit of its measure: `312 ms`, `2 of 5`, `target`.
///
/// `measure` is what the value was reported on, as far as it is known.
pub(crate) fn value(value: &Value, measure: Option<&Measure>, screen: &Screen) -> String {
    match value {
        Value::Number(given) => {
            let unit = measure.and_then(Measure::unit).map(AsRef::as_ref);
            quantity(*given, unit, screen)
        }
        Value::Milestones(done) => match measure {
            Some(Measure::Milestones(milestones)) => {
                format!("{} of {}", done.len(), milestones.list().len())
            }
            Some(Measure::Metric(_) | Measure::Hold(_) | Measure::Zones(_)) | None => {
                format!("{} done", done.len())
            }
        },
        Value::Zone(zone) => zone.word().to_owned(),
    }
}

/// Writes the step from one value to the next, the unit once: `340 → 312 ms`.
pub(crate) fn value_change(
    from: &Value,
    to: &Value,
    measure: Option<&Measure>,
    screen: &Screen,
) -> String {
    if let (Value::Number(from), Value::Number(to)) = (from, to) {
        let unit = measure.and_then(Measure::unit).map(AsRef::as_ref);
        return quantity_change(*from, *to, unit, screen);
    }
    let (from, to) = (value(from, measure, screen), value(to, measure, screen));
    format!("{from} {} {to}", screen.arrow())
}

/// Writes the present value for a column of the tree: `now 312 ms`, or nothing.
pub(crate) fn now(latest: Option<&Value>, measure: &Measure, screen: &Screen) -> String {
    latest.map_or_else(String::new, |latest| {
        ["now ", &value(latest, Some(measure), screen)].concat()
    })
}

/// Draws how far a value has come; a bound that is kept is said in a word.
pub(crate) fn reached(
    progress: Option<Progress>,
    measure: &Measure,
    width: u8,
    screen: &Screen,
) -> String {
    let held = match measure {
        Measure::Hold(_) => progress == Some(Progress::ONE),
        Measure::Metric(_) | Measure::Milestones(_) | Measure::Zones(_) => false,
    };
    if held && width >= 4 {
        format!("{:<width$}", "held", width = usize::from(width))
    } else {
        bar(progress, width, screen)
    }
}

/// Says what differs between two measures, part by part: a word for the part, and the step.
pub(crate) fn measure_change(
    from: &Measure,
    to: &Measure,
    screen: &Screen,
) -> Vec<(&'static str, String)> {
    let whole = || {
        let text = format!(
            "{} {} {}",
            described(from, screen),
            screen.arrow(),
            described(to, screen)
        );
        vec![("measure", text)]
    };
    let (Measure::Metric(from), Measure::Metric(to)) = (from, to) else {
        return whole();
    };
    if from.unit != to.unit {
        return whole();
    }
    let unit = to.unit.as_ref().map(AsRef::as_ref);
    let mut parts = Vec::new();
    if from.baseline != to.baseline {
        let step = quantity_change(from.baseline, to.baseline, unit, screen);
        parts.push(("baseline", step));
    }
    if from.target != to.target {
        let step = quantity_change(from.target, to.target, unit, screen);
        parts.push(("target", step));
    }
    let optional = |level: Option<okr_core::value::Number>| match level {
        Some(level) => quantity(level, unit, screen),
        None => "none".to_owned(),
    };
    for (word, from, to) in [
        ("commit", from.commit, to.commit),
        ("stretch", from.stretch, to.stretch),
    ] {
        if from != to {
            let step = format!("{} {} {}", optional(from), screen.arrow(), optional(to));
            parts.push((word, step));
        }
    }
    parts
}

/// Writes a measure so that nothing of it is missing.
pub(crate) fn described(measure: &Measure, screen: &Screen) -> String {
    match measure {
        Measure::Metric(metric) => {
            let unit = metric.unit.as_ref().map(AsRef::as_ref);
            let mut text = metric_bounds(metric, screen);
            for (word, level) in [("commit", metric.commit), ("stretch", metric.stretch)] {
                if let Some(level) = level {
                    text = format!("{text}, {word} {}", quantity(level, unit, screen));
                }
            }
            text
        }
        Measure::Hold(hold) => format!("keep {}", hold_bounds(hold, screen)),
        Measure::Milestones(milestones) => {
            let lines: Vec<String> = milestones.list().iter().map(Shown::shown).collect();
            sanitise(&lines.join("; ")).into_owned()
        }
        Measure::Zones(zones) => format!(
            "commit: {}; target: {}; stretch: {}",
            sanitise(zones.commit.as_str()),
            sanitise(zones.target.as_str()),
            sanitise(zones.stretch.as_str())
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use okr_core::measure::MilestoneKey;
    use okr_testkit::sample::{hold, metric, milestones, number, unit};

    use super::*;

    fn in_ms(baseline: &str, target: &str) -> Measure {
        match metric(baseline, target) {
            Measure::Metric(metric) => Measure::Metric(Metric {
                unit: Some(unit("ms")),
                ..metric
            }),
            other => other,
        }
    }

    #[test]
    fn every_measure_has_bounds_and_values_in_its_unit() {
        let screen = Screen::terminal(80);
        assert_eq!(bounds(&in_ms("480", "200"), &screen), "480 → 200 ms");
        assert_eq!(bounds(&hold(None, Some("1")), &screen), "≤ 1");
        assert_eq!(bounds(&hold(Some("5"), None), &screen), "≥ 5");
        assert_eq!(bounds(&hold(Some("5"), Some("9")), &screen), "5 to 9");
        let list = milestones(&["1", "1", "2"]);
        assert_eq!(bounds(&list, &screen), "3 steps");
        let done = Value::Milestones(BTreeSet::from([MilestoneKey(2)]));
        assert_eq!(value(&done, Some(&list), &screen), "1 of 3");
        let latest = Value::Number(number("312"));
        assert_eq!(
            now(Some(&latest), &in_ms("480", "200"), &screen),
            "now 312 ms"
        );
        assert_eq!(now(None, &list, &screen), "");
    }

    #[test]
    fn a_step_says_its_weight_where_it_is_not_the_usual_one() {
        let screen = Screen::terminal(80);
        let (light, heavy) = (milestones(&["1", "1"]), milestones(&["4", "1"]));
        assert_eq!(
            described(&heavy, &screen),
            "1. Step 1 (weight 4); 2. Step 2"
        );
        assert_eq!(
            measure_change(&light, &heavy, &screen),
            [(
                "measure",
                "1. Step 1; 2. Step 2 → 1. Step 1 (weight 4); 2. Step 2".to_owned()
            )]
        );
        let Measure::Milestones(list) = heavy else {
            panic!("a checklist");
        };
        let done = Value::Milestones(BTreeSet::from([MilestoneKey(1)]));
        assert_eq!(
            checklist(&list, Some(&done)),
            ["[x] 1. Step 1 (weight 4)", "[ ] 2. Step 2"]
        );
    }

    #[test]
    fn a_moved_target_is_called_that() {
        let screen = Screen::terminal(80);
        let parts = measure_change(&in_ms("480", "150"), &in_ms("480", "200"), &screen);
        assert_eq!(parts, [("target", "150 → 200 ms".to_owned())]);
        let parts = measure_change(&in_ms("480", "150"), &hold(None, Some("200")), &screen);
        assert_eq!(parts, [("measure", "480 → 150 ms → keep ≤ 200".to_owned())]);
    }

    #[test]
    fn a_kept_bound_is_a_word_and_not_a_full_bar() {
        let screen = Screen::terminal(80);
        let keep = hold(None, Some("1"));
        assert_eq!(
            reached(Some(Progress::ONE), &keep, 10, &screen),
            "held      "
        );
        assert_eq!(reached(Some(Progress::ZERO), &keep, 4, &screen), "░░░░");
    }
}
