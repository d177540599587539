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

/// How many proposals are taken in one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EachOrder {
    /// The day in the organisation's time zone.
    pub today: Date,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// How many proposals are taken at most before the step ends.
    pub most: u64,
}

/// What became of proposals that were taken in one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProposedEach {
    /// How many changes were written, or would be.
    pub written: u64,
    /// How many had a change id that is known.
    pub known: u64,
    /// How many had nothing to do.
    pub nothing_to_do: u64,
    /// How many the rules refuse. With any, nothing was written.
    pub refused: u64,
    /// Whether there are no more proposals.
    pub ended: bool,
}

/// Ends a transaction without writing.
enum Stop {
    Failed(ReplicaError),
    Answer(ProposedAll),
}

/// Ends a transaction of many steps without writing.
enum StopEach<E> {
    Failed(E),
    Answer(ProposedEach),
}

impl<E: From<ReplicaError>> From<ReplicaError> for StopEach<E> {
    fn from(error: ReplicaError) -> Self {
        Self::Failed(error.into())
    }
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

    /// Takes the next proposals in one transaction, each decided on the state that the ones before it leave.
    ///
    /// What was decided is not kept in memory but for what later decisions need, so that there may be very many.
    /// A proposal whose change id is known here is passed over. What the rules refuse is told to `refused`, with its
    /// place from 0 among those of this step; the others are still judged, and then nothing is written.
    ///
    /// # Errors
    /// What `proposals` gives, and as [`Replica::propose`]; nothing of the step was written then.
    pub fn propose_each<E: From<ReplicaError>>(
        &mut self,
        proposals: &mut dyn Iterator<Item = Result<Proposal, E>>,
        order: EachOrder,
        refused: &mut dyn FnMut(u64, Rejection),
    ) -> Result<ProposedEach, E> {
        let done = self.write(|db| {
            let answer = judge_each(db, proposals, order, refused)?;
            if order.dry_run || answer.refused > 0 {
                return Err(StopEach::Answer(answer));
            }
            Ok(answer)
        });
        match done {
            Ok(answer) | Err(StopEach::Answer(answer)) => Ok(answer),
            Err(StopEach::Failed(error)) => Err(error),
        }
    }
}

fn judge_each<E: From<ReplicaError>>(
    db: &Connection,
    proposals: &mut dyn Iterator<Item = Result<Proposal, E>>,
    order: EachOrder,
    refused: &mut dyn FnMut(u64, Rejection),
) -> Result<ProposedEach, StopEach<E>> {
    let bench = Bench::read(db)?;
    let context = Context::new(bench.me, order.today);
    let view = rebase::head_view(db)?;
    let mut overlay = Overlay::new(&view);
    let waiting = pending::ids(db)?;
    rebase::rebase_onto(&mut overlay, bench, pending::all(db)?)?;
    let mut answer = ProposedEach::default();
    for place in 0..order.most {
        let Some(proposal) = proposals.next() else {
            answer.ended = true;
            break;
        };
        let proposal = proposal.map_err(StopEach::Failed)?;
        if waiting.contains(&proposal.id) || record::find_exact(db, proposal.id)?.is_some() {
            answer.known += 1;
            continue;
        }
        match decide(&overlay, &context, bench.org, proposal)? {
            Decision::Change(change) => {
                upgrade::refuse_unknown(db, &overlay, &change)?;
                overlay.apply(&change)?;
                if !order.dry_run && answer.refused == 0 {
                    pending::append(db, &change, &pending::encode(&change)?)?;
                }
                answer.written += 1;
            }
            Decision::NothingToDo => answer.nothing_to_do += 1,
            Decision::Rejected(rejection) => {
                answer.refused += 1;
                refused(place, rejection);
            }
        }
    }
    Ok(answer)
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
