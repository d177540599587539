//! Events of an initiative.

use okr_core::event::{InitiativeEdit, InitiativeEvent, NewInitiative};
use v1::initiative_edit::Field;
use v1::initiative_event::What;

use crate::choice::{Choice as _, read_choice};
use crate::fault::{At as _, Fault, Problem};
use crate::field::{
    Part, read_day, read_edit, read_id, read_ids, read_wide_choice, read_wide_day, write_day,
    write_edit, write_id, write_ids,
};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for InitiativeEvent {
    type Message = v1::InitiativeEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::InitiativeEvent {
        let what = match self {
            Self::Created(new) => What::Created(new.write(texts)),
            Self::Edited(edit) => What::Edited(edit.write(texts)),
            Self::Archived => What::Archived(v1::Nothing {}),
            Self::Restored => What::Restored(v1::Nothing {}),
        };
        v1::InitiativeEvent { what: Some(what) }
    }

    fn read(message: &v1::InitiativeEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Created(new) => Self::Created(Part::read(new, texts).at("created")?),
            What::Edited(edit) => Self::Edited(Part::read(edit, texts).at("edited")?),
            What::Archived(v1::Nothing {}) => Self::Archived,
            What::Restored(v1::Nothing {}) => Self::Restored,
        })
    }
}

impl Part for NewInitiative {
    type Message = v1::NewInitiative;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewInitiative {
        v1::NewInitiative {
            title: texts.write(&self.title),
            slug: texts.write(&self.slug),
            owner: write_id(self.owner),
            key_results: write_ids(&self.key_results),
            due_day: self.due.map(write_day),
            url: texts.write_optional(self.url.as_ref()),
            state: self.state.number(),
        }
    }

    fn read(message: &v1::NewInitiative, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            title: texts.read(message.title).at("title")?,
            slug: texts.read(message.slug).at("slug")?,
            owner: read_id(&message.owner).at("owner")?,
            key_results: read_ids(&message.key_results).at("key_results")?,
            due: message.due_day.map(read_day).transpose().at("due_day")?,
            url: texts.read_optional(message.url).at("url")?,
            state: read_choice(message.state).at("state")?,
        })
    }
}

impl Part for InitiativeEdit {
    type Message = v1::InitiativeEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::InitiativeEdit {
        let field = match self {
            Self::Title(edit) => Field::Title(write_edit(edit, |title| texts.write(title))),
            Self::Slug(edit) => Field::Slug(write_edit(edit, |slug| texts.write(slug))),
            Self::Owner(edit) => Field::Owner(write_edit(edit, |owner| write_id(*owner))),
            Self::KeyResults(edit) => Field::KeyResults(write_edit(edit, write_ids)),
            Self::Due(edit) => {
                Field::DueDay(write_edit(edit, |day| day.map(|day| write_day(day).into())))
            }
            Self::Url(edit) => {
                Field::Url(write_edit(edit, |url| texts.write_optional(url.as_ref())))
            }
            Self::State(edit) => Field::State(write_edit(edit, |state| state.number().into())),
        };
        v1::InitiativeEdit { field: Some(field) }
    }

    fn read(message: &v1::InitiativeEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
            Field::Title(edit) => {
                Self::Title(read_edit(edit, |index| texts.read(*index)).at("title")?)
            }
            Field::Slug(edit) => {
                Self::Slug(read_edit(edit, |index| texts.read(*index)).at("slug")?)
            }
            Field::Owner(edit) => Self::Owner(read_edit(edit, |id| read_id(id)).at("owner")?),
            Field::KeyResults(edit) => {
                Self::KeyResults(read_edit(edit, |ids| read_ids(ids)).at("key_results")?)
            }
            Field::DueDay(edit) => {
                Self::Due(read_edit(edit, |day| day.map(read_wide_day).transpose()).at("due_day")?)
            }
            Field::Url(edit) => {
                Self::Url(read_edit(edit, |index| texts.read_optional(*index)).at("url")?)
            }
            Field::State(edit) => {
                Self::State(read_edit(edit, |number| read_wide_choice(*number)).at("state")?)
            }
        })
    }
}
