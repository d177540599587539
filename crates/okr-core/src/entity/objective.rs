//! An objective: what is to be achieved, in words.

use std::collections::BTreeSet;

use crate::event::{NewObjective, ObjectiveEdit, ObjectiveEvent, Support};
use crate::id::{CycleId, ObjectiveId, PersonId, TeamId};
use crate::text::{LongText, Slug, Tag, Title};
use crate::value::{GoalState, ObjectiveKind, Score, Weight};

/// An objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// Its identity.
    pub id: ObjectiveId,
    /// What is to be achieved.
    pub title: Title,
    /// More about it.
    pub description: Option<LongText>,
    /// Its everyday name.
    pub slug: Slug,
    /// Who answers for it.
    pub owner: PersonId,
    /// The team that pursues it; none: the organisation as a whole.
    pub team: Option<TeamId>,
    /// The cycle that it belongs to.
    pub cycle: CycleId,
    /// What success means.
    pub kind: ObjectiveKind,
    /// How much it counts among the team's objectives.
    pub weight: Weight,
    /// The goal above it.
    pub supports: Option<Support>,
    /// The objective of an earlier cycle that it continues.
    pub continues: Option<ObjectiveId>,
    /// Its tags.
    pub tags: BTreeSet<Tag>,
    /// Its state, whether or not it is archived; never [`GoalState::Archived`].
    pub stage: GoalState,
    /// Whether it was put away.
    pub archived: bool,
    /// The grade it was closed with.
    pub score: Option<Score>,
    /// What was learned.
    pub reflection: Option<LongText>,
}

impl Objective {
    /// The greatest number of tags.
    pub const MAX_TAGS: usize = 50;

    /// Returns the state that people see: archived hides what was before.
    pub const fn state(&self) -> GoalState {
        if self.archived {
            GoalState::Archived
        } else {
            self.stage
        }
    }

    /// Applies an event.
    pub fn evolve(current: Option<Self>, id: ObjectiveId, event: &ObjectiveEvent) -> Option<Self> {
        let Some(mut objective) = current else {
            return if let ObjectiveEvent::Created(new) = event {
                Some(Self::created(id, new))
            } else {
                None
            };
        };
        match event {
            ObjectiveEvent::Created(_) => {}
            ObjectiveEvent::Edited(edit) => objective.edit(edit),
            ObjectiveEvent::Tagged(tag) => {
                objective.tags.insert(tag.clone());
            }
            ObjectiveEvent::Untagged(tag) => {
                objective.tags.remove(tag);
            }
            ObjectiveEvent::Published => objective.stage = GoalState::Active,
            ObjectiveEvent::Closed { score, reflection } => {
                objective.stage = GoalState::Closed;
                objective.score = Some(*score);
                objective.reflection.clone_from(reflection);
            }
            ObjectiveEvent::Abandoned => objective.stage = GoalState::Abandoned,
            ObjectiveEvent::Reopened => {
                objective.stage = GoalState::Active;
                objective.score = None;
            }
            ObjectiveEvent::Archived => objective.archived = true,
            ObjectiveEvent::Restored => objective.archived = false,
        }
        Some(objective)
    }

    fn created(id: ObjectiveId, new: &NewObjective) -> Self {
        let NewObjective {
            title,
            description,
            slug,
            owner,
            team,
            cycle,
            kind,
            weight,
            supports,
            continues,
            tags,
            draft,
        } = new.clone();
        Self {
            id,
            title,
            description,
            slug,
            owner,
            team,
            cycle,
            kind,
            weight,
            supports,
            continues,
            tags,
            stage: if draft {
                GoalState::Draft
            } else {
                GoalState::Active
            },
            archived: false,
            score: None,
            reflection: None,
        }
    }

    fn edit(&mut self, edit: &ObjectiveEdit) {
        match edit {
            ObjectiveEdit::Title(edit) => self.title = edit.to.clone(),
            ObjectiveEdit::Description(edit) => self.description.clone_from(&edit.to),
            ObjectiveEdit::Slug(edit) => self.slug = edit.to.clone(),
            ObjectiveEdit::Owner(edit) => self.owner = edit.to,
            ObjectiveEdit::Team(edit) => self.team = edit.to,
            ObjectiveEdit::Cycle(edit) => self.cycle = edit.to,
            ObjectiveEdit::Kind(edit) => self.kind = edit.to,
            ObjectiveEdit::Weight(edit) => self.weight = edit.to,
            ObjectiveEdit::Supports(edit) => self.supports = edit.to,
            ObjectiveEdit::Continues(edit) => self.continues = edit.to,
            ObjectiveEdit::Score(edit) => self.score = edit.to,
            ObjectiveEdit::Reflection(edit) => self.reflection.clone_from(&edit.to),
        }
    }
}
