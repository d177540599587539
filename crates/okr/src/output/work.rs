//! Initiatives, health metrics and their values.

use okr_core::Date;
use okr_core::entity::{Initiative, KeyResult};
use okr_core::value::days_between;
use okr_replica::{MetricStanding, MetricValueFact};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;

use super::place::PlaceItem;
use super::reference::{Id, PersonRef, ThingRef, short};
use crate::names::Names;
use crate::ui::Item;

/// An initiative.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct InitiativeItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) slug: String,
    pub(crate) title: String,
    pub(crate) owner: PersonRef,
    pub(crate) key_results: Vec<ThingRef>,
    pub(crate) due: Option<String>,
    pub(crate) url: Option<String>,
    /// `todo`, `doing`, `done` or `dropped`.
    pub(crate) state: &'static str,
    /// Whether it was due before the moment of the answer and is neither done nor dropped.
    pub(crate) overdue: bool,
    pub(crate) archived: bool,
    pub(crate) upgrade_needed: bool,
}

impl InitiativeItem {
    pub(crate) fn new(initiative: &Initiative, (today, names): (Date, &Names)) -> Self {
        let served = initiative.key_results.iter();
        Self {
            id: Id(initiative.id.uuid()),
            short_id: short(initiative.id.uuid()),
            slug: initiative.slug.to_string(),
            title: initiative.title.to_string(),
            owner: PersonRef::new(initiative.owner, names),
            key_results: served.map(|id| ThingRef::new(*id, names)).collect(),
            due: initiative.due.map(|due| due.to_string()),
            url: initiative.url.as_ref().map(ToString::to_string),
            state: initiative.state.word(),
            overdue: initiative.is_overdue(today),
            archived: initiative.archived,
            upgrade_needed: names.needs_upgrade(initiative.id),
        }
    }
}

impl Item for InitiativeItem {
    const TYPE: &'static str = "initiative";
    const SCHEMA: &'static str = "InitiativeList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

/// A health metric and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct MetricItem {
    pub(crate) id: Id,
    pub(crate) short_id: String,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) owner: PersonRef,
    /// None: of the organisation as a whole.
    pub(crate) team: Option<ThingRef>,
    pub(crate) unit: Option<String>,
    /// The least healthy value.
    pub(crate) low: Option<String>,
    /// The greatest healthy value.
    pub(crate) high: Option<String>,
    /// `healthy`, `outside` or `unknown`.
    pub(crate) health: &'static str,
    pub(crate) latest_value: Option<MetricValueItem>,
    /// How many days ago the latest value was true.
    pub(crate) age_days: Option<i32>,
    pub(crate) archived: bool,
    pub(crate) upgrade_needed: bool,
}

impl MetricItem {
    pub(crate) fn new(standing: &MetricStanding, (today, names): (Date, &Names)) -> Self {
        let metric = &standing.metric;
        let latest = standing.latest.as_ref();
        Self {
            id: Id(metric.id.uuid()),
            short_id: short(metric.id.uuid()),
            slug: metric.slug.to_string(),
            name: metric.name.to_string(),
            description: metric.description.as_ref().map(ToString::to_string),
            owner: PersonRef::new(metric.owner, names),
            team: metric.team.map(|team| ThingRef::new(team, names)),
            unit: metric.unit.as_ref().map(ToString::to_string),
            low: metric.band.low().map(|low| low.to_string()),
            high: metric.band.high().map(|high| high.to_string()),
            health: standing.health.word(),
            latest_value: latest.map(|fact| MetricValueItem::new(fact, names)),
            age_days: latest.map(|fact| days_between(fact.value.effective, today)),
            archived: metric.archived,
            upgrade_needed: names.needs_upgrade(metric.id),
        }
    }
}

impl Item for MetricItem {
    const TYPE: &'static str = "metric";
    const SCHEMA: &'static str = "MetricList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

/// A value of a health metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct MetricValueItem {
    pub(crate) id: Id,
    pub(crate) metric: ThingRef,
    pub(crate) effective: String,
    pub(crate) value: String,
    pub(crate) note: Option<String>,
    pub(crate) author: PersonRef,
    pub(crate) on_behalf_of: Option<PersonRef>,
    /// `human`, `import` or `automation`.
    pub(crate) source: &'static str,
    pub(crate) retracted: bool,
    #[serde(flatten)]
    pub(crate) place: PlaceItem,
}

impl MetricValueItem {
    pub(crate) fn new(fact: &MetricValueFact, names: &Names) -> Self {
        let value = &fact.value;
        Self {
            id: Id(value.id.uuid()),
            metric: ThingRef::new(value.metric, names),
            effective: value.effective.to_string(),
            value: value.value.to_string(),
            note: value.note.as_ref().map(ToString::to_string),
            author: PersonRef::new(fact.author, names),
            on_behalf_of: fact.on_behalf_of.map(|id| PersonRef::new(id, names)),
            source: fact.source.word(),
            retracted: value.retracted,
            place: PlaceItem::new(&fact.place, fact.authored_at),
        }
    }
}

impl Item for MetricValueItem {
    const TYPE: &'static str = "metric_value";
    const SCHEMA: &'static str = "MetricValueList";

    fn id(&self) -> Option<Uuid> {
        Some(self.id.0)
    }
}

/// A health metric in full: also its values, and what it feeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct MetricInFullItem {
    #[serde(flatten)]
    pub(crate) metric: MetricItem,
    /// The key results on which its values are recorded as check-ins.
    pub(crate) feeds: Vec<ThingRef>,
    /// The newest values, newest first.
    pub(crate) values: Vec<MetricValueItem>,
}

impl MetricInFullItem {
    pub(crate) fn new(
        (standing, fed): (&MetricStanding, &[KeyResult]),
        values: &[MetricValueFact],
        (today, names): (Date, &Names),
    ) -> Self {
        let values = values.iter();
        Self {
            metric: MetricItem::new(standing, (today, names)),
            feeds: fed.iter().map(|one| ThingRef::new(one.id, names)).collect(),
            values: values
                .map(|fact| MetricValueItem::new(fact, names))
                .collect(),
        }
    }
}

impl Item for MetricInFullItem {
    const TYPE: &'static str = MetricItem::TYPE;
    const SCHEMA: &'static str = MetricItem::SCHEMA;

    fn id(&self) -> Option<Uuid> {
        self.metric.id()
    }
}
