//! The sentences below a chart: where it leads, and what else must be said.

use okr_core::forecast::{Forecast, READINGS_MIN, WINDOW_DAYS};
use okr_core::measure::{Hold, Measure, Metric};
use okr_core::value::days_between;
use okr_core::{Date, Decimal};

use super::drawn;
use crate::chart::dates::day_beside;
use crate::chart::goal::{Course, Goal, Request};
use crate::chart::{Band, Line, Scale};
use crate::figure;

/// Where a goal leads.
#[derive(Clone, Debug)]
pub(super) struct Prospect {
    /// What is drawn of it; none when too little is known.
    pub(super) band: Option<Band>,
    sentence: String,
}

/// Returns where a goal leads; none when nobody asks, or its time is over.
pub(super) fn prospect(goal: &Goal, scale: &Scale, request: &Request) -> Option<Prospect> {
    let Course::Values { measure, .. } = &goal.course else {
        return None;
    };
    let end = goal.run().1;
    if !request.forecast || *scale == Scale::Zones || request.today >= end {
        return None;
    }
    let readings = goal.course.readings().into_iter();
    let values: Vec<(Date, Decimal)> = readings
        .filter_map(|reading| {
            let value = drawn(&goal.course, scale, reading.day, &reading.value)?;
            Some((reading.day, value))
        })
        .collect();
    if values.is_empty() {
        return None;
    }
    let forecast = Forecast::through(values.iter().copied(), request.today);
    let band = forecast
        .as_ref()
        .and_then(|forecast| Band::of(forecast, end));
    let (Some(forecast), Some(band)) = (forecast, band) else {
        return Some(Prospect {
            band: None,
            sentence: too_little(&values, request.today),
        });
    };
    let outlook = Outlook {
        forecast: &forecast,
        band: &band,
        latest: values.last().map_or(Decimal::ZERO, |(_, value)| *value),
        today: request.today,
    };
    let sentence = match &**measure {
        Measure::Metric(metric) => outlook.metric(metric),
        Measure::Hold(hold) => outlook.hold(hold),
        Measure::Milestones(_) | Measure::Zones(_) => outlook.share(),
    };
    Some(Prospect {
        band: Some(band),
        sentence,
    })
}

/// Says why there is no forecast.
fn too_little(values: &[(Date, Decimal)], today: Date) -> String {
    let recent = values
        .iter()
        .filter(|(day, _)| (0..=WINDOW_DAYS).contains(&days_between(*day, today)))
        .count();
    let weeks = WINDOW_DAYS / 7;
    if recent >= READINGS_MIN {
        return "No forecast: the numbers are out of reach.".to_owned();
    }
    let days = if recent == 1 { "day" } else { "days" };
    format!(
        "No forecast: {recent} {days} with a check-in in the last {weeks} weeks, {READINGS_MIN} are \
         needed."
    )
}

struct Outlook<'a> {
    forecast: &'a Forecast,
    band: &'a Band,
    latest: Decimal,
    today: Date,
}

impl Outlook<'_> {
    fn metric(&self, metric: &Metric) -> String {
        let unit = metric.unit.as_ref().map(AsRef::as_ref);
        let (baseline, target) = (metric.baseline.decimal(), metric.target.decimal());
        let where_to = self.expected((target - baseline).abs(), unit);
        let asked = figure::with_unit(figure::exact(target), unit);
        let upwards = target >= baseline;
        let is_there = if upwards {
            self.latest >= target
        } else {
            self.latest <= target
        };
        if is_there {
            return format!("{where_to}. The target of {asked} is reached.");
        }
        format!(
            "{where_to}. {}",
            self.arrival(target, upwards, &format!("the target of {asked}"))
        )
    }

    fn share(&self) -> String {
        let (low, high) = (self.band.end.low, self.band.end.high);
        let percent = |value: Decimal| figure::rounded(value, Decimal::ONE_HUNDRED);
        let range = range(&percent(low), &percent(high));
        let value = percent(self.band.end.value);
        let where_to = self.where_to(&format!("{value}%"), &range);
        if self.latest >= Decimal::ONE_HUNDRED {
            return format!("{where_to}. All is done.");
        }
        format!(
            "{where_to}. {}",
            self.arrival(Decimal::ONE_HUNDRED, true, "the end")
        )
    }

    fn hold(&self, hold: &Hold) -> String {
        let unit = hold.unit().map(AsRef::as_ref);
        let edge = self.band.end;
        let bounds = [hold.low(), hold.high()].into_iter().flatten();
        let greatest = bounds
            .map(|bound| bound.decimal().abs())
            .max()
            .unwrap_or_default();
        let where_to = self.expected(greatest, unit);
        let is_low = hold.low().is_some_and(|low| edge.value < low.decimal());
        let is_high = hold.high().is_some_and(|high| edge.value > high.decimal());
        let within = if is_low || is_high {
            "which is out of bounds"
        } else {
            "which is within bounds"
        };
        format!("{where_to}, {within}.")
    }

    fn where_to(&self, value: &str, range: &str) -> String {
        let weeks = WINDOW_DAYS / 7;
        let end = day_beside(self.band.end.day, self.today);
        format!("Going on as in the last {weeks} weeks, it will be at {value} on {end}{range}")
    }

    /// Says which value is expected at the end, as exactly as the way that it has to go asks for.
    fn expected(&self, way: Decimal, unit: Option<&str>) -> String {
        let edge = self.band.end;
        let value = figure::with_unit(figure::rounded(edge.value, way), unit);
        let range = range(
            &figure::rounded(edge.low, way),
            &figure::rounded(edge.high, way),
        );
        self.where_to(&value, &range)
    }

    fn arrival(&self, target: Decimal, upwards: bool, goal: &str) -> String {
        let end = self.band.end.day;
        match self.forecast.reaches(target, upwards) {
            None => format!("That does not lead to {goal}."),
            Some(day) if day <= end => {
                let day = day_beside(day.max(self.today), self.today);
                capital(&format!("{goal} will be reached on {day}."))
            }
            Some(day) => {
                let late = days_between(end, day);
                let days = if late == 1 { "day" } else { "days" };
                let day = day_beside(day, self.today);
                capital(&format!(
                    "{goal} will be reached on {day}, {late} {days} too late."
                ))
            }
        }
    }
}

fn range(low: &str, high: &str) -> String {
    if low == high {
        String::new()
    } else {
        format!(" ({low} to {high})")
    }
}

fn capital(sentence: &str) -> String {
    let mut characters = sentence.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// Returns everything that is said below a chart.
pub(super) fn sentences(
    goals: &[Goal],
    prospect: Option<&Prospect>,
    lines: &[Line],
) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(prospect.map(|prospect| prospect.sentence.clone()));
    for (goal, line) in goals.iter().zip(lines) {
        let of = if goals.len() > 1 {
            format!("{}: ", goal.name)
        } else {
            String::new()
        };
        if line.points.is_empty() {
            let nothing = match &goal.course {
                Course::Values { readings, .. } if readings.is_empty() => "no check-in yet.",
                Course::Values { .. } => "no check-in fits the way it is measured now.",
                Course::Progress(_) => "nothing counts towards it yet.",
            };
            let sentence = format!("{of}{nothing}");
            sentences.push(if of.is_empty() {
                capital(&sentence)
            } else {
                sentence
            });
        }
        sentences.extend(goal.remarks.iter().map(|remark| format!("{of}{remark}")));
    }
    sentences
}
