//! What stands in the way of key results at the moment, and what did before.

use okr_core::Date;
use okr_core::blocker::blockages;
use okr_core::entity::{CheckIn, Entity};
use okr_core::id::{CheckInId, CycleId, KeyResultId};
use okr_core::quick::HashMap;
use okr_core::text::BlockerText;

use super::check_in::{CheckInFact, rank};
use super::list::ObjectiveFilter;
use super::{Known, Reading};
use crate::error::ReplicaError;
use crate::moment::Confirmed;
use crate::version::{self, EntityKey, RETRACTED, Version};

/// Key results whose numbers are no further apart are asked for with one query.
const NEIGHBOURS: i64 = 64;

/// Makes the query for the check-ins that speak of blockers, on an axis, in the words of their index.
macro_rules! told_sql {
    ($axis:literal) => {
        concat!(
            "SELECT ",
            version::columns!(),
            ", parent FROM versions INDEXED BY versions_blocker
             WHERE parent BETWEEN ?1 AND ?2 AND day <= ?3 AND ",
            version::counts!($axis, "?4"),
            " AND flags & ?5 = 0 AND flags & 8"
        )
    };
}

/// The confirmed check-ins that speak of a blocker, by the number of their key result.
#[derive(Debug, Default)]
pub(super) struct Told(HashMap<EntityKey, Vec<Known>>);

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
        let key = self.key(key_result.into())?;
        let told = self.blocker_check_ins(key_result, key, &self.told_of(key)?);
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

    /// Returns what stands in the way of a key result, whose number and check-ins are known.
    pub(super) fn standing_blocker(
        &self,
        key_result: KeyResultId,
        key: Option<EntityKey>,
        told: &Told,
    ) -> Option<StandingBlocker> {
        let told = self.blocker_check_ins(key_result, key, told);
        let last = blockages(told.iter().filter_map(check_in)).pop();
        let standing = last.filter(|blockage| blockage.lifted.is_none());
        standing.map(|blockage| StandingBlocker {
            text: blockage.text.clone(),
            since: blockage.first.effective,
            told_by: blockage.last.id,
        })
    }

    /// Returns the check-ins that speak of a blocker, in the order in which they count.
    fn blocker_check_ins(
        &self,
        key_result: KeyResultId,
        key: Option<EntityKey>,
        told: &Told,
    ) -> Vec<Known> {
        let mut all = self.changed_of(key_result);
        let confirmed = key.and_then(|key| told.0.get(&key));
        all.extend(confirmed.into_iter().flatten().cloned());
        all.sort_by_key(rank);
        all
    }

    /// Finds what the check-ins of key results say of blockers. Most say nothing, so that many are
    /// asked for at once.
    pub(super) fn told_of(
        &self,
        key_results: impl IntoIterator<Item = EntityKey>,
    ) -> Result<Told, ReplicaError> {
        let mut keys: Vec<EntityKey> = key_results.into_iter().collect();
        keys.sort_unstable();
        let mut told = Told::default();
        for run in keys.chunk_by(|one, next| next.0 - one.0 <= NEIGHBOURS) {
            if let (Some(first), Some(last)) = (run.first(), run.last()) {
                self.add_told((*first, *last), &mut told)?;
            }
        }
        Ok(told)
    }

    fn add_told(
        &self,
        (first, last): (EntityKey, EntityKey),
        told: &mut Told,
    ) -> Result<(), ReplicaError> {
        let confirmed = self.check_ins.confirmed;
        let sql = match confirmed {
            Confirmed::Until(_) => told_sql!("recorded"),
            Confirmed::Authored(_) => told_sql!("authored"),
        };
        let until = version::condition_value(confirmed);
        let mut statement = self.snapshot.db.prepare_cached(sql)?;
        let mut rows = statement.query((first.0, last.0, self.seek_day, until, RETRACTED))?;
        while let Some(row) = rows.next()? {
            let known = self.take(Version::read(row)?);
            if !self.changed.contains_key(&known.entity.id()) {
                let of = told.0.entry(EntityKey(row.get(6)?)).or_default();
                of.push(known);
            }
        }
        Ok(())
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
