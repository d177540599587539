//! A key result: how we know that an objective is achieved.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::event::{KeyResultEdit, KeyResultEvent, NewKeyResult};
use crate::id::{KeyResultId, MetricId, ObjectiveId, PersonId};
use crate::measure::Measure;
use crate::text::{LongText, Slug, Tag, Title};
use crate::value::{GoalState, Score, Weight};

/// A key result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyResult {
    /// Its identity.
    pub id: KeyResultId,
    /// The objective that it measures.
    pub objective: ObjectiveId,
    /// What is measured, in words.
    pub title: Title,
    /// More about it.
    pub description: Option<LongText>,
    /// Its everyday name.
    pub slug: Slug,
    /// Who reports on it.
    pub owner: PersonId,
    /// How it is measured.
    pub measure: Measure,
    /// How much it counts in its objective.
    pub weight: Weight,
    /// Its place among its siblings, from the lowest.
    pub order: u32,
    /// The day from which progress is expected; none: the start of the cycle.
    pub start: Option<Date>,
    /// The day on which it shall be reached; none: the end of the cycle.
    pub due: Option<Date>,
    /// Its tags.
    pub tags: BTreeSet<Tag>,
    /// The health metric whose values are reported on it, too: whoever records a value of the metric
    /// records a check-in on the key result in the same change.
    pub fed_by: Option<MetricId>,
    /// Its state, whether or not it is archived; never draft or archived.
    pub stage: GoalState,
    /// Whether it was put away.
    pub archived: bool,
    /// The grade it was closed with.
    pub score: Option<Score>,
}

impl KeyResult {
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
    pub fn evolve(current: Option<Self>, id: KeyResultId, event: &KeyResultEvent) -> Option<Self> {
        let Some(mut key_result) = current else {
            return if let KeyResultEvent::Created(new) = event {
                Some(Self::created(id, new))
            } else {
                None
            };
        };
        match event {
            KeyResultEvent::Created(_) => {}
            KeyResultEvent::Edited(edit) => key_result.edit(edit),
            KeyResultEvent::Tagged(tag) => {
                key_result.tags.insert(tag.clone());
            }
            KeyResultEvent::Untagged(tag) => {
                key_result.tags.remove(tag);
            }
            KeyResultEvent::Closed { score } => {
                key_result.stage = GoalState::Closed;
                key_result.score = Some(*score);
            }
            KeyResultEvent::Abandoned => key_result.stage = GoalState::Abandoned,
            KeyResultEvent::Reopened => {
                key_result.stage = GoalState::Active;
                key_result.score = None;
            }
            KeyResultEvent::Archived => key_result.archived = true,
            KeyResultEvent::Restored => key_result.archived = false,
        }
        Some(key_result)
    }

    fn created(id: KeyResultId, new: &NewKeyResult) -> Self {
        let NewKeyResult {
            objective,
            title,
            description,
            slug,
            owner,
            measure,
            weight,
            order,
            start,
            due,
            tags,
            fed_by,
        } = new.clone();
        Self {
            id,
            objective,
            title,
            description,
            slug,
            owner,
            measure,
            weight,
            order,
            start,
            due,
            tags,
            fed_by,
            stage: GoalState::Active,
            archived: false,
            score: None,
        }
    }

    fn edit(&mut self, edit: &KeyResultEdit) {
        match edit {
            KeyResultEdit::Objective(edit) => self.objective = edit.to,
            KeyResultEdit::Title(edit) => self.title = edit.to.clone(),
            KeyResultEdit::Description(edit) => self.description.clone_from(&edit.to),
            KeyResultEdit::Slug(edit) => self.slug = edit.to.clone(),
            KeyResultEdit::Owner(edit) => self.owner = edit.to,
            KeyResultEdit::Measure(edit) => self.measure = edit.to.clone(),
            KeyResultEdit::Weight(edit) => self.weight = edit.to,
            KeyResultEdit::Order(edit) => self.order = edit.to,
            KeyResultEdit::Start(edit) => self.start = edit.to,
            KeyResultEdit::Due(edit) => self.due = edit.to,
            KeyResultEdit::Score(edit) => self.score = edit.to,
            KeyResultEdit::FedBy(edit) => self.fed_by = edit.to,
        }
    }
}
