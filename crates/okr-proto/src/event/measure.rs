//! Measures and the values reported on them.

use std::collections::BTreeSet;

use okr_core::measure::{Hold, Measure, Metric, Milestone, MilestoneKey, Milestones, Value, Zones};
use v1::{measure, value};

use crate::choice::{Choice as _, read_choice};
use crate::fault::{At as _, Fault, Problem};
use crate::field::{Part, read_optional, read_required};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for Measure {
    type Message = v1::Measure;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Measure {
        let kind = match self {
            Self::Metric(metric) => measure::Kind::Metric(metric.write(texts)),
            Self::Hold(hold) => measure::Kind::Hold(hold.write(texts)),
            Self::Milestones(list) => measure::Kind::Milestones(list.write(texts)),
            Self::Zones(zones) => measure::Kind::Zones(zones.write(texts)),
        };
        v1::Measure { kind: Some(kind) }
    }

    fn read(message: &v1::Measure, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.kind.as_ref().ok_or(Problem::Missing)? {
            measure::Kind::Metric(metric) => Self::Metric(Part::read(metric, texts).at("metric")?),
            measure::Kind::Hold(hold) => Self::Hold(Part::read(hold, texts).at("hold")?),
            measure::Kind::Milestones(list) => {
                Self::Milestones(Part::read(list, texts).at("milestones")?)
            }
            measure::Kind::Zones(zones) => Self::Zones(Part::read(zones, texts).at("zones")?),
        })
    }
}

impl Part for Metric {
    type Message = v1::Metric;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Metric {
        v1::Metric {
            unit: texts.write_optional(self.unit.as_ref()),
            baseline: Some(self.baseline.write(texts)),
            target: Some(self.target.write(texts)),
            commit: self.commit.map(|number| number.write(texts)),
            stretch: self.stretch.map(|number| number.write(texts)),
        }
    }

    fn read(message: &v1::Metric, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            unit: texts.read_optional(message.unit).at("unit")?,
            baseline: read_required(message.baseline.as_ref(), texts).at("baseline")?,
            target: read_required(message.target.as_ref(), texts).at("target")?,
            commit: read_optional(message.commit.as_ref(), texts).at("commit")?,
            stretch: read_optional(message.stretch.as_ref(), texts).at("stretch")?,
        })
    }
}

impl Part for Hold {
    type Message = v1::Hold;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Hold {
        v1::Hold {
            unit: texts.write_optional(self.unit()),
            low: self.low().map(|number| number.write(texts)),
            high: self.high().map(|number| number.write(texts)),
        }
    }

    fn read(message: &v1::Hold, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        let unit = texts.read_optional(message.unit).at("unit")?;
        let low = read_optional(message.low.as_ref(), texts).at("low")?;
        let high = read_optional(message.high.as_ref(), texts).at("high")?;
        Ok(Self::new(unit, low, high)?)
    }
}

impl Part for Milestones {
    type Message = v1::Milestones;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Milestones {
        v1::Milestones {
            list: self.list().iter().map(|line| line.write(texts)).collect(),
        }
    }

    fn read(message: &v1::Milestones, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        let list = message
            .list
            .iter()
            .enumerate()
            .map(|(index, line)| Milestone::read(line, texts).at_index(index))
            .collect::<Result<Vec<Milestone>, Fault>>()
            .at("list")?;
        Ok(Self::new(list)?)
    }
}

impl Part for Milestone {
    type Message = v1::Milestone;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Milestone {
        v1::Milestone {
            key: self.key.0,
            title: texts.write(&self.title),
            weight: Some(self.weight.write(texts)),
        }
    }

    fn read(message: &v1::Milestone, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            key: MilestoneKey(message.key),
            title: texts.read(message.title).at("title")?,
            weight: read_required(message.weight.as_ref(), texts).at("weight")?,
        })
    }
}

impl Part for Zones {
    type Message = v1::Zones;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Zones {
        v1::Zones {
            commit: texts.write(&self.commit),
            target: texts.write(&self.target),
            stretch: texts.write(&self.stretch),
        }
    }

    fn read(message: &v1::Zones, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            commit: texts.read(message.commit).at("commit")?,
            target: texts.read(message.target).at("target")?,
            stretch: texts.read(message.stretch).at("stretch")?,
        })
    }
}

impl Part for Value {
    type Message = v1::Value;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Value {
        let kind = match self {
            Self::Number(number) => value::Kind::Number(number.write(texts)),
            Self::Milestones(done) => value::Kind::Milestones(v1::DoneMilestones {
                keys: done.iter().map(|key| key.0).collect(),
            }),
            Self::Zone(zone) => value::Kind::Zone(zone.number()),
        };
        v1::Value { kind: Some(kind) }
    }

    fn read(message: &v1::Value, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.kind.as_ref().ok_or(Problem::Missing)? {
            value::Kind::Number(number) => Self::Number(Part::read(number, texts).at("number")?),
            value::Kind::Milestones(done) => {
                Self::Milestones(read_keys(&done.keys).at("keys").at("milestones")?)
            }
            value::Kind::Zone(zone) => Self::Zone(read_choice(*zone).at("zone")?),
        })
    }
}

/// Reads the keys of milestones in strictly ascending order.
fn read_keys(keys: &[u32]) -> Result<BTreeSet<MilestoneKey>, Fault> {
    if !keys.is_sorted_by(|one, next| one < next) {
        return Err(Problem::NotAscending.into());
    }
    Ok(keys.iter().copied().map(MilestoneKey).collect())
}
