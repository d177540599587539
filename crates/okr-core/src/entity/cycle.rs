//! A cycle: the period that OKRs belong to.

use crate::event::{CycleEdit, CycleEvent, NewCycle};
use crate::id::CycleId;
use crate::text::Name;
use crate::value::{CadenceDays, CyclePeriod, CycleState};

/// A cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// Its identity.
    pub id: CycleId,
    /// Its name, such as `2026-Q4`.
    pub name: Name,
    /// Its first and last day.
    pub period: CyclePeriod,
    /// How often its key results expect a check-in; none: as the organisation.
    pub cadence: Option<CadenceDays>,
    /// Its phase.
    pub state: CycleState,
}

impl Cycle {
    /// Says whether the cycle was ever opened, so that its goals are commitments.
    pub const fn is_committed(&self) -> bool {
        match self.state {
            CycleState::Planned => false,
            CycleState::Open | CycleState::Closed => true,
        }
    }

    /// Applies an event.
    pub fn evolve(current: Option<Self>, id: CycleId, event: &CycleEvent) -> Option<Self> {
        let Some(mut cycle) = current else {
            return if let CycleEvent::Created(new) = event {
                Some(Self::created(id, new))
            } else {
                None
            };
        };
        match event {
            CycleEvent::Created(_) => {}
            CycleEvent::Edited(edit) => cycle.edit(edit),
            CycleEvent::Opened | CycleEvent::Reopened => cycle.state = CycleState::Open,
            CycleEvent::Closed => cycle.state = CycleState::Closed,
        }
        Some(cycle)
    }

    fn created(id: CycleId, new: &NewCycle) -> Self {
        let NewCycle {
            name,
            period,
            cadence,
        } = new.clone();
        Self {
            id,
            name,
            period,
            cadence,
            state: CycleState::Planned,
        }
    }

    fn edit(&mut self, edit: &CycleEdit) {
        match edit {
            CycleEdit::Name(edit) => self.name = edit.to.clone(),
            CycleEdit::Period(edit) => self.period = edit.to,
            CycleEdit::Cadence(edit) => self.cadence = edit.to,
        }
    }
}
