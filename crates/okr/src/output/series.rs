//! How goals went over time.

use okr_core::Decimal;
use okr_core::forecast::Forecast;
use okr_core::measure::{Measure, Value};
use okr_core::progress::{Progress, progress};
use okr_core::value::{AmendmentCategory, Confidence};
use okr_replica::{CheckInFact, KeyResultSeries, MeasureStep, ObjectiveSeries};
use okr_report::chart::Request;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::measure::{MeasureItem, ValueItem};
use super::place::PlaceItem;
use super::progress::ProgressItem;
use super::reference::{Id, PersonRef, ThingRef, short};
use crate::names::Names;
use crate::ui::Item;

/// A key result or an objective over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct SeriesItem {
    /// `key_result` or `objective`.
    pub(crate) kind: &'static str,
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) cycle: ThingRef,
    /// The day from which an even pace runs.
    pub(crate) from: String,
    /// The day on which it ends.
    pub(crate) to: String,
    /// How it is measured; none for an objective.
    pub(crate) measure: Option<MeasureItem>,
    /// The measure of the original commitment or, of a late addition, the first one, where that is
    /// another.
    pub(crate) original_measure: Option<MeasureItem>,
    /// What an even pace would have made by now; none for an objective.
    pub(crate) expected: Option<ProgressItem>,
    /// Oldest first. Of several about one day the last counts.
    pub(crate) points: Vec<PointItem>,
    /// How it was measured, from the oldest; the first is how it was created. Of an objective those
    /// of its key results.
    pub(crate) measures: Vec<StepItem>,
    /// None when too little is known, or for an objective.
    pub(crate) forecast: Option<ForecastItem>,
}

/// A value, or the progress, of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PointItem {
    pub(crate) day: String,
    /// What was reported; none for an objective.
    pub(crate) value: Option<ValueItem>,
    /// By the measure as it was on that day.
    pub(crate) progress: Option<ProgressItem>,
    pub(crate) confidence: Option<u8>,
    pub(crate) check_in: Option<Id>,
    pub(crate) author: Option<PersonRef>,
    pub(crate) on_behalf_of: Option<PersonRef>,
    pub(crate) note: Option<String>,
}

/// A measure, from the day on which it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct StepItem {
    pub(crate) key_result: ThingRef,
    pub(crate) day: String,
    pub(crate) measure: MeasureItem,
    pub(crate) author: PersonRef,
    pub(crate) on_behalf_of: Option<PersonRef>,
    /// `human`, `import` or `automation`.
    pub(crate) source: &'static str,
    pub(crate) reason: Option<String>,
    /// The category, of a measure that was changed after commitment.
    pub(crate) amendment: Option<&'static str>,
    #[serde(flatten)]
    pub(crate) place: PlaceItem,
}

/// Where it leads, going on as in the last six weeks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ForecastItem {
    /// On how many days with a check-in it rests.
    pub(crate) days: usize,
    /// The day that it is about: the end.
    pub(crate) day: String,
    pub(crate) low: String,
    pub(crate) value: String,
    /// Half of the check-ins lie as near to the line as `low` and `high`.
    pub(crate) high: String,
    /// The first day on which the line is at the target; none when it does not lead there.
    pub(crate) reaches_target_on: Option<String>,
}

impl SeriesItem {
    /// Makes the item of a key result.
    pub(crate) fn key_result(series: &KeyResultSeries, request: &Request, names: &Names) -> Self {
        let standing = &series.standing;
        let key_result = &standing.key_result;
        let period = series.cycle.period;
        let from = key_result
            .start
            .map_or(period.start(), |start| start.max(period.start()));
        let to = key_result
            .due
            .map_or(period.end(), |due| due.min(period.end()));
        Self {
            kind: "key_result",
            id: Id(key_result.id.uuid()),
            short_id: short(key_result.id.uuid()),
            slug: key_result.slug.to_string(),
            title: key_result.title.to_string(),
            cycle: ThingRef::new(series.cycle.id, names),
            from: from.to_string(),
            to: to.to_string(),
            measure: Some(MeasureItem::from(&key_result.measure)),
            original_measure: standing.original_measure.as_ref().map(MeasureItem::from),
            expected: Some(standing.expected.into()),
            points: series
                .check_ins
                .iter()
                .map(|fact| PointItem::new(fact, series, names))
                .collect(),
            measures: series
                .steps
                .iter()
                .map(|step| StepItem::new(step, names))
                .collect(),
            forecast: forecast(series, request, to),
        }
    }

    /// Makes the item of an objective.
    pub(crate) fn objective(series: &ObjectiveSeries, names: &Names) -> Self {
        let objective = &series.standing.objective;
        let period = series.cycle.period;
        let mut steps: Vec<&MeasureStep> = series.steps.iter().flatten().collect();
        steps.sort_by_key(|step| step.origin.authored_at);
        Self {
            kind: "objective",
            id: Id(objective.id.uuid()),
            short_id: short(objective.id.uuid()),
            slug: objective.slug.to_string(),
            title: objective.title.to_string(),
            cycle: ThingRef::new(series.cycle.id, names),
            from: period.start().to_string(),
            to: period.end().to_string(),
            measure: None,
            original_measure: None,
            expected: None,
            points: series
                .points
                .iter()
                .map(|(day, progress)| PointItem {
                    day: day.to_string(),
                    value: None,
                    progress: progress.map(ProgressItem::from),
                    confidence: None,
                    check_in: None,
                    author: None,
                    on_behalf_of: None,
                    note: None,
                })
                .collect(),
            measures: steps
                .into_iter()
                .map(|step| StepItem::new(step, names))
                .collect(),
            forecast: None,
        }
    }
}

impl PointItem {
    fn new(fact: &CheckInFact, series: &KeyResultSeries, names: &Names) -> Self {
        let check_in = &fact.check_in;
        Self {
            day: check_in.effective.to_string(),
            value: Some(ValueItem::from(&check_in.value)),
            progress: reached(series, check_in.effective, &check_in.value).map(ProgressItem::from),
            confidence: check_in.confidence.map(Confidence::get),
            check_in: Some(Id(check_in.id.uuid())),
            author: Some(PersonRef::new(fact.author, names)),
            on_behalf_of: fact.on_behalf_of.map(|id| PersonRef::new(id, names)),
            note: check_in.note.as_ref().map(ToString::to_string),
        }
    }
}

impl StepItem {
    fn new(step: &MeasureStep, names: &Names) -> Self {
        let origin = &step.origin;
        Self {
            key_result: ThingRef::new(step.key_result, names),
            day: step.day.to_string(),
            measure: MeasureItem::from(&step.measure),
            author: PersonRef::new(origin.author, names),
            on_behalf_of: origin.on_behalf_of.map(|id| PersonRef::new(id, names)),
            source: origin.source.word(),
            reason: origin.reason.as_ref().map(ToString::to_string),
            amendment: origin.amendment.map(AmendmentCategory::word),
            place: PlaceItem::new(&origin.place, origin.authored_at),
        }
    }
}

/// Returns the progress of a value by the measure of its day.
fn reached(series: &KeyResultSeries, day: okr_core::Date, value: &Value) -> Option<Progress> {
    let then = series.steps.iter().rfind(|step| step.day <= day);
    let step = then.or(series.steps.first());
    let measure = step.map_or(&series.standing.key_result.measure, |step| &step.measure);
    progress(measure, value)
}

/// Returns where the numbers of a metric or of bounds lead.
fn forecast(
    series: &KeyResultSeries,
    request: &Request,
    to: okr_core::Date,
) -> Option<ForecastItem> {
    if !request.forecast || request.today >= to {
        return None;
    }
    let readings = series
        .check_ins
        .iter()
        .filter_map(|fact| match &fact.check_in.value {
            Value::Number(number) => Some((fact.check_in.effective, number.decimal())),
            Value::Milestones(_) | Value::Zone(_) => None,
        });
    let forecast = Forecast::through(readings, request.today)?;
    let at = forecast.at(to)?;
    let reached = match &series.standing.key_result.measure {
        Measure::Metric(metric) => {
            let target = metric.target.decimal();
            forecast.reaches(target, metric.target >= metric.baseline)
        }
        Measure::Hold(_) | Measure::Milestones(_) | Measure::Zones(_) => None,
    };
    let text = |value: Decimal| value.normalize().to_string();
    Some(ForecastItem {
        days: forecast.readings(),
        day: to.to_string(),
        low: text(at.low),
        value: text(at.value),
        high: text(at.high),
        reaches_target_on: reached.map(|day| day.to_string()),
    })
}

impl Item for SeriesItem {
    const TYPE: &'static str = "series";
    const SCHEMA: &'static str = "SeriesList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}
