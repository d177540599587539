//! The facts that a chart is made from, in the core's words. Names of people are given as text.

use okr_core::Date;
use okr_core::measure::{Measure, Value};
use okr_core::progress::Progress;
use okr_core::value::{Confidence, CyclePeriod};

use crate::words::Language;

/// A goal with what is known of it over time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// Its everyday name.
    pub name: String,
    /// What it is about.
    pub title: String,
    /// Where it begins and ends and where it is: `480 → 200 ms, now 312 ms`.
    pub facts: String,
    /// The days of its cycle.
    pub period: CyclePeriod,
    /// The day from which progress is expected; none: the start of the cycle.
    pub start: Option<Date>,
    /// The day on which it shall be reached; none: the end of the cycle.
    pub due: Option<Date>,
    /// How it went.
    pub course: Course,
    /// What was changed about it, oldest first.
    pub moves: Vec<Move>,
    /// What else must be said about it, each a sentence.
    pub remarks: Vec<String>,
}

/// How a goal went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// A key result.
    Values {
        /// How it is measured.
        measure: Box<Measure>,
        /// How it was measured, from each of the days on, oldest first.
        steps: Vec<(Date, Measure)>,
        /// How it was measured at the commitment, where that differs from now.
        committed: Option<Box<Measure>>,
        /// What was reported, by day; of several on one day the last counts.
        readings: Vec<Reading>,
    },
    /// An objective: its progress at the end of each day on which it moved, oldest first.
    Progress(Vec<(Date, Option<Progress>)>),
}

/// A check-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The day on which the value was true.
    pub day: Date,
    /// The value.
    pub value: Value,
    /// The same in words, with its unit.
    pub words: String,
    /// The estimate that the target will be met.
    pub confidence: Option<Confidence>,
    /// Who reported it.
    pub by: String,
    /// What is behind the number.
    pub note: Option<String>,
    /// What else is to be known: that it was recorded late, or corrected.
    pub remarks: Vec<String>,
}

/// A change of a goal's definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// The day on which it was written.
    pub day: Date,
    /// What changed: `target 150 → 200 ms`.
    pub what: String,
    /// Who changed it.
    pub by: String,
    /// Why, and what kind of amendment it is.
    pub why: Option<String>,
}

/// What is wanted of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The language of what is written in it.
    pub language: Language,
    /// The day that the chart is made for.
    pub today: Date,
    /// The first day; none: as early as there is something to see.
    pub since: Option<Date>,
    /// The last day; none: as late as there is something to see.
    pub until: Option<Date>,
    /// Whether to say where the values go.
    pub forecast: bool,
}

impl Goal {
    /// Returns the first and the last day between which an even pace runs.
    pub(super) fn run(&self) -> (Date, Date) {
        let (first, last) = (self.period.start(), self.period.end());
        (
            self.start.map_or(first, |start| start.max(first)),
            self.due.map_or(last, |due| due.min(last)),
        )
    }
}

impl Course {
    /// Returns how a key result was measured at the end of a day; the first measure before that.
    pub(super) fn measure_on(&self, day: Date) -> Option<&Measure> {
        let Self::Values { measure, steps, .. } = self else {
            return None;
        };
        let then = steps.iter().rfind(|(from, _)| *from <= day);
        Some(
            then.or(steps.first())
                .map_or(&**measure, |(_, measure)| measure),
        )
    }

    /// Returns what was reported, one for each day.
    pub(super) fn readings(&self) -> Vec<&Reading> {
        let Self::Values { readings, .. } = self else {
            return Vec::new();
        };
        let by_day: std::collections::BTreeMap<Date, &Reading> = readings
            .iter()
            .map(|reading| (reading.day, reading))
            .collect();
        by_day.into_values().collect()
    }
}
