//! A team: people who pursue objectives together; teams form a tree.

use std::collections::BTreeSet;

use crate::event::{NewTeam, TeamEdit, TeamEvent};
use crate::id::{PersonId, TeamId};
use crate::text::{Name, Slug};

/// A team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its identity.
    pub id: TeamId,
    /// Its name.
    pub name: Name,
    /// Its everyday name.
    pub slug: Slug,
    /// The team that it is part of.
    pub parent: Option<TeamId>,
    /// Who leads it.
    pub leads: BTreeSet<PersonId>,
    /// Who is in it, leads not necessarily included.
    pub members: BTreeSet<PersonId>,
    /// Whether it was put away.
    pub archived: bool,
}

impl Team {
    /// The greatest number of leads, and of members.
    pub const MAX_PEOPLE: usize = 1000;

    /// Applies an event.
    pub fn evolve(current: Option<Self>, id: TeamId, event: &TeamEvent) -> Option<Self> {
        let Some(mut team) = current else {
            return if let TeamEvent::Created(new) = event {
                Some(Self::created(id, new))
            } else {
                None
            };
        };
        match event {
            TeamEvent::Created(_) => {}
            TeamEvent::Edited(edit) => team.edit(edit),
            TeamEvent::MemberAdded(person) => {
                team.members.insert(*person);
            }
            TeamEvent::MemberRemoved(person) => {
                team.members.remove(person);
            }
            TeamEvent::Archived => team.archived = true,
            TeamEvent::Restored => team.archived = false,
        }
        Some(team)
    }

    fn created(id: TeamId, new: &NewTeam) -> Self {
        let NewTeam {
            name,
            slug,
            parent,
            leads,
        } = new.clone();
        Self {
            id,
            name,
            slug,
            parent,
            leads,
            members: BTreeSet::new(),
            archived: false,
        }
    }

    fn edit(&mut self, edit: &TeamEdit) {
        match edit {
            TeamEdit::Name(edit) => self.name = edit.to.clone(),
            TeamEdit::Slug(edit) => self.slug = edit.to.clone(),
            TeamEdit::Parent(edit) => self.parent = edit.to,
            TeamEdit::Leads(edit) => self.leads.clone_from(&edit.to),
        }
    }
}
