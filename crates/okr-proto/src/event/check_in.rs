//! Events of a check-in.

use okr_core::blocker::BlockerReport;
use okr_core::event::{CheckInEdit, CheckInEvent, NewCheckIn};
use okr_core::value::Confidence;
use v1::blocker_report::What as Report;
use v1::check_in_edit::Field;
use v1::check_in_event::What;

use crate::fault::{At as _, Fault, Problem};
use crate::field::{
    Part, read_day, read_edit, read_id, read_integer, read_optional, read_required, read_wide_day,
    write_day, write_edit, write_id,
};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for CheckInEvent {
    type Message = v1::CheckInEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::CheckInEvent {
        let what = match self {
            Self::Recorded(new) => What::Recorded(new.write(texts)),
            Self::Corrected(edit) => What::Corrected(edit.write(texts)),
            Self::Retracted => What::Retracted(v1::Nothing {}),
        };
        v1::CheckInEvent { what: Some(what) }
    }

    fn read(message: &v1::CheckInEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Recorded(new) => Self::Recorded(Part::read(new, texts).at("recorded")?),
            What::Corrected(edit) => Self::Corrected(Part::read(edit, texts).at("corrected")?),
            What::Retracted(v1::Nothing {}) => Self::Retracted,
        })
    }
}

impl Part for NewCheckIn {
    type Message = v1::NewCheckIn;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewCheckIn {
        v1::NewCheckIn {
            key_result: write_id(self.key_result),
            effective_day: write_day(self.effective),
            value: Some(self.value.write(texts)),
            confidence: self.confidence.map(|confidence| confidence.get().into()),
            note: texts.write_optional(self.note.as_ref()),
            blocker: self.blocker.as_ref().map(|report| report.write(texts)),
        }
    }

    fn read(message: &v1::NewCheckIn, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        let confidence = message
            .confidence
            .map(|number| read_confidence(number.into()));
        Ok(Self {
            key_result: read_id(&message.key_result).at("key_result")?,
            effective: read_day(message.effective_day).at("effective_day")?,
            value: read_required(message.value.as_ref(), texts).at("value")?,
            confidence: confidence.transpose().at("confidence")?,
            note: texts.read_optional(message.note).at("note")?,
            blocker: read_optional(message.blocker.as_ref(), texts).at("blocker")?,
        })
    }
}

impl Part for CheckInEdit {
    type Message = v1::CheckInEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::CheckInEdit {
        let field = match self {
            Self::Effective(edit) => {
                Field::EffectiveDay(write_edit(edit, |day| write_day(*day).into()))
            }
            Self::Value(edit) => Field::Value(write_edit(edit, |value| Some(value.write(texts)))),
            Self::Confidence(edit) => Field::Confidence(write_edit(edit, |confidence| {
                confidence.map(|confidence| confidence.get().into())
            })),
            Self::Note(edit) => {
                Field::Note(write_edit(edit, |note| texts.write_optional(note.as_ref())))
            }
            Self::Blocker(edit) => Field::Blocker(write_edit(edit, |report| {
                report.as_ref().map(|report| report.write(texts))
            })),
        };
        v1::CheckInEdit { field: Some(field) }
    }

    fn read(message: &v1::CheckInEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
            Field::EffectiveDay(edit) => {
                Self::Effective(read_edit(edit, |day| read_wide_day(*day)).at("effective_day")?)
            }
            Field::Value(edit) => Self::Value(
                read_edit(edit, |value| read_required(value.as_ref(), texts)).at("value")?,
            ),
            Field::Confidence(edit) => Self::Confidence(
                read_edit(edit, |number| number.map(read_confidence).transpose())
                    .at("confidence")?,
            ),
            Field::Note(edit) => {
                Self::Note(read_edit(edit, |index| texts.read_optional(*index)).at("note")?)
            }
            Field::Blocker(edit) => Self::Blocker(
                read_edit(edit, |report| read_optional(report.as_ref(), texts)).at("blocker")?,
            ),
        })
    }
}

impl Part for BlockerReport {
    type Message = v1::BlockerReport;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::BlockerReport {
        let what = match self {
            Self::Stands(text) => Report::Stands(texts.write(text)),
            Self::Lifted => Report::Lifted(v1::Nothing {}),
        };
        v1::BlockerReport { what: Some(what) }
    }

    fn read(message: &v1::BlockerReport, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            Report::Stands(text) => Self::Stands(texts.read(*text).at("stands")?),
            Report::Lifted(v1::Nothing {}) => Self::Lifted,
        })
    }
}

fn read_confidence(number: i64) -> Result<Confidence, Fault> {
    Ok(Confidence::new(read_integer(number)?)?)
}
