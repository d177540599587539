//! Events of a key result.

use okr_core::event::{KeyResultEdit, KeyResultEvent, NewKeyResult};
use okr_core::value::Score;
use v1::key_result_edit::Field;
use v1::key_result_event::What;

use crate::fault::{At as _, Fault, Problem};
use crate::field::{
    Part, read_day, read_edit, read_grade, read_id, read_integer, read_optional_id, read_required,
    read_tags, read_wide_day, write_day, write_edit, write_id, write_optional_id, write_tags,
};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for KeyResultEvent {
    type Message = v1::KeyResultEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::KeyResultEvent {
        let what = match self {
            Self::Created(new) => What::Created(new.write(texts)),
            Self::Edited(edit) => What::Edited(edit.write(texts)),
            Self::Tagged(tag) => What::Tagged(texts.write(tag)),
            Self::Untagged(tag) => What::Untagged(texts.write(tag)),
            Self::Closed { score } => What::Closed(v1::GoalClosed {
                score: Some(score.write(texts)),
                reflection: 0,
            }),
            Self::Abandoned => What::Abandoned(v1::Nothing {}),
            Self::Reopened => What::Reopened(v1::Nothing {}),
            Self::Archived => What::Archived(v1::Nothing {}),
            Self::Restored => What::Restored(v1::Nothing {}),
        };
        v1::KeyResultEvent { what: Some(what) }
    }

    fn read(message: &v1::KeyResultEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Created(new) => Self::Created(Part::read(new, texts).at("created")?),
            What::Edited(edit) => Self::Edited(Part::read(edit, texts).at("edited")?),
            What::Tagged(tag) => Self::Tagged(texts.read(*tag).at("tagged")?),
            What::Untagged(tag) => Self::Untagged(texts.read(*tag).at("untagged")?),
            What::Closed(closed) => Self::Closed {
                score: read_closed(closed, texts).at("closed")?,
            },
            What::Abandoned(v1::Nothing {}) => Self::Abandoned,
            What::Reopened(v1::Nothing {}) => Self::Reopened,
            What::Archived(v1::Nothing {}) => Self::Archived,
            What::Restored(v1::Nothing {}) => Self::Restored,
        })
    }
}

/// Reads the end of a key result, which has a grade and no reflection.
fn read_closed(message: &v1::GoalClosed, texts: &mut TextReader<'_>) -> Result<Score, Fault> {
    if message.reflection != 0 {
        return Err(Problem::Unexpected.into()).at("reflection");
    }
    read_required(message.score.as_ref(), texts).at("score")
}

impl Part for NewKeyResult {
    type Message = v1::NewKeyResult;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewKeyResult {
        v1::NewKeyResult {
            objective: write_id(self.objective),
            title: texts.write(&self.title),
            description: texts.write_optional(self.description.as_ref()),
            slug: texts.write(&self.slug),
            owner: write_id(self.owner),
            measure: Some(self.measure.write(texts)),
            weight: Some(self.weight.write(texts)),
            order: self.order,
            start_day: self.start.map(write_day),
            due_day: self.due.map(write_day),
            tags: write_tags(&self.tags, texts),
            fed_by: write_optional_id(self.fed_by),
        }
    }

    fn read(message: &v1::NewKeyResult, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            objective: read_id(&message.objective).at("objective")?,
            title: texts.read(message.title).at("title")?,
            description: texts.read_optional(message.description).at("description")?,
            slug: texts.read(message.slug).at("slug")?,
            owner: read_id(&message.owner).at("owner")?,
            measure: read_required(message.measure.as_ref(), texts).at("measure")?,
            weight: read_required(message.weight.as_ref(), texts).at("weight")?,
            order: message.order,
            start: message
                .start_day
                .map(read_day)
                .transpose()
                .at("start_day")?,
            due: message.due_day.map(read_day).transpose().at("due_day")?,
            tags: read_tags(&message.tags, texts).at("tags")?,
            fed_by: read_optional_id(&message.fed_by).at("fed_by")?,
        })
    }
}

impl Part for KeyResultEdit {
    type Message = v1::KeyResultEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::KeyResultEdit {
        let field = match self {
            Self::Objective(edit) => Field::Objective(write_edit(edit, |id| write_id(*id))),
            Self::Title(edit) => Field::Title(write_edit(edit, |title| texts.write(title))),
            Self::Description(edit) => Field::Description(write_edit(edit, |description| {
                texts.write_optional(description.as_ref())
            })),
            Self::Slug(edit) => Field::Slug(write_edit(edit, |slug| texts.write(slug))),
            Self::Owner(edit) => Field::Owner(write_edit(edit, |owner| write_id(*owner))),
            Self::Measure(edit) => {
                Field::Measure(write_edit(edit, |measure| Some(measure.write(texts))))
            }
            Self::Weight(edit) => {
                Field::Weight(write_edit(edit, |weight| Some(weight.write(texts))))
            }
            Self::Order(edit) => Field::Order(write_edit(edit, |order| (*order).into())),
            Self::Start(edit) => {
                Field::StartDay(write_edit(edit, |day| day.map(|day| write_day(day).into())))
            }
            Self::Due(edit) => {
                Field::DueDay(write_edit(edit, |day| day.map(|day| write_day(day).into())))
            }
            Self::Score(edit) => Field::Score(write_edit(edit, |score| {
                score.map(|score| score.write(texts))
            })),
            Self::FedBy(edit) => Field::FedBy(write_edit(edit, |id| write_optional_id(*id))),
        };
        v1::KeyResultEdit { field: Some(field) }
    }

    fn read(message: &v1::KeyResultEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
            Field::Objective(edit) => {
                Self::Objective(read_edit(edit, |id| read_id(id)).at("objective")?)
            }
            Field::Title(edit) => {
                Self::Title(read_edit(edit, |index| texts.read(*index)).at("title")?)
            }
            Field::Description(edit) => Self::Description(
                read_edit(edit, |index| texts.read_optional(*index)).at("description")?,
            ),
            Field::Slug(edit) => {
                Self::Slug(read_edit(edit, |index| texts.read(*index)).at("slug")?)
            }
            Field::Owner(edit) => Self::Owner(read_edit(edit, |id| read_id(id)).at("owner")?),
            Field::Measure(edit) => Self::Measure(
                read_edit(edit, |measure| read_required(measure.as_ref(), texts)).at("measure")?,
            ),
            Field::Weight(edit) => Self::Weight(
                read_edit(edit, |weight| read_required(weight.as_ref(), texts)).at("weight")?,
            ),
            Field::Order(edit) => {
                Self::Order(read_edit(edit, |order| read_integer(*order)).at("order")?)
            }
            Field::StartDay(edit) => Self::Start(
                read_edit(edit, |day| day.map(read_wide_day).transpose()).at("start_day")?,
            ),
            Field::DueDay(edit) => {
                Self::Due(read_edit(edit, |day| day.map(read_wide_day).transpose()).at("due_day")?)
            }
            Field::Score(edit) => Self::Score(read_grade(edit, texts).at("score")?),
            Field::FedBy(edit) => {
                Self::FedBy(read_edit(edit, |id| read_optional_id(id)).at("fed_by")?)
            }
        })
    }
}
