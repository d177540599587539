//! What is said once a value of a health metric is recorded.

use okr_core::id::{CheckInId, MetricValueId};
use okr_core::text::Unit;
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::Report;
use crate::render::{Screen, Tone, health_tone, health_words, quantity, quantity_change};
use crate::short_id::{self, Alphabet};
use crate::ui::Item;
use crate::when::describe_day;
use crate::write::Outcome;

/// A value that was just recorded, in machine output.
#[derive(Serialize, JsonSchema)]
pub(crate) struct RecordedItem {
    id: Uuid,
    metric: Uuid,
    slug: String,
    name: String,
    outcome: &'static str,
    change: Option<Uuid>,
    effective: String,
    value: String,
    value_before: Option<String>,
    /// What the band says of this value: `healthy` or `outside`.
    health: &'static str,
    note: Option<String>,
    /// The check-ins that were recorded with it.
    check_ins: Vec<FedItem>,
    /// The key results that name the metric and were passed over.
    passed_over: Vec<PassedItem>,
}

#[derive(Serialize, JsonSchema)]
struct FedItem {
    id: Uuid,
    key_result: Uuid,
    slug: String,
}

#[derive(Serialize, JsonSchema)]
struct PassedItem {
    key_result: Uuid,
    slug: String,
    why: String,
}

impl Item for RecordedItem {
    const TYPE: &'static str = "metric_value_recorded";
    const SCHEMA: &'static str = "MetricValueRecordedList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id)
    }
}

/// Makes the item of machine output.
pub(super) fn item(
    report: &Report,
    (id, check_ins): (MetricValueId, &[CheckInId]),
    outcome: &Outcome,
) -> RecordedItem {
    let (word, change) = match outcome {
        Outcome::Written(change) => ("written", Some(change.id.uuid())),
        Outcome::WouldWrite(change) => ("would_write", Some(change.id.uuid())),
        Outcome::NothingToDo => ("nothing_to_do", None),
    };
    let metric = &report.metric;
    let before = report.before.as_ref();
    let fed = report.fed.iter().zip(check_ins);
    let passed_over = report.passed_over.iter();
    RecordedItem {
        id: id.uuid(),
        metric: metric.id.uuid(),
        slug: metric.slug.to_string(),
        name: metric.name.to_string(),
        outcome: word,
        change,
        effective: report.new.effective.to_string(),
        value: report.new.value.to_string(),
        value_before: before.map(|fact| fact.value.value.to_string()),
        health: metric.band.health(Some(report.new.value)).word(),
        note: report.new.note.as_ref().map(ToString::to_string),
        check_ins: fed
            .map(|((key_result, _), id)| FedItem {
                id: id.uuid(),
                key_result: key_result.id.uuid(),
                slug: key_result.slug.to_string(),
            })
            .collect(),
        passed_over: passed_over
            .map(|(key_result, why)| PassedItem {
                key_result: key_result.id.uuid(),
                slug: key_result.slug.to_string(),
                why: why.clone(),
            })
            .collect(),
    }
}

/// Says `84 → 86 % · ● healthy`, and what the value was reported on.
pub(super) fn text(report: &Report, screen: &Screen) -> String {
    let metric = &report.metric;
    let id = short_id::shown(Alphabet::Thing, metric.id.uuid());
    let id = screen.paint(Tone::Id, &id);
    let slug = screen.paint(Tone::Strong, metric.slug.as_str());
    let name = screen.paint(Tone::Plain, metric.name.as_str());
    let unit = metric.unit.as_ref().map(Unit::as_str);
    let new = &report.new;
    let health = metric.band.health(Some(new.value));
    // A value of an earlier day than the latest is no step from it.
    let before = report.before.as_ref().map(|fact| &fact.value);
    let last = before.filter(|last| last.effective <= new.effective && last.value != new.value);
    let moved = match last {
        Some(last) => quantity_change(last.value, new.value, unit, screen),
        None => quantity(new.value, unit, screen),
    };
    let health = screen.paint(health_tone(health), &health_words(health, screen));
    let mut lines = vec![
        format!("{id}  {slug}  {name}"),
        format!("      {moved} {} {health}", screen.dot()),
    ];
    if new.effective != report.clock.today() {
        let day = describe_day(new.effective);
        let later = before.filter(|last| last.effective > new.effective);
        lines.push(match later {
            Some(last) => {
                let last = describe_day(last.effective);
                format!("      as of {day}; the latest stays that of {last}")
            }
            None => format!("      as of {day}"),
        });
    }
    for (key_result, _) in &report.fed {
        let slug = screen.paint(Tone::Strong, key_result.slug.as_str());
        lines.push(format!("      checked in on {slug}"));
    }
    for (key_result, why) in &report.passed_over {
        lines.push(format!("      not on {}: {why}", key_result.slug));
    }
    lines.join("\n") + "\n"
}
