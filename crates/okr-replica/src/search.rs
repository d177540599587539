//! Searching the texts of the organisation: at a moment, or at any time.
//!
//! ```text
//!   index on disk  --newest first-->  versions  --there at the moment?-->
//!   what it lacks  --sieve--------->                                      in scope?  --sieve-->  hits
//!   what is pending  ----------------------------------------------->
//! ```

mod history;
mod hits;
mod index;
mod life;
mod query;
mod scope;
mod sieve;
mod texts;
mod walk;

use std::collections::BTreeSet;

use okr_core::entity::Entity;
use okr_core::id::{CycleId, EntityKind, TeamId};

use crate::error::ReplicaError;
use crate::log::LogEntry;
use crate::reading::Reading;
pub(crate) use index::forget;

pub use index::IndexProgress;
pub use query::{Query, QueryError};
pub use sieve::TextMatch;
pub use texts::TextField;

/// How many of the newest hits are put in the order of how well they fit, those in titles first; all
/// others come after them, the newest first.
const RANKED: usize = 100;

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchKind {
    /// Objectives.
    Objective,
    /// Key results.
    KeyResult,
    /// Check-ins.
    CheckIn,
    /// Comments.
    Comment,
    /// Initiatives.
    Initiative,
    /// Health metrics, and their values.
    Metric,
    /// Changes, by their reasons.
    Change,
}

impl SearchKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Objective,
        Self::KeyResult,
        Self::CheckIn,
        Self::Comment,
        Self::Initiative,
        Self::Metric,
        Self::Change,
    ];

    /// Returns the texts that it has.
    pub const fn fields(self) -> &'static [TextField] {
        match self {
            Self::Objective => &[
                TextField::Title,
                TextField::Description,
                TextField::Reflection,
            ],
            Self::KeyResult => &[TextField::Title, TextField::Description, TextField::Measure],
            Self::CheckIn => &[TextField::Note],
            Self::Comment => &[TextField::Comment],
            Self::Initiative => &[TextField::Title],
            Self::Metric => &[TextField::Title, TextField::Description, TextField::Note],
            Self::Change => &[TextField::Reason],
        }
    }

    const fn of(kind: EntityKind) -> Option<Self> {
        match kind {
            EntityKind::Objective => Some(Self::Objective),
            EntityKind::KeyResult => Some(Self::KeyResult),
            EntityKind::CheckIn => Some(Self::CheckIn),
            EntityKind::Comment => Some(Self::Comment),
            EntityKind::Initiative => Some(Self::Initiative),
            EntityKind::Metric | EntityKind::MetricValue => Some(Self::Metric),
            EntityKind::Org | EntityKind::Person | EntityKind::Team | EntityKind::Cycle => None,
        }
    }
}

/// What is searched for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchOrder {
    /// The words.
    pub query: Query,
    /// What is wanted; empty: everything.
    pub kinds: BTreeSet<SearchKind>,
    /// The texts that are searched; empty: all.
    pub fields: BTreeSet<TextField>,
    /// Only what belongs to one of these teams.
    pub teams: Option<BTreeSet<TeamId>>,
    /// Only what belongs to one of these cycles.
    pub cycles: Option<BTreeSet<CycleId>>,
    /// Also what was put away, and check-ins and comments that were taken back.
    pub archived: bool,
    /// At most so many.
    pub limit: usize,
}

impl SearchOrder {
    /// Searches for a query everywhere.
    pub const fn new(query: Query, limit: usize) -> Self {
        Self {
            query,
            kinds: BTreeSet::new(),
            fields: BTreeSet::new(),
            teams: None,
            cycles: None,
            archived: false,
            limit,
        }
    }

    fn wants(&self, kind: SearchKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Returns the texts that the kinds have and that are searched; none when they do not meet.
    pub fn searched(&self) -> Vec<TextField> {
        let has = |field: &TextField| {
            let kinds = SearchKind::ALL.into_iter();
            let mut kinds = kinds.filter(|kind| self.wants(*kind));
            (self.fields.is_empty() || self.fields.contains(field))
                && kinds.any(|kind| kind.fields().contains(field))
        };
        TextField::ALL.into_iter().filter(has).collect()
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The best ones.
    pub hits: Vec<Hit>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// Something that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is, or was then; none for a change.
    pub entity: Option<Entity>,
    /// Where the words are.
    pub matches: Vec<TextMatch>,
    /// The change that the texts came by; for a change itself.
    pub since: Option<LogEntry>,
    /// The change by which the texts became others; only of a search at any time.
    pub until: Option<LogEntry>,
}

impl Reading<'_> {
    /// Finds what has some words in its texts at the moment: the best first, then the newest.
    ///
    /// It finds the same whatever [`Replica::index_texts`](crate::Replica::index_texts) has done.
    ///
    /// # Errors
    /// The store's failures.
    pub fn search(&self, order: &SearchOrder) -> Result<Hits, ReplicaError> {
        walk::search(self, order)
    }

    /// Finds what ever had some words in its texts, in each of the times in which it had them.
    ///
    /// The moment of the reading is where the scope is looked up, and nothing else; what was put away
    /// is found, too.
    ///
    /// # Errors
    /// The store's failures.
    pub fn search_history(&self, order: &SearchOrder) -> Result<Hits, ReplicaError> {
        history::search(self, order)
    }
}

#[cfg(test)]
pub(crate) mod tests;
