//! Events of an initiative.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::event::Edit;
use crate::id::{KeyResultId, PersonId};
use crate::text::{Slug, Title, WebAddress};
use crate::value::InitiativeState;

/// What can happen to an initiative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InitiativeEvent {
    /// It was written down.
    Created(NewInitiative),
    /// A field was edited; its state is one of them.
    Edited(InitiativeEdit),
    /// It was put away.
    Archived,
    /// It was taken out again.
    Restored,
}

/// A new initiative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewInitiative {
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
}

/// An edit of one field of an initiative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InitiativeEdit {
    /// What will be done.
    Title(Edit<Title>),
    /// Its everyday name.
    Slug(Edit<Slug>),
    /// Who does it.
    Owner(Edit<PersonId>),
    /// The key results that it serves.
    KeyResults(Edit<BTreeSet<KeyResultId>>),
    /// The day by which it shall be done.
    Due(Edit<Option<Date>>),
    /// Where the work is found.
    Url(Edit<Option<WebAddress>>),
    /// How far it is.
    State(Edit<InitiativeState>),
}
