//! Tables of initiatives, health metrics and their values.

use super::{Fact, day, id, joined, number, some_day, times};
use crate::output::{InitiativeItem, MetricItem, MetricValueItem};

pub(super) const INITIATIVES: &[&str] = &[
    "id",
    "slug",
    "title",
    "owner",
    "key_results",
    "due",
    "url",
    "state",
    "overdue",
    "archived",
];

pub(super) fn initiative(item: &InitiativeItem) -> Vec<Fact> {
    vec![
        id(item.id),
        (&item.slug).into(),
        (&item.title).into(),
        (&item.owner).into(),
        joined(item.key_results.iter().map(|served| &served.name)),
        some_day(item.due.as_ref()),
        item.url.as_ref().into(),
        item.state.into(),
        item.overdue.into(),
        item.archived.into(),
    ]
}

pub(super) const METRICS: &[&str] = &[
    "id",
    "slug",
    "name",
    "description",
    "owner",
    "team",
    "unit",
    "low",
    "high",
    "health",
    "value",
    "value_on",
    "archived",
];

pub(super) fn metric(item: &MetricItem) -> Vec<Fact> {
    let latest = item.latest_value.as_ref();
    vec![
        id(item.id),
        (&item.slug).into(),
        (&item.name).into(),
        item.description.as_ref().into(),
        (&item.owner).into(),
        item.team.as_ref().into(),
        item.unit.as_ref().into(),
        number(item.low.as_ref()),
        number(item.high.as_ref()),
        item.health.into(),
        number(latest.map(|latest| &latest.value)),
        some_day(latest.map(|latest| &latest.effective)),
        item.archived.into(),
    ]
}

pub(super) const METRIC_VALUES: &[&str] = &[
    "id",
    "metric",
    "on",
    "value",
    "note",
    "author",
    "on_behalf_of",
    "source",
    "authored_at",
    "recorded_at",
];

pub(super) fn metric_value(item: &MetricValueItem) -> Vec<Fact> {
    let [authored_at, recorded_at] = times(&item.place);
    vec![
        id(item.id),
        (&item.metric).into(),
        day(&item.effective),
        number(Some(&item.value)),
        item.note.as_ref().into(),
        (&item.author).into(),
        item.on_behalf_of.as_ref().into(),
        item.source.into(),
        authored_at,
        recorded_at,
    ]
}
