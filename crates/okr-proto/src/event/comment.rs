//! Events of a comment.

use okr_core::event::{CommentEdit, CommentEvent, NewComment, Topic};
use v1::comment_edit::Field;
use v1::comment_event::What;
use v1::topic::Entity;

use crate::choice::{Choice as _, read_choice};
use crate::fault::{At as _, Fault, Problem};
use crate::field::{
    Part, read_edit, read_id, read_optional_id, read_required, read_wide_choice, write_edit,
    write_id, write_optional_id,
};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for CommentEvent {
    type Message = v1::CommentEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::CommentEvent {
        let what = match self {
            Self::Added(new) => What::Added(new.write(texts)),
            Self::Edited(edit) => What::Edited(edit.write(texts)),
            Self::Retracted => What::Retracted(v1::Nothing {}),
        };
        v1::CommentEvent { what: Some(what) }
    }

    fn read(message: &v1::CommentEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Added(new) => Self::Added(Part::read(new, texts).at("added")?),
            What::Edited(edit) => Self::Edited(Part::read(edit, texts).at("edited")?),
            What::Retracted(v1::Nothing {}) => Self::Retracted,
        })
    }
}

impl Part for NewComment {
    type Message = v1::NewComment;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewComment {
        v1::NewComment {
            topic: Some(self.topic.write(texts)),
            reply_to: write_optional_id(self.reply_to),
            author: write_id(self.author),
            kind: self.kind.number(),
            text: texts.write(&self.text),
        }
    }

    fn read(message: &v1::NewComment, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            topic: read_required(message.topic.as_ref(), texts).at("topic")?,
            reply_to: read_optional_id(&message.reply_to).at("reply_to")?,
            author: read_id(&message.author).at("author")?,
            kind: read_choice(message.kind).at("kind")?,
            text: texts.read(message.text).at("text")?,
        })
    }
}

impl Part for Topic {
    type Message = v1::Topic;

    fn write(&self, _: &mut TextWriter<'_>) -> v1::Topic {
        let entity = match self {
            Self::Org(id) => Entity::Org(write_id(*id)),
            Self::Person(id) => Entity::Person(write_id(*id)),
            Self::Team(id) => Entity::Team(write_id(*id)),
            Self::Cycle(id) => Entity::Cycle(write_id(*id)),
            Self::Objective(id) => Entity::Objective(write_id(*id)),
            Self::KeyResult(id) => Entity::KeyResult(write_id(*id)),
            Self::CheckIn(id) => Entity::CheckIn(write_id(*id)),
            Self::Initiative(id) => Entity::Initiative(write_id(*id)),
            Self::Metric(id) => Entity::Metric(write_id(*id)),
        };
        v1::Topic {
            entity: Some(entity),
        }
    }

    fn read(message: &v1::Topic, _: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.entity.as_ref().ok_or(Problem::Missing)? {
            Entity::Org(id) => Self::Org(read_id(id).at("org")?),
            Entity::Person(id) => Self::Person(read_id(id).at("person")?),
            Entity::Team(id) => Self::Team(read_id(id).at("team")?),
            Entity::Cycle(id) => Self::Cycle(read_id(id).at("cycle")?),
            Entity::Objective(id) => Self::Objective(read_id(id).at("objective")?),
            Entity::KeyResult(id) => Self::KeyResult(read_id(id).at("key_result")?),
            Entity::CheckIn(id) => Self::CheckIn(read_id(id).at("check_in")?),
            Entity::Initiative(id) => Self::Initiative(read_id(id).at("initiative")?),
            Entity::Metric(id) => Self::Metric(read_id(id).at("metric")?),
        })
    }
}

impl Part for CommentEdit {
    type Message = v1::CommentEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::CommentEdit {
        let field = match self {
            Self::Kind(edit) => Field::Kind(write_edit(edit, |kind| kind.number().into())),
            Self::Text(edit) => Field::Text(write_edit(edit, |text| texts.write(text))),
        };
        v1::CommentEdit { field: Some(field) }
    }

    fn read(message: &v1::CommentEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
            Field::Kind(edit) => {
                Self::Kind(read_edit(edit, |number| read_wide_choice(*number)).at("kind")?)
            }
            Field::Text(edit) => {
                Self::Text(read_edit(edit, |index| texts.read(*index)).at("text")?)
            }
        })
    }
}
