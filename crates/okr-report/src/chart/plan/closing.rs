//! The sentences below a chart: where it leads, and what else must be said.

use okr_core::forecast::{Forecast, READINGS_MIN, WINDOW_DAYS};
use okr_core::measure::{Hold, Measure, Metric};
use okr_core::value::days_between;
use okr_core::{Date, Decimal};

use super::drawn;
use crate::chart::goal::{Course, Goal, Request};
use crate::chart::{Band, Line, Scale};
use crate::figure;
use crate::words::{Aim, Language, Phrase};

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
            sentence: too_little(&values, request),
        });
    };
    let outlook = Outlook {
        forecast: &forecast,
        band: &band,
        latest: values.last().map_or(Decimal::ZERO, |(_, value)| *value),
        request,
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
fn too_little(values: &[(Date, Decimal)], request: &Request) -> String {
    let recent = values
        .iter()
        .filter(|(day, _)| (0..=WINDOW_DAYS).contains(&days_between(*day, request.today)))
        .count();
    if recent >= READINGS_MIN {
        return request.language.out_of_reach();
    }
    request
        .language
        .too_few(i32::try_from(recent).unwrap_or(i32::MAX))
}

struct Outlook<'a> {
    forecast: &'a Forecast,
    band: &'a Band,
    latest: Decimal,
    request: &'a Request,
}

impl Outlook<'_> {
    fn metric(&self, metric: &Metric) -> String {
        let unit = metric.unit.as_ref().map(AsRef::as_ref);
        let (baseline, target) = (metric.baseline.decimal(), metric.target.decimal());
        let where_to = self.expected((target - baseline).abs(), unit);
        let asked = figure::with_unit(self.request.language.decimal(target), unit);
        let upwards = target >= baseline;
        let is_there = if upwards {
            self.latest >= target
        } else {
            self.latest <= target
        };
        let arrival = self.arrival(target, (upwards, is_there), &Aim::Target(asked));
        format!("{where_to}. {arrival}")
    }

    fn share(&self) -> String {
        let language = self.request.language;
        let percent = |value: Decimal| language.rounded(value, Decimal::ONE_HUNDRED);
        let edge = self.band.end;
        let value = language.percented(&percent(edge.value));
        let where_to = self.where_to(&value, &percent(edge.low), &percent(edge.high));
        let is_there = self.latest >= Decimal::ONE_HUNDRED;
        let arrival = self.arrival(Decimal::ONE_HUNDRED, (true, is_there), &Aim::Everything);
        format!("{where_to}. {arrival}")
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
        let bounded = self.request.language.bounded(!is_low && !is_high);
        format!("{where_to}, {bounded}.")
    }

    fn where_to(&self, value: &str, low: &str, high: &str) -> String {
        let language = self.request.language;
        let end = language.day_beside(self.band.end.day, self.request.today);
        let range = (low != high).then_some([low, high]);
        language.leads_to(value, &end, range)
    }

    /// Says which value is expected at the end, as exactly as the way that it has to go asks for.
    fn expected(&self, way: Decimal, unit: Option<&str>) -> String {
        let rounded = |value: Decimal| self.request.language.rounded(value, way);
        let edge = self.band.end;
        let value = figure::with_unit(rounded(edge.value), unit);
        self.where_to(&value, &rounded(edge.low), &rounded(edge.high))
    }

    /// Says whether and when an aim is reached.
    fn arrival(&self, target: Decimal, (upwards, is_there): (bool, bool), aim: &Aim) -> String {
        let language = self.request.language;
        if is_there {
            return language.is_reached(aim);
        }
        let (end, today) = (self.band.end.day, self.request.today);
        match self.forecast.reaches(target, upwards) {
            None => language.is_not_reached(aim),
            Some(day) => {
                let late = (day > end).then(|| days_between(end, day));
                let day = language.day_beside(day.max(today), today);
                language.will_be_reached(aim, &day, late)
            }
        }
    }
}

/// Returns everything that is said below a chart.
pub(super) fn sentences(
    goals: &[Goal],
    prospect: Option<&Prospect>,
    lines: &[Line],
    language: Language,
) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(prospect.map(|prospect| prospect.sentence.clone()));
    for (goal, line) in goals.iter().zip(lines) {
        let said = |sentence: &str| {
            if goals.len() > 1 {
                format!("{}: {sentence}", goal.name)
            } else {
                sentence.to_owned()
            }
        };
        if line.points.is_empty() {
            let nothing = match &goal.course {
                Course::Values { readings, .. } if readings.is_empty() => Phrase::NoCheckIn,
                Course::Values { .. } => Phrase::NoFit,
                Course::Progress(_) => Phrase::NothingCounts,
            };
            sentences.push(said(language.phrase(nothing)));
        }
        sentences.extend(goal.remarks.iter().map(|remark| said(remark)));
    }
    sentences
}
