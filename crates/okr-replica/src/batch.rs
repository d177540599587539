//! Many proposals in one step: all are written, or none.

use okr_core::Date;
use okr_core::admit::Context;
use okr_core::change::Change;
use okr_core::decide::{Decision, Proposal, decide};
use okr_core::rejection::Rejection;
use okr_core::view::Overlay;
use rusqlite::Connection;

use crate::error::ReplicaError;
use crate::rebase::{self, Bench};
use crate::replica::Replica;
use crate::{pending, record, upgrade};

/// What became of many proposals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProposedAll {
    /// Every proposal that was not there already was written, or would be.
    Written {
        /// The new changes, in order.
        changes: Vec<Change>,
        /// How many had a change id that is known: they were proposed before.
        known: usize,
        /// How many had nothing to do.
        nothing_to_do: usize,
    },
    /// The rules refuse one; nothing was written.
    Rejected {
        /// The place of the refused proposal in the list, from 0.
        index: usize,
        /// Why.
        rejection: Rejection,
    },
}

/// Ends a transaction without writing.
enum Stop {
    Failed(ReplicaError),
    Answer(ProposedAll),
}

impl From<ReplicaError> for Stop {
    fn from(error: ReplicaError) -> Self {
        Self::Failed(error)
    }
}

impl Replica {
    /// Decides on each proposal on the state that the ones before it leave, and writes all of them.
    ///
    /// A proposal whose change id is known here is left out, so the same list may be proposed again.
    /// With `dry_run` nothing is written.
    ///
    /// # Errors
    /// As [`Replica::propose`]; nothing was written then.
    pub fn propose_all(
        &mut self,
        proposals: Vec<Proposal>,
        today: Date,
        dry_run: bool,
    ) -> Result<ProposedAll, ReplicaError> {
        let done = self.write(|db| {
            let answer = judge_all(db, proposals, today)?;
            match (&answer, dry_run) {
                (ProposedAll::Written { changes, .. }, false) => {
                    for change in changes {
                        pending::append(db, change, &pending::encode(change)?)?;
                    }
                    Ok(answer)
                }
                (ProposedAll::Written { .. } | ProposedAll::Rejected { .. }, _) => {
                    Err(Stop::Answer(answer))
                }
            }
        });
        match done {
            Ok(answer) | Err(Stop::Answer(answer)) => Ok(answer),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

fn judge_all(
    db: &Connection,
    proposals: Vec<Proposal>,
    today: Date,
) -> Result<ProposedAll, ReplicaError> {
    let bench = Bench::read(db)?;
    let context = Context::new(bench.me, today);
    let view = rebase::head_view(db)?;
    let mut overlay = Overlay::new(&view);
    let waiting = pending::ids(db)?;
    rebase::rebase_onto(&mut overlay, bench, pending::all(db)?)?;
    let (mut changes, mut known, mut nothing_to_do) = (Vec::new(), 0, 0);
    for (index, proposal) in proposals.into_iter().enumerate() {
        if waiting.contains(&proposal.id) || record::find_exact(db, proposal.id)?.is_some() {
            known += 1;
            continue;
        }
        match decide(&overlay, &context, bench.org, proposal)? {
            Decision::Change(change) => {
                upgrade::refuse_unknown(db, &overlay, &change)?;
                overlay.apply(&change)?;
                changes.push(change);
            }
            Decision::NothingToDo => nothing_to_do += 1,
            Decision::Rejected(rejection) => {
                return Ok(ProposedAll::Rejected { index, rejection });
            }
        }
    }
    Ok(ProposedAll::Written {
        changes,
        known,
        nothing_to_do,
    })
}
