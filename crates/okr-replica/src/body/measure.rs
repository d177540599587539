//! The JSON of measures and of the values that check-ins report.

use okr_core::measure::{Hold, Measure, Metric, Milestone, MilestoneKey, Milestones, Value, Zones};
use okr_core::text::{LongText, Title, Unit};
use okr_core::value::{Number, ValueError, Weight, Zone};
use serde::{Deserialize, Serialize};

use super::cursor::{Cursor, key};
use super::word::Word;
use super::{is_one, one};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum MeasureBody {
    Metric(MetricBody),
    Hold(HoldBody),
    Milestones(Vec<MilestoneBody>),
    Zones(ZonesBody),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetricBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Word<Unit>>,
    baseline: Word<Number>,
    target: Word<Number>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<Word<Number>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stretch: Option<Word<Number>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HoldBody {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Word<Unit>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    low: Option<Word<Number>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    high: Option<Word<Number>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MilestoneBody {
    key: u32,
    title: Word<Title>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    weight: Word<Weight>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZonesBody {
    commit: Word<LongText>,
    target: Word<LongText>,
    stretch: Word<LongText>,
}

impl MeasureBody {
    /// Reads a member that is a measure of numbers; none where anything is different.
    pub(super) fn exact(members: &mut Cursor<'_>) -> Option<Self> {
        members.object(key!("measure"))?;
        let measure = if members.object(key!("metric")).is_some() {
            Self::Metric(MetricBody {
                unit: members.maybe_word(key!("unit")),
                baseline: members.word(key!("baseline"))?,
                target: members.word(key!("target"))?,
                commit: members.maybe_word(key!("commit")),
                stretch: members.maybe_word(key!("stretch")),
            })
        } else {
            members.object(key!("hold"))?;
            Self::Hold(HoldBody {
                unit: members.maybe_word(key!("unit")),
                low: members.maybe_word(key!("low")),
                high: members.maybe_word(key!("high")),
            })
        };
        members.close()?;
        members.close()?;
        Some(measure)
    }
}

impl From<&Measure> for MeasureBody {
    fn from(measure: &Measure) -> Self {
        match measure {
            Measure::Metric(metric) => Self::Metric(MetricBody {
                unit: metric.unit.clone().map(Word),
                baseline: Word(metric.baseline),
                target: Word(metric.target),
                commit: metric.commit.map(Word),
                stretch: metric.stretch.map(Word),
            }),
            Measure::Hold(hold) => Self::Hold(HoldBody {
                unit: hold.unit().cloned().map(Word),
                low: hold.low().map(Word),
                high: hold.high().map(Word),
            }),
            Measure::Milestones(milestones) => {
                Self::Milestones(milestones.list().iter().map(Into::into).collect())
            }
            Measure::Zones(zones) => Self::Zones(ZonesBody {
                commit: Word(zones.commit.clone()),
                target: Word(zones.target.clone()),
                stretch: Word(zones.stretch.clone()),
            }),
        }
    }
}

impl From<&Milestone> for MilestoneBody {
    fn from(milestone: &Milestone) -> Self {
        Self {
            key: milestone.key.0,
            title: Word(milestone.title.clone()),
            weight: Word(milestone.weight),
        }
    }
}

impl TryFrom<MeasureBody> for Measure {
    type Error = ValueError;

    fn try_from(body: MeasureBody) -> Result<Self, ValueError> {
        Ok(match body {
            MeasureBody::Metric(metric) => Self::Metric(Metric {
                unit: metric.unit.map(|unit| unit.0),
                baseline: metric.baseline.0,
                target: metric.target.0,
                commit: metric.commit.map(|number| number.0),
                stretch: metric.stretch.map(|number| number.0),
            }),
            MeasureBody::Hold(hold) => Self::Hold(Hold::new(
                hold.unit.map(|unit| unit.0),
                hold.low.map(|number| number.0),
                hold.high.map(|number| number.0),
            )?),
            MeasureBody::Milestones(list) => {
                let list = list.into_iter().map(|milestone| Milestone {
                    key: MilestoneKey(milestone.key),
                    title: milestone.title.0,
                    weight: milestone.weight.0,
                });
                Self::Milestones(Milestones::new(list.collect())?)
            }
            MeasureBody::Zones(zones) => Self::Zones(Zones {
                commit: zones.commit.0,
                target: zones.target.0,
                stretch: zones.stretch.0,
            }),
        })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ValueBody {
    Number(Word<Number>),
    Milestones(Vec<u32>),
    Zone(Word<Zone>),
}

impl ValueBody {
    /// Reads a member that is a number or a zone; none where anything is different.
    pub(super) fn exact(members: &mut Cursor<'_>) -> Option<Self> {
        members.object(key!("value"))?;
        let value = match members.maybe_word(key!("number")) {
            Some(number) => Self::Number(number),
            None => Self::Zone(members.word(key!("zone"))?),
        };
        members.close()?;
        Some(value)
    }
}

impl From<&Value> for ValueBody {
    fn from(value: &Value) -> Self {
        match value {
            Value::Number(number) => Self::Number(Word(*number)),
            Value::Milestones(done) => Self::Milestones(done.iter().map(|key| key.0).collect()),
            Value::Zone(zone) => Self::Zone(Word(*zone)),
        }
    }
}

impl From<ValueBody> for Value {
    fn from(body: ValueBody) -> Self {
        match body {
            ValueBody::Number(number) => Self::Number(number.0),
            ValueBody::Milestones(done) => {
                Self::Milestones(done.into_iter().map(MilestoneKey).collect())
            }
            ValueBody::Zone(zone) => Self::Zone(zone.0),
        }
    }
}
