//! What is drawn: from goals and their history to days, values and words.

mod closing;
mod level;

use std::collections::BTreeSet;

use okr_core::measure::{Measure, Value};
use okr_core::progress::{Progress, progress};
use okr_core::value::{Confidence, Zone};
use okr_core::{Date, Decimal};

use super::goal::{Course, Goal, Move, Reading, Request};
use super::scale::ValueScale;
use super::{Band, Chart, Edge, Line, Point, Scale};
use crate::text::harmless;
use crate::words::{Language, Phrase};

/// How much progress is drawn at most, up or down: a hundred million times the way.
const PROGRESS_MAX: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);
/// The levels of an ordinal measure in percent.
const ZONES: [(i64, Zone); 4] = [
    (0, Zone::Fail),
    (30, Zone::Commit),
    (70, Zone::Target),
    (100, Zone::Stretch),
];

/// Decides what a chart of one goal or of several shows.
///
/// One goal is drawn in its own unit, with target, pace and forecast. Several are drawn in their unit
/// when it is the same, else as progress in percent.
pub fn plan(goals: &[Goal], request: &Request) -> Chart {
    let scale = scale(goals);
    let lines: Vec<Line> = goals
        .iter()
        .map(|goal| line(goal, &scale, goals, request))
        .collect();
    let (from, to) = window(goals, &lines, request);
    let single = match goals {
        [only] => Some(only),
        _ => None,
    };
    let prospect = single.and_then(|goal| closing::prospect(goal, &scale, request));
    let levels = match single {
        Some(goal) => level::of_one(goal, &scale, request.language),
        None => level::of_several(goals, &scale, request.language),
    };
    let mut moves: Vec<Move> = goals
        .iter()
        .flat_map(|goal| {
            goal.moves
                .iter()
                .map(|one| told(one, goal, single.is_none()))
        })
        .filter(|one| (from..=to).contains(&one.day))
        .collect();
    moves.sort_by_key(|one| one.day);
    let edges = edges(goals).into_iter();
    Chart {
        language: request.language,
        name: name(goals),
        title: single.map_or_else(
            || request.language.phrase(title_of_several(&scale)).to_owned(),
            titled,
        ),
        facts: single.map_or_else(String::new, |goal| goal.facts.clone()),
        pace: pace(goals, &scale),
        band: prospect.as_ref().and_then(|prospect| prospect.band.clone()),
        closing: closing::sentences(goals, prospect.as_ref(), &lines, request.language),
        today: (from..=to)
            .contains(&request.today)
            .then_some(request.today),
        edges: edges.filter(|day| from < *day && *day < to).collect(),
        scale,
        from,
        to,
        lines,
        levels,
        moves,
    }
}

fn told(one: &Move, goal: &Goal, several: bool) -> Move {
    let mut one = one.clone();
    if several {
        one.what = format!("{}: {}", goal.name, one.what);
    }
    one
}

impl Move {
    /// Says what changed, who did it, and why.
    pub(super) fn words(&self, language: Language) -> String {
        let mut words = language.done_by(&self.what, &self.by);
        if let Some(why) = &self.why {
            words = format!("{words}: {why}");
        }
        harmless(&words).into_owned()
    }
}

fn name(goals: &[Goal]) -> String {
    let names: Vec<&str> = goals.iter().map(|goal| goal.name.as_str()).collect();
    names.join(", ")
}

fn titled(goal: &Goal) -> String {
    let unit = match &goal.course {
        Course::Values { measure, .. } => measure.unit(),
        Course::Progress(_) => None,
    };
    match unit {
        Some(unit) => format!("{} ({unit})", goal.title),
        None => goal.title.clone(),
    }
}

const fn title_of_several(scale: &Scale) -> Phrase {
    match scale {
        Scale::Number => Phrase::ChartValues,
        Scale::Percent | Scale::Zones => Phrase::ChartProgress,
    }
}

/// Numbers of one unit are drawn as they are, everything else as progress.
fn scale(goals: &[Goal]) -> Scale {
    let units: Vec<Option<&str>> = goals
        .iter()
        .map(|goal| match &goal.course {
            Course::Values { measure, .. } => match &**measure {
                Measure::Metric(_) | Measure::Hold(_) => {
                    // Two numbers without a unit need not count the same thing.
                    Some(measure.unit().map_or("", AsRef::as_ref))
                }
                Measure::Milestones(_) | Measure::Zones(_) => None,
            },
            Course::Progress(_) => None,
        })
        .collect();
    match (units.as_slice(), goals) {
        ([Some(_)], _) => Scale::Number,
        ([Some(first), rest @ ..], _)
            if !first.is_empty() && rest.iter().all(|unit| *unit == Some(first)) =>
        {
            Scale::Number
        }
        (_, [only]) if is_zones(only) => Scale::Zones,
        (_, _) => Scale::Percent,
    }
}

fn is_zones(goal: &Goal) -> bool {
    match &goal.course {
        Course::Values { measure, .. } => matches!(**measure, Measure::Zones(_)),
        Course::Progress(_) => false,
    }
}

/// Returns progress in percent, kept within what can be drawn.
fn percent(progress: Progress) -> Decimal {
    progress.raw().clamp(-PROGRESS_MAX, PROGRESS_MAX) * Decimal::ONE_HUNDRED
}

fn line(goal: &Goal, scale: &Scale, goals: &[Goal], request: &Request) -> Line {
    let several = goals.len() > 1;
    let language = request.language;
    let mut points = points(goal, scale, several, language);
    let stepped = *scale != Scale::Number;
    let latest = points.iter().rfind(|point| point.day <= request.today);
    if stepped
        && let Some(latest) = latest.cloned()
        && latest.day < request.today
    {
        // What is computed holds until something moves it.
        let until = goal.period.end().max(latest.day).min(request.today);
        points.push(Point {
            day: until,
            reported: false,
            confidence: None,
            ..latest
        });
        points.sort_by_key(|point| point.day);
    }
    let caption = match &goal.course {
        Course::Values { .. } | Course::Progress(_) if several => goal.facts.clone(),
        Course::Values { .. } => language.phrase(Phrase::ChartCheckIn).to_owned(),
        Course::Progress(_) => language.phrase(Phrase::ChartProgress).to_owned(),
    };
    Line {
        name: goal.name.clone(),
        caption,
        points,
        stepped,
    }
}

fn points(goal: &Goal, scale: &Scale, several: bool, language: Language) -> Vec<Point> {
    let Course::Values { steps, .. } = &goal.course else {
        let Course::Progress(points) = &goal.course else {
            return Vec::new();
        };
        let shown = points.iter().filter_map(|(day, progress)| {
            let progress = (*progress)?;
            Some(Point {
                day: *day,
                value: percent(progress),
                reported: true,
                confidence: None,
                words: format!(
                    "{}: {}",
                    language.short_day_of_year(*day),
                    language.percent(Some(progress))
                ),
            })
        });
        return shown.collect();
    };
    let readings = goal.course.readings();
    let mut days: BTreeSet<Date> = readings.iter().map(|reading| reading.day).collect();
    if *scale == Scale::Percent && several {
        // A target that moves moves the progress, too.
        days.extend(steps.iter().map(|(day, _)| *day));
    }
    let shown = days.into_iter().filter_map(|day| {
        let reading = readings.iter().rfind(|reading| reading.day <= day)?;
        let value = drawn(&goal.course, scale, day, &reading.value)?;
        let reported = reading.day == day;
        Some(Point {
            day,
            value,
            reported,
            confidence: reading.confidence.filter(|_| reported).map(Confidence::get),
            words: described(reading, language),
        })
    });
    shown.collect()
}

/// Returns where a value is drawn, as it was measured on a day; none where it cannot be.
fn drawn(course: &Course, scale: &Scale, day: Date, value: &Value) -> Option<Decimal> {
    match (scale, value) {
        (Scale::Number, Value::Number(number)) => Some(number.decimal()),
        (Scale::Number, Value::Milestones(_) | Value::Zone(_)) => None,
        (Scale::Percent | Scale::Zones, value) => {
            progress(course.measure_on(day)?, value).map(percent)
        }
    }
}

/// Says everything about a check-in in one line.
fn described(reading: &Reading, language: Language) -> String {
    let day = language.short_day_of_year(reading.day);
    let mut words = format!("{day}: {}", reading.words);
    if let Some(confidence) = reading.confidence {
        words = format!("{words}, {} {confidence}", language.confidence());
    }
    words = format!("{words}, {}", reading.by);
    for remark in &reading.remarks {
        words = format!("{words}, {remark}");
    }
    if let Some(note) = &reading.note {
        words = format!("{words}: {note}");
    }
    harmless(&words).into_owned()
}

/// Returns the days that are drawn: those of the cycles and of everything that was reported.
fn window(goals: &[Goal], lines: &[Line], request: &Request) -> (Date, Date) {
    let of_cycles = goals.iter().flat_map(|goal| {
        let (first, last) = goal.run();
        [goal.period.start(), goal.period.end(), first, last]
    });
    let of_points = lines
        .iter()
        .flat_map(|line| &line.points)
        .map(|point| point.day);
    let days: Vec<Date> = of_cycles.chain(of_points).collect();
    let from = days.iter().min().copied().unwrap_or(request.today);
    let to = days.iter().max().copied().unwrap_or(request.today);
    let from = request
        .since
        .unwrap_or_else(|| request.until.map_or(from, |until| from.min(until)));
    (from, request.until.unwrap_or(to).max(from))
}

/// Returns where the cycle begins and ends, when it is the same for all.
fn edges(goals: &[Goal]) -> Vec<Date> {
    let Some((first, rest)) = goals.split_first() else {
        return Vec::new();
    };
    if rest.iter().all(|goal| goal.period == first.period) {
        vec![first.period.start(), first.period.end()]
    } else {
        Vec::new()
    }
}

/// Returns where an even pace begins and ends, when it is the same for all.
fn pace(goals: &[Goal], scale: &Scale) -> Option<[(Date, Decimal); 2]> {
    let (first, rest) = goals.split_first()?;
    let (begin, end) = first.run();
    if begin >= end || rest.iter().any(|goal| goal.run() != (begin, end)) {
        return None;
    }
    if *scale != Scale::Number {
        return Some([(begin, Decimal::ZERO), (end, Decimal::ONE_HUNDRED)]);
    }
    match &first.course {
        Course::Values { measure, .. } if rest.is_empty() => match &**measure {
            Measure::Metric(metric) => Some([
                (begin, metric.baseline.decimal()),
                (end, metric.target.decimal()),
            ]),
            Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_) => None,
        },
        Course::Values { .. } | Course::Progress(_) => None,
    }
}

/// Returns the name of a level of an ordinal measure.
pub(super) fn zone_at(tick: Decimal) -> Option<Zone> {
    let zone = ZONES.iter().find(|(at, _)| Decimal::from(*at) == tick);
    zone.map(|(_, zone)| *zone)
}

impl Chart {
    /// Says whether anybody reported a confidence.
    pub(super) fn has_confidence(&self) -> bool {
        let mut points = self.lines.iter().flat_map(|line| &line.points);
        points.any(|point| point.confidence.is_some())
    }

    /// Returns the value axis, with about so many numbers.
    pub(super) fn value_scale(&self, ticks_max: usize) -> ValueScale {
        if self.scale == Scale::Zones {
            let ticks = ZONES.map(|(at, _)| Decimal::from(at)).to_vec();
            return ValueScale::fixed(Decimal::ZERO, Decimal::ONE_HUNDRED, ticks);
        }
        let mut values: Vec<Decimal> = self.lines.iter().flat_map(|line| self.seen(line)).collect();
        let levels = self.levels.iter().flat_map(|level| &level.steps);
        values.extend(levels.filter_map(|(_, value)| *value));
        values.extend(self.pace.iter().flatten().map(|(_, value)| *value));
        if self.scale == Scale::Percent {
            values.extend([Decimal::ZERO, Decimal::ONE_HUNDRED]);
        }
        if let (Some(band), Some(low), Some(high)) = (
            &self.band,
            values.iter().min().copied(),
            values.iter().max().copied(),
        ) {
            // A forecast must not squeeze the facts to less than half of the height.
            let room = high - low;
            let ends = [band.end.low, band.end.high];
            let half = room / Decimal::TWO;
            values.extend(ends.map(|end| end.clamp(low - half, high + half)));
        }
        ValueScale::covering(values, ticks_max)
    }

    /// Returns the values that are seen: those within the days, and one on each side.
    fn seen<'a>(&self, line: &'a Line) -> impl Iterator<Item = Decimal> + use<'a> {
        let points = &line.points;
        let first = points
            .iter()
            .rposition(|point| point.day < self.from)
            .unwrap_or(0);
        let after = points.iter().position(|point| point.day > self.to);
        let last = after.map_or(points.len(), |after| after + 1);
        points[first.min(last)..last]
            .iter()
            .map(|point| point.value)
    }
}

impl Edge {
    fn at(forecast: &okr_core::forecast::Forecast, day: Date) -> Option<Self> {
        let at = forecast.at(day)?;
        Some(Self {
            day,
            low: at.low,
            value: at.value,
            high: at.high,
        })
    }
}

impl Band {
    fn of(forecast: &okr_core::forecast::Forecast, end: Date) -> Option<Self> {
        Some(Self {
            begin: Edge::at(forecast, forecast.last())?,
            end: Edge::at(forecast, end)?,
        })
    }
}
