//! What stands in the way of key results at the moment, and what did before.

use okr_core::Date;
use okr_core::blocker::blockages;
use okr_core::entity::{CheckIn, Entity};
use okr_core::id::{CheckInId, CycleId, KeyResultId};
use okr_core::text::BlockerText;

use super::check_in::{CheckInFact, Which, rank};
use super::list::ObjectiveFilter;
use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::version::{EntityKey, RowRef};

/// What stands in the way of a key result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingBlocker {
    /// What it is, in the words of the check-in that last told it.
    pub text: BlockerText,
    /// Since when: the effective date of the check-in that first told it.
    pub since: Date,
    /// The check-in that last told it.
    pub told_by: CheckInId,
}

/// What stands in the way of a key result, or did, with who told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockerFact {
    /// The key result.
    pub key_result: KeyResultId,
    /// What it is, in the words of the check-in that last told it.
    pub text: BlockerText,
    /// The check-in that first told it: its effective date is since when.
    pub first: CheckInFact,
    /// The check-in that last told it.
    pub last: CheckInFact,
    /// The check-in that says that it is gone; none while it stands.
    pub lifted: Option<CheckInFact>,
}

impl Reading<'_> {
    /// Returns what stood in the way of a key result by the moment, the oldest first. Only the last
    /// can still stand.
    ///
    /// # Errors
    /// The store's failures.
    pub fn blockers(&self, key_result: KeyResultId) -> Result<Vec<BlockerFact>, ReplicaError> {
        let told = self.blocker_check_ins(key_result, None)?;
        let check_ins = told.iter().filter_map(check_in);
        let fact = |of: &CheckIn| -> Result<CheckInFact, ReplicaError> {
            let known = told.iter().find(|known| known.entity.id() == of.id.into());
            let fact = known.map(|known| self.fact(known)).transpose()?;
            fact.flatten()
                .ok_or_else(|| ReplicaError::damaged(format!("check-in {} is missing", of.id)))
        };
        let mut facts = Vec::new();
        for blockage in blockages(check_ins) {
            facts.push(BlockerFact {
                key_result,
                text: blockage.text.clone(),
                first: fact(blockage.first)?,
                last: fact(blockage.last)?,
                lifted: blockage.lifted.map(fact).transpose()?,
            });
        }
        Ok(facts)
    }

    /// Returns what stood in the way of the key results of a cycle by the moment, in the order of the
    /// goals, the oldest of each first. Archived goals are left out.
    ///
    /// # Errors
    /// The store's failures.
    pub fn blockers_of_cycle(&self, cycle: CycleId) -> Result<Vec<BlockerFact>, ReplicaError> {
        let filter = ObjectiveFilter {
            cycle: Some(cycle),
            ..ObjectiveFilter::default()
        };
        let mut found = Vec::new();
        for (objective, _) in self.known_objectives(&filter)? {
            for known in self.known_key_results(objective.id)? {
                if let Entity::KeyResult(key_result) = known.entity {
                    found.extend(self.blockers(key_result.id)?);
                }
            }
        }
        Ok(found)
    }

    /// Returns what stands in the way of a key result, whose row may be known already.
    pub(super) fn standing_blocker(
        &self,
        key_result: KeyResultId,
        row: Option<RowRef>,
    ) -> Result<Option<StandingBlocker>, ReplicaError> {
        let told = self.blocker_check_ins(key_result, row.map(RowRef::entity_key))?;
        let last = blockages(told.iter().filter_map(check_in)).pop();
        let standing = last.filter(|blockage| blockage.lifted.is_none());
        Ok(standing.map(|blockage| StandingBlocker {
            text: blockage.text.clone(),
            since: blockage.first.effective,
            told_by: blockage.last.id,
        }))
    }

    /// Returns the check-ins that speak of a blocker, in the order in which they count.
    fn blocker_check_ins(
        &self,
        key_result: KeyResultId,
        key: Option<EntityKey>,
    ) -> Result<Vec<Known>, ReplicaError> {
        let mut told = self.changed_of(key_result);
        let key = match key {
            Some(key) => Some(key),
            None => self.key(key_result.into())?,
        };
        self.walk(key, Which::OfBlockers, |known| {
            told.push(known);
            true
        })?;
        told.sort_by_key(rank);
        Ok(told)
    }
}

fn check_in(known: &Known) -> Option<&CheckIn> {
    match &known.entity {
        Entity::CheckIn(check_in) => Some(check_in),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
