//! Admitting what is pending again, on what is confirmed now.

use okr_proto::Refusal;

use super::blame::Blame;
use super::{SyncError, Tally};
use crate::conflict::{self, Conflict};
use crate::replica::Replica;
use crate::{meta, pending, rebase, upgrade};

/// Moves pending changes that no longer fit to the conflicts, and drops what holds already.
pub(super) fn settle(replica: &mut Replica, tally: &mut Tally) -> Result<(), SyncError> {
    replica.write(|db| {
        // Where history is not understood in full, only the server can judge.
        if upgrade::is_any_needed(db)? {
            return Ok(());
        }
        let rebased = rebase::rebase(db)?;
        for pending in &rebased.already_so {
            pending::remove(db, pending.change.id)?;
        }
        tally.already_so += rebased.already_so.len();
        if rebased.refused.is_empty() {
            return Ok(());
        }
        let seen_at = meta::head(db)?;
        let mut blame = Blame::of(&conflict::all(db)?);
        for (pending, rejection) in &rebased.refused {
            let refusal = blame.explain(&pending.change, Refusal::from(rejection));
            if conflict::keep(db, pending, &refusal, seen_at)? {
                tally.conflicts.push(Conflict {
                    change: pending.change.clone(),
                    refusal,
                    seen_at,
                });
            }
        }
        Ok(())
    })
}
