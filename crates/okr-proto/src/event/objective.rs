//! Events of an objective.

use okr_core::event::{NewObjective, ObjectiveEdit, ObjectiveEvent, Support};
use v1::objective_edit::Field;
use v1::objective_event::What;
use v1::support::Goal;

use crate::choice::{Choice as _, read_choice};
use crate::fault::{At as _, Fault, Problem};
use crate::field::{
    Part, read_edit, read_grade, read_id, read_optional, read_optional_id, read_required,
    read_tags, read_wide_choice, write_edit, write_id, write_optional_id, write_tags,
};
use crate::text::{TextReader, TextWriter};
use crate::v1;

impl Part for ObjectiveEvent {
    type Message = v1::ObjectiveEvent;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::ObjectiveEvent {
        let what = match self {
            Self::Created(new) => What::Created(new.write(texts)),
            Self::Edited(edit) => What::Edited(edit.write(texts)),
            Self::Tagged(tag) => What::Tagged(texts.write(tag)),
            Self::Untagged(tag) => What::Untagged(texts.write(tag)),
            Self::Published => What::Published(v1::Nothing {}),
            Self::Closed { score, reflection } => What::Closed(v1::GoalClosed {
                score: Some(score.write(texts)),
                reflection: texts.write_optional(reflection.as_ref()),
            }),
            Self::Abandoned => What::Abandoned(v1::Nothing {}),
            Self::Reopened => What::Reopened(v1::Nothing {}),
            Self::Archived => What::Archived(v1::Nothing {}),
            Self::Restored => What::Restored(v1::Nothing {}),
        };
        v1::ObjectiveEvent { what: Some(what) }
    }

    fn read(message: &v1::ObjectiveEvent, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.what.as_ref().ok_or(Problem::Missing)? {
            What::Created(new) => Self::Created(Part::read(new, texts).at("created")?),
            What::Edited(edit) => Self::Edited(Part::read(edit, texts).at("edited")?),
            What::Tagged(tag) => Self::Tagged(texts.read(*tag).at("tagged")?),
            What::Untagged(tag) => Self::Untagged(texts.read(*tag).at("untagged")?),
            What::Published(v1::Nothing {}) => Self::Published,
            What::Closed(closed) => Self::Closed {
                score: read_required(closed.score.as_ref(), texts)
                    .at("score")
                    .at("closed")?,
                reflection: texts
                    .read_optional(closed.reflection)
                    .at("reflection")
                    .at("closed")?,
            },
            What::Abandoned(v1::Nothing {}) => Self::Abandoned,
            What::Reopened(v1::Nothing {}) => Self::Reopened,
            What::Archived(v1::Nothing {}) => Self::Archived,
            What::Restored(v1::Nothing {}) => Self::Restored,
        })
    }
}

impl Part for NewObjective {
    type Message = v1::NewObjective;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::NewObjective {
        v1::NewObjective {
            title: texts.write(&self.title),
            description: texts.write_optional(self.description.as_ref()),
            slug: texts.write(&self.slug),
            owner: write_id(self.owner),
            team: write_optional_id(self.team),
            cycle: write_id(self.cycle),
            kind: self.kind.number(),
            weight: Some(self.weight.write(texts)),
            supports: self.supports.map(|support| support.write(texts)),
            continues: write_optional_id(self.continues),
            tags: write_tags(&self.tags, texts),
            draft: self.draft,
        }
    }

    fn read(message: &v1::NewObjective, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(Self {
            title: texts.read(message.title).at("title")?,
            description: texts.read_optional(message.description).at("description")?,
            slug: texts.read(message.slug).at("slug")?,
            owner: read_id(&message.owner).at("owner")?,
            team: read_optional_id(&message.team).at("team")?,
            cycle: read_id(&message.cycle).at("cycle")?,
            kind: read_choice(message.kind).at("kind")?,
            weight: read_required(message.weight.as_ref(), texts).at("weight")?,
            supports: read_optional(message.supports.as_ref(), texts).at("supports")?,
            continues: read_optional_id(&message.continues).at("continues")?,
            tags: read_tags(&message.tags, texts).at("tags")?,
            draft: message.draft,
        })
    }
}

impl Part for Support {
    type Message = v1::Support;

    fn write(&self, _: &mut TextWriter<'_>) -> v1::Support {
        let goal = match self {
            Self::Objective(id) => Goal::Objective(write_id(*id)),
            Self::KeyResult(id) => Goal::KeyResult(write_id(*id)),
        };
        v1::Support { goal: Some(goal) }
    }

    fn read(message: &v1::Support, _: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.goal.as_ref().ok_or(Problem::Missing)? {
            Goal::Objective(id) => Self::Objective(read_id(id).at("objective")?),
            Goal::KeyResult(id) => Self::KeyResult(read_id(id).at("key_result")?),
        })
    }
}

impl Part for ObjectiveEdit {
    type Message = v1::ObjectiveEdit;

    fn write(&self, texts: &mut TextWriter<'_>) -> v1::ObjectiveEdit {
        let field = match self {
            Self::Title(edit) => Field::Title(write_edit(edit, |title| texts.write(title))),
            Self::Description(edit) => Field::Description(write_edit(edit, |description| {
                texts.write_optional(description.as_ref())
            })),
            Self::Slug(edit) => Field::Slug(write_edit(edit, |slug| texts.write(slug))),
            Self::Owner(edit) => Field::Owner(write_edit(edit, |owner| write_id(*owner))),
            Self::Team(edit) => Field::Team(write_edit(edit, |team| write_optional_id(*team))),
            Self::Cycle(edit) => Field::Cycle(write_edit(edit, |cycle| write_id(*cycle))),
            Self::Kind(edit) => Field::Kind(write_edit(edit, |kind| kind.number().into())),
            Self::Weight(edit) => {
                Field::Weight(write_edit(edit, |weight| Some(weight.write(texts))))
            }
            Self::Supports(edit) => Field::Supports(write_edit(edit, |goal| {
                goal.map(|support| support.write(texts))
            })),
            Self::Continues(edit) => {
                Field::Continues(write_edit(edit, |earlier| write_optional_id(*earlier)))
            }
            Self::Score(edit) => Field::Score(write_edit(edit, |score| {
                score.map(|score| score.write(texts))
            })),
            Self::Reflection(edit) => Field::Reflection(write_edit(edit, |reflection| {
                texts.write_optional(reflection.as_ref())
            })),
        };
        v1::ObjectiveEdit { field: Some(field) }
    }

    fn read(message: &v1::ObjectiveEdit, texts: &mut TextReader<'_>) -> Result<Self, Fault> {
        Ok(match message.field.as_ref().ok_or(Problem::Missing)? {
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
            Field::Team(edit) => Self::Team(read_edit(edit, |id| read_optional_id(id)).at("team")?),
            Field::Cycle(edit) => Self::Cycle(read_edit(edit, |id| read_id(id)).at("cycle")?),
            Field::Kind(edit) => {
                Self::Kind(read_edit(edit, |number| read_wide_choice(*number)).at("kind")?)
            }
            Field::Weight(edit) => Self::Weight(
                read_edit(edit, |weight| read_required(weight.as_ref(), texts)).at("weight")?,
            ),
            Field::Supports(edit) => Self::Supports(
                read_edit(edit, |goal| read_optional(goal.as_ref(), texts)).at("supports")?,
            ),
            Field::Continues(edit) => {
                Self::Continues(read_edit(edit, |id| read_optional_id(id)).at("continues")?)
            }
            Field::Score(edit) => Self::Score(read_grade(edit, texts).at("score")?),
            Field::Reflection(edit) => Self::Reflection(
                read_edit(edit, |index| texts.read_optional(*index)).at("reflection")?,
            ),
        })
    }
}
