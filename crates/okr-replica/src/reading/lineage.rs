//! Lineage: what an objective continues, and what continues it in later cycles.

use std::collections::BTreeSet;

use okr_core::Date;
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
        let lineages = self.lineages(&[objective])?;
        Ok(lineages.into_iter().next().unwrap_or_default())
    }

    /// Returns the lineage of each of several objectives, in their order; later cycles are looked
    /// through once for all of them.
    ///
    /// # Errors
    /// The store's failures.
    pub fn lineages(&self, objectives: &[&Objective]) -> Result<Vec<Lineage>, ReplicaError> {
        let mut begins = Vec::new();
        for objective in objectives {
            let cycle = self.cycle(objective.cycle)?;
            begins.push(cycle.map(|cycle| cycle.period.start()));
        }
        let continuing = match begins.iter().flatten().min() {
            Some(first) => self.continuing(*first)?,
            None => Vec::new(),
        };
        let mut lineages = Vec::new();
        for (objective, begins) in objectives.iter().zip(begins) {
            lineages.push(Lineage {
                earlier: self.earlier(objective)?,
                later: begins
                    .map_or_else(Vec::new, |begins| later(objective.id, begins, &continuing)),
            });
        }
        Ok(lineages)
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

    /// Returns the objectives that continue another one, of each cycle that begins after a day, with
    /// the day on which that begins.
    fn continuing(&self, after: Date) -> Result<Vec<(Date, Vec<Objective>)>, ReplicaError> {
        let mut continuing = Vec::new();
        for cycle in self.cycles()? {
            let begins = cycle.period.start();
            if begins <= after {
                continue;
            }
            let filter = ObjectiveFilter {
                cycle: Some(cycle.id),
                archived: true,
                ..ObjectiveFilter::default()
            };
            let mut found = self.objectives(&filter)?;
            found.retain(|one| one.continues.is_some());
            continuing.push((begins, found));
        }
        Ok(continuing)
    }
}

/// Returns what continues an objective whose cycle begins on a day, and what continues that: by cycle.
fn later(id: ObjectiveId, begins: Date, continuing: &[(Date, Vec<Objective>)]) -> Vec<Objective> {
    let mut line: BTreeSet<ObjectiveId> = BTreeSet::from([id]);
    let mut later: Vec<Objective> = Vec::new();
    for (_, of_cycle) in continuing.iter().filter(|(day, _)| *day > begins) {
        let found = of_cycle.iter();
        let found = found.filter(|one| one.continues.is_some_and(|id| line.contains(&id)));
        let found: Vec<Objective> = found.cloned().collect();
        line.extend(found.iter().map(|one| one.id));
        later.extend(found);
    }
    later
}
