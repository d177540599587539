//! An initiative: work that shall move key results.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::event::{InitiativeEdit, InitiativeEvent, NewInitiative};
use crate::id::{InitiativeId, KeyResultId, PersonId};
use crate::text::{Slug, Title, WebAddress};
use crate::value::InitiativeState;

/// An initiative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Initiative {
    /// Its identity.
    pub id: InitiativeId,
    /// What will be done.
    pub title: Title,
    /// Its everyday name.
    pub slug: Slug,
    /// Who does it.
    pub owner: PersonId,
    /// The key results that it serves.
    pub key_results: BTreeSet<KeyResultId>,
    /// The day by which it shall be done.
    pub due: Option<Date>,
    /// Where the work is found.
    pub url: Option<WebAddress>,
    /// How far it is.
    pub state: InitiativeState,
    /// Whether it was put away.
    pub archived: bool,
}

impl Initiative {
    /// The greatest number of key results that one serves.
    pub const MAX_KEY_RESULTS: usize = 50;

    /// Returns the word for the state that people see: archived hides what was before.
    pub const fn state_word(&self) -> &'static str {
        if self.archived {
            "archived"
        } else {
            self.state.word()
        }
    }

    /// Says whether it should have been done before a day and is not.
    ///
    /// The due day itself is not too late. What was dropped or put away is late no more.
    pub fn is_overdue(&self, today: Date) -> bool {
        !self.archived && self.state.is_open() && self.due.is_some_and(|due| due < today)
    }

    /// Applies an event.
    pub fn evolve(
        current: Option<Self>,
        id: InitiativeId,
        event: &InitiativeEvent,
    ) -> Option<Self> {
        let Some(mut initiative) = current else {
            return if let InitiativeEvent::Created(new) = event {
                Some(Self::created(id, new))
            } else {
                None
            };
        };
        match event {
            InitiativeEvent::Created(_) => {}
            InitiativeEvent::Edited(edit) => initiative.edit(edit),
            InitiativeEvent::Archived => initiative.archived = true,
            InitiativeEvent::Restored => initiative.archived = false,
        }
        Some(initiative)
    }

    fn created(id: InitiativeId, new: &NewInitiative) -> Self {
        let NewInitiative {
            title,
            slug,
            owner,
            key_results,
            due,
            url,
            state,
        } = new.clone();
        Self {
            id,
            title,
            slug,
            owner,
            key_results,
            due,
            url,
            state,
            archived: false,
        }
    }

    fn edit(&mut self, edit: &InitiativeEdit) {
        match edit {
            InitiativeEdit::Title(edit) => self.title = edit.to.clone(),
            InitiativeEdit::Slug(edit) => self.slug = edit.to.clone(),
            InitiativeEdit::Owner(edit) => self.owner = edit.to,
            InitiativeEdit::KeyResults(edit) => self.key_results.clone_from(&edit.to),
            InitiativeEdit::Due(edit) => self.due = edit.to,
            InitiativeEdit::Url(edit) => self.url.clone_from(&edit.to),
            InitiativeEdit::State(edit) => self.state = edit.to,
        }
    }
}
