//! The JSON of initiatives, health metrics and their values.

use jiff::civil::Date;
use okr_core::entity::{HealthMetric, Initiative, MetricValue};
use okr_core::id::{InitiativeId, KeyResultId, MetricId, MetricValueId, PersonId, TeamId};
use okr_core::measure::Band;
use okr_core::text::{LongText, Name, Slug, Title, Unit, WebAddress};
use okr_core::value::{InitiativeState, Number, ValueError};
use serde::{Deserialize, Serialize};

use super::is_false;
use super::word::Word;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InitiativeBody {
    title: Word<Title>,
    slug: Word<Slug>,
    owner: Word<PersonId>,
    key_results: Vec<Word<KeyResultId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<Word<Date>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<Word<WebAddress>>,
    state: Word<InitiativeState>,
    #[serde(default, skip_serializing_if = "is_false")]
    archived: bool,
}

impl From<&Initiative> for InitiativeBody {
    fn from(initiative: &Initiative) -> Self {
        Self {
            title: Word(initiative.title.clone()),
            slug: Word(initiative.slug.clone()),
            owner: Word(initiative.owner),
            key_results: initiative.key_results.iter().copied().map(Word).collect(),
            due: initiative.due.map(Word),
            url: initiative.url.clone().map(Word),
            state: Word(initiative.state),
            archived: initiative.archived,
        }
    }
}

impl InitiativeBody {
    pub(super) fn into_entity(self, id: InitiativeId) -> Initiative {
        Initiative {
            id,
            title: self.title.0,
            slug: self.slug.0,
            owner: self.owner.0,
            key_results: self.key_results.into_iter().map(|id| id.0).collect(),
            due: self.due.map(|day| day.0),
            url: self.url.map(|url| url.0),
            state: self.state.0,
            archived: self.archived,
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetricBody {
    name: Word<Name>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Word<LongText>>,
    slug: Word<Slug>,
    owner: Word<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    team: Option<Word<TeamId>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Word<Unit>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    low: Option<Word<Number>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    high: Option<Word<Number>>,
    #[serde(default, skip_serializing_if = "is_false")]
    archived: bool,
}

impl From<&HealthMetric> for MetricBody {
    fn from(metric: &HealthMetric) -> Self {
        Self {
            name: Word(metric.name.clone()),
            description: metric.description.clone().map(Word),
            slug: Word(metric.slug.clone()),
            owner: Word(metric.owner),
            team: metric.team.map(Word),
            unit: metric.unit.clone().map(Word),
            low: metric.band.low().map(Word),
            high: metric.band.high().map(Word),
            archived: metric.archived,
        }
    }
}

impl MetricBody {
    pub(super) fn into_entity(self, id: MetricId) -> Result<HealthMetric, ValueError> {
        Ok(HealthMetric {
            id,
            name: self.name.0,
            description: self.description.map(|text| text.0),
            slug: self.slug.0,
            owner: self.owner.0,
            team: self.team.map(|team| team.0),
            unit: self.unit.map(|unit| unit.0),
            band: Band::new(self.low.map(|low| low.0), self.high.map(|high| high.0))?,
            archived: self.archived,
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetricValueBody {
    metric: Word<MetricId>,
    effective: Word<Date>,
    value: Word<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<Word<LongText>>,
    #[serde(default, skip_serializing_if = "is_false")]
    retracted: bool,
}

impl From<&MetricValue> for MetricValueBody {
    fn from(value: &MetricValue) -> Self {
        Self {
            metric: Word(value.metric),
            effective: Word(value.effective),
            value: Word(value.value),
            note: value.note.clone().map(Word),
            retracted: value.retracted,
        }
    }
}

impl MetricValueBody {
    pub(super) fn into_entity(self, id: MetricValueId) -> MetricValue {
        MetricValue {
            id,
            metric: self.metric.0,
            effective: self.effective.0,
            value: self.value.0,
            note: self.note.map(|text| text.0),
            retracted: self.retracted,
        }
    }
}
