//! The order of the key results of an objective: their places in the file.
//!
//! The order is one thing: what counts is how those stand to each other that were there at the base and
//! are there now.

use std::collections::BTreeSet;

use okr_core::entity::KeyResult;
use okr_core::id::{KeyResultId, ObjectiveId};

use super::fields::{Before, Verdict, judge};
use super::matching::Target;
use super::{Against, Conflict, Facts, Take};
use crate::plan::Spot;

/// The numbers that key results get.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Places {
    /// Each its place in the file.
    AsInFile,
    /// Only the new ones, which stand at these places in the file: after all others, from this number.
    After { new: Vec<usize>, order: u32 },
    /// None.
    AsTheyAre,
}

impl Places {
    /// Returns the number of the key result at a place in the file, where it gets one.
    pub(super) fn of(&self, place: usize) -> Option<u32> {
        match self {
            Self::AsInFile => u32::try_from(place).ok(),
            Self::After { new, order } => {
                let further = new.binary_search(&place).ok()?;
                order.checked_add(u32::try_from(further).ok()?)
            }
            Self::AsTheyAre => None,
        }
    }
}

/// Decides on the numbers of the key results of an objective.
pub(super) fn places(
    facts: &Facts<'_, '_>,
    (objective, targets): (ObjectiveId, &[Target<KeyResultId>]),
    at: Spot,
    conflicts: &mut Vec<Conflict>,
) -> Places {
    let now = facts.now.key_results(objective);
    let is_here = |id: &KeyResultId| now.iter().any(|one| one.id == *id);
    let (new, old): (Vec<usize>, Vec<usize>) =
        (0..targets.len()).partition(|place| !is_here(&targets[*place].id));
    let (verdict, is_so_now) = verdict(facts, (objective, targets), at, conflicts);
    match verdict {
        Verdict::Set => return Places::AsInFile,
        Verdict::Clash => return Places::AsTheyAre,
        Verdict::Leave => {}
    }
    let is_between = matches!((new.first(), old.last()), (Some(new), Some(old)) if new < old);
    if new.is_empty() {
        Places::AsTheyAre
    } else if is_between && is_so_now {
        Places::AsInFile
    } else {
        // Where others gave the old ones another order, the place of a new one among them is lost.
        let last = now.iter().map(|one| one.order).max();
        Places::After {
            new,
            order: last.map_or(0, |last| last.saturating_add(1)),
        }
    }
}

/// Judges the order, and says whether it is now as in the file.
fn verdict(
    facts: &Facts<'_, '_>,
    (objective, targets): (ObjectiveId, &[Target<KeyResultId>]),
    at: Spot,
    conflicts: &mut Vec<Conflict>,
) -> (Verdict, bool) {
    let now = facts.now.key_results(objective);
    let base = match facts.against {
        Against::Base(base) => Some(base.key_results(objective)),
        Against::Now | Against::Nothing => None,
    };
    let ids = |list: &[KeyResult]| list.iter().map(|one| one.id).collect::<Vec<_>>();
    let in_file: Vec<KeyResultId> = targets.iter().map(|target| target.id).collect();
    let mut common: BTreeSet<KeyResultId> = ids(now).into_iter().collect();
    common.retain(|id| in_file.contains(id));
    if let Some(base) = base {
        common.retain(|id| base.iter().any(|one| one.id == *id));
    }
    let among = |list: Vec<KeyResultId>| -> Vec<KeyResultId> {
        list.into_iter().filter(|id| common.contains(id)).collect()
    };
    let before = base.map(|base| among(ids(base)));
    let before = match (&before, facts.against) {
        (Some(before), _) => Before::Held(before),
        (None, Against::Now) => Before::Ignored,
        (None, Against::Base(_) | Against::Nothing) => Before::NotThere,
    };
    let (wanted, now_order) = (among(in_file), among(ids(now)));
    let verdict = judge(&wanted, &before, &now_order);
    let verdict = match (&verdict, facts.take) {
        (Verdict::Leave | Verdict::Set, _) => verdict,
        (Verdict::Clash, Take::Mine) => Verdict::Set,
        (Verdict::Clash, Take::Theirs) => Verdict::Leave,
        (Verdict::Clash, Take::Neither) => {
            let shown = |list: &[KeyResultId]| {
                let slug =
                    |id: &KeyResultId| facts.now.key_result(*id).map(|one| one.slug.to_string());
                list.iter().filter_map(slug).collect::<Vec<_>>().join(", ")
            };
            conflicts.push(Conflict {
                id: objective.into(),
                field: "order",
                base: match before {
                    Before::Held(before) => shown(before),
                    Before::NotThere | Before::Ignored => String::new(),
                },
                mine: shown(&wanted),
                theirs: shown(&now_order),
                at,
            });
            Verdict::Clash
        }
    };
    (verdict, wanted == now_order)
}
