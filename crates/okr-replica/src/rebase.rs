//! Rebasing: admitting the pending changes again on the confirmed state, in memory.

use okr_core::Date;
use okr_core::admit::{Context, Verdict, admit};
use okr_core::id::{OrgId, PersonId};
use okr_core::rejection::Rejection;
use okr_core::view::{Overlay, View};
use rusqlite::Connection;

use crate::error::ReplicaError;
use crate::log::late::Late;
use crate::meta;
use crate::moment::Confirmed;
use crate::pending::{self, PendingChange};
use crate::view::ConfirmedView;

/// What became of the pending changes on the confirmed state.
#[derive(Debug, Default)]
pub(crate) struct Rebased {
    /// Those that fit, in order.
    pub(crate) fitting: Vec<PendingChange>,
    /// Those whose effect is there already.
    pub(crate) already_so: Vec<PendingChange>,
    /// Those that no longer fit, in order, with the reason; what builds on one is among them.
    pub(crate) refused: Vec<(PendingChange, Rejection)>,
    /// What of those that fit came after the close of its cycle.
    pub(crate) late: Late,
}

/// Who judges pending changes, and about whose history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bench {
    pub(crate) me: PersonId,
    pub(crate) org: OrgId,
}

impl Bench {
    pub(crate) fn read(db: &Connection) -> Result<Self, ReplicaError> {
        Ok(Self {
            me: meta::me(db)?,
            org: meta::org(db)?,
        })
    }

    /// Returns the context for changes that were written before.
    ///
    /// Their dates were judged when they were written, and no day becomes the future by waiting.
    pub(crate) const fn rejudging(self) -> Context {
        Context::new(self.me, Date::MAX)
    }
}

/// Returns the view of everything confirmed.
pub(crate) fn head_view(db: &Connection) -> Result<ConfirmedView<'_>, ReplicaError> {
    ConfirmedView::new(db, Confirmed::Until(meta::head(db)?))
}

/// Admits all pending changes again over everything confirmed.
pub(crate) fn rebase(db: &Connection) -> Result<Rebased, ReplicaError> {
    let waiting = pending::all(db)?;
    if waiting.is_empty() {
        return Ok(Rebased::default());
    }
    let view = head_view(db)?;
    rebase_onto(&mut Overlay::new(&view), Bench::read(db)?, waiting)
}

/// Admits changes in order, each on the state that the ones before it leave, and applies them.
pub(crate) fn rebase_onto<V: View<Error = ReplicaError>>(
    overlay: &mut Overlay<'_, V>,
    bench: Bench,
    waiting: Vec<PendingChange>,
) -> Result<Rebased, ReplicaError> {
    let context = bench.rejudging();
    let mut rebased = Rebased::default();
    for pending in waiting {
        match admit(&*overlay, &context, bench.org, &pending.change)? {
            Verdict::Admitted => {
                rebased.late.apply(overlay, &pending.change)?;
                rebased.fitting.push(pending);
            }
            Verdict::AlreadySo => rebased.already_so.push(pending),
            Verdict::Rejected(rejection) => rebased.refused.push((pending, rejection)),
        }
    }
    Ok(rebased)
}
