//! The facts of a chart as a table for spreadsheets and scripts.

use okr_core::Date;
use okr_core::measure::{Measure, Value};
use okr_core::progress::{Progress, progress};

use super::goal::{Course, Goal, Move, Reading};
use crate::text::{csv_cell, csv_text};

/// What the columns are.
const HEADER: &str = "goal,kind,day,value,unit,progress,confidence,by,text\n";

/// Lists check-ins, progress, targets and moves, a fact to a line, goal by goal in the order of days.
///
/// `kind` is `check-in`, `progress`, `target` (from that day on), `low` or `high` (bounds, the same),
/// or `move`. Numbers are exact; progress is a fraction of 1. Text from people that a spreadsheet
/// would take for a formula begins with an apostrophe.
pub fn csv(goals: &[Goal]) -> String {
    let mut text = HEADER.to_owned();
    for goal in goals {
        let mut rows = match &goal.course {
            Course::Values {
                measure,
                steps,
                readings,
                ..
            } => {
                let unit = measure.unit().map(ToString::to_string).unwrap_or_default();
                let mut rows: Vec<Line> = steps
                    .iter()
                    .flat_map(|(day, measure)| bounds(*day, measure))
                    .collect();
                let reports = readings.iter().map(|reading| report(goal, reading, &unit));
                rows.extend(reports);
                rows
            }
            Course::Progress(points) => points
                .iter()
                .map(|(day, progress)| Line {
                    kind: "progress",
                    day: day.to_string(),
                    progress: fraction(*progress),
                    ..Line::default()
                })
                .collect(),
        };
        rows.extend(goal.moves.iter().map(moved));
        rows.sort_by(|one, other| one.day.cmp(&other.day));
        for row in rows {
            text.push_str(&row.text(&goal.name));
        }
    }
    text
}

#[derive(Default)]
struct Line {
    kind: &'static str,
    day: String,
    value: String,
    unit: String,
    progress: String,
    confidence: String,
    by: String,
    text: String,
}

impl Line {
    fn text(&self, goal: &str) -> String {
        let cells = [
            csv_text(goal),
            csv_cell(self.kind),
            csv_cell(&self.day),
            csv_cell(&self.value),
            csv_text(&self.unit),
            csv_cell(&self.progress),
            csv_cell(&self.confidence),
            csv_text(&self.by),
            csv_text(&self.text),
        ];
        format!("{}\n", cells.join(","))
    }
}

fn fraction(progress: Option<Progress>) -> String {
    progress
        .map(|progress| progress.raw().to_string())
        .unwrap_or_default()
}

fn bounds(day: Date, measure: &Measure) -> Vec<Line> {
    let bounds = match measure {
        Measure::Metric(metric) => vec![("target", metric.target)],
        Measure::Hold(hold) => {
            let bounds = [("low", hold.low()), ("high", hold.high())].into_iter();
            bounds
                .filter_map(|(kind, bound)| Some((kind, bound?)))
                .collect()
        }
        Measure::Milestones(_) | Measure::Zones(_) => Vec::new(),
    };
    let unit = measure.unit().map(ToString::to_string).unwrap_or_default();
    let lines = bounds.into_iter().map(|(kind, bound)| Line {
        kind,
        day: day.to_string(),
        value: bound.to_string(),
        unit: unit.clone(),
        ..Line::default()
    });
    lines.collect()
}

fn report(goal: &Goal, reading: &Reading, unit: &str) -> Line {
    let measure = goal.course.measure_on(reading.day);
    let (value, unit) = match &reading.value {
        Value::Number(number) => (number.to_string(), unit.to_owned()),
        Value::Milestones(done) => {
            let keys: Vec<String> = done.iter().map(|key| key.0.to_string()).collect();
            (keys.join(" "), "milestones".to_owned())
        }
        Value::Zone(zone) => (zone.word().to_owned(), "zone".to_owned()),
    };
    Line {
        kind: "check-in",
        day: reading.day.to_string(),
        value,
        unit,
        progress: fraction(measure.and_then(|measure| progress(measure, &reading.value))),
        confidence: reading
            .confidence
            .map(|confidence| confidence.to_string())
            .unwrap_or_default(),
        by: reading.by.clone(),
        text: reading.note.clone().unwrap_or_default(),
    }
}

fn moved(one: &Move) -> Line {
    let text = match &one.why {
        Some(why) => format!("{}: {why}", one.what),
        None => one.what.clone(),
    };
    Line {
        kind: "move",
        day: one.day.to_string(),
        by: one.by.clone(),
        text,
        ..Line::default()
    }
}
