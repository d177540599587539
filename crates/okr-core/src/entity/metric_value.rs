//! A value of a health metric on a day. The one that counts has the greatest day, then the last
//! position, like the check-ins of a key result.

use jiff::civil::Date;

use crate::event::{MetricValueEvent, NewMetricValue};
use crate::id::{MetricId, MetricValueId};
use crate::text::LongText;
use crate::value::Number;

/// A value of a health metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricValue {
    /// Its identity.
    pub id: MetricValueId,
    /// What it is a value of.
    pub metric: MetricId,
    /// The day on which it was true.
    pub effective: Date,
    /// The value.
    pub value: Number,
    /// What is behind the number.
    pub note: Option<LongText>,
    /// Whether it was taken back.
    pub retracted: bool,
}

impl MetricValue {
    /// Applies an event.
    pub fn evolve(
        current: Option<Self>,
        id: MetricValueId,
        event: &MetricValueEvent,
    ) -> Option<Self> {
        let Some(mut value) = current else {
            return if let MetricValueEvent::Recorded(new) = event {
                Some(Self::recorded(id, new))
            } else {
                None
            };
        };
        match event {
            MetricValueEvent::Recorded(_) => {}
            MetricValueEvent::Retracted => value.retracted = true,
        }
        Some(value)
    }

    fn recorded(id: MetricValueId, new: &NewMetricValue) -> Self {
        let NewMetricValue {
            metric,
            effective,
            value,
            note,
        } = new.clone();
        Self {
            id,
            metric,
            effective,
            value,
            note,
            retracted: false,
        }
    }
}
