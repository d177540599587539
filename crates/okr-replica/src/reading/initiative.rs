//! Initiatives at the moment.

use std::collections::BTreeSet;

use okr_core::entity::{Entity, Initiative};
use okr_core::id::{EntityKind, KeyResultId, PersonId};

use super::Reading;
use super::list::By;
use crate::error::ReplicaError;

/// Which initiatives are wanted; all that are not put away by default. The conditions add up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InitiativeFilter {
    /// Those that serve one of these key results.
    pub key_results: Option<BTreeSet<KeyResultId>>,
    /// Those of this owner.
    pub owner: Option<PersonId>,
    /// Only those with something left to do.
    pub open: bool,
    /// Those that were put away, too.
    pub archived: bool,
}

impl InitiativeFilter {
    fn wants(&self, initiative: &Initiative) -> bool {
        let serves = |wanted: &BTreeSet<KeyResultId>| !wanted.is_disjoint(&initiative.key_results);
        self.key_results.as_ref().is_none_or(serves)
            && self.owner.is_none_or(|owner| initiative.owner == owner)
            && (!self.open || initiative.state.is_open())
            && (self.archived || !initiative.archived)
    }
}

impl Reading<'_> {
    /// Returns initiatives: those with something left to do first, by the day on which they are due,
    /// then in the order of their creation.
    ///
    /// # Errors
    /// The store's failures.
    pub fn initiatives(&self, filter: &InitiativeFilter) -> Result<Vec<Initiative>, ReplicaError> {
        let first = |initiative: &Initiative| {
            let due = initiative.due;
            (!initiative.state.is_open(), due.is_none(), due)
        };
        let by = By::Kind(EntityKind::Initiative);
        let wanted = |entity: Entity| {
            let initiative = entity.into_initiative()?;
            filter.wants(&initiative).then_some(initiative)
        };
        self.sorted(by, wanted, first)
    }
}
