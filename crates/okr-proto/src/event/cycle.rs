//! Events of a cycle.

use okr_core::event::{CycleEdit, CycleEvent, NewCycle};
use okr_core::value::CyclePeriod;
use v1::cycle_edit::Field;
use v1::cycle_event::What;

use crate::fault::{At as _, Fault, Problem};
use crate::field::{Part, read_cadence, read_day, read_edit, read_required, write_day, write_edit};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for CycleEvent {
    type Message = v1::CycleEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::CycleEvent {
        let what = match self {
            Self::Created(new) => What::Created(new.write(texts)),
            Self::Edited(edit) => What::Edited(edit.write(texts)),
            Self::Opened => What::Opened(v1::Nothing {}),
            Self::Closed => What::Closed(v1::Nothing {}),
            Self::Reopened => What::Reopened(v1::Nothing {}),
        };
        v1::CycleEvent { what: Some(what) }
    }

    fn read(message: &v1::CycleEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Created(new) => Self::Created(Part::read(new, texts).at("created")?),
            What::Edited(edit) => Self::Edited(Part::read(edit, texts).at("edited")?),
            What::Opened(v1::Nothing {}) => Self::Opened,
            What::Closed(v1::Nothing {}) => Self::Closed,
            What::Reopened(v1::Nothing {}) => Self::Reopened,
        })
    }
}

impl Part for NewCycle {
    type Message = v1::NewCycle;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewCycle {
        v1::NewCycle {
            name: texts.write(&self.name),
            period: Some(self.period.write(texts)),
            cadence_days: self.cadence.map_or(0, |cadence| cadence.get().into()),
        }
    }

    fn read(message: &v1::NewCycle, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            name: texts.read(message.name).at("name")?,
            period: read_required(message.period.as_ref(), texts).at("period")?,
            cadence: match message.cadence_days {
                0 => None,
                days => Some(read_cadence(days.into()).at("cadence_days")?),
            },
        })
    }
}

impl Part for CyclePeriod {
    type Message = v1::Period;

    fn write(&self, _: &mut TextWriter<'_>) -> v1::Period {
        v1::Period {
            start_day: write_day(self.start()),
            end_day: write_day(self.end()),
        }
    }

    fn read(message: &v1::Period, _: &mut TextReader<'_>) -> Result<Self, Fault> {
        let start = read_day(message.start_day).at("start_day")?;
        let end = read_day(message.end_day).at("end_day")?;
        Ok(Self::new(start, end)?)
    }
}

impl Part for CycleEdit {
    type Message = v1::CycleEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::CycleEdit {
        let field = match self {
            Self::Name(edit) => Field::Name(write_edit(edit, |name| texts.write(name))),
            Self::Period(edit) => {
                Field::Period(write_edit(edit, |period| Some(period.write(texts))))
            }
            Self::Cadence(edit) => Field::CadenceDays(write_edit(edit, |cadence| {
                cadence.map(|cadence| cadence.get().into())
            })),
        };
        v1::CycleEdit { field: Some(field) }
    }

    fn read(message: &v1::CycleEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
            Field::Name(edit) => {
                Self::Name(read_edit(edit, |index| texts.read(*index)).at("name")?)
            }
            Field::Period(edit) => Self::Period(
                read_edit(edit, |period| read_required(period.as_ref(), texts)).at("period")?,
            ),
            Field::CadenceDays(edit) => Self::Cadence(
                read_edit(edit, |days| days.map(read_cadence).transpose()).at("cadence_days")?,
            ),
        })
    }
}
