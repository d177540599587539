//! What a plan asks for: the file against its base against what is there now, field by field.
//!
//! Pure but for names, which are looked up in a reading. Nothing is written here.

mod fields;
mod key_result;
mod lookup;
mod matching;
mod missing;
mod objective;
mod order;
mod slugs;
mod steps;

use okr_core::decide::Command;
use okr_core::id::{CycleId, EntityId, PersonId, TeamId};
use okr_replica::{Directory, Reading, ReplicaError};
use uuid::Uuid;

pub(crate) use slugs::Name;

use super::state::State;
use super::{Fault, Faults, Plan, Said, Spot};

/// Which side is taken where both changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Take {
    /// None: a person decides.
    #[default]
    Neither,
    /// What the file says.
    Mine,
    /// What is there.
    Theirs,
}

/// What a file is compared with.
#[derive(Debug)]
pub(crate) enum Against {
    /// What was there when it was pulled.
    Base(State),
    /// What is there now: what the file says is meant, what it does not say is left alone.
    Now,
    /// Nothing: it can only add.
    Nothing,
}

/// Everything that a file is judged by.
pub(crate) struct Facts<'a, 'r> {
    pub(crate) plan: &'a Plan,
    pub(crate) against: &'a Against,
    pub(crate) now: &'a State,
    pub(crate) reading: &'a Reading<'r>,
    pub(crate) directory: &'a Directory,
    pub(crate) cycle: CycleId,
    pub(crate) me: PersonId,
    pub(crate) take: Take,
    pub(crate) archive_missing: bool,
}

/// Both sides changed the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conflict {
    pub(crate) id: EntityId,
    /// The word for the field.
    pub(crate) field: &'static str,
    pub(crate) base: String,
    pub(crate) mine: String,
    pub(crate) theirs: String,
    pub(crate) at: Spot,
}

/// Commands that are one change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) commands: Vec<Command>,
    /// Where the file asks for it.
    pub(crate) at: Spot,
}

/// What a file asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Merge {
    pub(crate) steps: Vec<Step>,
    pub(crate) conflicts: Vec<Conflict>,
    /// What was there at the base and is no longer in the file, and is left alone.
    pub(crate) missing: Vec<EntityId>,
    /// What is no longer in the file and shall be archived.
    pub(crate) archived: usize,
    /// The goals that are in the file, with the places where they begin.
    pub(crate) goals: Vec<(EntityId, Spot)>,
    /// The slugs that goals get by the file, with their places.
    pub(crate) names: Vec<(Name, Spot)>,
}

/// Why a file cannot be judged.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The store failed.
    Failed(ReplicaError),
    /// The file is wrong.
    Wrong(Faults),
}

impl From<ReplicaError> for Stop {
    fn from(error: ReplicaError) -> Self {
        Self::Failed(error)
    }
}

/// Judges a file; `new_uuid` makes the ids of what is new.
///
/// # Errors
/// [`Stop`].
pub(crate) fn merge(
    facts: &Facts<'_, '_>,
    new_uuid: &mut dyn FnMut() -> Uuid,
) -> Result<Merge, Stop> {
    let mut faults = Faults::default();
    let matched = matching::matched(facts, new_uuid, &mut faults)?;
    let mut merge = Merge {
        names: slugs::check(facts, &matched, &mut faults),
        goals: matched.goals(facts.plan),
        ..Merge::default()
    };
    let mut wishes = steps::Wishes::default();
    let mut work = Work {
        facts,
        matched: &matched,
        conflicts: &mut merge.conflicts,
        faults: &mut faults,
        team: None,
    };
    work.team = work.team_of_file();
    for (index, entry) in facts.plan.objectives.iter().enumerate() {
        work.objective(index, entry, &mut wishes)?;
    }
    work.missing(&mut wishes, &mut merge.missing);
    merge.conflicts.sort_by_key(|conflict| conflict.at);
    merge.archived = wishes.archived();
    faults.or(()).map_err(Stop::Wrong)?;
    merge.steps = wishes.into_steps();
    Ok(merge)
}

/// The judging of one file.
struct Work<'w, 'a, 'r> {
    facts: &'w Facts<'a, 'r>,
    matched: &'w matching::Matched,
    conflicts: &'w mut Vec<Conflict>,
    faults: &'w mut Faults,
    /// The team of the head, where there is one and it was found.
    team: Option<TeamId>,
}

impl Work<'_, '_, '_> {
    const fn base(&self) -> Option<&State> {
        match self.facts.against {
            Against::Base(state) => Some(state),
            Against::Now | Against::Nothing => None,
        }
    }

    /// Says whether a key that is not there means that nothing is wanted.
    const fn leaves_unsaid(&self) -> bool {
        matches!(self.facts.against, Against::Now | Against::Nothing)
    }

    /// Returns what the file says or, where it says nothing, what that means.
    fn wanted<T: Clone>(&self, said: Option<&Said<T>>, usual: T, at: Spot) -> Option<Said<T>> {
        match said {
            Some(said) => Some(said.clone()),
            None if self.leaves_unsaid() => None,
            None => Some(Said { value: usual, at }),
        }
    }

    fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }
}
