//! Lineage: what an objective continues, and what continues it in later cycles.

use std::collections::BTreeSet;

use okr_core::entity::Objective;
use okr_core::id::ObjectiveId;
use okr_core::view::View as _;

use super::{ObjectiveFilter, Reading};
use crate::error::ReplicaError;

/// The objectives before and after one, at the moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lineage {
    /// What it continues, and what that continued: the nearest first.
    pub earlier: Vec<Objective>,
    /// What continues it, and what continues that: by cycle.
    pub later: Vec<Objective>,
}

impl Lineage {
    /// Says whether nothing came before and nothing after.
    pub const fn is_empty(&self) -> bool {
        self.earlier.is_empty() && self.later.is_empty()
    }
}

impl Reading<'_> {
    /// Returns what came before an objective and what came after it.
    ///
    /// What came after is looked for among the objectives of later cycles, so it costs nothing for
    /// those of the newest one.
    ///
    /// # Errors
    /// The store's failures.
    pub fn lineage(&self, objective: &Objective) -> Result<Lineage, ReplicaError> {
        Ok(Lineage {
            earlier: self.earlier(objective)?,
            later: self.later(objective)?,
        })
    }

    fn earlier(&self, objective: &Objective) -> Result<Vec<Objective>, ReplicaError> {
        let mut earlier: Vec<Objective> = Vec::new();
        let mut next = objective.continues;
        while let Some(id) = next {
            // The rules refuse circles; a history that has one still ends here.
            if id == objective.id || earlier.iter().any(|one| one.id == id) {
                break;
            }
            let Some(found) = self.objective(id)? else {
                break;
            };
            next = found.continues;
            earlier.push(found.into_owned());
        }
        Ok(earlier)
    }

    fn later(&self, objective: &Objective) -> Result<Vec<Objective>, ReplicaError> {
        let Some(own) = self.cycle(objective.cycle)? else {
            return Ok(Vec::new());
        };
        let begins = own.period.start();
        let mut line: BTreeSet<ObjectiveId> = BTreeSet::from([objective.id]);
        let mut later = Vec::new();
        for cycle in self.cycles()? {
            if cycle.period.start() <= begins {
                continue;
            }
            let filter = ObjectiveFilter {
                cycle: Some(cycle.id),
                archived: true,
                ..ObjectiveFilter::default()
            };
            let mut found = self.objectives(&filter)?;
            found.retain(|one| one.continues.is_some_and(|id| line.contains(&id)));
            line.extend(found.iter().map(|one| one.id));
            later.append(&mut found);
        }
        Ok(later)
    }
}
