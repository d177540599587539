//! Events of a team.

use okr_core::event::{NewTeam, TeamEdit, TeamEvent};
use v1::team_edit::Field;
use v1::team_event::What;

use crate::fault::{At as _, Fault, Problem};
use crate::field::{
    Part, read_edit, read_id, read_ids, read_optional_id, write_edit, write_id, write_ids,
    write_optional_id,
};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for TeamEvent {
    type Message = v1::TeamEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::TeamEvent {
        let what = match self {
            Self::Created(new) => What::Created(new.write(texts)),
            Self::Edited(edit) => What::Edited(edit.write(texts)),
            Self::MemberAdded(person) => What::MemberAdded(write_id(*person)),
            Self::MemberRemoved(person) => What::MemberRemoved(write_id(*person)),
            Self::Archived => What::Archived(v1::Nothing {}),
            Self::Restored => What::Restored(v1::Nothing {}),
        };
        v1::TeamEvent { what: Some(what) }
    }

    fn read(message: &v1::TeamEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Created(new) => Self::Created(Part::read(new, texts).at("created")?),
            What::Edited(edit) => Self::Edited(Part::read(edit, texts).at("edited")?),
            What::MemberAdded(person) => Self::MemberAdded(read_id(person).at("member_added")?),
            What::MemberRemoved(person) => {
                Self::MemberRemoved(read_id(person).at("member_removed")?)
            }
            What::Archived(v1::Nothing {}) => Self::Archived,
            What::Restored(v1::Nothing {}) => Self::Restored,
        })
    }
}

impl Part for NewTeam {
    type Message = v1::NewTeam;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewTeam {
        v1::NewTeam {
            name: texts.write(&self.name),
            slug: texts.write(&self.slug),
            parent: write_optional_id(self.parent),
            leads: write_ids(&self.leads),
        }
    }

    fn read(message: &v1::NewTeam, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            name: texts.read(message.name).at("name")?,
            slug: texts.read(message.slug).at("slug")?,
            parent: read_optional_id(&message.parent).at("parent")?,
            leads: read_ids(&message.leads).at("leads")?,
        })
    }
}

impl Part for TeamEdit {
    type Message = v1::TeamEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::TeamEdit {
        let field = match self {
            Self::Name(edit) => Field::Name(write_edit(edit, |name| texts.write(name))),
            Self::Slug(edit) => Field::Slug(write_edit(edit, |slug| texts.write(slug))),
            Self::Parent(edit) => Field::Parent(write_edit(edit, |team| write_optional_id(*team))),
            Self::Leads(edit) => Field::Leads(write_edit(edit, write_ids)),
        };
        v1::TeamEdit { field: Some(field) }
    }

    fn read(message: &v1::TeamEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
            Field::Name(edit) => {
                Self::Name(read_edit(edit, |index| texts.read(*index)).at("name")?)
            }
            Field::Slug(edit) => {
                Self::Slug(read_edit(edit, |index| texts.read(*index)).at("slug")?)
            }
            Field::Parent(edit) => {
                Self::Parent(read_edit(edit, |team| read_optional_id(team)).at("parent")?)
            }
            Field::Leads(edit) => {
                Self::Leads(read_edit(edit, |leads| read_ids(leads)).at("leads")?)
            }
        })
    }
}
