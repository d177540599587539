//! Charts: the values of goals over time, with targets and their moves, pace and forecast.
//!
//! [`plan()`] decides what is drawn, from facts in the core's words; [`terminal()`], [`svg()`] and [`page()`]
//! draw it, and [`csv()`] lists the facts. The same plan looks the same everywhere.

mod canvas;
mod csv;
mod dates;
mod goal;
mod html;
mod plan;
mod scale;
mod svg;
mod terminal;
#[cfg(test)]
pub(crate) mod tests;

use okr_core::value::Zone;
use okr_core::{Date, Decimal};

use crate::figure;
use crate::words::Language;

pub use csv::csv;
pub use goal::{Course, Goal, Move, Reading, Request};
pub use html::page;
pub use plan::plan;
pub use svg::svg;
pub(crate) use svg::{LOOK, Room, svg_within};
pub use terminal::{TerminalSize, terminal};

/// The most goals in one chart: as many as there are marks to tell them apart.
pub const GOALS_MAX: usize = 8;

/// What is drawn: every position as a day and a value, every word ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chart {
    /// The language of its words.
    language: Language,
    /// What the chart is about: the name of the goal, or of all.
    pub(crate) name: String,
    /// The title of the goal, with the unit of the values.
    title: String,
    /// Where the goal begins and ends, and where it is.
    facts: String,
    /// What the values are.
    scale: Scale,
    /// The first day.
    from: Date,
    /// The last day.
    to: Date,
    /// The present, where it is within the days.
    today: Option<Date>,
    /// The first and the last day of the cycle, where they are within the days.
    edges: Vec<Date>,
    /// The values that were reported.
    lines: Vec<Line>,
    /// What the values are measured against, the most important last.
    levels: Vec<Level>,
    /// The value on the first and on the last day at an even pace.
    pace: Option<[(Date, Decimal); 2]>,
    /// Where the values go.
    band: Option<Band>,
    /// What moved, with the day; numbered in this order.
    moves: Vec<Move>,
    /// What the chart says, in sentences.
    closing: Vec<String>,
}

impl Chart {
    /// Says when something moved, and what.
    fn told(&self, one: &Move) -> String {
        let day = self.language.short_day_of_year(one.day);
        format!("{day}: {}", one.words(self.language))
    }

    /// Returns what is written at the values of an axis.
    fn tick_texts(&self, values: &scale::ValueScale) -> Vec<String> {
        let language = self.language;
        let ticks = values.ticks.iter();
        match self.scale {
            Scale::Zones => {
                let zones = ticks.map(|tick| plan::zone_at(*tick));
                let word = |zone: Option<Zone>| zone.map_or("", |zone| language.zone(zone));
                zones.map(|zone| word(zone).to_owned()).collect()
            }
            Scale::Percent => ticks
                .map(|tick| language.percented(&language.decimal(*tick)))
                .collect(),
            Scale::Number => {
                let texts = figure::ticks(&values.ticks).into_iter();
                texts.map(|text| language.pointed(text)).collect()
            }
        }
    }
}

/// What the values of a chart are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scale {
    /// Numbers of one unit.
    Number,
    /// Progress in percent.
    Percent,
    /// Progress in percent of which only the levels of an ordinal measure have a name.
    Zones,
}

/// The values of one goal.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// Its name, for the legend of several.
    name: String,
    /// How it stands, for the legend of several.
    caption: String,
    /// Oldest first, one for each day.
    points: Vec<Point>,
    /// Whether a value holds until the next one, because it is computed and not measured.
    stepped: bool,
}

/// A value on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Point {
    day: Date,
    value: Decimal,
    /// Whether somebody reported it, rather than that something else moved it.
    reported: bool,
    confidence: Option<u8>,
    /// Everything about it, in words.
    words: String,
}

/// What values are measured against.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Level {
    role: Role,
    /// The line that it belongs to, among several.
    line: Option<usize>,
    /// From each of the days on; none where it did not exist.
    steps: Vec<(Date, Option<Decimal>)>,
    /// What it is and where it is now: `target 200`.
    label: String,
}

/// Why a level is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// What is certain to be reached, or beyond the target.
    Aside,
    /// The target that was committed to, where it is another one now.
    Committed,
    /// The target, or a bound.
    Target,
}

/// Where values go: straight from one day to another.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Band {
    begin: Edge,
    end: Edge,
}

/// A forecast of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edge {
    day: Date,
    low: Decimal,
    value: Decimal,
    high: Decimal,
}
