//! Events of a health metric, and of its values.

use okr_core::event::{MetricEdit, MetricEvent, MetricValueEvent, NewMetric, NewMetricValue};
use okr_core::measure::Band;
use v1::metric_edit::Field;

use crate::fault::{At as _, Fault, Problem};
use crate::field::{
    Part, read_day, read_edit, read_id, read_optional, read_optional_id, read_required, write_day,
    write_edit, write_id, write_optional_id,
};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for MetricEvent {
    type Message = v1::MetricEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::MetricEvent {
        use v1::metric_event::What;
        let what = match self {
            Self::Created(new) => What::Created(new.write(texts)),
            Self::Edited(edit) => What::Edited(edit.write(texts)),
            Self::Archived => What::Archived(v1::Nothing {}),
            Self::Restored => What::Restored(v1::Nothing {}),
        };
        v1::MetricEvent { what: Some(what) }
    }

    fn read(message: &v1::MetricEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        use v1::metric_event::What;
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Created(new) => Self::Created(Part::read(new, texts).at("created")?),
            What::Edited(edit) => Self::Edited(Part::read(edit, texts).at("edited")?),
            What::Archived(v1::Nothing {}) => Self::Archived,
            What::Restored(v1::Nothing {}) => Self::Restored,
        })
    }
}

impl Part for Band {
    type Message = v1::Band;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::Band {
        v1::Band {
            low: self.low().map(|number| number.write(texts)),
            high: self.high().map(|number| number.write(texts)),
        }
    }

    fn read(message: &v1::Band, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        let low = read_optional(message.low.as_ref(), texts).at("low")?;
        let high = read_optional(message.high.as_ref(), texts).at("high")?;
        Ok(Self::new(low, high)?)
    }
}

impl Part for NewMetric {
    type Message = v1::NewMetric;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewMetric {
        v1::NewMetric {
            name: texts.write(&self.name),
            slug: texts.write(&self.slug),
            unit: texts.write_optional(self.unit.as_ref()),
            owner: write_id(self.owner),
            team: write_optional_id(self.team),
            band: Some(self.band.write(texts)),
            description: texts.write_optional(self.description.as_ref()),
        }
    }

    fn read(message: &v1::NewMetric, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            name: texts.read(message.name).at("name")?,
            slug: texts.read(message.slug).at("slug")?,
            unit: texts.read_optional(message.unit).at("unit")?,
            owner: read_id(&message.owner).at("owner")?,
            team: read_optional_id(&message.team).at("team")?,
            band: read_required(message.band.as_ref(), texts).at("band")?,
            description: texts.read_optional(message.description).at("description")?,
        })
    }
}

impl Part for MetricEdit {
    type Message = v1::MetricEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::MetricEdit {
        let field = match self {
            Self::Name(edit) => Field::Name(write_edit(edit, |name| texts.write(name))),
            Self::Slug(edit) => Field::Slug(write_edit(edit, |slug| texts.write(slug))),
            Self::Unit(edit) => {
                Field::Unit(write_edit(edit, |unit| texts.write_optional(unit.as_ref())))
            }
            Self::Owner(edit) => Field::Owner(write_edit(edit, |owner| write_id(*owner))),
            Self::Team(edit) => Field::Team(write_edit(edit, |team| write_optional_id(*team))),
            Self::Band(edit) => Field::Band(write_edit(edit, |band| Some(band.write(texts)))),
            Self::Description(edit) => Field::Description(write_edit(edit, |description| {
                texts.write_optional(description.as_ref())
            })),
        };
        v1::MetricEdit { field: Some(field) }
    }

    fn read(message: &v1::MetricEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
            Field::Name(edit) => {
                Self::Name(read_edit(edit, |index| texts.read(*index)).at("name")?)
            }
            Field::Slug(edit) => {
                Self::Slug(read_edit(edit, |index| texts.read(*index)).at("slug")?)
            }
            Field::Unit(edit) => {
                Self::Unit(read_edit(edit, |index| texts.read_optional(*index)).at("unit")?)
            }
            Field::Owner(edit) => Self::Owner(read_edit(edit, |id| read_id(id)).at("owner")?),
            Field::Team(edit) => {
                Self::Team(read_edit(edit, |team| read_optional_id(team)).at("team")?)
            }
            Field::Band(edit) => {
                Self::Band(read_edit(edit, |band| read_required(band.as_ref(), texts)).at("band")?)
            }
            Field::Description(edit) => Self::Description(
                read_edit(edit, |index| texts.read_optional(*index)).at("description")?,
            ),
        })
    }
}

impl Part for MetricValueEvent {
    type Message = v1::MetricValueEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::MetricValueEvent {
        use v1::metric_value_event::What;
        let what = match self {
            Self::Recorded(new) => What::Recorded(new.write(texts)),
            Self::Retracted => What::Retracted(v1::Nothing {}),
        };
        v1::MetricValueEvent { what: Some(what) }
    }

    fn read(message: &v1::MetricValueEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        use v1::metric_value_event::What;
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Recorded(new) => Self::Recorded(Part::read(new, texts).at("recorded")?),
            What::Retracted(v1::Nothing {}) => Self::Retracted,
        })
    }
}

impl Part for NewMetricValue {
    type Message = v1::NewMetricValue;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewMetricValue {
        v1::NewMetricValue {
            metric: write_id(self.metric),
            effective_day: write_day(self.effective),
            value: Some(self.value.write(texts)),
            note: texts.write_optional(self.note.as_ref()),
        }
    }

    fn read(message: &v1::NewMetricValue, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            metric: read_id(&message.metric).at("metric")?,
            effective: read_day(message.effective_day).at("effective_day")?,
            value: read_required(message.value.as_ref(), texts).at("value")?,
            note: texts.read_optional(message.note).at("note")?,
        })
    }
}
