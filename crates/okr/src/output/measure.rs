//! Measures and values.

use okr_core::measure::{Measure, Value};
use schemars::JsonSchema;
use serde::Serialize;

/// How a key result is measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum MeasureItem {
    Metric {
        unit: Option<String>,
        baseline: String,
        target: String,
        commit: Option<String>,
        stretch: Option<String>,
    },
    Hold {
        unit: Option<String>,
        low: Option<String>,
        high: Option<String>,
    },
    Milestones {
        milestones: Vec<MilestoneItem>,
    },
    Zones {
        commit: String,
        target: String,
        stretch: String,
    },
}

/// One line of a checklist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct MilestoneItem {
    pub(crate) key: u32,
    pub(crate) title: String,
    pub(crate) weight: String,
}

impl From<&Measure> for MeasureItem {
    fn from(measure: &Measure) -> Self {
        let unit = measure.unit().map(ToString::to_string);
        match measure {
            Measure::Metric(metric) => Self::Metric {
                unit,
                baseline: metric.baseline.to_string(),
                target: metric.target.to_string(),
                commit: metric.commit.map(|level| level.to_string()),
                stretch: metric.stretch.map(|level| level.to_string()),
            },
            Measure::Hold(hold) => Self::Hold {
                unit,
                low: hold.low().map(|bound| bound.to_string()),
                high: hold.high().map(|bound| bound.to_string()),
            },
            Measure::Milestones(milestones) => {
                let lines = milestones.list().iter().map(|line| MilestoneItem {
                    key: line.key.0,
                    title: line.title.to_string(),
                    weight: line.weight.number().to_string(),
                });
                Self::Milestones {
                    milestones: lines.collect(),
                }
            }
            Measure::Zones(zones) => Self::Zones {
                commit: zones.commit.to_string(),
                target: zones.target.to_string(),
                stretch: zones.stretch.to_string(),
            },
        }
    }
}

/// What a check-in reports: the field that fits the measure is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ValueItem {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<String>,
    /// The keys of the milestones that are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) done: Option<Vec<u32>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<&'static str>,
}

impl From<&Value> for ValueItem {
    fn from(value: &Value) -> Self {
        match value {
            Value::Number(number) => Self {
                number: Some(number.to_string()),
                ..Self::default()
            },
            Value::Milestones(done) => Self {
                done: Some(done.iter().map(|key| key.0).collect()),
                ..Self::default()
            },
            Value::Zone(zone) => Self {
                zone: Some(zone.word()),
                ..Self::default()
            },
        }
    }
}
